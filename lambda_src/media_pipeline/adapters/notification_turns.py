"""Whose turn it is to tell people: one item of the assets table, beside the assets."""

from datetime import datetime, timedelta
from typing import Any

from media_pipeline.adapters.clients import aws_errors
from media_pipeline.domain.clock import timestamp
from media_pipeline.domain.errors import ConflictError

# Assets' ids are hexadecimal. Without a status, the item is in no index.
_ITEM_ID = "refusals-turn"


class DynamoTurns:
    """Give one of all processes the turn. Raises TransientError and its kin where DynamoDB can't answer.

    A process that has asked does not ask again within the interval: so the item costs next to nothing.
    """

    def __init__(self, client: Any, table_name: str) -> None:
        self._client = client
        self._table_name = table_name
        self._asked_at: datetime | None = None

    def take(self, *, now: datetime, every: timedelta) -> bool:
        """Return True for one caller in each interval."""
        if self._asked_at is not None and now - self._asked_at < every:
            return False
        try:
            with aws_errors("taking the turn"):
                self._client.update_item(
                    TableName=self._table_name,
                    Key={"asset_id": {"S": _ITEM_ID}},
                    UpdateExpression="SET #taken_at = :now",
                    ConditionExpression="attribute_not_exists(#taken_at) OR #taken_at <= :before",
                    ExpressionAttributeNames={"#taken_at": "taken_at"},
                    ExpressionAttributeValues={
                        ":now": {"S": timestamp(now)},
                        ":before": {"S": timestamp(now - every)},
                    },
                )
        except ConflictError:
            self._asked_at = now
            return False
        self._asked_at = now
        return True
