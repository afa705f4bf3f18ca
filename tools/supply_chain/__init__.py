"""What the functions' zip is made of, and whether anything known speaks against it."""
