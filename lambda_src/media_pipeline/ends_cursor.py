"""Up to which time ended assets were looked at, and for what: an item each of the assets table."""

from datetime import datetime
from typing import Any

from media_pipeline.assets import instant, timestamp
from media_pipeline.aws import aws_errors
from media_pipeline.conditional_write import from_item, to_item

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
