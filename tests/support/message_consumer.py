"""A function that consumes a queue with one message."""

from collections.abc import Callable

from media_pipeline.handlers.sqs_batch import handle_batch
from media_pipeline.services.redelivery import (
    Message,
    Redelivery,
)
from media_pipeline.telemetry import PipelineMetrics
from tests.support.fakes import FakeClock, FakeMetrics, FakeQueue
from tests.support.lambda_invocation import Context, sqs_event

VISIBILITY_SECONDS = 360
Handle = Callable[[str], None]


class Consumer:
    """Hold a queue with one message and the function that consumes it, as Lambda's poller ties them."""

    def __init__(self, *, max_receive_count: int = 5, max_delay_seconds: int = 900) -> None:
        self.clock = FakeClock()
        self.queue = FakeQueue(
            self.clock, visibility_seconds=VISIBILITY_SECONDS, max_receive_count=max_receive_count
        )
        self.metrics = FakeMetrics()
        self.random = 1.0
        self.redelivery = Redelivery(
            queue=self.queue,
            metrics=self.metrics,
            max_receive_count=max_receive_count,
            max_delay_seconds=max_delay_seconds,
            random=lambda: self.random,
        )
        self.queue.send("body")

    def invoke(self, handle: Handle) -> Message:
        """Receive a message, hand it to the function, and delete it where the function reports no failure."""
        message = self.queue.receive()
        assert message is not None
        if not self.failures(message, handle):
            self.queue.delete(message.receipt_handle)
        return message

    def failures(self, message: Message, handle: Handle) -> list[dict[str, str]]:
        """Return what the function reports as failed."""
        answer = handle_batch(
            sqs_event(message),
            Context(),  # type: ignore[arg-type]
            parse=lambda body, *, queue_arn: body,
            handle=handle,
            redelivery=lambda queue_arn: self.redelivery,
            metrics=PipelineMetrics(),
        )
        failed: list[dict[str, str]] = answer["batchItemFailures"]
        return failed

    @property
    def seconds_until_visible(self) -> float:
        """Return when the only message comes back."""
        (message,) = self.queue.messages
        return (message.visible_at - self.clock()).total_seconds()

    def until_visible(self) -> None:
        """Wait for the only message."""
        self.clock.advance(self.seconds_until_visible)


def failing(error: Exception) -> Handle:
    """Return a handler that fails of this."""

    def handle(body: str) -> None:
        raise error

    return handle
