"""One contract for the assets table in DynamoDB and for the fake that stands for it elsewhere."""

from datetime import timedelta
from typing import Any

import pytest

from media_pipeline.domain.asset import AssetStatus, ClaimOutcome
from media_pipeline.domain.clock import timestamp
from media_pipeline.domain.failures.failure import AssetError
from media_pipeline.domain.transitions import Transition
from tests.support.asset_steps import (
    PLAN,
    SOURCE,
    Table,
    claimed,
    read,
    step,
    upload,
)
from tests.support.fakes import FakeClock


def test_a_claimed_asset_is_what_was_uploaded(table: Table, clock: FakeClock) -> None:
    """The record holds the upload exactly, key and all, with whole numbers and a beginning."""
    asset = claimed(table, clock)
    assert table.get(asset.asset_id) == asset
    assert asset.upload == upload()
    assert (asset.status, asset.attempt) == (AssetStatus.RECEIVED, 1)
    assert asset.created_at == asset.updated_at == "2026-01-02T03:04:05.678Z"
    assert isinstance(asset.upload.size_bytes, int)


def test_an_upload_without_version_id_is_an_asset(table: Table, clock: FakeClock) -> None:
    """Events without a version id (emulators leave it out) are known by their etag."""
    asset = claimed(table, clock, upload(version_id=None))
    kept = read(table, asset.asset_id)
    assert kept.upload.version_id is None


def test_an_unknown_asset_is_none(table: Table) -> None:
    """Asking for an asset that was never claimed finds nothing."""
    assert table.get("0" * 32) is None


def test_a_held_claim_is_not_given_away(table: Table, clock: FakeClock) -> None:
    """While one invocation holds the claim, a second delivery does not get it."""
    claimed(table, clock)
    clock.advance(59)
    second = table.claim(upload(), now=clock(), until=clock() + timedelta(seconds=60))
    assert second.outcome is ClaimOutcome.HELD


def test_an_expired_claim_is_taken_over_once(table: Table, clock: FakeClock) -> None:
    """A claim whose time is over goes to the next delivery, and the former holder can write no more."""
    former = claimed(table, clock)
    clock.advance(61)
    taken = table.claim(upload(), now=clock(), until=clock() + timedelta(seconds=60))
    assert taken.outcome is ClaimOutcome.TAKEN_OVER
    assert not table.record_plan(
        former, profile="default", preset_versions={"mp4": 1}, source_info=SOURCE, planned_outputs=PLAN
    )
    table.release(former, now=clock())
    again = table.claim(upload(), now=clock(), until=clock() + timedelta(seconds=60))
    assert again.outcome is ClaimOutcome.HELD


def test_nothing_is_planned_for_what_was_submitted(table: Table, clock: FakeClock) -> None:
    """A claim ends with the submission, also where its time is not over: plan and record stay as they are."""
    asset = claimed(table, clock)
    table.record_plan(
        asset, profile="default", preset_versions={"mp4": 1}, source_info=SOURCE, planned_outputs=PLAN
    )
    table.advance(asset.asset_id, step(clock, AssetStatus.SUBMITTED))
    before = table.get(asset.asset_id)
    clock.advance(1)
    assert not table.record_plan(
        asset, profile="other", preset_versions={"mp4": 1}, source_info={}, planned_outputs=[]
    )
    table.release(asset, now=clock())
    assert table.get(asset.asset_id) == before


def test_progress_is_that_of_the_status_it_was_read_with(table: Table, clock: FakeClock) -> None:
    """Progress that was decided on an earlier status touches nothing of an asset that went on since."""
    asset = claimed(table, clock)
    processing = table.advance(asset.asset_id, step(clock, AssetStatus.PROCESSING))
    assert processing is not None
    table.advance(asset.asset_id, step(clock, AssetStatus.VERIFYING))
    before = table.get(asset.asset_id)
    clock.advance(10)
    table.note_progress(processing, percent=50, now=clock())
    assert table.get(asset.asset_id) == before


def test_a_released_claim_is_free(table: Table, clock: FakeClock) -> None:
    """A claim that was given back goes to the next delivery at once."""
    asset = claimed(table, clock)
    clock.advance(5)
    table.release(asset, now=clock())
    # Its message is alive, so it isn't overdue.
    assert read(table, asset.asset_id).updated_at == timestamp(clock())
    again = table.claim(upload(), now=clock(), until=clock() + timedelta(seconds=60))
    assert again.outcome is ClaimOutcome.TAKEN_OVER


def test_a_submitted_asset_is_settled(table: Table, clock: FakeClock) -> None:
    """Beyond RECEIVED there is nothing to claim, however late the delivery."""
    asset = claimed(table, clock)
    assert table.advance(asset.asset_id, step(clock, AssetStatus.SUBMITTED))
    clock.advance(3600)
    claim = table.claim(upload(), now=clock(), until=clock())
    assert claim.outcome is ClaimOutcome.SETTLED
    assert claim.asset.job_id == "job-1"


def test_the_plan_is_kept_as_it_was(table: Table, clock: FakeClock) -> None:
    """Profile, source and planned outputs come back as they were written, numbers as whole numbers."""
    asset = claimed(table, clock)
    assert table.record_plan(
        asset, profile="default", preset_versions={"mp4": 1}, source_info=SOURCE, planned_outputs=PLAN
    )
    kept = read(table, asset.asset_id)
    assert (kept.profile, kept.source_info, list(kept.planned_outputs)) == ("default", SOURCE, PLAN)
    assert type(kept.source_info["duration_ms"]) is int


def test_an_asset_goes_through_its_life(table: Table, clock: FakeClock) -> None:
    """Each step is taken once, remembered in order, and leaves what it learned in the record."""
    asset = claimed(table, clock)
    outputs = [{"format": "MP4", "key": "k", "width": 1280, "height": 720, "duration_ms": 10_000}]
    steps = [
        step(clock, AssetStatus.SUBMITTED),
        step(clock, AssetStatus.PROCESSING),
        step(clock, AssetStatus.VERIFYING, warnings=[{"code": 1, "count": 2}]),
        step(clock, AssetStatus.COMPLETE, outputs=outputs, expires_at=1_800_000_000),
    ]
    for each in steps:
        clock.advance(1)
        assert table.advance(asset.asset_id, each) is not None
        assert table.advance(asset.asset_id, each) is None
    kept = read(table, asset.asset_id)
    assert kept.status is AssetStatus.COMPLETE
    assert kept.submitted_at == timestamp(steps[0].at)
    assert kept.completed_at == timestamp(steps[3].at)
    assert list(kept.outputs) == outputs


@pytest.mark.parametrize(
    "refused",
    [
        {"to": AssetStatus.SUBMITTED},
        {"to": AssetStatus.COMPLETE},
        {"to": AssetStatus.VERIFYING, "job_id": "job-2"},
        {"to": AssetStatus.VERIFYING, "attempt": 2},
    ],
    ids=["back", "ahead of verification", "another job", "another attempt"],
)
def test_a_step_that_is_not_admitted_changes_nothing(
    table: Table, clock: FakeClock, refused: dict[str, Any]
) -> None:
    """Steps against the table, and those of another job or attempt, leave the record as it was."""
    asset = claimed(table, clock)
    table.advance(asset.asset_id, step(clock, AssetStatus.PROCESSING))
    before = table.get(asset.asset_id)
    clock.advance(1)
    attempted = Transition(**{"attempt": 1, "at": clock(), "detail": "", "job_id": "job-1", **refused})
    assert table.advance(asset.asset_id, attempted) is None
    assert table.get(asset.asset_id) == before


def test_an_end_holds_under_its_claim_only(table: Table, clock: FakeClock) -> None:
    """Who ends an asset under a claim can't do so once another has taken the asset over."""
    former = claimed(table, clock)
    clock.advance(61)
    current = claimed(table, clock)
    lost, held = (
        step(clock, AssetStatus.FAILED, job_id=None, claimed_until=asset.claimed_until)
        for asset in (former, current)
    )
    assert table.advance(former.asset_id, lost) is None
    assert read(table, former.asset_id) == current
    assert table.advance(former.asset_id, held) is not None


def test_an_end_under_a_claim_yields_to_a_job(table: Table, clock: FakeClock) -> None:
    """Who ends an asset under a claim can't do so once its job has reported itself."""
    asset = claimed(table, clock)
    table.advance(asset.asset_id, step(clock, AssetStatus.PROCESSING))
    failed = step(clock, AssetStatus.FAILED, job_id=None, claimed_until=asset.claimed_until)
    assert table.advance(asset.asset_id, failed) is None
    assert read(table, asset.asset_id).status is AssetStatus.PROCESSING


def test_a_step_of_an_unknown_asset_makes_no_record(table: Table, clock: FakeClock) -> None:
    """Writes never bring a record into being; only a claim does."""
    assert table.advance("0" * 32, step(clock, AssetStatus.FAILED)) is None
    assert table.get("0" * 32) is None


def test_a_failure_is_kept_for_people(table: Table, clock: FakeClock) -> None:
    """The error's code, category and message come back as they were written."""
    asset = claimed(table, clock)
    error = AssetError(code="EMPTY_FILE", category="source", message="The file is empty.")
    failed = table.advance(asset.asset_id, step(clock, AssetStatus.FAILED, job_id=None, error=error))
    assert failed is not None
    assert (failed.status, failed.error, failed.job_id) == (AssetStatus.FAILED, error, None)


def test_progress_only_grows(table: Table, clock: FakeClock) -> None:
    """Progress keeps an asset from being overdue, unless it is old news."""
    asset = claimed(table, clock)
    processing = table.advance(asset.asset_id, step(clock, AssetStatus.PROCESSING))
    assert processing is not None
    for percent in (50, 20):
        clock.advance(10)
        table.note_progress(processing, percent=percent, now=clock())
        assert read(table, asset.asset_id).updated_at == "2026-01-02T03:04:15.678Z"


def test_progress_without_a_percentage_is_a_sign_of_life(table: Table, clock: FakeClock) -> None:
    """A job that only says that it runs keeps its asset from being overdue."""
    asset = claimed(table, clock)
    processing = table.advance(asset.asset_id, step(clock, AssetStatus.PROCESSING))
    assert processing is not None
    clock.advance(10)
    table.note_progress(processing, percent=None, now=clock())
    assert read(table, asset.asset_id).updated_at == timestamp(clock())


def test_one_of_two_reconcilers_gets_an_asset(table: Table, clock: FakeClock) -> None:
    """An overdue asset that two runs look at is reserved by the first, and its redeliveries are counted."""
    asset = claimed(table, clock)
    clock.advance(10)
    assert table.take_for_repair(asset, now=clock(), redelivery=True)
    assert not table.take_for_repair(asset, now=clock(), redelivery=True)
    kept = read(table, asset.asset_id)
    assert kept.redeliveries == 1


def test_the_news_is_marked_as_sent(table: Table, clock: FakeClock) -> None:
    """An asset remembers that its end was announced."""
    asset = claimed(table, clock)
    failed = table.advance(asset.asset_id, step(clock, AssetStatus.FAILED))
    assert failed is not None
    table.note_warnings(failed, [{"code": 1, "count": 1}])
    table.note_notified(failed, now=clock())
    kept = read(table, asset.asset_id)
    assert kept.notified_at == timestamp(clock())
