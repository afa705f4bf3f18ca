"""How far the uploads of a load test are, found out without reading thousands of records each time."""

from __future__ import annotations

import collections
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sandbox.chaos.audit import captioned, missing_captions
from sandbox.chaos.evidence import asset_record, in_s3, stored_versions
from sandbox.chaos.fault_injector import FaultInjector
from sandbox.chaos.kinds import Kind, file_name
from sandbox.chaos.pipeline import TERMINAL, Pipeline
from sandbox.chaos.uploads import Uploader
from sandbox.chaos.webhooks.receipts import ReceiptLog
from sandbox.runtime.console import Phase

# A record's time is set by the function that writes it, and is a little older than the record.
_OVERLAP_SECONDS = 15
_RATE_SECONDS = 60.0
_BEGINNING = "1970-01-01T00:00:00.000Z"


class Ended:
    """The versions whose records have a terminal status: each look reads only those that changed since."""

    def __init__(self, pipeline: Pipeline, prefixes: Sequence[str]) -> None:
        self._pipeline = pipeline
        self._prefixes = tuple(prefixes)
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
    def asset_ids(self) -> Collection[str]:
        """The assets that have ended."""
        return set(self._ids.values())

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
                if record["key"].startswith(self._prefixes):
                    self._statuses[record["key"], record["version_id"]] = status
                    self._ids[record["key"], record["version_id"]] = record["asset_id"]
            self._since[status] = _earlier(newest)

    def look_at_all(self) -> None:
        """Read every record, should a look have missed one."""
        self._since = dict.fromkeys(TERMINAL, _BEGINNING)
        self.look()


class Standing:
    """Whether anything of a load test is still on its way."""

    def __init__(
        self,
        pipeline: Pipeline,
        prefixes: Sequence[str],
        uploader: Uploader,
        ended: Ended,
        faults: FaultInjector,
        receipts: ReceiptLog,
        endpoints: Sequence[str],
    ) -> None:
        self._pipeline = pipeline
        self._prefixes = prefixes
        self._uploader = uploader
        self._ended = ended
        self._faults = faults
        self._receipts = receipts
        self._endpoints = endpoints

    @property
    def sent(self) -> int:
        """How many uploads S3 and the API have acknowledged."""
        return len(self._uploader.acknowledged) + len(self._uploader.completed)

    def is_over(self) -> bool:
        """Return whether every upload has ended, and all that is to be said of them is said."""
        nameless = self._uploader.names_without_record
        sent = [each for each in self._uploader.acknowledged if file_name(each.key) not in nameless]
        completed = [each for each in self._uploader.completed if each.asset_id is not None]
        if not self._uploader.is_done or len(self._ended) < len(sent) + len(completed):
            return False
        if any(self._pipeline.depth(queue).total for queue in self._pipeline.queues):
            return False
        if not self._faults.is_mediaconvert_idle() or not self._is_announced():
            return False
        # An upload whose answer got lost was sent again: then S3 has one more than was acknowledged.
        stored = stored_versions(self._pipeline, self._prefixes)
        ids = self._ended.asset_ids
        return (
            all(version in self._ended for version in stored if file_name(version[0]) not in nameless)
            and all((each.key, each.version_id) in self._ended for each in sent)
            and all(each.asset_id in ids for each in completed)
            and self._are_captions_settled(stored)
        )

    def _is_announced(self) -> bool:
        """Return whether every endpoint was told of every asset that has ended."""
        told = {(each.endpoint, each.asset_id) for each in self._receipts.read() if each.outcome.is_taken}
        return all((name, asset_id) in told for name in self._endpoints for asset_id in self._ended.asset_ids)

    def _are_captions_settled(self, stored: Collection[tuple[str, str]]) -> bool:
        """Return whether every caption file is published or rejected: its event may have been lost, too."""
        sent = [*self._uploader.acknowledged, *in_s3(self._uploader.completed, stored)]
        videos = [(each.key, each.version_id) for each in sent if each.kind is Kind.CAPTIONED]
        ids = filter(None, map(self._ended.asset_id, videos))
        records = [asset_record(self._pipeline.record(each)) for each in ids]
        return not any(missing_captions(video, record) for video, record in captioned(sent, records))


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


@dataclass(slots=True)
class Progress:
    """What a load test measures of itself, and shows."""

    deepest: int = 0
    restarts: list[float] = field(default_factory=list)
    rate: Rate = field(default_factory=Rate)

    def show(self, phase: Phase, ended: Ended, *, uploads: int, sent: int) -> None:
        """Show how far the load test is."""
        rate = self.rate.per_second(time.monotonic(), len(ended))
        left = uploads - len(ended)
        if left <= 0:
            detail = "all have ended; messages may be on their way still"
        else:
            counts = ", ".join(f"{number} {status.lower()}" for status, number in ended.by_status.items())
            rest = f", {left / rate / 60:.0f} min left" if rate > 1 else ""
            detail = f"{rate:.1f}/s{rest}; {sent} sent, {counts}"
        phase.update(len(ended), uploads, detail, counted="uploads")


def _earlier(moment: str) -> str:
    """Return the moment some seconds before, written as the records' times are."""
    if moment == _BEGINNING:
        return moment
    before = datetime.fromisoformat(moment) - timedelta(seconds=_OVERLAP_SECONDS)
    return before.isoformat(timespec="milliseconds").replace("+00:00", "Z")
