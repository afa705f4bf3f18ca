"""How far repeated runs have come: an item each of the assets table, beside the assets."""

from datetime import UTC, datetime
from typing import Any

from media_pipeline.adapters.clients import aws_errors
from media_pipeline.adapters.dynamodb import from_item, to_item
from media_pipeline.domain.asset import instant, timestamp
from media_pipeline.domain.uploads.listing import Cursor

# Assets' ids are hexadecimal. Without a status, the item is in no index.
_ITEM_ID = "sweep-cursor"


class SweepCursor:
    """Read and write the cursor. Raises TransientError and its kin where DynamoDB can't answer.

    Of two sweeps at once the last to write wins: both look at the same uploads, and each upload is registered
    only once.
    """

    def __init__(self, client: Any, table_name: str) -> None:
        self._client = client
        self._table_name = table_name

    def load(self) -> Cursor:
        """Return the cursor, or that of a sweep that never ran."""
        with aws_errors("reading the sweep's cursor"):
            answer = self._client.get_item(
                TableName=self._table_name, Key={"asset_id": {"S": _ITEM_ID}}, ConsistentRead=True
            )
        if "Item" not in answer:
            return Cursor()
        record = from_item(answer["Item"])
        return Cursor(
            key_marker=record.get("key_marker"),
            version_marker=record.get("version_marker"),
            began_at=record.get("began_at"),
            previous_began_at=record.get("previous_began_at"),
        )

    def save(self, cursor: Cursor) -> None:
        """Remember the cursor."""
        values = {
            "asset_id": _ITEM_ID,
            "key_marker": cursor.key_marker,
            "version_marker": cursor.version_marker,
            "began_at": cursor.began_at,
            "previous_began_at": cursor.previous_began_at,
        }
        with aws_errors("writing the sweep's cursor"):
            self._client.put_item(
                TableName=self._table_name,
                Item=to_item({name: value for name, value in values.items() if value is not None}),
            )

    def beginning(self) -> datetime:
        """Return when the table was made: the pipeline is as old."""
        with aws_errors("looking at the assets table"):
            answer = self._client.describe_table(TableName=self._table_name)
        created: datetime = answer["Table"]["CreationDateTime"]
        return created.astimezone(UTC)


# Assets' ids are hexadecimal. Without a status, the item is in no index.
UNSENT_ENDS, LEFTOVERS = "ends-cursor", "leftovers-cursor"


class EndsCursor:
    """Read and write the time. Raises TransientError and its kin where DynamoDB can't answer.

    Of two runs at once the last to write wins: each has seen all that lies before the time it writes.
    """

    def __init__(self, client: Any, table_name: str, *, item_id: str = UNSENT_ENDS) -> None:
        self._item_id = item_id
        self._client = client
        self._table_name = table_name

    def load(self) -> datetime | None:
        """Return the time, None where there was no run."""
        with aws_errors("reading the ends' cursor"):
            answer = self._client.get_item(
                TableName=self._table_name, Key={"asset_id": {"S": self._item_id}}, ConsistentRead=True
            )
        return instant(from_item(answer["Item"])["reached"]) if "Item" in answer else None

    def save(self, reached: datetime) -> None:
        """Remember the time, to the millisecond."""
        with aws_errors("writing the ends' cursor"):
            self._client.put_item(
                TableName=self._table_name,
                Item=to_item({"asset_id": self._item_id, "reached": timestamp(reached)}),
            )
