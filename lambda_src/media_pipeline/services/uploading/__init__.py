"""Uploads in parts, for people without credentials of AWS."""
