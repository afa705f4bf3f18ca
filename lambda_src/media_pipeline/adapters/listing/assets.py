"""All assets by creation, and those of a status by their last change, newest first."""

from datetime import timedelta
from typing import Any

from media_pipeline.adapters.asset_table import AssetTable
from media_pipeline.adapters.listing.newest import SortedIndex, newest_positions
from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.clock import timestamp
from media_pipeline.domain.indexes.creation import (
    CREATION_INDEX,
    CREATION_SHARD_ATTRIBUTE,
    CREATION_SORT_ATTRIBUTE,
    Position,
    as_cursor,
    creation_shards,
    from_cursor,
    month_ends,
    months_back,
)
from media_pipeline.domain.indexes.pages import AssetsPage
from media_pipeline.domain.ports import Clock
from media_pipeline.domain.status_index import (
    SHARD_ATTRIBUTE,
    SORT_ATTRIBUTE,
    STATUS_INDEX,
    status_shards,
)

_BY_STATUS = SortedIndex(name=STATUS_INDEX, partition_key=SHARD_ATTRIBUTE, sort_key=SORT_ATTRIBUTE)
_BY_CREATION = SortedIndex(
    name=CREATION_INDEX, partition_key=CREATION_SHARD_ATTRIBUTE, sort_key=CREATION_SORT_ATTRIBUTE
)
# So many months are asked for one page, each by a query a partition: a request ends in time, however long
# ago the next asset was made.
MAX_MONTHS = 12
# AWS refuses what is signed at a time further from its own.
_CLOCK_TOLERANCE = timedelta(minutes=15)


class DynamoAssetListing:
    """List the assets table by its indexes, and read what they name as of now (consistent read).

    Raises TransientError and its kin where DynamoDB can't answer.
    """

    def __init__(self, client: Any, table_name: str, *, clock: Clock) -> None:
        self._client = client
        self._table_name = table_name
        self._assets = AssetTable(client, table_name)
        self._clock = clock

    def page(self, *, status: AssetStatus | None, limit: int, cursor: str | None) -> AssetsPage:
        """Return up to so many assets behind a cursor. Raises InvalidCursorError where it is none of ours.

        What went on since the index was brought up to date, or was removed, is left out.
        """
        of = status.value if status is not None else ""
        before = from_cursor(cursor, of=of) if cursor is not None else None
        if status is not None:
            found, behind = self._of_status(status, before, limit)
        else:
            found, behind = self._of_all(before, limit)
        assets = self._assets.outlines([position.asset_id for position in found])
        return AssetsPage(
            assets=[asset for asset in assets if status in (None, asset.status)],
            next_cursor=as_cursor(behind, of=of) if behind is not None else None,
        )

    def _of_status(
        self, status: AssetStatus, before: Position | None, limit: int
    ) -> tuple[list[Position], Position | None]:
        found = newest_positions(
            self._client,
            self._table_name,
            _BY_STATUS,
            status_shards(status.value),
            before=before,
            # One more tells whether there are more.
            limit=limit + 1,
        )
        return found[:limit], found[limit - 1] if len(found) > limit else None

    def _of_all(self, before: Position | None, limit: int) -> tuple[list[Position], Position | None]:
        """Return the newest positions, and the one behind which others may come."""
        # An operator's machine, whose clock goes ahead, may have made records of a month to come.
        begin = before.time if before is not None else timestamp(self._clock() + _CLOCK_TOLERANCE)
        found: list[Position] = []
        for number, month in enumerate(months_back(begin)):
            if number == MAX_MONTHS:
                return found, month_ends(month)
            found += newest_positions(
                self._client,
                self._table_name,
                _BY_CREATION,
                creation_shards(month),
                before=before,
                limit=limit + 1 - len(found),
            )
            if len(found) > limit:
                return found[:limit], found[limit - 1]
        return found, None
