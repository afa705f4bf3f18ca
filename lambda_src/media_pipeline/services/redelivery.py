"""When a message that can't be handled now comes back, and how that is kept from ending in the DLQ.

SQS counts receives, and after `max_receive_count` of them a message goes to the DLQ, whatever they were for.
So a service that asks to slow down must not use them up: such a message is hidden for a while first, and by
the time half of its receives are gone it is sent anew, delayed, and the old one is done. Waits grow
exponentially with the number of tries and are jittered, lest what was refused together comes back together.

Uploads that find presets with faults or a cap that is reached, or may not be looked into, wait the same way,
but for as long as it takes: nothing is wrong with them, an alarm of its own calls the operator, and once that
is repaired all of them are processed. The queue's retention ends none of them: it is counted from when a
message was sent, and one that is sent anew is a new one. Source:
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/setting-up-dead-letter-queue-retention.html

An event of a job that MediaConvert does not confirm is looked at again, since GetJob may be behind, and then
dropped: nothing is lost, for the reconciler asks MediaConvert itself about every open asset.

What else an operator has to fix, and any unexpected error, is left to the queue: after its visibility
timeout it comes back, and in the end it lies in the DLQ, with an alarm.
"""

import time
from collections.abc import Callable, Mapping
from typing import Protocol

from media_pipeline.domain.errors import (
    ClaimHeldError,
    OperatorError,
    TooEarlyError,
    TransientError,
    UnconfirmedEventError,
    WaitsForOperatorError,
)
from media_pipeline.domain.ports import Queue
from media_pipeline.domain.values import dataclass

# Source: SQS API, SendMessage.DelaySeconds: at most 900
MAX_DELAY_SECONDS = 900
FIRST_DELAY_SECONDS = 15
# At 15 minutes each, more than a day: what still fails then is news for the DLQ.
MAX_RENEWALS = 100
# What waits for an operator is not counted any further: delays are the longest by then, and throttling that
# meets the message afterwards has nearly all of its own renewals.
MAX_COUNTED_RENEWALS_FOR_OPERATOR = 7
RENEWALS_ATTRIBUTE = "Renewals"
FIRST_SENT_ATTRIBUTE = "FirstSentAt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Hold what a redelivery is decided on; `renewals` is how often the message was sent anew.

    `first_sent_at` is when what it says was first sent, in epoch seconds; 0 where nobody asked.
    """

    body: str
    receipt_handle: str
    receive_count: int
    renewals: int
    first_sent_at: int = 0


class RedeliveryMetrics(Protocol):
    """What is counted of messages that come back. Raises: nothing."""

    def message_slowed_down(self) -> None:
        """Count a message that was made to wait."""
        ...

    def event_unconfirmed(self) -> None:
        """Count an event that was dropped."""
        ...


class FindRedelivery(Protocol):
    """What finds the redelivery of the queue that a message came by."""

    def __call__(self, queue_arn: str) -> "Redelivery":
        """Return it. Raises OperatorError where the function does not know the queue."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Redelivery:
    """Decide when a message comes back; `random` gives numbers from 0 to 1.

    With `max_age_seconds`, that is how long after it was first sent a message is left to the queue, and so to
    the DLQ; without it, the number of renewals decides. `now` tells the epoch time in seconds.
    """

    queue: Queue
    metrics: RedeliveryMetrics
    max_receive_count: int
    max_delay_seconds: int
    random: Callable[[], float]
    max_age_seconds: int | None = None
    now: Callable[[], float] = time.time

    def postpone(self, message: Message, error: Exception) -> bool:
        """Let a failed message come back when it makes sense.

        Return True where the message is done: a new one has taken its place, or it is dropped.
        """
        if isinstance(error, ClaimHeldError | TooEarlyError):
            self.queue.hide(message.receipt_handle, seconds=min(error.seconds_left + 1, MAX_DELAY_SECONDS))
            return False
        if isinstance(error, UnconfirmedEventError):
            return self._drop(message)
        waits_for_operator = isinstance(error, WaitsForOperatorError)
        if not waits_for_operator:
            if not isinstance(error, TransientError) or isinstance(error, OperatorError):
                return False
            if self._is_given_up(message):
                return False
            self.metrics.message_slowed_down()
        seconds = self._delay_seconds(self._tries(message))
        if message.receive_count < self._spared_receives:
            self.queue.hide(message.receipt_handle, seconds=seconds)
            return False
        renewals = message.renewals + 1
        if waits_for_operator:
            renewals = max(message.renewals, min(renewals, MAX_COUNTED_RENEWALS_FOR_OPERATOR))
        attributes = {RENEWALS_ATTRIBUTE: renewals}
        if self.max_age_seconds is not None:
            attributes[FIRST_SENT_ATTRIBUTE] = message.first_sent_at
        self.queue.renew(message.body, attributes=attributes, delay_seconds=seconds)
        return True

    def _is_given_up(self, message: Message) -> bool:
        if self.max_age_seconds is None:
            return message.renewals >= MAX_RENEWALS
        return self.now() - message.first_sent_at >= self.max_age_seconds

    def _drop(self, message: Message) -> bool:
        if message.receive_count >= self._spared_receives:
            self.metrics.event_unconfirmed()
            return True
        self.queue.hide(message.receipt_handle, seconds=self._delay_seconds(message.receive_count))
        return False

    @property
    def _spared_receives(self) -> int:
        return max(1, self.max_receive_count // 2)

    def _tries(self, message: Message) -> int:
        return message.renewals * self._spared_receives + message.receive_count

    def _delay_seconds(self, tries: int) -> int:
        doublings = min(max(tries, 1) - 1, 16)
        longest = min(FIRST_DELAY_SECONDS << doublings, self.max_delay_seconds, MAX_DELAY_SECONDS)
        # Between half and all of it: far enough from now, and from each other.
        return max(1, round(longest * (1 + self.random()) / 2))


def by_queue(redeliveries: Mapping[str, Redelivery]) -> FindRedelivery:
    """Return what finds the redelivery of a queue among those of several, given by the queues' URLs.

    A message goes back to the queue that it came by: one of a caption file never waits among videos.
    """
    # A queue's name ends its URL and its ARN. Source: SQS Developer Guide, "Queue and message identifiers"
    by_name = {url.rpartition("/")[2]: redelivery for url, redelivery in redeliveries.items()}

    def find(queue_arn: str) -> Redelivery:
        found = by_name.get(queue_arn.rpartition(":")[2])
        if found is None:
            raise OperatorError(
                f"{queue_arn} is none of the queues that the function is told of: {', '.join(by_name)}"
            )
        return found

    return find
