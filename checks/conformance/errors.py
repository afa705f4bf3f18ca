"""What can't be read at all.

::

    UnreadableError
"""


class UnreadableError(Exception):
    """A file isn't what it should be; the message goes after its name and a colon."""
