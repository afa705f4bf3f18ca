"""A queue of SQS, seen by those who send and by the one who consumes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from media_pipeline.domain.errors import OperatorError
from media_pipeline.services.redelivery import RENEWALS_ATTRIBUTE, Message
from tests.support.fakes.clock import FakeClock


@dataclass(slots=True, kw_only=True)
class SentMessage:
    """Hold a message as a queue does; its receipt handle is that of its last receive."""

    body: str
    renewals: int
    visible_at: datetime
    receive_count: int = 0
    receipt_handle: str = ""


class FakeQueue:
    """Keep messages as SQS does: a received one is hidden for a while, then comes back unless it was deleted.

    One that was received `max_receive_count` times goes to `dead` instead. `bodies` is all that was ever
    sent; `failures` holds what the next calls of a name raise.
    """

    def __init__(
        self,
        clock: Callable[[], datetime] | None = None,
        *,
        visibility_seconds: int = 180,
        max_receive_count: int = 5,
    ) -> None:
        self.messages: list[SentMessage] = []
        self.dead: list[SentMessage] = []
        self.bodies: list[str] = []
        self.failures: dict[str, list[Exception]] = {}
        self._clock = clock or FakeClock()
        self._visibility_seconds = visibility_seconds
        self._max_receive_count = max_receive_count
        self._receives = 0

    def send(self, body: str) -> None:
        """Send one message."""
        self._fail("send")
        self._add(body, renewals=0, delay_seconds=0)

    def waiting(self) -> int:
        """Count the messages that can be received now."""
        self._fail("waiting")
        return sum(message.visible_at <= self._clock() for message in self.messages)

    def renew(self, body: str, *, attributes: Mapping[str, int], delay_seconds: int) -> None:
        """Send a message anew, to be seen after a delay."""
        self._fail("renew")
        self._add(body, renewals=attributes[RENEWALS_ATTRIBUTE], delay_seconds=delay_seconds)

    def hide(self, receipt_handle: str, *, seconds: int) -> None:
        """Let a message that is being handled come back after so many seconds."""
        self._fail("hide")
        message = self._in_flight(receipt_handle)
        # Source: SQS API, ChangeMessageVisibility: MessageNotInflight, ReceiptHandleIsInvalid
        if message is None:
            raise OperatorError("the receipt handle is that of no message in flight")
        message.visible_at = self._clock() + timedelta(seconds=seconds)

    def receive(self) -> Message | None:
        """Receive the message that has waited longest, if any can be seen."""
        for message in sorted(self.messages, key=lambda message: message.visible_at):
            if message.visible_at > self._clock():
                return None
            if message.receive_count >= self._max_receive_count:
                self.messages.remove(message)
                self.dead.append(message)
                continue
            self._receives += 1
            message.receive_count += 1
            message.receipt_handle = f"receipt-{self._receives}"
            message.visible_at = self._clock() + timedelta(seconds=self._visibility_seconds)
            return Message(
                body=message.body,
                receipt_handle=message.receipt_handle,
                receive_count=message.receive_count,
                renewals=message.renewals,
            )
        return None

    def delete(self, receipt_handle: str) -> None:
        """Delete a message that was handled; a handle of an earlier receive deletes nothing."""
        self.messages = [message for message in self.messages if message.receipt_handle != receipt_handle]

    def _add(self, body: str, *, renewals: int, delay_seconds: int) -> None:
        self.bodies.append(body)
        visible_at = self._clock() + timedelta(seconds=delay_seconds)
        self.messages.append(SentMessage(body=body, renewals=renewals, visible_at=visible_at))

    def _in_flight(self, receipt_handle: str) -> SentMessage | None:
        return next(
            (
                message
                for message in self.messages
                if message.receipt_handle == receipt_handle and message.visible_at > self._clock()
            ),
            None,
        )

    def _fail(self, call: str) -> None:
        if self.failures.get(call):
            raise self.failures[call].pop(0)
