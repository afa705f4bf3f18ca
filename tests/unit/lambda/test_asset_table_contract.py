"""One contract for the assets table in DynamoDB and for the fake that stands for it elsewhere."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from media_pipeline.asset_table import AssetTable
from media_pipeline.assets import (
    Asset,
    AssetError,
    AssetStatus,
    ClaimOutcome,
    Transition,
    UploadedObject,
    timestamp,
)
from tests.fakes import FakeAssetTable, FakeClock

Table = AssetTable | FakeAssetTable
PLAN = [
    {"format": "MP4", "key": "id/1/mp4/video_720p.mp4", "group": 0, "width": 1280, "height": 720, "files": []}
]
SOURCE = {"container": "mp4", "duration_ms": 10_000, "audio": [], "video": {"display_width": 1280}}


@pytest.fixture(params=["fake", "dynamodb"])
def table(request: pytest.FixtureRequest) -> Table:
    """Return an empty table, first the fake, then the real one."""
    if request.param == "fake":
        return FakeAssetTable()
    client = request.getfixturevalue("dynamodb")
    name = f"assets-{uuid4()}"
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "asset_id", "KeyType": "HASH"}],
        AttributeDefinitions=[
            {"AttributeName": attribute, "AttributeType": "S"}
            for attribute in ("asset_id", "status", "updated_at")
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by_status",
                "KeySchema": [
                    {"AttributeName": "status", "KeyType": "HASH"},
                    {"AttributeName": "updated_at", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    return AssetTable(client, name)


@pytest.fixture
def clock() -> FakeClock:
    """Return a clock that only the test moves."""
    return FakeClock()


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


def step(clock: FakeClock, to: AssetStatus, *, job_id: str | None = "job-1", **more: Any) -> Transition:
    """Return a step of the first attempt."""
    return Transition(to=to, attempt=1, at=clock(), detail=f"to {to}", job_id=job_id, **more)


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
    read = table.get(asset.asset_id)
    assert read is not None
    assert read.upload.version_id is None


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
    assert not table.record_plan(former, profile="default", source_info=SOURCE, planned_outputs=PLAN)
    table.release(former, now=clock())
    again = table.claim(upload(), now=clock(), until=clock() + timedelta(seconds=60))
    assert again.outcome is ClaimOutcome.HELD


def test_a_released_claim_is_free(table: Table, clock: FakeClock) -> None:
    """A claim that was given back goes to the next delivery at once."""
    table.release(claimed(table, clock), now=clock())
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
    assert table.record_plan(asset, profile="default", source_info=SOURCE, planned_outputs=PLAN)
    read = table.get(asset.asset_id)
    assert read is not None
    assert (read.profile, read.source_info, list(read.planned_outputs)) == ("default", SOURCE, PLAN)
    assert type(read.source_info["duration_ms"]) is int


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
    read = table.get(asset.asset_id)
    assert read is not None
    assert read.status is AssetStatus.COMPLETE
    assert read.submitted_at == timestamp(steps[0].at)
    assert read.completed_at == timestamp(steps[3].at)
    assert list(read.outputs) == outputs


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
        read = table.get(asset.asset_id)
        assert read is not None
        assert read.updated_at == "2026-01-02T03:04:15.678Z"


def test_overdue_assets_are_found_oldest_first(table: Table, clock: FakeClock) -> None:
    """Only assets of the status that were untouched since the given time are found, on all pages."""
    ids = []
    for number in range(3):
        ids.append(claimed(table, clock, upload(version_id=f"v{number}")).asset_id)
        clock.advance(10)
    assert list(table.overdue(AssetStatus.RECEIVED, before=clock.now - timedelta(seconds=15))) == ids[:2]
    assert list(table.overdue(AssetStatus.RECEIVED, before=clock(), page_size=2)) == ids
    assert list(table.overdue(AssetStatus.SUBMITTED, before=clock())) == []


def test_one_of_two_reconcilers_gets_an_asset(table: Table, clock: FakeClock) -> None:
    """An overdue asset that two runs look at is reserved by the first, and its redeliveries are counted."""
    asset = claimed(table, clock)
    clock.advance(10)
    assert table.take_for_repair(asset, now=clock(), redelivery=True)
    assert not table.take_for_repair(asset, now=clock(), redelivery=True)
    read = table.get(asset.asset_id)
    assert read is not None
    assert read.redeliveries == 1


def test_the_news_is_marked_as_sent(table: Table, clock: FakeClock) -> None:
    """An asset remembers that its end was announced."""
    asset = claimed(table, clock)
    failed = table.advance(asset.asset_id, step(clock, AssetStatus.FAILED))
    assert failed is not None
    table.note_warnings(failed, [{"code": 1, "count": 1}])
    table.note_notified(failed, now=clock())
    read = table.get(asset.asset_id)
    assert read is not None
    assert read.notified_at == timestamp(clock())
