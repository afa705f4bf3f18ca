"""Instants, as records write them."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the time of now."""
    return datetime.now(tz=UTC)


def timestamp(at: datetime) -> str:
    """Return an instant as `2026-01-02T03:04:05.678Z`; such texts sort as their instants do."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def instant(text: str) -> datetime:
    """Return the instant that `timestamp` wrote."""
    return datetime.fromisoformat(text)
