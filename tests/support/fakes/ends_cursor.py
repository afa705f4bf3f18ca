"""Up to which time ended assets were looked at."""

from datetime import datetime


class FakeEndsCursor:
    """Remember the time."""

    def __init__(self) -> None:
        self.reached: datetime | None = None

    def load(self) -> datetime | None:
        """Return the time, None where there was no run."""
        return self.reached

    def save(self, reached: datetime) -> None:
        """Remember the time."""
        self.reached = reached
