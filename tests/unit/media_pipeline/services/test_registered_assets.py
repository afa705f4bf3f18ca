"""Registered uploads, and lookups of many assets: one contract for the real table and its fake."""

from datetime import timedelta
from typing import Any

import pytest

from media_pipeline.adapters.dynamodb import to_item
from media_pipeline.domain.asset import (
    AssetStatus,
    ClaimOutcome,
)
from media_pipeline.domain.asset_record import tombstone
from media_pipeline.domain.clock import timestamp
from media_pipeline.domain.errors import RemovedAssetError
from tests.support.asset_steps import (
    Table,
    claimed,
    ended,
    read,
    record_of,
    step,
    upload,
)
from tests.support.fakes import FakeAssetTable, FakeClock


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
