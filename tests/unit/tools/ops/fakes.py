"""Stand-ins for what only the operator's command line needs; all note what was done to them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from media_pipeline.domain.asset import Asset, AssetStatus
from media_pipeline.domain.source import UnknownSource
from media_pipeline.domain.transitions import Transition
from media_pipeline.domain.uploads.upload import UploadedObject
from tests.support.fakes import (
    FakeAssetTable,
    FakeClock,
    FakeQueue,
    FakeTranscoder,
)
from tools.ops.queues.messages import DeadLetter

START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class FakeTime:
    """Tell a time that only sleeping moves, and keep the sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        """Return the time in seconds."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.slept.append(seconds)
        self.now += seconds


class BrokenQueue(FakeQueue):
    """Fail to send as often as there are errors."""

    def __init__(self, *errors: Exception) -> None:
        super().__init__()
        self.errors = list(errors)

    def send(self, body: str) -> None:
        """Send one message, or fail."""
        if self.errors:
            raise self.errors.pop(0)
        super().send(body)


@dataclass
class FakeDeadLetterQueue:
    """Hold letters; those that are received are hidden until they are given back.

    `failures` holds what the next calls of a name raise; `lost` are letters that can't be held any longer.
    """

    letters: dict[str, DeadLetter] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    sent: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)
    failures: dict[str, list[Exception]] = field(default_factory=dict)
    batch: int = 10

    def put(self, body: str, *, message_id: str | None = None, age_seconds: float = 0) -> str:
        """Add a letter; return its id."""
        name = message_id or f"m{len(self.letters) + 1}"
        self.letters[name] = DeadLetter(
            message_id=name,
            receipt_handle=f"handle of {name}",
            body=body,
            receive_count=6,
            sent_at=START - timedelta(seconds=age_seconds),
        )
        return name

    @property
    def visible(self) -> set[str]:
        """Return the ids of the messages that are visible."""
        return set(self.letters) - self.hidden

    def receive(self) -> list[DeadLetter]:
        """Return some visible letters and hide them."""
        self._call("receive")
        found = [letter for name, letter in self.letters.items() if name not in self.hidden][: self.batch]
        self.hidden |= {letter.message_id for letter in found}
        return found

    def hold(self, letters: Iterable[DeadLetter], *, seconds: int) -> set[str]:
        """Hide letters, or give them back after 0 seconds."""
        self._call("hold")
        held = {letter.message_id for letter in letters} - self.lost
        self.hidden = self.hidden | held if seconds else self.hidden - held
        return held

    def send_back(self, letter: DeadLetter) -> None:
        """Put a letter's copy on its queue."""
        self._call(f"send {letter.message_id}")
        self.sent.append(letter.body)

    def delete(self, letter: DeadLetter) -> None:
        """Delete a letter."""
        self._call(f"delete {letter.message_id}")
        self.deleted.append(letter.message_id)
        del self.letters[letter.message_id]

    def _call(self, name: str) -> None:
        self.calls.append(name)
        if self.failures.get(name.partition(" ")[0]):
            raise self.failures[name.partition(" ")[0]].pop(0)


def upload(key: str = "incoming/a.mp4", version_id: str | None = "v1") -> UploadedObject:
    """Return an upload."""
    return UploadedObject(
        bucket="uploads",
        key=key,
        version_id=version_id,
        etag=f"etag of {version_id}",
        size_bytes=5,
        sequencer="",
    )


class OpsWorld:
    """Hold an assets table and MediaConvert, and bring assets to where a test wants them."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.table = FakeAssetTable()
        self.transcoder = FakeTranscoder(UnknownSource(reason=""))

    def asset(self, status: AssetStatus, *, key: str = "incoming/a.mp4", job: bool = True) -> Asset:
        """Return an asset of this status: with a job, but for RECEIVED, whose claim has run out."""
        which = upload(key)
        claim = self.table.claim(which, now=self.clock(), until=self.clock() + timedelta(seconds=60))
        if status is not AssetStatus.RECEIVED:
            job_id = self.transcoder.create_job(claim.asset, {}) if job else None
            for step in self._steps(status, has_job=job):
                assert self.table.advance(
                    which.asset_id,
                    Transition(to=step, attempt=1, at=self.clock(), detail=f"to {step}", job_id=job_id),
                )
        self.clock.advance(61)
        return self.read(which.asset_id)

    def read(self, asset_id: str) -> Asset:
        """Return an asset as of now."""
        asset = self.table.get(asset_id)
        assert asset is not None
        return asset

    @staticmethod
    def _steps(status: AssetStatus, *, has_job: bool) -> Sequence[AssetStatus]:
        way = [AssetStatus.SUBMITTED, AssetStatus.PROCESSING, AssetStatus.VERIFYING, AssetStatus.COMPLETE]
        if status in way:
            return way[: way.index(status) + 1]
        return [AssetStatus.SUBMITTED, status] if has_job else [status]
