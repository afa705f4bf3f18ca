"""Where the local S3 differs from AWS."""
