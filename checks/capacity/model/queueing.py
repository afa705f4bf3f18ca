"""What waits: a queue of SQS with executions of a function on it, MediaConvert's slots, rates of requests."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Generic, TypeVar

import simpy

T = TypeVar("T")


def after(env: simpy.Environment, seconds: float, action: Callable[[], None]) -> None:
    """Do something after so many seconds of the simulation."""
    env.timeout(seconds).callbacks.append(lambda _event: action())


class TokenBucket:
    """A rate of requests with a burst, as AWS throttles; it never refuses where the rate is infinite."""

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = max(burst, 1.0)
        self._tokens = self._burst
        self._filled_at = 0.0

    def take(self, now: float) -> bool:
        """Take a request's token; return False where the request is throttled."""
        self._tokens = min(self._burst, self._tokens + (now - self._filled_at) * self._rate)
        self._filled_at = now
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True


class Letter(Generic[T]):
    """A message: what it is about, when it was sent, how often it was received, and sent anew."""

    __slots__ = ("receives", "renewals", "sent_at", "subject")

    def __init__(self, subject: T, sent_at: float, renewals: int = 0) -> None:
        self.subject = subject
        self.sent_at = sent_at
        self.receives = 0
        self.renewals = renewals


Batch = Sequence[Letter[T]]
# Begins with a batch: returns how long the execution takes, and what it has done at its end. None stands for
# an execution that dies after so long.
Begin = Callable[[Sequence[Letter[T]]], tuple[float, Callable[[], None] | None]]


class Consumers(Generic[T]):
    """A queue and the executions that Lambda's poller gives its batches to, the oldest messages first.

    Attributes:
        waiting: Messages that can be received now.
        hidden: Messages that were received and are not deleted, those at work aside.
        deepest: Most messages that ever waited.
        oldest_seconds: Longest time that a message was there before it was received.
        most_in_flight: Most messages that were received and not deleted.
        dead: What is in the dead-letter queue.
    """

    def __init__(
        self,
        env: simpy.Environment,
        begin: Begin[T],
        *,
        executions: int,
        batch: int,
        gap_seconds: float,
        visibility_seconds: float,
        max_receives: int,
    ) -> None:
        self._env = env
        self._begin = begin
        self._free = executions
        self._batch = batch
        self._gap_seconds = gap_seconds
        self._visibility_seconds = visibility_seconds
        self._max_receives = max_receives
        self._paused_until = 0.0
        self.waiting: deque[Letter[T]] = deque()
        self.hidden = 0
        self.at_work = 0
        self.deepest = 0
        self.oldest_seconds = 0.0
        self.most_in_flight = 0
        self.busy_seconds = 0.0
        self.dead: list[Letter[T]] = []

    def put(self, letter: Letter[T]) -> None:
        """Make a message receivable."""
        self.waiting.append(letter)
        self._dispatch()
        self.deepest = max(self.deepest, len(self.waiting))

    def put_after(self, letter: Letter[T], seconds: float) -> None:
        """Make a message receivable after a delay that it was sent with."""
        after(self._env, seconds, lambda: self.put(letter))

    def hide(self, letter: Letter[T], seconds: float) -> None:
        """Let a received message come back after so many seconds; SQS counts it as in flight until then."""
        self.hidden += 1
        after(self._env, seconds, lambda: self._show(letter))

    def renew(self, letter: Letter[T], seconds: float, renewals: int) -> None:
        """Send a message anew with a delay, in which it is not in flight; the old one is done."""
        now = self._env.now
        self.put_after(Letter(letter.subject, now + seconds, renewals), seconds)

    def give_back(self, letter: Letter[T]) -> None:
        """Let a received message come back when its visibility timeout is over."""
        self.hide(letter, self._visibility_seconds)

    def pause(self, seconds: float) -> None:
        """Receive nothing for so long: the service is away."""
        self._paused_until = max(self._paused_until, self._env.now + seconds)
        after(self._env, seconds, self._dispatch)

    def _show(self, letter: Letter[T]) -> None:
        self.hidden -= 1
        if letter.receives >= self._max_receives:
            self.dead.append(letter)
            return
        self.put(letter)

    def _dispatch(self) -> None:
        now = self._env.now
        while self._free and self.waiting and now >= self._paused_until:
            taken = [self.waiting.popleft() for _ in range(min(self._batch, len(self.waiting)))]
            for letter in taken:
                letter.receives += 1
                self.oldest_seconds = max(self.oldest_seconds, now - letter.sent_at)
            self._free -= 1
            self.at_work += len(taken)
            self.most_in_flight = max(self.most_in_flight, self.at_work + self.hidden)
            seconds, finish = self._begin(taken)
            self.busy_seconds += seconds
            after(self._env, seconds, partial(self._end, taken, finish))

    def _end(self, taken: Batch[T], finish: Callable[[], None] | None) -> None:
        self.at_work -= len(taken)
        if finish is None:
            for letter in taken:
                self.give_back(letter)
        else:
            finish()
        after(self._env, self._gap_seconds, self._release)

    def _release(self) -> None:
        self._free += 1
        self._dispatch()


class Slots:
    """Places that work is done in, the oldest first; `free` lets the next one begin."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._waiting: deque[Callable[[], None]] = deque()
        self.deepest = 0

    @property
    def waiting(self) -> int:
        """Return how much waits for a place."""
        return len(self._waiting)

    def take(self, begin: Callable[[], None]) -> None:
        """Begin as soon as a place is free."""
        if self._free:
            self._free -= 1
            begin()
            return
        self._waiting.append(begin)
        self.deepest = max(self.deepest, len(self._waiting))

    def free(self) -> None:
        """Give a place back."""
        if self._waiting:
            self._waiting.popleft()()
        else:
            self._free += 1
