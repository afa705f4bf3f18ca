"""Uploads, claims and steps with which tests lead an asset through its life, on either table."""

from datetime import timedelta
from typing import Any

from media_pipeline.adapters.asset_table import AssetTable
from media_pipeline.adapters.dynamodb import from_item
from media_pipeline.domain.asset import Asset, AssetStatus, ClaimOutcome
from media_pipeline.domain.failures.failure import AssetError
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


QUOTE = {"usd": "0.085500", "rows": [{"usd_a_minute": "0.015", "outputs": [0, 1], "is_settled": True}]}
ERROR = AssetError(code="OUTPUTS_MISSING", category="service", message="Outputs are missing.")


def record_of(table: Table, asset_id: str) -> dict[str, Any]:
    """Return an asset's whole record."""
    if isinstance(table, FakeAssetTable):
        return table.records[asset_id]
    answer = table._client.get_item(TableName=table._table_name, Key={"asset_id": {"S": asset_id}})
    return from_item(answer["Item"])


def ended(table: Table, clock: FakeClock, status: AssetStatus = AssetStatus.FAILED) -> Asset:
    """Return an asset whose first attempt has left in its record all that an attempt may leave."""
    asset = claimed(table, clock)
    assert table.record_plan(
        asset,
        profile="default",
        preset_versions={"mp4": 1},
        source_info=SOURCE,
        planned_outputs=PLAN,
        quote=QUOTE,
    )
    assert table.take_for_repair(asset, now=clock(), redelivery=True)
    processing = table.advance(asset.asset_id, step(clock, AssetStatus.PROCESSING))
    assert processing is not None
    table.note_progress(processing, percent=50, now=clock())
    table.note_warnings(processing, [{"code": 1, "count": 1}])
    if status is not AssetStatus.CANCELED:
        assert table.advance(asset.asset_id, step(clock, AssetStatus.VERIFYING, billed_usd="0.080000"))
    last = step(clock, status, error=ERROR, outputs=PLAN, expires_at=1_800_000_000)
    end = table.advance(asset.asset_id, last)
    assert end is not None
    table.note_notified(end, now=clock())
    return read(table, asset.asset_id)
