"""Requests of the API, remembered in the assets table beside the assets, until they expire.

Their ids are no asset's, which are hexadecimal, and their items have neither a status nor a shard: no index
has them, and readers of assets pass them over. DynamoDB deletes them by the table's TTL attribute.
"""

from datetime import datetime
from typing import Any

from media_pipeline.adapters.clients import aws_errors
from media_pipeline.adapters.dynamodb import from_item, to_item
from media_pipeline.domain.clock import timestamp
from media_pipeline.domain.errors import ConflictError, TransientError
from media_pipeline.domain.requests.remembered import Answered, Remembered

# The role of the API may write such items and, of assets, what operators do.
ID_PREFIX = "request#"


class DynamoRequestMemory:
    """Hold, answer and release requests. Raises TransientError and its kin where DynamoDB can't answer."""

    def __init__(self, client: Any, table_name: str) -> None:
        self._client = client
        self._table_name = table_name

    def take(
        self, request_id: str, *, digest: str, now: datetime, until: datetime, forgotten_at: datetime
    ) -> Remembered | None:
        """Hold a request until then, or return what is known of one that is held, or was answered.

        A hold that is over, or an item that DynamoDB has not yet deleted, is taken over.
        """
        item = {
            "asset_id": f"{ID_PREFIX}{request_id}",
            "request_digest": digest,
            "held_until": timestamp(until),
            "expires_at": int(forgotten_at.timestamp()),
        }
        try:
            with aws_errors("holding the request"):
                self._client.put_item(
                    TableName=self._table_name,
                    Item=to_item(item),
                    ConditionExpression=(
                        "attribute_not_exists(asset_id) OR expires_at <= :now OR "
                        "(attribute_not_exists(answer_status) AND held_until <= :time "
                        "AND request_digest = :digest)"
                    ),
                    ExpressionAttributeValues=to_item(
                        {":now": int(now.timestamp()), ":time": timestamp(now), ":digest": digest}
                    ),
                )
        except ConflictError:
            return self._known(request_id)
        return None

    def keep(self, request_id: str, answer: Answered, *, until: datetime) -> None:
        """Keep the answer of a request that is held until then."""
        self._update(
            request_id,
            "SET answer_status = :status, answer_body = :body",
            {":status": answer.status, ":body": answer.body},
            until=until,
        )

    def release(self, request_id: str, *, until: datetime) -> None:
        """Let a request go that is held until then, so that a repetition is done at once."""
        self._update(request_id, "SET held_until = :nothing", {":nothing": ""}, until=until)

    def _known(self, request_id: str) -> Remembered:
        with aws_errors("looking for the request"):
            answer = self._client.get_item(
                TableName=self._table_name,
                Key={"asset_id": {"S": f"{ID_PREFIX}{request_id}"}},
                ConsistentRead=True,
            )
        if "Item" not in answer:
            raise TransientError("the request's item went away while it was being looked at")
        record = from_item(answer["Item"])
        answered = (
            Answered(status=record["answer_status"], body=record["answer_body"])
            if "answer_status" in record
            else None
        )
        return Remembered(digest=record["request_digest"], answer=answered)

    def _update(self, request_id: str, update: str, values: dict[str, Any], *, until: datetime) -> None:
        try:
            with aws_errors("answering the request"):
                self._client.update_item(
                    TableName=self._table_name,
                    Key={"asset_id": {"S": f"{ID_PREFIX}{request_id}"}},
                    UpdateExpression=update,
                    ConditionExpression="held_until = :until",
                    ExpressionAttributeValues=to_item({**values, ":until": timestamp(until)}),
                )
        except ConflictError:
            # Another one took the request over, since this one took too long.
            return
