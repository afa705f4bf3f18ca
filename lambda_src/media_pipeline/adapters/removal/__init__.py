"""What a removal needs of AWS: versions of objects, and where it is recorded."""
