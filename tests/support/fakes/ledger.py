"""Counters in a dictionary, which change together with a table's records."""

from collections.abc import Sequence

from media_pipeline.domain.asset_record import RecordWrite
from media_pipeline.domain.errors import CapReachedError
from media_pipeline.domain.spending.reservation import Change
from tests.support.fakes.asset_table import FakeAssetTable


class FakeLedger:
    """Keep counters, in millionths of a dollar."""

    def __init__(self, table: FakeAssetTable) -> None:
        self.counters: dict[str, int] = {}
        self.raised: dict[str, int] = {}
        self._table = table

    def book(self, asset_id: str, write: RecordWrite, changes: Sequence[Change]) -> bool:
        """Write all or nothing; return False where the record's write is refused."""
        record = self._table.records.get(asset_id)
        written = write.applied_to(record) if record is not None else None
        if written is None:
            return False
        for change in changes:
            name, cap = change.counter.id, change.counter.cap_micro_usd
            total = self.counters.get(name, 0) + change.micro_usd
            if cap is not None and change.micro_usd > 0 and total > max(cap, self.raised.get(name, 0)):
                raise CapReachedError(f"{name} has no room", counter=name)
        for change in changes:
            self.counters[change.counter.id] = self.counters.get(change.counter.id, 0) + change.micro_usd
        self._table.records[asset_id] = written
        return True
