"""A queue: messages sent and counted, and those that a function received hidden or sent anew."""

from collections.abc import Mapping
from typing import Any

from media_pipeline.adapters.clients import aws_errors


class SqsQueue:
    """Send messages and change when they come back.

    Raises TransientError and its kin where SQS can't answer.
    """

    def __init__(self, client: Any, queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def send(self, body: str) -> None:
        """Send one message."""
        with aws_errors("sending the upload's event"):
            self._client.send_message(QueueUrl=self._queue_url, MessageBody=body)

    def waiting(self) -> int:
        """Return how many messages can be received now, as SQS estimates it."""
        name = "ApproximateNumberOfMessages"
        with aws_errors("measuring the processing queue"):
            answer = self._client.get_queue_attributes(QueueUrl=self._queue_url, AttributeNames=[name])
        return int(answer["Attributes"][name])

    def hide(self, receipt_handle: str, *, seconds: int) -> None:
        """Let a message that is being handled come back after so many seconds (0 to 43,200)."""
        with aws_errors("hiding the message"):
            self._client.change_message_visibility(
                QueueUrl=self._queue_url, ReceiptHandle=receipt_handle, VisibilityTimeout=seconds
            )

    def renew(self, body: str, *, attributes: Mapping[str, int], delay_seconds: int) -> None:
        """Send a message with numeric attributes, to be seen after a delay (0 to 900 seconds)."""
        self._send_anew(body, attributes=attributes, delay_seconds=delay_seconds)

    def _send_anew(
        self, body: str, *, attributes: Mapping[str, int], delay_seconds: int, **more: str
    ) -> None:
        with aws_errors("sending the message anew"):
            self._client.send_message(
                QueueUrl=self._queue_url,
                MessageBody=body,
                DelaySeconds=delay_seconds,
                MessageAttributes={
                    name: {"DataType": "Number", "StringValue": str(value)}
                    for name, value in attributes.items()
                },
                **more,
            )
