"""How far the uploads of a load test are, found out without reading thousands of records each time."""

from __future__ import annotations

import collections
from datetime import datetime, timedelta

from sandbox.chaos.pipeline import TERMINAL, Pipeline

# A record's time is set by the function that writes it, and is a little older than the record.
_OVERLAP_SECONDS = 15
_RATE_SECONDS = 60.0
_BEGINNING = "1970-01-01T00:00:00.000Z"


class Ended:
    """The versions whose records have a terminal status: each look reads only those that changed since."""

    def __init__(self, pipeline: Pipeline, prefix: str) -> None:
        self._pipeline = pipeline
        self._prefix = prefix
        self._since = dict.fromkeys(TERMINAL, _BEGINNING)
        self._statuses: dict[tuple[str, str], str] = {}
        self._ids: dict[tuple[str, str], str] = {}

    def __len__(self) -> int:
        return len(self._statuses)

    def __contains__(self, version: tuple[str, str]) -> bool:
        return version in self._statuses

    def asset_id(self, version: tuple[str, str]) -> str | None:
        """Return the asset of a version that is COMPLETE."""
        return self._ids[version] if self._statuses.get(version) == "COMPLETE" else None

    @property
    def by_status(self) -> dict[str, int]:
        """How many ended in which status."""
        counted = collections.Counter(self._statuses.values())
        return {status: counted[status] for status in TERMINAL}

    def look(self) -> None:
        """Read what has changed since the last look."""
        for status in TERMINAL:
            newest = self._since[status]
            for record in self._pipeline.changed(status, self._since[status]):
                newest = max(newest, record["updated_at"])
                if record["key"].startswith(self._prefix):
                    self._statuses[record["key"], record["version_id"]] = status
                    self._ids[record["key"], record["version_id"]] = record["asset_id"]
            self._since[status] = _earlier(newest)

    def look_at_all(self) -> None:
        """Read every record, should a look have missed one."""
        self._since = dict.fromkeys(TERMINAL, _BEGINNING)
        self.look()


class Rate:
    """How many ended a second, over the last minute."""

    def __init__(self) -> None:
        self._seen: collections.deque[tuple[float, int]] = collections.deque()

    def per_second(self, now: float, ended: int) -> float:
        """Record how many have ended by now, and return the rate."""
        self._seen.append((now, ended))
        while now - self._seen[0][0] > _RATE_SECONDS:
            self._seen.popleft()
        since, before = self._seen[0]
        return (ended - before) / max(now - since, 1.0)


def _earlier(moment: str) -> str:
    """Return the moment some seconds before, written as the records' times are."""
    if moment == _BEGINNING:
        return moment
    before = datetime.fromisoformat(moment) - timedelta(seconds=_OVERLAP_SECONDS)
    return before.isoformat(timespec="milliseconds").replace("+00:00", "Z")
