"""When all records are gone through, how far a run gets, and what it answers: on a fake of the table."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from media_pipeline.domain.clock import timestamp
from media_pipeline.domain.indexes.creation import creation_shard
from media_pipeline.domain.status_index import IndexedRecord, RecordsPage, ReindexingCursor, status_shard
from media_pipeline.services import reindexing
from media_pipeline.services.reindexing import Reindexing
from tests.support.fakes import FakeCheckpoint, FakeClock

CREATED = "2026-01-02T03:04:05.678Z"


class _Records:
    """Hold pages of records; `refused` are the ids of those that change meanwhile."""

    def __init__(self, *pages: Sequence[IndexedRecord]) -> None:
        self.pages = pages
        self.read: list[str | None] = []
        self.written: list[str] = []
        self.refused: set[str] = set()

    def page(self, after: str | None) -> RecordsPage:
        """Return a page; its number is the id before it."""
        self.read.append(after)
        number = int(after or 0)
        last = number + 1 >= len(self.pages)
        return RecordsPage(
            records=self.pages[number] if self.pages else (), next_after=None if last else str(number + 1)
        )

    def put_in_place(self, record: IndexedRecord) -> bool:
        """Write a record unless it changed meanwhile."""
        self.written.append(record.asset_id)
        return record.asset_id not in self.refused


def _record(asset_id: str, *, shard: str | None = None, noted: str | None = None) -> IndexedRecord:
    return IndexedRecord(
        asset_id=asset_id,
        status="FAILED",
        attempt=1,
        shard=shard,
        created_at=CREATED,
        creation_shard=creation_shard(CREATED, asset_id),
        error_code="E",
        noted_error_code=noted,
    )


def _in_place(asset_id: str) -> IndexedRecord:
    return _record(asset_id, shard=status_shard("FAILED", asset_id), noted="E")


class _World:
    def __init__(self, *pages: Sequence[IndexedRecord]) -> None:
        self.records = _Records(*pages)
        self.checkpoint: FakeCheckpoint[ReindexingCursor] = FakeCheckpoint()
        self.clock = FakeClock()
        self.reindexing = Reindexing(records=self.records, checkpoint=self.checkpoint, clock=self.clock)

    def run(self, *, pages: int = 1000) -> tuple[int, bool]:
        left = iter([True] * pages)
        return self.reindexing.run(has_time=lambda: next(left, False))


def test_records_out_of_place_are_written() -> None:
    """Each page is read once, and what has its place and its code is passed over."""
    wrong_code = _record("c", shard=status_shard("FAILED", "c"))
    world = _World([_record("a"), _in_place("b")], [wrong_code])
    assert world.run() == (2, True)
    assert (world.records.read, world.records.written) == ([None, "1"], ["a", "c"])


def test_records_that_changed_meanwhile_are_not_counted() -> None:
    """A write that is refused put nothing in place."""
    world = _World([_record("a"), _record("b")])
    world.records.refused = {"a"}
    assert world.run() == (1, True)


def test_a_pass_goes_on_behind_the_last_page() -> None:
    """The checkpoint holds where and when, and a later run begins neither anew nor at another time."""
    world = _World([_record("a")], [_record("b")], [_record("c")])
    began_at = timestamp(world.clock())
    assert world.run(pages=0) == (0, False)
    assert world.checkpoint.state is None
    assert world.run(pages=1) == (1, False)
    assert world.checkpoint.state == ReindexingCursor(after="1", began_at=began_at)
    world.clock.advance(60)
    assert world.run(pages=1) == (1, False)
    assert world.checkpoint.state == ReindexingCursor(after="2", began_at=began_at)
    assert world.run() == (1, True)
    assert world.checkpoint.state == ReindexingCursor(finished=1, finished_began_at=began_at)
    assert world.records.read == [None, "1", "2"]


@pytest.mark.parametrize(
    ("finished", "pause"), [(1, timedelta(hours=1)), (2, timedelta(days=7)), (3, timedelta(days=7))]
)
def test_the_next_pass_begins_after_a_pause(finished: int, pause: timedelta) -> None:
    """An hour after the beginning of the first pass, a week after that of each later one."""
    world = _World([_record("a")])
    world.checkpoint.state = ReindexingCursor(finished=finished, finished_began_at=timestamp(world.clock()))
    world.clock.advance(pause.total_seconds() - 1)
    assert world.run() == (0, True)
    assert world.records.read == []
    world.clock.advance(1)
    assert world.run() == (1, True)
    assert world.checkpoint.state == ReindexingCursor(
        finished=finished + 1, finished_began_at=timestamp(world.clock())
    )


def test_a_later_pass_that_is_not_finished_was_preceded_by_a_whole_one() -> None:
    """What matters to readers is that every record was gone through once."""
    world = _World([_record("a")], [_record("b")])
    world.checkpoint.state = ReindexingCursor(finished=1, finished_began_at=timestamp(world.clock()))
    world.clock.advance(3_600)
    assert world.run(pages=1) == (1, True)


def test_a_run_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """After so many pages, or so many writes, a run leaves time for what else it has to do."""
    monkeypatch.setattr(reindexing, "MAX_PAGES", 2)
    world = _World([], [], [])
    assert world.run() == (0, False)
    assert world.records.read == [None, "1"]
    monkeypatch.setattr(reindexing, "MAX_PAGES", 200)
    monkeypatch.setattr(reindexing, "MAX_WRITTEN", 2)
    world = _World([_record("a")], [_record("b")], [_record("c")])
    assert world.run() == (2, False)
