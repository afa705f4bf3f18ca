"""A queue as its function sees it: which messages it gets, and what their receives were for."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from media_pipeline.services.redelivery import MAX_RENEWALS, Message
from tests.support.fakes import FakeQueue, SentMessage

_FIRST_OF_ALL = datetime.min.replace(tzinfo=UTC)


class WatchedQueue:
    """Receive messages in any order and remember of each why it was received in vain, until it is deleted."""

    def __init__(
        self, now: Callable[[], datetime], *, visibility_seconds: int, max_receive_count: int
    ) -> None:
        self.queue = FakeQueue(
            now, visibility_seconds=visibility_seconds, max_receive_count=max_receive_count
        )
        self._now = now
        self._burnt: dict[int, tuple[SentMessage, list[str]]] = {}

    @property
    def is_empty(self) -> bool:
        """Tell whether there are no messages, neither alive nor dead."""
        return not self.queue.messages and not self.queue.dead

    @property
    def has_visible(self) -> bool:
        """Tell whether a message can be received now."""
        at = self.next_visible_at
        return at is not None and at <= self._now()

    @property
    def next_visible_at(self) -> datetime | None:
        """Return when a message can be received, which may be past; None where there is none."""
        return min((message.visible_at for message in self.queue.messages), default=None)

    def receive(self, *, first: int, limit: int) -> Sequence[Message]:
        """Receive up to `limit` of the messages that can be seen, first the one that `first` picks."""
        visible = [message for message in self.queue.messages if message.visible_at <= self._now()]
        if visible:
            # SQS promises no order.
            visible[first % len(visible)].visible_at = _FIRST_OF_ALL
        received: list[Message] = []
        while len(received) < limit and (message := self.queue.receive()) is not None:
            received.append(message)
        return received

    def received_in_vain(self, receipt_handle: str, cause: str) -> None:
        """Remember why a receive did not end in the message's deletion."""
        for message in self.queue.messages:
            if message.receipt_handle == receipt_handle:
                self._burnt.setdefault(id(message), (message, []))[1].append(cause)

    def dead(self) -> Iterator[tuple[str, Sequence[str]]]:
        """Yield each dead message's body with what its receives were for.

        One that was sent anew for a day is dead rightly.
        """
        for message in self.queue.dead:
            if message.renewals < MAX_RENEWALS:
                yield message.body, self._burnt.get(id(message), (message, []))[1]

    def redrive(self) -> None:
        """Move the dead messages back, as new ones without attributes."""
        while self.queue.dead:
            self.queue.send(self.queue.dead.pop().body)
