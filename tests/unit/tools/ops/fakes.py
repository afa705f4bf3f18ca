"""Stand-ins for what only the operator's command line needs; all note what was done to them."""

from collections.abc import Sequence
from datetime import timedelta

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
