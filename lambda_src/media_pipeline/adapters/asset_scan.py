"""All records of the assets table, as far as the indexes are made of them."""

from typing import Any

from media_pipeline.adapters.clients import aws_errors
from media_pipeline.adapters.dynamodb import from_item, to_item
from media_pipeline.domain.errors import ConflictError
from media_pipeline.domain.indexes.creation import CREATION_SHARD_ATTRIBUTE, creation_shard
from media_pipeline.domain.status_index import (
    SHARD_ATTRIBUTE,
    IndexedRecord,
    RecordsPage,
    status_shard,
)

_PAGE_SIZE = 500


class IndexedRecordTable:
    """Scan the table and write its records' shards. Raises TransientError and its kin where it can't."""

    def __init__(self, client: Any, table_name: str, *, page_size: int = _PAGE_SIZE) -> None:
        self._client = client
        self._table_name = table_name
        self._page_size = page_size

    def page(self, after: str | None) -> RecordsPage:
        """Return the page of records behind an id, in the table's own order, as of now."""
        start = {"ExclusiveStartKey": {"asset_id": {"S": after}}} if after is not None else {}
        with aws_errors("going through the assets"):
            answer = self._client.scan(
                TableName=self._table_name,
                Limit=self._page_size,
                ConsistentRead=True,
                ProjectionExpression=(
                    "asset_id, #status, attempt, created_at, #shard, #creation_shard, error_code, #error.code"
                ),
                ExpressionAttributeNames={
                    "#status": "status",
                    "#shard": SHARD_ATTRIBUTE,
                    "#creation_shard": CREATION_SHARD_ATTRIBUTE,
                    "#error": "error",
                },
                **start,
            )
        last = answer.get("LastEvaluatedKey")
        records = (from_item(item) for item in answer["Items"])
        return RecordsPage(
            records=[
                IndexedRecord(
                    asset_id=record["asset_id"],
                    status=record["status"],
                    attempt=record["attempt"],
                    shard=record.get(SHARD_ATTRIBUTE),
                    created_at=record["created_at"],
                    creation_shard=record.get(CREATION_SHARD_ATTRIBUTE),
                    error_code=(record.get("error") or {}).get("code"),
                    noted_error_code=record.get("error_code"),
                )
                for record in records
                if "status" in record
            ],
            next_after=last["asset_id"]["S"] if last else None,
        )

    def put_in_place(self, record: IndexedRecord) -> bool:
        """Write a record's shards and its error's code; return False where its status changed meanwhile."""
        values = {
            ":shard": status_shard(record.status, record.asset_id),
            ":creation_shard": creation_shard(record.created_at, record.asset_id),
            ":status": record.status,
            ":attempt": record.attempt,
            **({":code": record.error_code} if record.error_code is not None else {}),
        }
        code = ", error_code = :code" if record.error_code is not None else " REMOVE error_code"
        try:
            with aws_errors("putting a record into the index"):
                self._client.update_item(
                    TableName=self._table_name,
                    Key={"asset_id": {"S": record.asset_id}},
                    UpdateExpression=f"SET #shard = :shard, #creation_shard = :creation_shard{code}",
                    ConditionExpression="#status = :status AND attempt = :attempt",
                    ExpressionAttributeNames={
                        "#status": "status",
                        "#shard": SHARD_ATTRIBUTE,
                        "#creation_shard": CREATION_SHARD_ATTRIBUTE,
                    },
                    ExpressionAttributeValues=to_item(values),
                )
        except ConflictError:
            return False
        return True
