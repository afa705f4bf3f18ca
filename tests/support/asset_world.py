"""A submitted asset with the status processor and the reconciler around it, on fakes."""

from typing import Any

from media_pipeline.domain.asset import Asset, AssetStatus
from media_pipeline.domain.events import (
    JobStateChange,
    JobStatus,
    ProducedGroup,
    ProducedOutput,
)
from media_pipeline.domain.outputs import PlannedOutput
from media_pipeline.domain.source import (
    AudioTrack,
    SourceInfo,
    UnknownSource,
    VideoTrack,
)
from media_pipeline.domain.transitions import Transition
from media_pipeline.domain.uploads.upload import UploadedObject
from tests.support.fakes import FakeOutputs, FakeQueue
from tests.support.made_outputs import made_outputs
from tests.support.world import PIPELINE, World

UPLOAD = UploadedObject(
    bucket="uploads", key="dir/a+b %.mp4", version_id="v1", etag="e", size_bytes=5, sequencer="0"
)
FOLDER = f"{UPLOAD.asset_id}/1"
HLS: dict[str, Any] = {
    "format": "HLS",
    "key": f"{FOLDER}/hls/master.m3u8",
    "group": 0,
    "width": 1280,
    "height": 720,
    "files": [f"{FOLDER}/hls/master_720p.m3u8"],
    "sizes": [[1280, 720]],
}
THUMBNAIL: dict[str, Any] = {
    "format": "THUMBNAIL",
    "key": f"{FOLDER}/thumbnails/thumbnail_320w.0000000.jpg",
    "group": 1,
    "width": 0,
    "height": 0,
    "files": [],
    "sizes": [],
}
SOURCE = SourceInfo(
    container="mp4",
    duration_ms=59_000,
    video=VideoTrack(
        codec="AVC",
        display_width=1280,
        display_height=720,
        rotation_degrees=0,
        frame_rate_numerator=30,
        frame_rate_denominator=1,
    ),
    audio=(AudioTrack(codec="AAC", channels=2, language=""),),
)
GROUPS = (
    ProducedGroup(outputs=(ProducedOutput(width=1280, height=720, duration_ms=60_000),)),
    ProducedGroup(outputs=(ProducedOutput(width=320, height=180, duration_ms=60_000),)),
)


class AssetWorld(World):
    """Hold a submitted asset, the status processor and the reconciler with everything around them."""

    def __init__(self) -> None:
        super().__init__(UnknownSource(reason=""), retention_days=0)
        self.uploads.put(UPLOAD, self.clock())
        self.outputs = FakeOutputs()
        self.queue = FakeQueue(self.clock)
        self.changes = self.changes_to(self.outputs)
        self.repairs = self.repairs_through(self.queue, self.changes)
        asset = self.table.claim(UPLOAD, now=self.clock(), until=self.clock()).asset
        self.table.record_plan(
            asset,
            profile="default",
            preset_versions={"mp4": 1},
            source_info=SOURCE.as_record(),
            planned_outputs=[HLS, THUMBNAIL],
        )

    def submit(self) -> None:
        """Record the submission of the asset's job."""
        job_id = self.transcoder.create_job(self.asset, {})
        step = Transition(
            to=AssetStatus.SUBMITTED, attempt=1, at=self.clock(), detail="submitted", job_id=job_id
        )
        assert self.table.advance(UPLOAD.asset_id, step)

    def produce(self) -> None:
        """Put all planned outputs into the bucket."""
        planned = [PlannedOutput.from_record(record) for record in (HLS, THUMBNAIL)]
        self.outputs.objects |= made_outputs(planned, seconds=59.0)

    @property
    def asset(self) -> Asset:
        """Return the asset."""
        return self.asset_of(UPLOAD.asset_id)

    def reconcile(self) -> dict[str, int]:
        """Run the reconciler once."""
        return dict(self.repairs.run(has_time=lambda: True))


def change(status: JobStatus, **more: Any) -> JobStateChange:
    """Return a piece of news about the asset's job."""
    given: dict[str, Any] = {
        "job_id": "job-1",
        "status": status,
        "pipeline": PIPELINE,
        "asset_id": UPLOAD.asset_id,
        "attempt": 1,
    }
    return JobStateChange(**(given | more))
