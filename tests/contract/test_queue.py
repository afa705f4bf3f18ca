"""One contract for a queue of SQS, seen by sender and consumer, and for the fake that stands for it."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from media_pipeline.adapters.queues import SqsQueue
from media_pipeline.domain.errors import OperatorError
from media_pipeline.services.redelivery import RENEWALS_ATTRIBUTE, Message
from tests.support.fakes import FakeClock, FakeQueue

VISIBILITY_SECONDS = 1
MAX_RECEIVE_COUNT = 3
# A little more than what SQS counts in.
SECOND = 1.1


class LocalQueue:
    """Be a queue of the local AWS with a dead-letter queue, driven by the adapters, and by Lambda's part."""

    def __init__(self, sqs: Any) -> None:
        self._sqs = sqs
        self._dlq_url = sqs.create_queue(QueueName=f"dlq-{uuid4()}")["QueueUrl"]
        answer = sqs.get_queue_attributes(QueueUrl=self._dlq_url, AttributeNames=["QueueArn"])
        redrive = {
            "deadLetterTargetArn": answer["Attributes"]["QueueArn"],
            "maxReceiveCount": MAX_RECEIVE_COUNT,
        }
        self._url = sqs.create_queue(
            QueueName=f"queue-{uuid4()}",
            Attributes={
                "VisibilityTimeout": str(VISIBILITY_SECONDS),
                "RedrivePolicy": json.dumps(redrive),
            },
        )["QueueUrl"]
        self._consumed = SqsQueue(sqs, self._url)

    def send(self, body: str) -> None:
        """Send a message."""
        SqsQueue(self._sqs, self._url).send(body)

    def waiting(self) -> int:
        """Count the messages that can be received now."""
        return SqsQueue(self._sqs, self._url).waiting()

    def hide(self, receipt_handle: str, *, seconds: int) -> None:
        """Let a message come back after so many seconds."""
        self._consumed.hide(receipt_handle, seconds=seconds)

    def renew(self, body: str, *, attributes: Mapping[str, int], delay_seconds: int) -> None:
        """Send a message anew."""
        self._consumed.renew(body, attributes=attributes, delay_seconds=delay_seconds)

    def receive(self) -> Message | None:
        """Receive a message as Lambda's poller does."""
        answer = self._sqs.receive_message(
            QueueUrl=self._url,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["ApproximateReceiveCount"],
        )
        if not answer.get("Messages"):
            return None
        (message,) = answer["Messages"]
        renewals = message.get("MessageAttributes", {}).get(RENEWALS_ATTRIBUTE, {}).get("StringValue", "0")
        return Message(
            body=message["Body"],
            receipt_handle=message["ReceiptHandle"],
            receive_count=int(message["Attributes"]["ApproximateReceiveCount"]),
            renewals=int(renewals),
        )

    def delete(self, receipt_handle: str) -> None:
        """Delete a message as Lambda's poller does."""
        self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=receipt_handle)

    def dead_bodies(self) -> list[str]:
        """Return what lies in the dead-letter queue."""
        answer = self._sqs.receive_message(QueueUrl=self._dlq_url, MaxNumberOfMessages=10)
        return [message["Body"] for message in answer.get("Messages", [])]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Hold one of both queues, with its dead letters and its time."""

    queue: FakeQueue | LocalQueue
    dead_bodies: Callable[[], list[str]]
    wait: Callable[[float], None]

    def received(self) -> Message:
        """Receive a message that can be seen."""
        message = self.queue.receive()
        assert message is not None
        return message


@pytest.fixture(params=["fake", "sqs"])
def subject(request: pytest.FixtureRequest) -> Subject:
    """Return an empty queue, first the fake, then the real one."""
    if request.param == "sqs":
        local = LocalQueue(request.getfixturevalue("local_aws")("sqs"))
        return Subject(queue=local, dead_bodies=local.dead_bodies, wait=time.sleep)
    clock = FakeClock()
    fake = FakeQueue(clock, visibility_seconds=VISIBILITY_SECONDS, max_receive_count=MAX_RECEIVE_COUNT)
    return Subject(
        queue=fake, dead_bodies=lambda: [message.body for message in fake.dead], wait=clock.advance
    )


@pytest.mark.parametrize("body", ['{"key": "ü 🎬 & <b>.mp4"}', " a\tb\n"])
def test_a_message_arrives_as_it_was_sent(subject: Subject, body: str) -> None:
    """The body comes through unchanged, in its first receive, and was never renewed."""
    subject.queue.send(body)
    message = subject.received()
    assert (message.body, message.receive_count, message.renewals) == (body, 1, 0)
    assert subject.queue.receive() is None


def test_those_that_can_be_received_are_counted(subject: Subject) -> None:
    """Messages that a consumer has, or that come later, don't count as waiting."""
    for body in ("1", "2", "3"):
        subject.queue.send(body)
    subject.queue.renew("4", attributes={RENEWALS_ATTRIBUTE: 1}, delay_seconds=60)
    assert subject.queue.waiting() == 3
    subject.received()
    assert subject.queue.waiting() == 2


def test_a_message_that_is_not_deleted_comes_back(subject: Subject) -> None:
    """After its visibility timeout a message is received again, and again counted."""
    subject.queue.send("body")
    first = subject.received()
    subject.wait(SECOND)
    second = subject.received()
    assert (second.body, second.receive_count) == ("body", 2)
    assert second.receipt_handle != first.receipt_handle
    subject.queue.delete(second.receipt_handle)
    subject.wait(SECOND)
    assert subject.queue.receive() is None


def test_a_hidden_message_comes_back_in_its_time(subject: Subject) -> None:
    """Hiding lengthens or shortens a message's absence, without another receive."""
    subject.queue.send("body")
    subject.queue.hide(subject.received().receipt_handle, seconds=2)
    subject.wait(SECOND)
    assert subject.queue.receive() is None
    subject.wait(SECOND)
    again = subject.received()
    assert again.receive_count == 2
    subject.queue.hide(again.receipt_handle, seconds=0)
    assert subject.received().receive_count == 3


def test_a_renewed_message_is_a_new_one(subject: Subject) -> None:
    """It is delayed, has been received never, says how often it was renewed, and is no longer the old one."""
    subject.queue.send("body")
    old = subject.received()
    subject.queue.renew(old.body, attributes={RENEWALS_ATTRIBUTE: 7}, delay_seconds=1)
    subject.queue.delete(old.receipt_handle)
    assert subject.queue.receive() is None
    subject.wait(SECOND)
    new = subject.received()
    assert (new.body, new.receive_count, new.renewals) == ("body", 1, 7)


def test_a_message_that_is_never_done_is_given_up(subject: Subject) -> None:
    """After so many receives it lies in the dead-letter queue instead of coming back."""
    subject.queue.send("body")
    for _ in range(MAX_RECEIVE_COUNT):
        subject.queue.hide(subject.received().receipt_handle, seconds=0)
    assert subject.queue.receive() is None
    assert subject.dead_bodies() == ["body"]


def test_a_message_that_is_not_in_flight_cant_be_hidden(subject: Subject) -> None:
    """A receipt handle that is no message's is refused, as a fault that waiting does not cure."""
    subject.queue.send("body")
    with pytest.raises(OperatorError):
        subject.queue.hide("no receipt", seconds=1)
