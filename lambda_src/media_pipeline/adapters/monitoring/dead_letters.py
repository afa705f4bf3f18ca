"""A dead-letter queue, and the queue that its messages came from."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from media_pipeline.adapters.clients import aws_errors
from media_pipeline.domain.monitoring.dead_letters import DeadLetter

# Long enough to read a preview and to answer; a command that is killed hides its messages for so long.
HOLD_SECONDS = 900
# Source: SQS API, ReceiveMessage and ChangeMessageVisibilityBatch: up to 10 messages
_BATCH = 10
_WAIT_SECONDS = 1


class DeadLetters:
    """Receive, hold, move and delete messages. Raises TransientError and its kin where SQS can't answer.

    SQS's own StartMessageMoveTask shows nothing of what it moves, and moves everything.
    """

    def __init__(self, client: Any, *, url: str, source_url: str) -> None:
        self._client = client
        self._url = url
        self._source_url = source_url

    def receive(self) -> list[DeadLetter]:
        """Return up to 10 messages, which are hidden from others for HOLD_SECONDS."""
        with aws_errors("receiving dead letters"):
            answer = self._client.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=_BATCH,
                VisibilityTimeout=HOLD_SECONDS,
                # Asks all of the queue's servers, so that an empty answer means an empty queue.
                WaitTimeSeconds=_WAIT_SECONDS,
                MessageSystemAttributeNames=["ApproximateReceiveCount", "SentTimestamp"],
            )
        return [
            DeadLetter(
                message_id=message["MessageId"],
                receipt_handle=message["ReceiptHandle"],
                body=message["Body"],
                receive_count=int(message["Attributes"]["ApproximateReceiveCount"]),
                sent_at=datetime.fromtimestamp(int(message["Attributes"]["SentTimestamp"]) / 1000, tz=UTC),
            )
            for message in answer.get("Messages", [])
        ]

    def hold(self, letters: Iterable[DeadLetter], *, seconds: int) -> set[str]:
        """Hide messages for so long from now; return the ids of those that were still ours to hide.

        After 0 seconds they are visible again.
        """
        held, waiting = set(), list(letters)
        for start in range(0, len(waiting), _BATCH):
            batch = waiting[start : start + _BATCH]
            with aws_errors("holding dead letters"):
                answer = self._client.change_message_visibility_batch(
                    QueueUrl=self._url,
                    Entries=[
                        {
                            "Id": str(number),
                            "ReceiptHandle": letter.receipt_handle,
                            "VisibilityTimeout": seconds,
                        }
                        for number, letter in enumerate(batch)
                    ],
                )
            held |= {batch[int(entry["Id"])].message_id for entry in answer.get("Successful", [])}
        return held

    def send_back(self, letter: DeadLetter) -> None:
        """Put a message's copy on the queue that it came from.

        Its attributes stay behind: they tell of former tries, and the new one is to have all of its own.
        """
        with aws_errors("sending a dead letter back"):
            self._client.send_message(QueueUrl=self._source_url, MessageBody=letter.body)

    def delete(self, letter: DeadLetter) -> None:
        """Delete a message."""
        with aws_errors("deleting a dead letter"):
            self._client.delete_message(QueueUrl=self._url, ReceiptHandle=letter.receipt_handle)
