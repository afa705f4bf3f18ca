"""A bucket, and the sweep that goes over it with everything around it, on fakes."""

from media_pipeline.domain.asset import Asset
from media_pipeline.domain.events import parse_upload
from media_pipeline.domain.uploads.filter import UploadFilter
from media_pipeline.domain.uploads.ignored_names import IgnoredNames
from media_pipeline.domain.uploads.limits import SourceTypes
from media_pipeline.domain.uploads.listing import Cursor
from media_pipeline.domain.uploads.upload import UploadedObject
from media_pipeline.services.refusals import Refusals
from media_pipeline.services.upload_sweep import UploadSweep
from tests.support.fakes import (
    FakeAssetTable,
    FakeCheckpoint,
    FakeClock,
    FakeMetrics,
    FakeQueue,
    FakeTurns,
    FakeUploads,
)

OVERDUE_SECONDS = 600


class SweptWorld:
    """Hold a bucket, and the sweep that goes over it with everything around it."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.uploads = FakeUploads()
        self.table = FakeAssetTable()
        self.queue = FakeQueue(self.clock)
        self.captions_queue = FakeQueue(self.clock)
        self.metrics = FakeMetrics()
        self.announced_ends: list[Asset] = []
        self.checkpoint = FakeCheckpoint[Cursor]()
        self.sweep = UploadSweep(
            bucket=self.uploads,
            table=self.table,
            checkpoint=self.checkpoint,
            queue=self.queue,
            captions_queue=self.captions_queue,
            metrics=self.metrics,
            wanted=UploadFilter(
                prefix="in/",
                caption_suffixes=(".srt", ".vtt"),
                ignored=IgnoredNames(patterns=("._*", "*.part")),
            ),
            refusals=Refusals(
                table=self.table,
                types=SourceTypes(suffixes=(".mp4", ".mov")),
                turns=FakeTurns(),
                announce=self.announced_ends.append,
                metrics=self.metrics,
                retention_days=0,
                clock=self.clock,
            ),
            overdue_seconds=OVERDUE_SECONDS,
            asset_retention_days=0,
            clock=self.clock,
        )

    def upload(self, key: str = "in/a b.mp4", *, version_id: str = "v1", etag: str = "e") -> UploadedObject:
        """Upload a version whose event is lost."""
        upload = UploadedObject(
            bucket="uploads", key=key, version_id=version_id, etag=etag, size_bytes=5, sequencer=""
        )
        self.uploads.put(upload, self.clock())
        return upload

    def run(self, *, pages: int = 1000) -> dict[str, int]:
        """Sweep once, with time for so many pages."""
        time_left = iter([True] * pages)
        return dict(self.sweep.run(has_time=lambda: next(time_left, False)))

    def until_overdue(self) -> None:
        """Wait until what was uploaded before should have had its event."""
        self.clock.advance(OVERDUE_SECONDS + 1)

    @property
    def announced(self) -> list[UploadedObject]:
        """Return the uploads that were announced, in order."""
        return [parse_upload(body, bucket="uploads") for body in self.queue.bodies]

    @property
    def announced_captions(self) -> list[UploadedObject]:
        """Return the caption files that were announced, in order."""
        return [parse_upload(body, bucket="uploads") for body in self.captions_queue.bodies]
