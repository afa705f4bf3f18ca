"""What the reconciler does for assets whose news is missing."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from media_pipeline.domain.asset import Asset, AssetStatus
from media_pipeline.domain.errors import OperatorError, TransientError
from media_pipeline.domain.events import JobStatus, parse_upload
from media_pipeline.domain.status_index import IndexEntry
from media_pipeline.services.stuck_assets import (
    LONGEST_JOB,
    MAX_ASSETS_PER_STATUS,
    MAX_REDELIVERIES,
    STUCK_REDELIVERIES,
)
from tests.support.asset_world import UPLOAD, AssetWorld, change
from tests.support.fakes import FakeAssetTable

RUN_EVERY_SECONDS = 300


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
    assert world.reconcile() == {"looked_into": 0, "repaired": 0, "alive": 0, "waiting": 0, "stuck": 0}
    assert world.metrics.counted == [("stuck", 0)]


def test_an_upload_without_a_job_is_announced_again(unsubmitted: AssetWorld) -> None:
    """The lost message is sent once more, and not again at once."""
    assert unsubmitted.reconcile()["looked_into"] == 0
    unsubmitted.clock.advance(601)
    assert unsubmitted.reconcile()["repaired"] == 1
    assert unsubmitted.reconcile()["looked_into"] == 0
    assert [parse_upload(body, bucket="uploads") for body in unsubmitted.queue.bodies] == [UPLOAD]
    assert ("repaired", "upload_announced_again") in unsubmitted.metrics.counted


def test_announcements_become_ever_more_seldom(unsubmitted: AssetWorld) -> None:
    """Each wait is twice as long as the one before it, up to six hours; after the last the asset fails."""
    announced_at, began = [], unsubmitted.clock()
    for _ in range(1000):
        if unsubmitted.asset.is_terminal:
            break
        unsubmitted.clock.advance(RUN_EVERY_SECONDS)
        before = len(unsubmitted.queue.bodies)
        unsubmitted.reconcile()
        if len(unsubmitted.queue.bodies) > before:
            announced_at.append((unsubmitted.clock() - began).total_seconds())
    waits = [later - earlier for earlier, later in pairwise([0.0, *announced_at])]
    minutes = [10, 20, 40, 80, 160, 320, *[360] * 6]
    assert len(waits) == len(minutes) == MAX_REDELIVERIES
    for wait, expected in zip(waits, minutes, strict=True):
        assert 60 * expected < wait <= 60 * expected + RUN_EVERY_SECONDS
    assert unsubmitted.asset.status is AssetStatus.FAILED
    assert unsubmitted.asset.error is not None
    assert (unsubmitted.asset.error.code, unsubmitted.asset.error.category) == ("NEVER_SUBMITTED", "service")
    assert ("repaired", "given_up") in unsubmitted.metrics.counted
    assert len(unsubmitted.publisher.published) == 1


@pytest.mark.parametrize("redeliveries", range(MAX_REDELIVERIES))
def test_an_asset_is_stuck_after_some_announcements(unsubmitted: AssetWorld, redeliveries: int) -> None:
    """From the third announcement without effect on, the asset counts for the alarm; before, it waits."""
    unsubmitted.table.records[UPLOAD.asset_id]["redeliveries"] = redeliveries
    unsubmitted.clock.advance(601)
    found = unsubmitted.reconcile()
    expected = "stuck" if redeliveries >= STUCK_REDELIVERIES else "waiting" if redeliveries else "repaired"
    assert {name for name, count in found.items() if count} == {"looked_into", expected}
    assert unsubmitted.metrics.counted[-1] == ("stuck", int(expected == "stuck"))


def test_an_announcement_that_could_not_be_sent_is_made_up_for(unsubmitted: AssetWorld) -> None:
    """Where SQS does not answer, the asset counts as stuck, and a later run announces it."""
    unsubmitted.queue.failures["send"] = [TransientError("SQS is down")]
    unsubmitted.clock.advance(601)
    assert unsubmitted.reconcile()["stuck"] == 1
    unsubmitted.clock.advance(1201)
    assert unsubmitted.reconcile()["repaired"] == 1
    assert len(unsubmitted.queue.bodies) == 1


def test_an_asset_is_not_given_up_under_a_claim(unsubmitted: AssetWorld) -> None:
    """Where an invocation takes the asset up just before it would be given up, it is let go on."""
    unsubmitted.table.records[UPLOAD.asset_id]["redeliveries"] = MAX_REDELIVERIES
    unsubmitted.clock.advance(601)
    read = unsubmitted.asset
    now = unsubmitted.clock()
    unsubmitted.table.claim(UPLOAD, now=now, until=now + timedelta(seconds=75))
    stale = replace(unsubmitted.repairs, table=_Stale(unsubmitted.table, read))
    assert stale.run(has_time=lambda: True)["repaired"] == 0
    assert unsubmitted.asset.status is AssetStatus.RECEIVED


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


def test_a_job_without_end_is_stuck(world: AssetWorld) -> None:
    """A job that waits or runs for more than a day is an operator's: it counts for the alarm in every run."""
    world.transcoder.jobs["job-1"] |= {"Status": "PROGRESSING", "JobPercentComplete": 40}
    world.clock.advance(LONGEST_JOB.total_seconds())
    world.reconcile()
    world.clock.advance(601)
    for _ in range(2):
        assert world.reconcile()["stuck"] == 1
        world.clock.advance(1)
    assert world.asset.status is AssetStatus.PROCESSING


def test_a_job_that_is_gone_fails_its_asset(world: AssetWorld) -> None:
    """An asset whose job MediaConvert no longer knows comes to its end instead of waiting for ever."""
    world.transcoder.jobs.clear()
    world.clock.advance(601)
    assert world.reconcile()["repaired"] == 1
    assert world.asset.error is not None
    assert world.asset.error.code == "JOB_NOT_FOUND"
    assert ("repaired", "job_not_found") in world.metrics.counted


def test_one_asset_in_trouble_does_not_hold_up_the_run(world: AssetWorld) -> None:
    """An asset that can't be looked into counts as stuck; the run goes on and says so."""
    world.transcoder.failures["get_job"] = [OperatorError("403")]
    world.clock.advance(601)
    assert world.reconcile()["stuck"] == 1
    assert world.metrics.counted == [("stuck", 1)]


@pytest.mark.parametrize("outcome", ["waiting", "stuck"])
def test_what_cant_be_helped_does_not_shut_out_others(unsubmitted: AssetWorld, outcome: str) -> None:
    """However many older assets wait or are beyond repair, a run still gets to those that it can repair."""
    records = unsubmitted.table.records
    records[UPLOAD.asset_id]["redeliveries"] = {"waiting": 1, "stuck": STUCK_REDELIVERIES}[outcome]
    for number in range(MAX_ASSETS_PER_STATUS):
        records[f"other-{number}"] = records[UPLOAD.asset_id] | {"asset_id": f"other-{number}"}
    unsubmitted.clock.advance(1)
    later = replace(UPLOAD, version_id="v2")
    unsubmitted.table.claim(later, now=unsubmitted.clock(), until=unsubmitted.clock())
    unsubmitted.clock.advance(601)
    found = unsubmitted.reconcile()
    assert (found[outcome], found["repaired"]) == (MAX_ASSETS_PER_STATUS + 1, 1)
    assert [parse_upload(body, bucket="uploads") for body in unsubmitted.queue.bodies] == [later]


def test_a_run_takes_a_share_of_each_status(unsubmitted: AssetWorld) -> None:
    """Where very many assets of one status can be repaired, time is left for the others."""
    for number in range(MAX_ASSETS_PER_STATUS):
        more = replace(UPLOAD, version_id=f"more-{number}")
        unsubmitted.table.claim(more, now=unsubmitted.clock(), until=unsubmitted.clock())
    unsubmitted.clock.advance(601)
    for count in (MAX_ASSETS_PER_STATUS, 1):
        found = unsubmitted.reconcile()
        # What was announced before waits, and is looked into as well.
        assert found["repaired"] == count
        assert found["looked_into"] == count + found["waiting"]


def test_a_run_ends_in_time(world: AssetWorld) -> None:
    """Where the function's time is nearly over, nothing new is begun and the metric is still sent."""
    world.clock.advance(601)
    has_no_time: Callable[[], bool] = lambda: False  # noqa: E731
    assert world.repairs.run(has_time=has_no_time)["looked_into"] == 0
    assert world.metrics.counted == [("stuck", 0)]


def test_an_asset_that_moved_meanwhile_is_left_alone(world: AssetWorld) -> None:
    """An index that lags behind leads to no repair."""
    world.changes.apply(change(JobStatus.CANCELED))
    before = dict(world.table.records[UPLOAD.asset_id])
    world.clock.advance(1)
    stale = replace(world.repairs, table=_Stale(world.table))
    assert stale.run(has_time=lambda: True)["repaired"] == 0
    assert world.table.records[UPLOAD.asset_id] == before


class _Stale(FakeAssetTable):
    """Show a table through an index, and perhaps a read, that still has the asset as it was."""

    def __init__(self, table: FakeAssetTable, read: Asset | None = None) -> None:
        super().__init__()
        self.records = table.records
        self._read = read

    def get(self, asset_id: str) -> Asset | None:
        """Return the asset as it was read."""
        return self._read or super().get(asset_id)

    def by_status(
        self,
        status: AssetStatus,
        *,
        before: datetime | None = None,
        after: datetime | None = None,
        newest_first: bool = False,
        page_size: int = 100,
    ) -> Iterator[IndexEntry]:
        """Return the asset as it was, as one of its status then, or as SUBMITTED."""
        asset = self.get(UPLOAD.asset_id)
        assert asset is not None
        was = self._read.status if self._read else AssetStatus.SUBMITTED
        entry = IndexEntry(
            asset_id=asset.asset_id, status=was.value, updated_at=asset.updated_at, attempt=asset.attempt
        )
        return iter([entry] if status is was else [])


def test_an_asset_that_another_run_took_is_not_announced(
    unsubmitted: AssetWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where another run reserved an overdue upload first, this one sends no message for it."""
    unsubmitted.clock.advance(601)
    monkeypatch.setattr(unsubmitted.table, "take_for_repair", lambda *_, **__: False)
    assert unsubmitted.reconcile()["alive"] == 1
    assert unsubmitted.queue.bodies == []
