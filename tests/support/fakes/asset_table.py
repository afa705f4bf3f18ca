"""The assets table in a dictionary."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from media_pipeline.domain.asset import Asset, AssetStatus
from media_pipeline.domain.asset_record import RecordWrite
from media_pipeline.domain.asset_store import AssetStore
from media_pipeline.domain.clock import timestamp
from media_pipeline.domain.status_index import IndexEntry
from tests.support.fakes.clock import FakeClock


class FakeAssetTable(AssetStore):
    """Keep records in a dictionary; a write is applied as the domain describes it."""

    def __init__(self, beginning: datetime | None = None) -> None:
        self.records: dict[str, dict[str, Any]] = {}
        self._beginning = beginning or FakeClock()()

    def read_record(self, asset_id: str) -> Mapping[str, Any] | None:
        """Return a record."""
        return self.records.get(asset_id)

    def create_record(self, record: Mapping[str, Any]) -> bool:
        """Keep a new record; return False where its id has one already."""
        if record["asset_id"] in self.records:
            return False
        self.records[record["asset_id"]] = dict(record)
        return True

    def update_record(self, asset_id: str, write: RecordWrite) -> Mapping[str, Any] | None:
        """Return a record after a write, None where the write is refused."""
        record = self.records.get(asset_id)
        written = write.applied_to(record) if record is not None else None
        if written is not None:
            self.records[asset_id] = written
        return written

    def beginning(self) -> datetime:
        """Return when the pipeline came into being."""
        return self._beginning

    def by_status(
        self,
        status: AssetStatus,
        *,
        before: datetime | None = None,
        after: datetime | None = None,
        newest_first: bool = False,
        page_size: int = 100,
    ) -> Iterator[IndexEntry]:
        """Yield the index's entries of a status that last changed between the given times."""
        found = [
            (record["updated_at"], asset_id)
            for asset_id, record in self.records.items()
            if record.get("status") == status.value
            and record.get("status_shard")
            and (before is None or record["updated_at"] < timestamp(before))
            and (after is None or record["updated_at"] >= timestamp(after))
        ]
        ids = [asset_id for _, asset_id in sorted(found, reverse=newest_first)]
        return (IndexEntry.from_record(self.records[asset_id]) for asset_id in ids)

    def get_many(self, asset_ids: Sequence[str]) -> list[Asset]:
        """Return the assets of these ids that are there, in their order."""
        return [asset for asset_id in asset_ids if (asset := self.get(asset_id)) is not None]

    def known(self, asset_ids: Collection[str]) -> set[str]:
        """Return those of the ids that have a record."""
        return set(asset_ids) & self.records.keys()
