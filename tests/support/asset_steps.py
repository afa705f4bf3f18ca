"""Uploads, claims and steps with which tests lead an asset through its life, on either table."""

from datetime import timedelta
from typing import Any

from media_pipeline.adapters.asset_table import AssetTable
from media_pipeline.domain.asset import Asset, AssetStatus, ClaimOutcome
from media_pipeline.domain.transitions import Transition
from media_pipeline.domain.uploads.upload import UploadedObject
from tests.support.fakes import FakeAssetTable, FakeClock

Table = AssetTable | FakeAssetTable
PLAN = [
    {"format": "MP4", "key": "id/1/mp4/video_720p.mp4", "group": 0, "width": 1280, "height": 720, "files": []}
]
SOURCE = {"container": "mp4", "duration_ms": 10_000, "audio": [], "video": {"display_width": 1280}}


def upload(key: str = "a b+c%20'\"ü🎬.mp4", version_id: str | None = "v1") -> UploadedObject:
    """Return an upload whose key has what keys have."""
    return UploadedObject(
        bucket="uploads", key=key, version_id=version_id, etag="e1", size_bytes=5, sequencer="00"
    )


def claimed(table: Table, clock: FakeClock, which: UploadedObject | None = None) -> Asset:
    """Return an asset that this test holds for a minute."""
    claim = table.claim(which or upload(), now=clock(), until=clock() + timedelta(seconds=60))
    assert claim.outcome in (ClaimOutcome.NEW, ClaimOutcome.TAKEN_OVER)
    return claim.asset


def step(
    clock: FakeClock, to: AssetStatus, *, job_id: str | None = "job-1", attempt: int = 1, **more: Any
) -> Transition:
    """Return a step of an attempt."""
    return Transition(to=to, attempt=attempt, at=clock(), detail=f"to {to}", job_id=job_id, **more)


def read(table: Table, asset_id: str) -> Asset:
    """Return an asset that is there."""
    asset = table.get(asset_id)
    assert asset is not None
    return asset
