"""What people are sent about an asset's end, field by field, and what is counted for each kind of end."""

from datetime import UTC, datetime
from typing import Any

import pytest

from media_pipeline.domain.asset_record import expiry
from media_pipeline.domain.events import JobStatus
from tests.support.asset_world import GROUPS, UPLOAD, AssetWorld, change


@pytest.fixture
def world() -> AssetWorld:
    """Return a world with one submitted asset, 90 seconds later."""
    world = AssetWorld()
    world.submit()
    world.clock.advance(90)
    return world


def _news(world: AssetWorld) -> dict[str, Any]:
    ((_, news),) = world.publisher.published
    return dict(news)


def test_the_notification_of_a_complete_asset(world: AssetWorld) -> None:
    """It says of which upload, which attempt and which profile, and what can be played."""
    world.produce()
    assert world.changes.apply(change(JobStatus.COMPLETE, groups=GROUPS))
    asset = world.asset
    assert world.publisher.published[0][0] == "[media-pipeline-test] COMPLETE: a+b %.mp4"
    assert _news(world) == {
        "pipeline": "media-pipeline-test",
        "asset_id": UPLOAD.asset_id,
        "attempt": 1,
        "status": "COMPLETE",
        "profile": "default",
        "source": "s3://uploads/dir/a+b %.mp4",
        "error": None,
        "quarantined": False,
        "outputs": list(asset.outputs),
        "rejected_captions": [],
        "rejected_captions_left_out": 0,
        "storyboard_fault": None,
        "completed_at": asset.completed_at,
    }
    assert asset.notified_at == asset.completed_at
    assert world.metrics.counted == [("completed", 90.0, 2.0)]


def test_the_notification_of_a_failed_asset(world: AssetWorld) -> None:
    """It says why, and by which code a program can tell."""
    assert world.changes.apply(change(JobStatus.ERROR, error_code=1040, error_message="No access"))
    asset = world.asset
    assert asset.error is not None
    news = _news(world)
    assert (news["status"], news["error"], news["outputs"]) == ("FAILED", asset.error.as_record(), [])
    assert news["error"]["code"] == "MEDIACONVERT_1040"
    assert world.publisher.attributes == [
        {"status": "FAILED", "profile": "default", "code": "MEDIACONVERT_1040"}
    ]
    assert world.metrics.counted == [("failed", "MEDIACONVERT_1040", 90.0)]


def test_the_notification_of_a_cancelled_asset(world: AssetWorld) -> None:
    """It has no error, and counts as neither complete nor failed."""
    assert world.changes.apply(change(JobStatus.CANCELED))
    news = _news(world)
    assert (news["status"], news["error"], news["completed_at"]) == (
        "CANCELED",
        None,
        world.asset.completed_at,
    )
    assert world.metrics.counted == [("canceled",)]


def test_warnings_of_a_job_are_recorded_with_how_many_more_there_were(world: AssetWorld) -> None:
    """A job that goes on has its warnings in the record at once."""
    warnings = ({"code": 230001, "count": 2},)
    assert not world.changes.apply(change(JobStatus.NEW_WARNING, warnings=warnings, warnings_left_out=3))
    record = world.table.records[UPLOAD.asset_id]
    assert (record["warnings"], record["warnings_left_out"]) == (list(warnings), 3)


@pytest.mark.parametrize(("retention_days", "expected"), [(0, None), (1, 1_767_409_445), (30, 1_769_915_045)])
def test_a_record_expires_after_so_many_days(retention_days: int, expected: int | None) -> None:
    """Where records are kept for ever, none expires."""
    now = datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)
    assert expiry(now, retention_days) == expected
