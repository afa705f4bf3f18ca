"""Whose turn it is to tell people."""

from datetime import datetime, timedelta


class FakeTurns:
    """Give the turn once in each interval."""

    def __init__(self) -> None:
        self.taken_at: datetime | None = None

    def take(self, *, now: datetime, every: timedelta) -> bool:
        """Return True for one caller in each interval."""
        if self.taken_at is not None and now - self.taken_at < every:
            return False
        self.taken_at = now
        return True
