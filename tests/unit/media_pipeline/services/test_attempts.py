"""Registered and replayed assets, and the lookups of many: one contract for the real table and its fake."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from media_pipeline.adapters.dynamodb import from_item, to_item
from media_pipeline.domain.asset import (
    MAX_ATTEMPTS,
    TERMINAL_STATUSES,
    Asset,
    AssetStatus,
    ClaimOutcome,
    statuses_before,
)
from media_pipeline.domain.asset_record import tombstone
from media_pipeline.domain.clock import timestamp
from media_pipeline.domain.errors import RemovedAssetError
from media_pipeline.domain.failures.failure import AssetError
from tests.support.asset_steps import (
    PLAN,
    SOURCE,
    Table,
    claimed,
    read,
    step,
    upload,
)
from tests.support.fakes import FakeAssetTable, FakeClock

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
        asset, profile="default", preset_versions={"mp4": 1}, source_info=SOURCE, planned_outputs=PLAN
    )
    assert table.take_for_repair(asset, now=clock(), redelivery=True)
    processing = table.advance(asset.asset_id, step(clock, AssetStatus.PROCESSING))
    assert processing is not None
    table.note_progress(processing, percent=50, now=clock())
    table.note_warnings(processing, [{"code": 1, "count": 1}])
    if status is not AssetStatus.CANCELED:
        assert table.advance(asset.asset_id, step(clock, AssetStatus.VERIFYING))
    last = step(clock, status, error=ERROR, outputs=PLAN, expires_at=1_800_000_000)
    end = table.advance(asset.asset_id, last)
    assert end is not None
    table.note_notified(end, now=clock())
    return read(table, asset.asset_id)


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


def test_a_registered_upload_is_free_to_be_claimed(table: Table, clock: FakeClock) -> None:
    """An upload without an event gets a record like any other, and its message finds it unclaimed."""
    assert table.register(upload(), now=clock(), detail="The upload's event was lost")
    asset = read(table, upload().asset_id)
    assert (asset.status, asset.attempt, asset.upload) == (AssetStatus.RECEIVED, 1, upload())
    assert asset.created_at == asset.updated_at == timestamp(clock())
    assert [entry["detail"] for entry in asset.history] == ["The upload's event was lost"]
    claim = table.claim(upload(), now=clock(), until=clock() + timedelta(seconds=60))
    assert claim.outcome is ClaimOutcome.TAKEN_OVER
    assert claim.asset.planned_outputs == ()


def test_a_known_upload_is_not_registered(table: Table, clock: FakeClock) -> None:
    """Of two who register an upload one does, and neither touches an asset that is there, ended or not."""
    assert table.register(upload(), now=clock(), detail="first")
    before = record_of(table, upload().asset_id).copy()
    clock.advance(1)
    assert not table.register(upload(), now=clock(), detail="second")
    assert record_of(table, upload().asset_id) == before
    table.advance(upload().asset_id, step(clock, AssetStatus.FAILED))
    assert not table.register(upload(), now=clock(), detail="third")
    assert read(table, upload().asset_id).status is AssetStatus.FAILED


@pytest.mark.parametrize("wanted", [0, 1, 100, 101, 250])
def test_known_assets_are_separated_from_unknown_ones(table: Table, clock: FakeClock, wanted: int) -> None:
    """Of any number of ids, asked for at once, those with a record are returned."""
    there = {
        claimed(table, clock, upload(version_id=f"v{number}")).asset_id for number in range(0, wanted, 7)
    }
    asked = [upload(version_id=f"v{number}").asset_id for number in range(wanted)]
    assert table.known([*asked, *asked]) == there


def test_assets_of_a_status_come_in_the_order_of_their_last_change(table: Table, clock: FakeClock) -> None:
    """Only assets of the status that changed within the given times are found, on all pages, either way."""
    began, ids = clock(), []
    for number in range(5):
        ids.append(claimed(table, clock, upload(version_id=f"v{number}")).asset_id)
        clock.advance(10)

    def found(**wanted: Any) -> list[str]:
        return [asset.asset_id for asset in table.by_status(AssetStatus.RECEIVED, **wanted)]

    def at(seconds: int) -> Any:
        return began + timedelta(seconds=seconds)

    assert found() == found(page_size=2) == ids
    assert found(newest_first=True, page_size=2) == ids[::-1]
    assert found(before=at(20)) == ids[:2], "the end of the time does not belong to it"
    assert found(after=at(20)) == ids[2:], "its beginning does"
    assert found(after=at(10), before=at(30)) == found(after=at(10), before=at(30), page_size=1) == ids[1:3]
    assert found(after=at(30), before=at(30)) == found(after=at(30), before=at(10)) == []
    assert list(table.by_status(AssetStatus.SUBMITTED)) == []


def test_an_entry_tells_what_readers_need(table: Table, clock: FakeClock) -> None:
    """The index holds status, attempt, the error's code and whether a notification was sent."""
    asset = ended(table, clock)
    assert asset.error is not None
    (entry,) = table.by_status(AssetStatus.FAILED)
    assert (entry.asset_id, entry.status, entry.attempt) == (asset.asset_id, "FAILED", asset.attempt)
    assert (entry.error_code, entry.updated_at) == (asset.error.code, asset.updated_at)
    assert entry.notified_at == asset.notified_at == timestamp(clock())
    assert table.get_many([asset.asset_id, "0" * 32]) == [read(table, asset.asset_id)]


def test_a_removed_asset_is_known_and_nothing_else(table: Table, clock: FakeClock) -> None:
    """A tombstone keeps an upload from being claimed or registered anew, and is in no list."""
    asset = ended(table, clock)
    left = tombstone(asset.asset_id, now=clock(), expires_at=None)
    if isinstance(table, FakeAssetTable):
        table.records[asset.asset_id] = left
    else:
        table._client.put_item(TableName=table._table_name, Item=to_item(left))
    assert table.was_removed(asset.asset_id)
    assert not table.was_removed("0" * 32)
    assert table.get(asset.asset_id) is None
    assert table.get_many([asset.asset_id]) == []
    assert table.known([asset.asset_id]) == {asset.asset_id}
    assert not table.register(asset.upload, now=clock(), detail="")
    with pytest.raises(RemovedAssetError):
        table.claim(asset.upload, now=clock(), until=clock())
    assert table.advance(asset.asset_id, step(clock, AssetStatus.FAILED)) is None
    table.note_notified(asset, now=clock())
    assert [list(table.by_status(status)) for status in AssetStatus] == [[] for _ in AssetStatus]
    assert record_of(table, asset.asset_id) == left
