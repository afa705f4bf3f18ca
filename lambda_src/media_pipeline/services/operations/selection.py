"""Which assets a request is about: those that it names, or those of a status, an age, an error."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice

from media_pipeline.domain.asset import Asset, AssetStatus
from media_pipeline.domain.asset_store import AssetStore
from media_pipeline.domain.values import dataclass

# Source: DynamoDB API, BatchGetItem: up to 100 items
_AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Describe assets by status, by the time since their last change, and by the code of their error."""

    statuses: Sequence[AssetStatus]
    older_than: timedelta | None = None
    newer_than: timedelta | None = None
    code: str | None = None
    limit: int

    def find(self, table: AssetStore, *, now: datetime, newest_first: bool = False) -> Iterator[Asset]:
        """Yield at most `limit` such assets, ordered by the time of their last change."""
        per_status = [
            table.by_status(
                status,
                before=now - self.older_than if self.older_than is not None else None,
                after=now - self.newer_than if self.newer_than is not None else None,
                newest_first=newest_first,
                page_size=min(self.limit, 100),
            )
            for status in self.statuses
        ]
        ordered = merge(*per_status, key=lambda entry: entry.updated_at, reverse=newest_first)
        entries = islice((entry for entry in ordered if self.code in (None, entry.error_code)), self.limit)
        while ids := [entry.asset_id for entry in islice(entries, _AT_ONCE)]:
            # What went on since the index was brought up to date is no longer what was asked for.
            yield from (asset for asset in table.get_many(ids) if asset.status in self.statuses)


def named(table: AssetStore, asset_ids: Iterable[str]) -> tuple[list[Asset], list[str]]:
    """Return the assets of these ids, each once, and the ids that no asset has."""
    found, unknown = [], []
    for asset_id in dict.fromkeys(asset_ids):
        asset = table.get(asset_id)
        if asset is None:
            unknown.append(asset_id)
        else:
            found.append(asset)
    return found, unknown
