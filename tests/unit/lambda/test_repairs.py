"""What the reconciler does for assets whose news is missing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from media_pipeline.assets import AssetStatus
from media_pipeline.errors import OperatorError
from media_pipeline.events import (
    JobStatus,
    parse_upload,
)
from media_pipeline.repairs import MAX_ASSETS_PER_STATUS, MAX_REDELIVERIES
from tests.asset_world import UPLOAD, AssetWorld, change
from tests.fakes import (
    FakeAssetTable,
)


@pytest.fixture
def world() -> AssetWorld:
    """Return a world with one submitted asset."""
    world = AssetWorld()
    world.submit()
    return world


@pytest.fixture
def unsubmitted() -> AssetWorld:
    """Return a world with one asset whose job was not recorded."""
    return AssetWorld()


def test_a_quiet_pipeline_says_that_nothing_is_stuck(world: AssetWorld) -> None:
    """The metric is there also when there is nothing to report: its alarm can tell quiet from dead."""
    assert world.reconcile() == {"looked_into": 0, "repaired": 0, "alive": 0, "stuck": 0}
    assert world.metrics.counted == [("stuck", 0)]


def test_an_upload_without_a_job_is_announced_again(unsubmitted: AssetWorld) -> None:
    """The lost message is sent once more, a few times, one run apart; then the asset counts as stuck."""
    for _ in range(MAX_REDELIVERIES):
        unsubmitted.clock.advance(601)
        assert unsubmitted.reconcile()["repaired"] == 1
        assert unsubmitted.reconcile()["looked_into"] == 0
    unsubmitted.clock.advance(601)
    assert unsubmitted.reconcile()["stuck"] == 1
    assert unsubmitted.metrics.counted[-1] == ("stuck", 1)
    assert len(unsubmitted.queue.bodies) == MAX_REDELIVERIES
    assert parse_upload(unsubmitted.queue.bodies[0], bucket="uploads") == UPLOAD


@pytest.mark.parametrize(
    ("job", "status", "kind"),
    [
        ({"Status": "COMPLETE"}, AssetStatus.COMPLETE, "missed_complete"),
        ({"Status": "ERROR", "ErrorCode": 1010}, AssetStatus.FAILED, "missed_error"),
        ({"Status": "CANCELED"}, AssetStatus.CANCELED, "missed_canceled"),
        ({"Status": "PROGRESSING"}, AssetStatus.PROCESSING, "missed_progressing"),
    ],
)
def test_a_missed_event_is_made_up_for(
    world: AssetWorld, job: dict[str, Any], status: AssetStatus, kind: str
) -> None:
    """Where an event was lost, MediaConvert's own word brings the asset to where it belongs."""
    world.produce()
    world.transcoder.jobs["job-1"] |= job
    world.clock.advance(601)
    assert world.reconcile()["repaired"] == 1
    assert world.asset.status is status
    assert ("repaired", kind) in world.metrics.counted


def test_a_job_that_is_merely_long_is_left_alone(world: AssetWorld) -> None:
    """A job that MediaConvert still works on is not stuck, and is not asked for again in the next run."""
    world.clock.advance(601)
    assert world.reconcile()["alive"] == 1
    assert world.reconcile()["looked_into"] == 0
    assert world.asset.status is AssetStatus.SUBMITTED


def test_a_job_that_is_gone_fails_its_asset(world: AssetWorld) -> None:
    """An asset whose job MediaConvert no longer knows comes to its end instead of waiting for ever."""
    world.transcoder.jobs.clear()
    world.clock.advance(601)
    assert world.reconcile()["repaired"] == 1
    assert world.asset.error is not None
    assert world.asset.error.code == "JOB_NOT_FOUND"


def test_one_asset_in_trouble_does_not_hold_up_the_run(world: AssetWorld) -> None:
    """An asset that can't be looked into counts as stuck; the run goes on and says so."""
    world.transcoder.failures["get_job"] = [OperatorError("403")]
    world.clock.advance(601)
    assert world.reconcile()["stuck"] == 1
    assert world.metrics.counted == [("stuck", 1)]


def test_stuck_assets_do_not_shut_out_others(unsubmitted: AssetWorld) -> None:
    """However many assets are beyond repair, and older, a run still gets to those that it can repair."""
    unsubmitted.table.records[UPLOAD.asset_id]["redeliveries"] = MAX_REDELIVERIES
    for number in range(MAX_ASSETS_PER_STATUS):
        stuck = unsubmitted.table.records[UPLOAD.asset_id] | {"asset_id": f"stuck-{number}"}
        unsubmitted.table.records[f"stuck-{number}"] = stuck
    unsubmitted.clock.advance(1)
    later = replace(UPLOAD, version_id="v2")
    unsubmitted.table.claim(later, now=unsubmitted.clock(), until=unsubmitted.clock())
    unsubmitted.clock.advance(601)
    found = unsubmitted.reconcile()
    assert (found["stuck"], found["repaired"]) == (MAX_ASSETS_PER_STATUS + 1, 1)
    assert [parse_upload(body, bucket="uploads") for body in unsubmitted.queue.bodies] == [later]


def test_a_run_takes_a_share_of_each_status(unsubmitted: AssetWorld) -> None:
    """Where very many assets of one status can be repaired, time is left for the others."""
    for number in range(MAX_ASSETS_PER_STATUS):
        more = replace(UPLOAD, version_id=f"more-{number}")
        unsubmitted.table.claim(more, now=unsubmitted.clock(), until=unsubmitted.clock())
    unsubmitted.clock.advance(601)
    assert unsubmitted.reconcile()["repaired"] == MAX_ASSETS_PER_STATUS
    assert unsubmitted.reconcile()["repaired"] == 1


def test_a_run_ends_in_time(world: AssetWorld) -> None:
    """Where the function's time is nearly over, nothing new is begun and the metric is still sent."""
    world.clock.advance(601)
    has_no_time: Callable[[], bool] = lambda: False  # noqa: E731
    assert world.repairs.run(has_time=has_no_time)["looked_into"] == 0
    assert world.metrics.counted == [("stuck", 0)]


def test_an_asset_that_moved_meanwhile_is_left_alone(world: AssetWorld) -> None:
    """An index that lags behind leads to no repair."""
    ids = world.table.overdue(AssetStatus.SUBMITTED, before=world.clock() + timedelta(seconds=1))
    assert list(ids) == [UPLOAD.asset_id]
    world.changes.apply(change(JobStatus.CANCELED))
    before = dict(world.table.records[UPLOAD.asset_id])
    world.clock.advance(1)
    stale = replace(world.repairs, table=_Stale(world.table))
    assert stale.run(has_time=lambda: True)["repaired"] == 0
    assert world.table.records[UPLOAD.asset_id] == before


class _Stale:
    """Show a table through an index that still has every asset as SUBMITTED."""

    def __init__(self, table: FakeAssetTable) -> None:
        self.get = table.get
        self.take_for_repair = table.take_for_repair

    def overdue(self, status: AssetStatus, *, before: Any) -> list[str]:
        """Return the asset for SUBMITTED."""
        return [UPLOAD.asset_id] if status is AssetStatus.SUBMITTED else []
