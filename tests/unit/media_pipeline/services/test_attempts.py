"""Replayed assets, with attempts apart from each other: one contract for the real table and its fake."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from media_pipeline.domain.asset import (
    MAX_ATTEMPTS,
    TERMINAL_STATUSES,
    Asset,
    AssetStatus,
    ClaimOutcome,
    statuses_before,
)
from media_pipeline.domain.clock import timestamp
from tests.support.asset_steps import (
    ERROR,
    Table,
    claimed,
    ended,
    read,
    record_of,
    step,
    upload,
)
from tests.support.fakes import FakeClock


@pytest.mark.parametrize("status", sorted(TERMINAL_STATUSES))
def test_a_replay_begins_the_next_attempt(table: Table, clock: FakeClock, status: AssetStatus) -> None:
    """Whatever its end, the asset is RECEIVED again under the next number, free to be claimed at once."""
    asset = ended(table, clock, status)
    clock.advance(10)
    again = table.replay(asset, now=clock(), detail="asked for by an operator")
    assert again is not None
    assert again == read(table, asset.asset_id)
    assert (again.status, again.attempt) == (AssetStatus.RECEIVED, 2)
    assert (again.upload, again.created_at) == (asset.upload, asset.created_at)
    assert again.updated_at == again.claimed_until == timestamp(clock())
    claim = table.claim(asset.upload, now=clock(), until=clock() + timedelta(seconds=60))
    assert claim.outcome is ClaimOutcome.TAKEN_OVER


def test_a_replay_keeps_what_became_of_the_attempt_before(table: Table, clock: FakeClock) -> None:
    """The history goes on, and each earlier attempt stays in the record with its job and its error."""
    asset = ended(table, clock)
    clock.advance(10)
    again = table.replay(asset, now=clock(), detail="asked for by an operator")
    assert again is not None
    assert list(again.history) == [
        *asset.history,
        {
            "status": "RECEIVED",
            "attempt": 2,
            "at": timestamp(clock()),
            "detail": "asked for by an operator",
        },
    ]
    assert list(again.past_attempts) == [
        {
            "attempt": 1,
            "status": "FAILED",
            "job_id": "job-1",
            "error": ERROR.as_record(),
            "completed_at": asset.completed_at,
            "quote_usd": "0.085500",
            "billed_usd": "0.080000",
        }
    ]


def test_a_replay_forgets_what_belongs_to_one_attempt(table: Table, clock: FakeClock) -> None:
    """Plan, job, error, news and day of deletion are not taken over: the record is like a new asset's."""
    new = upload(version_id="v2")
    assert table.register(new, now=clock(), detail="")
    asset = ended(table, clock)
    left_behind = record_of(table, asset.asset_id).keys() - record_of(table, new.asset_id).keys()
    assert len(left_behind) >= 13
    table.replay(asset, now=clock(), detail="")
    kept = record_of(table, asset.asset_id).keys() - record_of(table, new.asset_id).keys()
    assert kept == {"past_attempts"}


def test_an_asset_is_replayed_once(table: Table, clock: FakeClock) -> None:
    """Of two operators who replay the same end, the second begins no third attempt."""
    asset = ended(table, clock)
    assert table.replay(asset, now=clock(), detail="first") is not None
    before = record_of(table, asset.asset_id).copy()
    clock.advance(1)
    assert table.replay(asset, now=clock(), detail="second") is None
    assert record_of(table, asset.asset_id) == before


@pytest.mark.parametrize("status", [status for status in AssetStatus if status not in TERMINAL_STATUSES])
def test_only_an_end_is_replayed(table: Table, clock: FakeClock, status: AssetStatus) -> None:
    """An asset that is under way has an attempt already."""
    asset = claimed(table, clock)
    if status is not AssetStatus.RECEIVED:
        assert table.advance(asset.asset_id, step(clock, status))
    with pytest.raises(ValueError, match=asset.asset_id):
        table.replay(read(table, asset.asset_id), now=clock(), detail="")
    assert read(table, asset.asset_id).status is status


def test_attempts_are_limited(table: Table, clock: FakeClock) -> None:
    """A record keeps all of its attempts, so there can't be any number of them; each has its own job."""
    asset = ended(table, clock)
    for attempt in range(2, MAX_ATTEMPTS + 1):
        again = table.replay(asset, now=clock(), detail="")
        assert again is not None
        assert again.attempt == attempt
        last = step(clock, AssetStatus.CANCELED, attempt=attempt, job_id=f"job-{attempt}")
        end = table.advance(asset.asset_id, last)
        assert end is not None
        asset = end
    with pytest.raises(ValueError, match=asset.asset_id):
        table.replay(asset, now=clock(), detail="")
    jobs = [past["job_id"] for past in read(table, asset.asset_id).past_attempts]
    assert jobs == [f"job-{attempt}" for attempt in range(1, MAX_ATTEMPTS)]


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstAttempt:
    """Hold what late work knows of the first attempt: the asset as it was received, submitted, ended."""

    received: Asset
    submitted: Asset
    ended: Asset


Late = Callable[[Table, FirstAttempt, FakeClock], object]


def late_step(status: AssetStatus) -> Late:
    """Return the step that news of the first job leads to."""
    return lambda table, first, clock: table.advance(first.ended.asset_id, step(clock, status))


LATE: dict[str, Late] = {
    **{f"a step to {status}": late_step(status) for status in AssetStatus if statuses_before(status)},
    "the end of a claim": lambda table, first, clock: table.advance(
        first.received.asset_id,
        step(clock, AssetStatus.FAILED, job_id=None, claimed_until=first.received.claimed_until),
    ),
    "a plan": lambda table, first, clock: table.record_plan(
        first.received, profile="late", preset_versions={"mp4": 1}, source_info={}, planned_outputs=[]
    ),
    "a release": lambda table, first, clock: table.release(first.received, now=clock()),
    "progress": lambda table, first, clock: table.note_progress(first.submitted, percent=99, now=clock()),
    "warnings": lambda table, first, clock: table.note_warnings(first.submitted, [{"code": 9, "count": 9}]),
    "captions": lambda table, first, clock: table.note_captions(first.ended, outputs=[], rejected=[]),
    "news": lambda table, first, clock: table.note_notified(first.ended, now=clock()),
    "a repair": lambda table, first, clock: table.take_for_repair(first.submitted, now=clock()),
}


@pytest.mark.parametrize("late", LATE)
@pytest.mark.parametrize("is_under_way", [False, True])
def test_what_is_late_of_one_attempt_changes_nothing_in_the_next(
    table: Table, clock: FakeClock, late: str, is_under_way: bool
) -> None:
    """Late work on the first attempt, and late news of its job, leave the second one as it is."""
    received = claimed(table, clock)
    submitted = table.advance(received.asset_id, step(clock, AssetStatus.SUBMITTED))
    end = table.advance(received.asset_id, step(clock, AssetStatus.FAILED))
    assert submitted is not None
    assert end is not None
    # The second attempt is free from the very moment to which the first one's claim went: only its number
    # tells them apart.
    clock.advance(60)
    again = table.replay(end, now=clock(), detail="")
    assert again is not None
    assert again.claimed_until == received.claimed_until
    if is_under_way:
        assert table.advance(again.asset_id, step(clock, AssetStatus.SUBMITTED, attempt=2, job_id="job-2"))
    before = record_of(table, again.asset_id).copy()
    clock.advance(1)
    first = FirstAttempt(received=received, submitted=submitted, ended=end)
    assert not LATE[late](table, first, clock)
    assert record_of(table, again.asset_id) == before
