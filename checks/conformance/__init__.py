"""Checkers of finished presentations; each returns its errors as sentences, none where all is valid."""


class UnreadableError(Exception):
    """A file isn't what it should be; the message goes after its name and a colon."""
