"""The queue of webhooks: a message for each endpoint, in its endpoint's group.

The group lets SQS hold back the messages of an endpoint that takes up the consumers in favour of the others
(fair queues of the standard type). Source: SQS Developer Guide, "Amazon SQS fair queues",
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html
"""

from collections.abc import Mapping, Sequence
from typing import Any

from media_pipeline.adapters.clients import aws_errors
from media_pipeline.adapters.queues import SqsQueue
from media_pipeline.domain.errors import MalformedEventError, TransientError
from media_pipeline.domain.webhooks.message import WebhookMessage, parse_message

# Source: SQS API, SendMessageBatch: up to 10 messages, together up to 1 MiB; ours have up to 18 KB each
_BATCH = 10


class SqsWebhookQueue(SqsQueue):
    """Send webhooks. Raises TransientError and its kin where SQS can't answer."""

    def send_all(self, messages: Sequence[WebhookMessage]) -> None:
        """Send messages; where it raises, some of them may have been sent."""
        for start in range(0, len(messages), _BATCH):
            batch = messages[start : start + _BATCH]
            with aws_errors("sending webhooks"):
                answer = self._client.send_message_batch(
                    QueueUrl=self._queue_url,
                    Entries=[
                        {
                            "Id": str(number),
                            "MessageBody": message.to_text(),
                            "MessageGroupId": message.endpoint_id,
                        }
                        for number, message in enumerate(batch)
                    ],
                )
            if answer.get("Failed"):
                reasons = sorted({str(entry.get("Code")) for entry in answer["Failed"]})
                raise TransientError(f"sending webhooks: SQS refused some of them: {', '.join(reasons)}")

    def renew(self, body: str, *, attributes: Mapping[str, int], delay_seconds: int) -> None:
        """Send a webhook anew in its endpoint's group, to be seen after a delay (0 to 900 seconds)."""
        group: dict[str, Any] = {}
        try:
            group["MessageGroupId"] = parse_message(body).endpoint_id
        except MalformedEventError:
            # It is nobody's: the group is of no use to it.
            group = {}
        self._send_anew(body, attributes=attributes, delay_seconds=delay_seconds, **group)
