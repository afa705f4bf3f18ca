"""The functions' entries: batches and logs as Lambda has them."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from io import StringIO
from logging import StreamHandler
from typing import Any

import pytest

from media_pipeline.domain.errors import MalformedEventError, TransientError
from media_pipeline.domain.events import parse_job_state_change, parse_upload
from media_pipeline.handlers.sqs_batch import Parse, handle_batch
from media_pipeline.services.redelivery import RENEWALS_ATTRIBUTE, Message, Redelivery
from media_pipeline.telemetry import PipelineMetrics, logger
from tests.support.fakes import FakeClock, FakeMetrics, FakeQueue
from tests.support.json_lines import lines
from tests.support.lambda_invocation import ENVIRONMENT, Context, sqs_event


class Invocation:
    """Hold messages that a function has just received, with their queue around them."""

    def __init__(self, *bodies: str) -> None:
        self.clock = FakeClock()
        self.queue = FakeQueue(self.clock)
        for body in bodies:
            self.queue.send(body)
        received = [self.queue.receive() for _ in bodies]
        self.event = sqs_event(*(message for message in received if message))
        self.redelivery = Redelivery(
            queue=self.queue,
            metrics=FakeMetrics(),
            max_receive_count=5,
            max_delay_seconds=900,
            random=lambda: 1.0,
        )

    def run(
        self, handle: Callable[[Any], None], parse: Parse[Any] = lambda body, *, queue_arn: body
    ) -> dict[str, Any]:
        """Return what the function answers Lambda."""
        return handle_batch(
            self.event,
            Context(),  # type: ignore[arg-type]
            parse=parse,
            handle=handle,
            redelivery=lambda queue_arn: self.redelivery,
            metrics=PipelineMetrics(),
        )


@pytest.fixture
def log() -> Iterator[StringIO]:
    """Return what is logged; the logger took hold of standard output when it was first imported."""
    written = StringIO()
    handler = logger.registered_handler
    assert isinstance(handler, StreamHandler)
    stream = handler.setStream(written)
    yield written
    handler.setStream(stream)


def test_only_failed_messages_return(log: StringIO) -> None:
    """One bad message does not take its batch with it, whatever it fails of."""
    handled = []

    def handle(body: str) -> None:
        if body == "transient":
            raise TransientError("later")
        if body == "broken":
            raise KeyError("oops")
        handled.append(body)

    answer = Invocation("a", "transient", "broken", "b").run(handle)
    assert handled == ["a", "b"]
    assert answer == {"batchItemFailures": [{"itemIdentifier": "message-2"}, {"itemIdentifier": "message-3"}]}
    written = lines(log.getvalue())
    assert [(line["level"], line["message_id"]) for line in written] == [
        ("WARNING", "message-2"),
        ("ERROR", "message-3"),
    ]


OTHERS = {"account": "999999999999"}


@pytest.mark.parametrize("body", ["no JSON", "[1]", "{}", json.dumps(OTHERS)])
@pytest.mark.parametrize("parse", [partial(parse_upload, bucket="uploads"), parse_job_state_change])
def test_a_malformed_message_returns_unhandled(parse: Parse[Any], body: str, log: StringIO) -> None:
    """It is reported with its reason, waits for its queue's visibility timeout, and ends in the DLQ."""
    invocation = Invocation(body)
    answer = invocation.run(lambda event: pytest.fail("it was handled"), parse)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "message-1"}]}
    (line,) = lines(log.getvalue())
    assert (line["level"], line["error"]) == ("WARNING", "MalformedEventError")
    (message,) = invocation.queue.messages
    assert (message.receive_count, invocation.queue.bodies) == (1, [body])
    for _ in range(5):
        invocation.clock.advance(180)
        invocation.queue.receive()
    assert [dead.body for dead in invocation.queue.dead] == [body]


def test_a_batch_of_failures_is_still_an_answer() -> None:
    """Where all messages fail they all return; the function itself does not."""

    def handle(body: str) -> None:
        raise TransientError("later")

    answer = Invocation("a", "b").run(handle)
    assert len(answer["batchItemFailures"]) == 2


def test_log_lines_carry_their_own_asset(log: StringIO) -> None:
    """The asset id stands on every line about a message, also on that of its failure, and on no other's."""

    def handle(body: str) -> None:
        if body != "nothing known":
            logger.append_keys(asset_id=body)
        logger.info("at it")
        raise TransientError("later")

    Invocation("asset-1", "nothing known", "asset-3").run(handle)
    found = [(line["message_id"], line.get("asset_id")) for line in lines(log.getvalue())]
    expected = [("message-1", "asset-1"), ("message-2", None), ("message-3", "asset-3")]
    assert found == [pair for pair in expected for _ in range(2)]


def test_a_message_that_cant_be_postponed_says_so(log: StringIO) -> None:
    """An operator who wonders why a message came back so late finds the reason beside the first one."""

    def handle(body: str) -> None:
        raise TransientError("MediaConvert is slow")

    invocation = Invocation("a")
    invocation.queue.failures["hide"] = [TransientError("SQS is down")]
    assert len(invocation.run(handle)["batchItemFailures"]) == 1
    reasons = [line["reason"] for line in lines(log.getvalue()) if line["message_id"] == "message-1"]
    assert reasons == ["MediaConvert is slow", "SQS is down"]


@pytest.mark.parametrize("function", ["ingest_orchestrator", "job_status_processor"])
def test_a_poison_message_is_handed_back(function: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The deployed handler wires itself from its environment and returns what it can't read to the queue."""
    for name, value in {**ENVIRONMENT, "AWS_DEFAULT_REGION": "us-east-1"}.items():
        monkeypatch.setenv(name, value)
    handler = import_module(f"media_pipeline.handlers.{function}").handler
    message = Message(body="{}", receipt_handle="receipt", receive_count=1, renewals=0)
    assert handler(sqs_event(message), Context()) == {"batchItemFailures": [{"itemIdentifier": "message-1"}]}


@pytest.mark.parametrize(
    "change",
    [
        {"messageId": None},
        {"body": 5},
        {"receiptHandle": []},
        {"attributes": None},
        {"attributes": {"ApproximateReceiveCount": "x"}},
        {"eventSourceARN": {}},
    ],
)
def test_what_is_no_batch_is_refused(change: dict[str, Any]) -> None:
    """An invocation by something else than the queue is an error that says so, and handles nothing."""
    message = Message(body="a", receipt_handle="receipt", receive_count=1, renewals=0)
    record = sqs_event(message)["Records"][0]
    events: list[Any] = [{"Records": [record | change]}, {"Records": []}, {"Records": {}}, {}, [], None]
    for event in events:
        invocation = Invocation()
        invocation.event = event
        with pytest.raises(MalformedEventError):
            invocation.run(lambda body: pytest.fail("it was handled"))


@pytest.mark.parametrize("attributes", [None, [], {"Renewals": 5}, {"Renewals": {"stringValue": "9" * 5000}}])
def test_attributes_of_others_are_no_fault(attributes: Any) -> None:
    """Whatever attributes a message was sent with, it is handled, and waits as one that was never renewed."""

    def handle(body: str) -> None:
        raise TransientError("later")

    invocation = Invocation("a")
    named = json.loads(json.dumps(attributes).replace("Renewals", RENEWALS_ATTRIBUTE))
    invocation.event["Records"][0]["messageAttributes"] = named
    assert len(invocation.run(handle)["batchItemFailures"]) == 1
    assert invocation.queue.dead == []
