"""The media assets table in DynamoDB: records by id, conditional writes, and the index over statuses."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from media_pipeline.adapters.clients import aws_errors
from media_pipeline.adapters.dynamodb import from_item, to_item, update_request
from media_pipeline.adapters.status_query import entries_of
from media_pipeline.domain.asset import Asset, AssetStatus
from media_pipeline.domain.asset_record import RecordWrite
from media_pipeline.domain.asset_store import AssetStore
from media_pipeline.domain.errors import ConflictError
from media_pipeline.domain.status_index import IndexEntry

_BATCH_SIZE = 100  # Source: DynamoDB API, BatchGetItem: up to 100 items
# What an asset can't be without, and what its line tells. Some of these are reserved words of DynamoDB's.
_OUTLINED = (
    *("asset_id", "bucket", "key", "version_id", "etag", "size_bytes", "sequencer"),
    *("status", "attempt", "created_at", "updated_at", "claimed_until", "error"),
    *("progress_percent", "poster", "quote_usd", "billed_usd", "source_info.duration_ms"),
)
_OUTLINE: Mapping[str, Any] = {
    "ProjectionExpression": ", ".join(f"#{path.replace('.', '.#')}" for path in _OUTLINED),
    "ExpressionAttributeNames": {f"#{name}": name for path in _OUTLINED for name in path.split(".")},
}


class AssetTable(AssetStore):
    """Read and write the table's items. Raises TransientError and its kin where DynamoDB can't answer."""

    def __init__(self, client: Any, table_name: str) -> None:
        self._client = client
        self._table_name = table_name

    def read_record(self, asset_id: str) -> Mapping[str, Any] | None:
        """Return an item as of now (consistent read), None where there is none."""
        with aws_errors("reading the asset"):
            answer = self._client.get_item(
                TableName=self._table_name, Key={"asset_id": {"S": asset_id}}, ConsistentRead=True
            )
        return from_item(answer["Item"]) if "Item" in answer else None

    def create_record(self, record: Mapping[str, Any]) -> bool:
        """Write a new item; return False where its id has one already."""
        try:
            with aws_errors("making the asset's record"):
                self._client.put_item(
                    TableName=self._table_name,
                    Item=to_item(record),
                    ConditionExpression="attribute_not_exists(asset_id)",
                )
        except ConflictError:
            return False
        return True

    def update_record(self, asset_id: str, write: RecordWrite) -> Mapping[str, Any] | None:
        """Return an item after a write, None where the write is refused or there is no item."""
        try:
            with aws_errors("writing the asset"):
                answer = self._client.update_item(
                    TableName=self._table_name,
                    Key={"asset_id": {"S": asset_id}},
                    ReturnValues="ALL_NEW",
                    **update_request(write),
                )
        except ConflictError:
            return None
        return from_item(answer["Attributes"])

    def beginning(self) -> datetime:
        """Return when the table was made: the pipeline is as old."""
        with aws_errors("looking at the assets table"):
            answer = self._client.describe_table(TableName=self._table_name)
        created: datetime = answer["Table"]["CreationDateTime"]
        return created.astimezone(UTC)

    def by_status(
        self,
        status: AssetStatus,
        *,
        before: datetime | None = None,
        after: datetime | None = None,
        newest_first: bool = False,
        page_size: int = 100,
    ) -> Iterator[IndexEntry]:
        """Yield the index's entries of a status that last changed before and not before the given times.

        They are ordered by the time of their last change. An index lags behind: `get` tells the truth.
        """
        return entries_of(
            self._client,
            self._table_name,
            status,
            before=before,
            after=after,
            newest_first=newest_first,
            page_size=page_size,
        )

    def get_many(self, asset_ids: Sequence[str]) -> list[Asset]:
        """Return the assets of these ids that are there, in their order, as of now (consistent read)."""
        items = {item["asset_id"]["S"]: item for item in self._items(asset_ids)}
        found = (from_item(items[asset_id]) for asset_id in asset_ids if asset_id in items)
        return [Asset.from_record(record) for record in found if "status" in record]

    def outlines(self, asset_ids: Sequence[str]) -> list[Asset]:
        """Return assets as `get_many` does, without what a listing leaves out: outputs, tracks and history.

        A record is some KB, most of which nobody would look at.
        """
        items = {item["asset_id"]["S"]: item for item in self._items(asset_ids, **_OUTLINE)}
        found = (from_item(items[asset_id]) for asset_id in asset_ids if asset_id in items)
        return [Asset.from_record(record) for record in found if "status" in record]

    def known(self, asset_ids: Collection[str]) -> set[str]:
        """Return those of the ids that have a record."""
        return {item["asset_id"]["S"] for item in self._items(asset_ids, ProjectionExpression="asset_id")}

    def _items(self, asset_ids: Collection[str], **projection: Any) -> Iterator[Mapping[str, Any]]:
        ids = sorted(set(asset_ids))
        for start in range(0, len(ids), _BATCH_SIZE):
            keys = [{"asset_id": {"S": asset_id}} for asset_id in ids[start : start + _BATCH_SIZE]]
            while keys:
                wanted = {"Keys": keys, "ConsistentRead": True, **projection}
                with aws_errors("looking for assets"):
                    answer = self._client.batch_get_item(RequestItems={self._table_name: wanted})
                yield from answer["Responses"].get(self._table_name, [])
                keys = answer.get("UnprocessedKeys", {}).get(self._table_name, {}).get("Keys", [])
