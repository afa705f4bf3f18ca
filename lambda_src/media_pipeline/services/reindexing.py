"""Give records that an earlier release wrote their places in the indexes over statuses and creation.

Releases before an index named no shard in their records, so the index has no entry of what they wrote: the
reconciler, or a listing, would not see it. While a release is applied, and after a release is taken back,
older functions write on for a while. So the reconciler goes through all records: once at first, once more an
hour later, and then every week; each time page by page, as far as a run's time allows, from where the last
run stopped. An operator's `reindex` goes through them at once. A write is conditional on the status that was
read, so nothing is undone.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from media_pipeline.domain.clock import instant, timestamp
from media_pipeline.domain.ports import Checkpoint, Clock, RecordIndex
from media_pipeline.domain.status_index import ReindexingCursor
from media_pipeline.domain.values import dataclass

# A run leaves time for what else it has to do: so many records are written in two minutes or less.
MAX_WRITTEN = 10_000
MAX_PAGES = 200
SECOND_PASS_AFTER = timedelta(hours=1)
NEXT_PASS_AFTER = timedelta(days=7)


def is_due(cursor: ReindexingCursor, now: datetime) -> bool:
    """Tell whether the reconciler begins its next pass, by when the last one began."""
    if cursor.finished_began_at is None:
        return True
    pause = SECOND_PASS_AFTER if cursor.finished == 1 else NEXT_PASS_AFTER
    return now - instant(cursor.finished_began_at) >= pause


@dataclass(frozen=True, slots=True, kw_only=True)
class Reindexing:
    """Bring the index up to date with records of other releases, a part a run."""

    records: RecordIndex
    checkpoint: Checkpoint[ReindexingCursor]
    clock: Clock
    is_due: Callable[[ReindexingCursor, datetime], bool] = is_due

    def run(self, *, has_time: Callable[[], bool]) -> tuple[int, bool]:
        """Go on with a pass that is due; return how many records were put in place.

        The second answer tells whether a whole pass was made, now or ever: before, not every asset that has
        ended can be found.
        """
        cursor, now, written = self.checkpoint.load() or ReindexingCursor(), self.clock(), 0
        if cursor.began_at is None:
            if not self.is_due(cursor, now):
                return 0, True
            cursor = replace(cursor, began_at=timestamp(now), after=None)
        for _ in range(MAX_PAGES):
            if not has_time() or written >= MAX_WRITTEN:
                break
            page = self.records.page(cursor.after)
            written += sum(
                self.records.put_in_place(record) for record in page.records if not record.is_in_place
            )
            cursor = replace(cursor, after=page.next_after)
            if page.next_after is None:
                cursor = ReindexingCursor(finished=cursor.finished + 1, finished_began_at=cursor.began_at)
            self.checkpoint.save(cursor)
            if page.next_after is None:
                break
        return written, cursor.finished > 0
