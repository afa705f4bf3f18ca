"""The listing of assets, over the assets table in a dictionary."""

from media_pipeline.domain.asset import Asset, AssetStatus
from media_pipeline.domain.indexes.creation import Position, as_cursor, from_cursor
from media_pipeline.domain.indexes.pages import AssetsPage
from tests.support.fakes.asset_table import FakeAssetTable


class FakeAssetListing:
    """List a fake table: by creation, or with a status by the last change, newest first."""

    def __init__(self, table: FakeAssetTable) -> None:
        self._table = table

    def page(self, *, status: AssetStatus | None, limit: int, cursor: str | None) -> AssetsPage:
        """Return up to so many assets behind a cursor. Raises InvalidCursorError where it is none of ours."""
        of = status.value if status is not None else ""
        before = from_cursor(cursor, of=of) if cursor is not None else None
        stored = [Asset.from_record(record) for record in self._table.records.values() if "status" in record]
        found = sorted(
            (
                (position, asset)
                for asset in stored
                if status in (None, asset.status)
                for position in [_position(asset, by_change=status is not None)]
                if before is None or position.order < before.order
            ),
            key=lambda each: each[0].order,
            reverse=True,
        )
        return AssetsPage(
            assets=[asset for _, asset in found[:limit]],
            next_cursor=as_cursor(found[limit - 1][0], of=of) if len(found) > limit else None,
        )


def _position(asset: Asset, *, by_change: bool) -> Position:
    return Position(time=asset.updated_at if by_change else asset.created_at, asset_id=asset.asset_id)
