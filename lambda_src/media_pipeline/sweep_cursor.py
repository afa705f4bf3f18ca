"""Where the sweep over the uploads bucket stands: one item of the assets table, beside the assets."""

from datetime import UTC, datetime
from typing import Any

from media_pipeline.aws import aws_errors
from media_pipeline.conditional_write import from_item, to_item
from media_pipeline.uploads import Cursor

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
