"""100,000 records of an earlier release, in memory: bounded runs, stopped anywhere, miss none."""

from bisect import bisect_right
from dataclasses import replace

from media_pipeline.domain.indexes.creation import creation_shard
from media_pipeline.domain.status_index import IndexedRecord, RecordsPage, ReindexingCursor, status_shard
from media_pipeline.services.reindexing import MAX_PAGES, MAX_WRITTEN, SECOND_PASS_AFTER, Reindexing
from tests.support.fakes import FakeCheckpoint, FakeClock

RECORDS = 100_000
PAGE = 500


class LargeTable:
    """Hold records by id; pages are read in the order of ids, as a scan reads in an order of its own."""

    def __init__(self) -> None:
        self.records = {
            (asset_id := f"{number:032x}"): IndexedRecord(
                asset_id=asset_id,
                status="COMPLETE",
                attempt=1,
                shard=status_shard("COMPLETE", asset_id),
                created_at=f"2026-{1 + number % 12:02}-03T04:05:06.789Z",
                creation_shard=None,
            )
            for number in range(RECORDS)
        }
        self._ids = sorted(self.records)
        self.pages = self.writes = 0
        self.dies_at_write: int | None = None

    def page(self, after: str | None) -> RecordsPage:
        """Return the page behind an id."""
        self.pages += 1
        start = bisect_right(self._ids, after) if after is not None else 0
        ids = self._ids[start : start + PAGE]
        more = start + PAGE < len(self._ids)
        return RecordsPage(records=[self.records[each] for each in ids], next_after=ids[-1] if more else None)

    def put_in_place(self, record: IndexedRecord) -> bool:
        """Write a record's place, or die."""
        if self.writes == self.dies_at_write:
            self.dies_at_write = None
            raise KeyboardInterrupt
        self.writes += 1
        place = creation_shard(record.created_at, record.asset_id)
        self.records[record.asset_id] = replace(record, creation_shard=place)
        return True


def test_100_000_records_are_put_in_place_by_bounded_runs() -> None:
    """Runs keep their bounds, one that dies repeats a page, and a second pass writes nothing."""
    table, checkpoint, clock = LargeTable(), FakeCheckpoint[ReindexingCursor](), FakeClock()
    work = Reindexing(records=table, checkpoint=checkpoint, clock=clock)
    table.dies_at_write = 12_345
    runs = 0
    while True:
        pages, writes = table.pages, table.writes
        runs += 1
        try:
            _, whole = work.run(has_time=lambda: True)
        except KeyboardInterrupt:
            continue
        assert table.pages - pages <= MAX_PAGES
        assert table.writes - writes < MAX_WRITTEN + PAGE
        if whole:
            break
    assert all(record.is_in_place for record in table.records.values())
    assert table.writes == RECORDS
    # One page was read twice: that at which a run died.
    assert table.pages == RECORDS // PAGE + 1
    assert runs <= RECORDS // MAX_WRITTEN + 2
    clock.advance(SECOND_PASS_AFTER.total_seconds())
    assert work.run(has_time=lambda: True) == (0, True)
    assert table.writes == RECORDS
