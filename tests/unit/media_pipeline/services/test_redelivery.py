"""When messages that can't be handled now come back, through the batches that Lambda hands over."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_pipeline.domain.errors import (
    ClaimHeldError,
    MalformedEventError,
    OperatorError,
    PresetsInvalidError,
    ThrottledError,
    TransientError,
    UnconfirmedEventError,
    UnknownAssetError,
)
from media_pipeline.handlers.sqs_batch import handle_batch
from media_pipeline.services.redelivery import (
    FIRST_DELAY_SECONDS,
    MAX_DELAY_SECONDS,
    MAX_RENEWALS,
    Message,
    Redelivery,
)
from media_pipeline.telemetry import PipelineMetrics
from tests.support.fakes import FakeMetrics, FakeQueue
from tests.support.lambda_invocation import Context, sqs_event
from tests.support.message_consumer import VISIBILITY_SECONDS, Consumer, failing

THROTTLED = failing(ThrottledError("slow down"))


@pytest.fixture
def consumer() -> Consumer:
    """Return a consumer whose message was never received."""
    return Consumer()


def test_what_succeeds_is_done(consumer: Consumer) -> None:
    """A handled message is gone, and nothing is counted."""
    consumer.invoke(lambda body: None)
    assert (consumer.queue.messages, consumer.metrics.counted) == ([], [])


def test_a_throttled_message_is_hidden_first_and_sent_anew_later(consumer: Consumer) -> None:
    """Half of the receives are spared: before they are used up, a new message takes the old one's place."""
    seen = []
    for _ in range(6):
        message = consumer.invoke(THROTTLED)
        seen.append((message.body, message.receive_count, message.renewals))
        consumer.until_visible()
    assert seen == [("body", receive, renewal) for renewal in range(3) for receive in (1, 2)]
    assert consumer.metrics.counted == [("slowed down",)] * 6


@pytest.mark.parametrize("max_receive_count", [5, 6, 10, 1000])
def test_throttling_for_a_day_fills_no_dead_letter_queue(max_receive_count: int) -> None:
    """However long AWS asks to slow down, the message waits, and is handled once AWS lets it through."""
    consumer = Consumer(max_receive_count=max_receive_count)
    began = consumer.clock()
    while consumer.clock() - began < timedelta(days=1):
        consumer.invoke(THROTTLED)
        assert len(consumer.queue.messages) == 1
        consumer.until_visible()
    consumer.invoke(lambda body: None)
    assert consumer.queue.messages == consumer.queue.dead == []


INVALID = failing(PresetsInvalidError(["hls is missing"]))


@pytest.mark.parametrize("max_receive_count", [2, 3, 5, 1000])
def test_what_waits_for_presets_is_never_dead(max_receive_count: int) -> None:
    """However long it takes to fix them, the message waits, at most a delay away from being handled.

    That takes nothing of the patience with throttling, which may meet it afterwards.
    """
    consumer = Consumer(max_receive_count=max_receive_count)
    began = consumer.clock()
    while consumer.clock() - began < timedelta(days=5):
        consumer.invoke(INVALID)
        assert len(consumer.queue.messages) == 1
        assert consumer.seconds_until_visible <= MAX_DELAY_SECONDS
        consumer.until_visible()
    # Nothing is counted as slowed down.
    assert consumer.metrics.counted == []
    for _ in range(80):
        consumer.invoke(THROTTLED)
        consumer.until_visible()
    consumer.invoke(lambda body: None)
    assert consumer.queue.messages == consumer.queue.dead == []


def test_tries_for_presets_become_seldom(consumer: Consumer) -> None:
    """A backlog does not ask for presets all the time: each upload waits twice as long as before."""
    found = []
    for _ in range(20):
        consumer.invoke(INVALID)
        found.append(consumer.seconds_until_visible)
        consumer.until_visible()
    assert found[:7] == [15, 30, 60, 120, 240, 480, 900]
    assert set(found[7:]) == {900}


def test_presets_do_not_shorten_a_long_wait(consumer: Consumer) -> None:
    """What was throttled often before keeps its count: it comes back no sooner, and not for ever."""
    message = consumer.queue.receive()
    assert message is not None
    last = Message(body="body", receipt_handle="receipt-1", receive_count=2, renewals=MAX_RENEWALS)
    assert consumer.failures(last, INVALID) == []
    assert [sent.renewals for sent in consumer.queue.messages] == [0, MAX_RENEWALS]


@pytest.mark.parametrize(
    ("max_delay_seconds", "delays"),
    [(900, [15, 30, 60, 120, 240, 480, 900, 900]), (90, [15, 30, 60, 90, 90]), (5000, [15, 30, 60, 120])],
)
def test_delays_grow_up_to_a_limit(max_delay_seconds: int, delays: list[int]) -> None:
    """Each try waits twice as long as the one before it, renewals counted in, up to the limit."""
    consumer = Consumer(max_delay_seconds=max_delay_seconds)
    found = []
    for _ in delays:
        consumer.invoke(THROTTLED)
        found.append(consumer.seconds_until_visible)
        consumer.until_visible()
    assert found == delays


class Delays(FakeQueue):
    """Be a queue that only notes for how long messages are put off."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[int] = []

    def hide(self, receipt_handle: str, *, seconds: int) -> None:
        """Note for how long a message is hidden."""
        self.seconds.append(seconds)

    def renew(self, body: str, *, attributes: Mapping[str, int], delay_seconds: int) -> None:
        """Note for how long a new message is delayed."""
        self.seconds.append(delay_seconds)


@given(random=st.floats(0, 1), receives=st.integers(1, 30), renewals=st.integers(0, MAX_RENEWALS - 1))
def test_delays_are_jittered(random: float, receives: int, renewals: int) -> None:
    """Any delay lies between half of its limit and all of it, and within what SQS takes."""
    queue = Delays()
    redelivery = Redelivery(
        queue=queue,
        metrics=FakeMetrics(),
        max_receive_count=5,
        max_delay_seconds=5000,
        random=lambda: random,
    )
    message = Message(body="body", receipt_handle="receipt", receive_count=receives, renewals=renewals)
    redelivery.postpone(message, TransientError("timeout"))
    longest = min(FIRST_DELAY_SECONDS * 2 ** (2 * renewals + receives - 1), 900)
    (seconds,) = queue.seconds
    assert longest // 2 <= seconds <= longest


def test_what_was_refused_together_comes_back_apart() -> None:
    """Two messages that are throttled in the same moment don't wait for the same time."""
    waits = set()
    for random in (0.0, 0.5, 1.0):
        consumer = Consumer()
        consumer.random = random
        consumer.invoke(THROTTLED)
        waits.add(consumer.seconds_until_visible)
    assert waits == {8, 11, 15}


@pytest.mark.parametrize(("seconds_left", "hidden"), [(0, 1), (42, 43), (5000, 900)])
def test_a_held_claim_hides_the_message_until_it_ends(
    consumer: Consumer, seconds_left: int, hidden: int
) -> None:
    """While another invocation is at the asset, the message waits for its claim to end, unthrottled."""
    consumer.invoke(failing(ClaimHeldError("held", seconds_left=seconds_left)))
    assert consumer.seconds_until_visible == hidden
    assert consumer.metrics.counted == []


def test_a_held_claim_renews_nothing(consumer: Consumer) -> None:
    """A claim ends by itself, so that its message is not sent anew, whatever its receives."""
    for _ in range(4):
        consumer.invoke(failing(ClaimHeldError("held", seconds_left=1)))
        consumer.until_visible()
    assert consumer.queue.bodies == ["body"]


@pytest.mark.parametrize(
    "error",
    [OperatorError("403"), MalformedEventError("?"), UnknownAssetError("?"), KeyError("a bug")],
    ids=lambda error: type(error).__name__,
)
def test_what_waiting_does_not_cure_ends_in_the_dead_letter_queue(
    consumer: Consumer, error: Exception
) -> None:
    """The operator's faults, foreign messages and bugs use up their receives at the queue's own pace."""
    for _ in range(5):
        consumer.invoke(failing(error))
        assert consumer.seconds_until_visible == VISIBILITY_SECONDS
        consumer.until_visible()
    assert consumer.queue.receive() is None
    assert [message.body for message in consumer.queue.dead] == ["body"]
    assert consumer.metrics.counted == []


def test_a_message_is_not_renewed_for_ever(consumer: Consumer) -> None:
    """What AWS has refused for more than a day is left to the queue, and so to the alarm on its DLQ."""
    last = Message(body="body", receipt_handle="receipt-1", receive_count=2, renewals=MAX_RENEWALS)
    received = consumer.queue.receive()
    assert received is not None
    assert consumer.failures(last, THROTTLED) == [{"itemIdentifier": "message-1"}]
    assert consumer.seconds_until_visible == VISIBILITY_SECONDS
    assert consumer.queue.bodies == ["body"]


@pytest.mark.parametrize("call", ["hide", "renew"])
@pytest.mark.parametrize("error", [TransientError("timeout"), ThrottledError("busy"), OperatorError("403")])
def test_a_message_that_cant_be_postponed_is_kept_by_its_queue(
    consumer: Consumer, call: str, error: Exception
) -> None:
    """Where SQS does not answer, the message comes back after the queue's own time: it is never lost."""
    if call == "renew":
        consumer.invoke(THROTTLED)
        consumer.until_visible()
    consumer.queue.failures[call] = [error]
    consumer.invoke(THROTTLED)
    assert consumer.seconds_until_visible == VISIBILITY_SECONDS
    assert consumer.queue.bodies == ["body"]


@pytest.mark.parametrize(
    "attribute",
    [{"stringValue": "many"}, {"stringValue": "-1"}, {"stringValue": "²"}, {"dataType": "Number"}, {}],
)
def test_an_unreadable_attribute_counts_as_no_renewal(consumer: Consumer, attribute: dict[str, Any]) -> None:
    """With an attribute that is no number, the message is postponed as if for the first time."""
    message = consumer.queue.receive()
    assert message is not None
    event = sqs_event(message)
    event["Records"][0]["messageAttributes"] = {"Renewals": attribute}
    handle_batch(
        event,
        Context(),  # type: ignore[arg-type]
        parse=lambda body, *, queue_arn: body,
        handle=THROTTLED,
        redelivery=lambda queue_arn: consumer.redelivery,
        metrics=PipelineMetrics(),
    )
    assert consumer.seconds_until_visible == FIRST_DELAY_SECONDS


def test_an_event_that_is_not_confirmed_is_dropped() -> None:
    """After a second look, for which GetJob has time to catch up, it is counted and gone, not dead."""
    consumer = Consumer()
    forged = failing(UnconfirmedEventError("MediaConvert says PROGRESSING"))
    consumer.invoke(forged)
    assert 0 < consumer.seconds_until_visible <= FIRST_DELAY_SECONDS
    consumer.until_visible()
    consumer.invoke(forged)
    assert (consumer.queue.messages, consumer.queue.dead) == ([], [])
    assert consumer.metrics.counted == [("event unconfirmed",)]
