"""Uploads in parts, as S3 takes them."""
