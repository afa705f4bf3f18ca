"""Counters as an operator sees them: what they counted, and to what their caps are raised."""

from typing import Any

from media_pipeline.adapters.clients import aws_errors
from media_pipeline.adapters.dynamodb import from_item, to_item
from media_pipeline.adapters.spending.ledger import RAISED_ATTRIBUTE
from media_pipeline.domain.spending.reservation import Counter, Spent


class DynamoCounters:
    """Read counters, and raise their caps. Raises TransientError and its kin where DynamoDB can't answer."""

    def __init__(self, client: Any, table_name: str) -> None:
        self._client = client
        self._table_name = table_name

    def read(self, counter: Counter) -> Spent:
        """Return what a counter holds now; one that isn't there holds nothing."""
        with aws_errors("reading what was spent"):
            answer = self._client.get_item(
                TableName=self._table_name, Key={"asset_id": {"S": counter.id}}, ConsistentRead=True
            )
        item = from_item(answer.get("Item", {}))
        raised = item.get(RAISED_ATTRIBUTE)
        return Spent(
            micro_usd=int(item.get("micro_usd", 0)), raised_micro_usd=None if raised is None else int(raised)
        )

    def raise_cap(self, counter: Counter, *, micro_usd: int) -> None:
        """Let a counter come up to so much, for as long as its day or month lasts."""
        values = {":raised": micro_usd, ":until": int(counter.kept_until.timestamp())}
        with aws_errors("raising the cap"):
            self._client.update_item(
                TableName=self._table_name,
                Key={"asset_id": {"S": counter.id}},
                UpdateExpression="SET #raised = :raised, expires_at = if_not_exists(expires_at, :until)",
                ExpressionAttributeNames={"#raised": RAISED_ATTRIBUTE},
                ExpressionAttributeValues=to_item(values),
            )
