"""Records that an earlier release wrote get their place in the index, whatever happens meanwhile."""

from datetime import timedelta
from typing import Any

import pytest

from media_pipeline.adapters.asset_scan import IndexedRecordTable
from media_pipeline.adapters.asset_table import AssetTable
from media_pipeline.adapters.checkpoints import REINDEXING, DynamoCheckpoint
from media_pipeline.adapters.dynamodb import from_item, to_item
from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.failures.failure import AssetError
from media_pipeline.domain.status_index import ReindexingCursor
from media_pipeline.domain.transitions import Transition
from media_pipeline.services.reindexing import Reindexing
from tests.support.asset_steps import (
    claimed,
    read,
    step,
    upload,
)
from tests.support.fakes import FakeClock
from tests.support.local_resources import new_assets_table

ERROR = AssetError(code="EMPTY_FILE", category="source", message="The file is empty.")


class Upgraded:
    """A table with records of an earlier release, and the reconciler's part that goes through them."""

    def __init__(self, dynamodb: Any, clock: FakeClock) -> None:
        self.client, self.clock = dynamodb, clock
        self.name = new_assets_table(dynamodb)
        self.table = AssetTable(dynamodb, self.name)
        self.reindexing = Reindexing(
            records=IndexedRecordTable(dynamodb, self.name, page_size=2),
            checkpoint=DynamoCheckpoint(dynamodb, self.name, REINDEXING, state=ReindexingCursor),
            clock=clock,
        )

    def old(self, version: str, *, status: AssetStatus = AssetStatus.RECEIVED, **changed: Any) -> str:
        """Return the id of an asset whose record is as an earlier release wrote it."""
        asset_id = claimed(self.table, self.clock, upload(version_id=version)).asset_id
        if status is not AssetStatus.RECEIVED:
            end = Transition(to=status, attempt=1, at=self.clock(), detail="", error=ERROR)
            assert self.table.advance(asset_id, end)
        key = {"asset_id": {"S": asset_id}}
        item = from_item(self.client.get_item(TableName=self.name, Key=key)["Item"])
        for name in ("status_shard", "creation_shard", "error_code"):
            item.pop(name, None)
        self.client.put_item(TableName=self.name, Item=to_item({**item, **changed}))
        return asset_id

    def found(self, status: AssetStatus) -> set[str]:
        """Return the ids that readers of the index find."""
        return {entry.asset_id for entry in self.table.by_status(status)}

    def run(self, runs: int = 1, *, pages: int = 1000) -> tuple[int, bool]:
        """Let so many runs of the reconciler go by, each with time for some pages; count the writes."""
        written, whole = 0, False
        for _ in range(runs):
            time_left = iter([True] * pages)
            more, whole = self.reindexing.run(has_time=lambda left=time_left: next(left, False))  # type: ignore[misc]
            written += more
        return written, whole


@pytest.fixture
def upgraded(dynamodb: Any, clock: FakeClock) -> Upgraded:
    """Return an empty table."""
    return Upgraded(dynamodb, clock)


def test_old_records_are_found_again(upgraded: Upgraded) -> None:
    """Nothing of an earlier release is in the index; afterwards all of it is, with the codes of errors."""
    waiting = {upgraded.old(f"v{number}") for number in range(5)}
    failed = upgraded.old("failed", status=AssetStatus.FAILED)
    assert upgraded.found(AssetStatus.RECEIVED) == set()
    assert upgraded.run() == (6, True)
    assert upgraded.found(AssetStatus.RECEIVED) == waiting
    (entry,) = upgraded.table.by_status(AssetStatus.FAILED)
    assert (entry.asset_id, entry.error_code) == (failed, "EMPTY_FILE")


def test_a_pass_goes_on_where_it_stopped(upgraded: Upgraded) -> None:
    """Runs without much time do a page each, and only the last one says that all was gone through."""
    ids = {upgraded.old(f"v{number}") for number in range(5)}
    assert upgraded.run(pages=0) == (0, False)
    assert upgraded.run(pages=1) == (2, False)
    assert upgraded.run(2, pages=1)[1] is True or upgraded.run(pages=1)[1] is True
    assert upgraded.found(AssetStatus.RECEIVED) == ids


def test_what_has_its_place_is_not_written_again(upgraded: Upgraded, clock: FakeClock) -> None:
    """A second pass an hour later, and one a week later, find what older functions wrote meanwhile."""
    upgraded.old("first")
    assert upgraded.run() == (1, True)
    late = upgraded.old("while the release was applied")
    assert upgraded.run() == (0, True)
    clock.advance(timedelta(hours=1).total_seconds())
    assert upgraded.run() == (1, True)
    assert late in upgraded.found(AssetStatus.RECEIVED)
    stale = upgraded.old("after the release was taken back", status_shard="SUBMITTED#0")
    clock.advance(timedelta(days=6).total_seconds())
    assert upgraded.run() == (0, True)
    clock.advance(timedelta(days=1).total_seconds())
    assert upgraded.run() == (1, True)
    assert stale in upgraded.found(AssetStatus.RECEIVED)


def test_an_entry_in_a_wrong_place_is_passed_over(upgraded: Upgraded) -> None:
    """Where an older function moved an asset on, the entry of its former status is none."""
    upgraded.old("v", status=AssetStatus.FAILED, status_shard="RECEIVED#0")
    assert upgraded.found(AssetStatus.RECEIVED) == set()


def test_an_asset_that_moves_on_meanwhile_is_left_to_its_mover(upgraded: Upgraded, clock: FakeClock) -> None:
    """What was read before a step is not written over it."""
    asset_id = upgraded.old("v")
    records = IndexedRecordTable(upgraded.client, upgraded.name)
    (record,) = records.page(None).records
    assert upgraded.table.advance(asset_id, step(clock, AssetStatus.SUBMITTED))
    assert not records.put_in_place(record)
    assert read(upgraded.table, asset_id).status is AssetStatus.SUBMITTED
    assert upgraded.found(AssetStatus.SUBMITTED) == {asset_id}


def test_any_write_gives_a_record_its_place(upgraded: Upgraded, clock: FakeClock) -> None:
    """An asset in flight at the upgrade is in the index from its next step on, or its next receive."""
    claimed_again, stepped = upgraded.old("a"), upgraded.old("b")
    clock.advance(61)
    claimed(upgraded.table, clock, upload(version_id="a"))
    upgraded.table.advance(stepped, step(clock, AssetStatus.PROCESSING))
    assert upgraded.found(AssetStatus.RECEIVED) == {claimed_again}
    assert upgraded.found(AssetStatus.PROCESSING) == {stepped}
