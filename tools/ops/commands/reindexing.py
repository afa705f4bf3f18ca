"""`reindex`: go through all records at once, and put into the indexes what an earlier release wrote."""

from argparse import Namespace

from media_pipeline.domain.errors import MediaPipelineError
from media_pipeline.domain.ports import RecordIndex
from media_pipeline.domain.status_index import IndexedRecord, RecordsPage
from media_pipeline.services.operations.pace import Pace
from media_pipeline.services.reindexing import Reindexing
from tools.ops.adapters import Adapters
from tools.ops.commands.dialog import agreed, utc_now, without_error
from tools.terminal import Terminal


class PacedRecords:
    """Write at a pace, and count what was read and written; a page begun is written to its end."""

    def __init__(self, records: RecordIndex, pace: Pace, *, limit: int) -> None:
        self._records = records
        self._pace = pace
        self._limit = limit
        self.read = self.written = self.tried = 0

    @property
    def has_room(self) -> bool:
        """Tell whether the limit is not reached."""
        return self.tried < self._limit

    def page(self, after: str | None) -> RecordsPage:
        """Return the page of records behind an id."""
        page = self._records.page(after)
        self.read += len(page.records)
        return page

    def put_in_place(self, record: IndexedRecord) -> bool:
        """Write a record's shards at its turn; return False where its status changed meanwhile."""
        self._pace.wait()
        self.tried += 1
        done = self._records.put_in_place(record)
        self.written += done
        return done


def reindex(adapters: Adapters, terminal: Terminal, options: Namespace) -> bool:
    """Put records into the indexes; a run that was stopped is gone on with by the next one."""
    if options.dry_run:
        _count(adapters, terminal)
        return True
    question = f"Go through all records, and write what is out of place, at up to {options.rate:g} a second?"
    if not agreed(terminal, options, 1, question):
        return False
    records = PacedRecords(adapters.indexed_records, Pace(options.rate), limit=options.limit)
    checkpoint = adapters.reindexing_checkpoint
    work = Reindexing(records=records, checkpoint=checkpoint, clock=utc_now, is_due=lambda *_: True)
    error: MediaPipelineError | None = None
    finished = False
    with terminal.progress("Going through the records") as update:

        def has_time() -> bool:
            update(records.read)
            return records.has_room

        try:
            while not finished and records.has_room:
                work.run(has_time=has_time)
                state = checkpoint.load()
                finished = state is not None and state.began_at is None
        except MediaPipelineError as met:
            error = met
    terminal.say(f"{records.read:,} records gone through, {records.written:,} put into the indexes.")
    if not finished and error is None:
        terminal.say("The limit is reached: the same command goes on with the rest.")
    return without_error(terminal, error)


def _count(adapters: Adapters, terminal: Terminal) -> None:
    read = outside = 0
    after = None
    with terminal.progress("Going through the records") as update:
        while True:
            page = adapters.indexed_records.page(after)
            read += len(page.records)
            outside += sum(not record.is_in_place for record in page.records)
            update(read)
            after = page.next_after
            if after is None:
                break
    terminal.say(f"{read:,} records, {outside:,} of them out of place. Dry run: nothing was changed.")
