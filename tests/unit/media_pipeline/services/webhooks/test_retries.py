"""How long a webhook is tried again: by when it was first sent, however often it was sent anew."""

from collections.abc import Mapping

from media_pipeline.domain.errors import EndpointForbiddenError, EndpointUnavailableError
from media_pipeline.handlers.sqs_batch import handle_batch
from media_pipeline.services.redelivery import (
    FIRST_SENT_ATTRIBUTE,
    MAX_RENEWALS,
    RENEWALS_ATTRIBUTE,
    Message,
    Redelivery,
)
from media_pipeline.telemetry import PipelineMetrics
from tests.support.fakes import FakeMetrics
from tests.support.lambda_invocation import Context, sqs_event

DAY_SECONDS = 86_400
# As `sqs_event` has it.
SENT_AT = 1_767_323_045
UNAVAILABLE = EndpointUnavailableError("the endpoint did not answer")


class RecordingQueue:
    """Keep what is hidden and sent anew."""

    def __init__(self) -> None:
        self.hidden: list[int] = []
        self.renewed: list[Mapping[str, int]] = []

    def send(self, body: str) -> None:
        """Send nothing."""

    def waiting(self) -> int:
        """Return that nothing waits."""
        return 0

    def hide(self, receipt_handle: str, *, seconds: int) -> None:
        """Hide a message."""
        self.hidden.append(seconds)

    def renew(self, body: str, *, attributes: Mapping[str, int], delay_seconds: int) -> None:
        """Send a message anew."""
        self.renewed.append(attributes)


def _redelivery(queue: RecordingQueue, *, now: int) -> Redelivery:
    return Redelivery(
        queue=queue,
        metrics=FakeMetrics(),
        max_receive_count=5,
        max_delay_seconds=900,
        random=lambda: 1.0,
        max_age_seconds=DAY_SECONDS,
        now=lambda: float(now),
    )


def _message(*, receives: int, renewals: int = 0) -> Message:
    return Message(
        body="body",
        receipt_handle="receipt",
        receive_count=receives,
        renewals=renewals,
        first_sent_at=SENT_AT,
    )


def test_a_webhook_is_tried_for_a_day_however_often_it_was_sent_anew() -> None:
    """Within the day it waits, beyond any number of renewals; after it, it is left to the queue."""
    for seconds, done in ((DAY_SECONDS - 1, True), (DAY_SECONDS, False)):
        queue = RecordingQueue()
        redelivery = _redelivery(queue, now=SENT_AT + seconds)
        message = _message(receives=2, renewals=MAX_RENEWALS + 1)
        assert redelivery.postpone(message, UNAVAILABLE) is done
        assert bool(queue.renewed) is done
        assert queue.hidden == []


def test_what_is_sent_anew_says_when_it_was_first_sent() -> None:
    """A new message of SQS has a new age: the first one's goes with it, read from what Lambda hands over."""
    queue = RecordingQueue()
    redelivery = _redelivery(queue, now=SENT_AT + 60)

    def handle(body: str) -> None:
        raise UNAVAILABLE

    answer = handle_batch(
        sqs_event(_message(receives=2)),
        Context(),  # type: ignore[arg-type]
        parse=lambda body, *, queue_arn: body,
        handle=handle,
        redelivery=lambda queue_arn: redelivery,
        metrics=PipelineMetrics(),
    )
    assert answer == {"batchItemFailures": []}
    assert queue.renewed == [{RENEWALS_ATTRIBUTE: 1, FIRST_SENT_ATTRIBUTE: SENT_AT}]


def test_waits_grow_and_spare_the_first_receives() -> None:
    """The first try is repeated after 15 seconds at most, by hiding the message."""
    queue = RecordingQueue()
    assert _redelivery(queue, now=SENT_AT).postpone(_message(receives=1), UNAVAILABLE) is False
    assert queue.hidden == [15]


def test_an_address_that_is_not_public_is_left_to_the_queue() -> None:
    """It is not tried for a day: after its receives it is in the DLQ."""
    queue = RecordingQueue()
    error = EndpointForbiddenError("is at the loopback address 127.0.0.1")
    assert _redelivery(queue, now=SENT_AT).postpone(_message(receives=1), error) is False
    assert (queue.hidden, queue.renewed) == ([], [])
