"""An orchestrator with everything around it, on fakes, and uploads to feed it with."""

import json

from media_pipeline.domain.asset import Asset
from media_pipeline.domain.source import AudioTrack, SourceInfo, VideoTrack
from media_pipeline.domain.spending.caps import Caps
from media_pipeline.domain.uploads.limits import SourceLimits, SourceTypes
from media_pipeline.domain.uploads.upload import UploadedObject
from media_pipeline.services.ingest import Ingest
from media_pipeline.services.job_limit import JobLimit
from media_pipeline.services.refusals import Refusals
from media_pipeline.services.spending.budget import Budget
from tests.support.fakes import FakePresets, FakeTurns
from tests.support.pricing import SHIPPED_QUOTING
from tests.support.strategies import shipped_presets, shipped_profiles
from tests.support.world import World

SOURCE = SourceInfo(
    container="mp4",
    duration_ms=10_000,
    video=VideoTrack(
        codec="AVC",
        display_width=1280,
        display_height=720,
        rotation_degrees=0,
        frame_rate_numerator=30,
        frame_rate_denominator=1,
    ),
    audio=(AudioTrack(codec="AAC", channels=2, language="eng"),),
)
CLAIM_SECONDS = 75
TYPES = SourceTypes(suffixes=(".mp4", ".mov"))
MAX_JOBS_IN_FLIGHT = 3
NOTHING_CAPPED = Caps(by_prefix={})


class IngestWorld(World):
    """Hold an orchestrator with everything around it."""

    def __init__(self, *, empty_file_grace_seconds: int = 0, caps: Caps = NOTHING_CAPPED) -> None:
        super().__init__(SOURCE, retention_days=30)
        self.presets = FakePresets(shipped_presets(), shipped_profiles())
        self.ingest = Ingest(
            table=self.table,
            transcoder=self.transcoder,
            uploads=self.uploads,
            slots=JobLimit(
                self.transcoder.jobs_in_flight, limit=MAX_JOBS_IN_FLIGHT, monotonic=self._monotonic
            ),
            presets=self.presets,
            quoting=SHIPPED_QUOTING,
            budget=Budget(
                caps=caps, table=self.table, ledger=self.ledger, metrics=self.metrics, clock=self.clock
            ),
            lifecycle=self.lifecycle,
            metrics=self.metrics,
            limits=SourceLimits(max_size_bytes=1000, types=TYPES),
            refusals=Refusals(
                table=self.table,
                types=TYPES,
                turns=FakeTurns(),
                announce=self.lifecycle.announce,
                metrics=self.metrics,
                retention_days=30,
                clock=self.clock,
            ),
            empty_file_grace_seconds=empty_file_grace_seconds,
            outputs_bucket="outputs",
            claim_seconds=CLAIM_SECONDS,
            clock=self.clock,
        )

    def upload(
        self, key: str = "a.mp4", *, size: int = 5, version_id: str = "v1", etag: str = "e"
    ) -> UploadedObject:
        """Put a version into the bucket, unless it is there already."""
        upload = UploadedObject(
            bucket="uploads", key=key, version_id=version_id, etag=etag, size_bytes=size, sequencer="0"
        )
        if upload not in [stored.upload for stored in self.uploads.stored.get(key, [])]:
            self.uploads.put(upload, self.clock())
        return upload

    def deliver(
        self, key: str = "a.mp4", *, size: int = 5, version_id: str = "v1", etag: str = "e"
    ) -> UploadedObject:
        """Put a version into the bucket, unless it is there already, and handle its message."""
        upload = self.upload(key, size=size, version_id=version_id, etag=etag)
        self.ingest.handle(upload)
        return upload

    @property
    def asset(self) -> Asset:
        """Return the only asset."""
        (asset_id,) = self.table.records
        return self.asset_of(asset_id)

    def _monotonic(self) -> float:
        return self.clock().timestamp()


def message(upload: UploadedObject) -> str:
    """Return the message that announces an upload, as S3 and EventBridge write it."""
    return json.dumps(
        {
            "source": "aws.s3",
            "detail-type": "Object Created",
            "detail": {
                "bucket": {"name": upload.bucket},
                "object": {
                    "key": upload.key,
                    "size": upload.size_bytes,
                    "etag": upload.etag,
                    "version-id": upload.version_id,
                    "sequencer": upload.sequencer,
                },
            },
        }
    )
