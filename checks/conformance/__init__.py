"""Checkers of finished presentations; each returns its errors as sentences, none where all is valid."""
