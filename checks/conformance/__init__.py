"""Checkers of finished presentations; each returns its faults as sentences, none where all is valid."""
