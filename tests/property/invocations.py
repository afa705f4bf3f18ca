"""Invocations that stop between any two calls: killed there, or resumed after others have run.

What a handler does follows from what its calls answer. So an invocation that was stopped is not kept as a
thread; it is run again from its beginning with the answers that it had, up to where it stopped, and goes on
from there. Everything happens in one thread, in an order that a test can repeat.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from typing import Any, cast

from botocore.paginate import Paginator

CALL_SECONDS = 0.02


class Then(Enum):
    """Say what becomes of an invocation at the call where it stops.

    A killed one may have sent that call: its effect comes at once, or after the caller gave up.
    """

    PAUSE = auto()
    KILL_UNSENT = auto()
    KILL_SENT = auto()
    KILL_LATE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Say before which of its next calls an invocation stops (from 0 on), and what becomes of it then."""

    after_calls: int
    then: Then


class State(Enum):
    """Say how far an invocation is."""

    RUNNING = auto()
    PAUSED = auto()
    KILLED = auto()
    DONE = auto()


class Unwound(BaseException):
    """Leave a handler without a word, as the end of its process does; no handler catches it."""


@dataclass(slots=True, kw_only=True)
class Invocation:
    """Hold what an invocation is to do, what it was answered so far, and when its time is over.

    `subjects` are the assets that it may write to, None where it may write to all; `gone` is called when it
    was killed.
    """

    name: str
    work: Callable[[], None]
    deadline: datetime
    subjects: frozenset[str] | None = None
    call_seconds: float = CALL_SECONDS
    gone: Callable[[], None] = lambda: None
    answers: list[tuple[Any, Exception | None]] = field(default_factory=list)
    times: list[datetime] = field(default_factory=list)
    calls: int = 0
    looks: int = 0
    state: State = State.RUNNING
    stop: Stop | None = None
    stop_at: int = -1
    awaited: str = ""


# Executes a call, or sends it and forgets it.
Execute = Callable[[str, Callable[[], Any]], Any]
SendLate = Callable[[Invocation, Callable[[], Any]], None]


class Process:
    """Run invocations, one at a time; each call of an adapter comes by here.

    `pass_time` lets seconds pass, `execute` makes a call with the faults of the day, `send_late` lets a call
    of a killed invocation have its effect later on.
    """

    def __init__(
        self,
        *,
        now: Callable[[], datetime],
        pass_time: Callable[[float], None],
        execute: Execute,
        send_late: SendLate,
    ) -> None:
        self._now = now
        self._pass_time = pass_time
        self._execute = execute
        self._send_late = send_late
        self.current: Invocation | None = None

    def run(self, invocation: Invocation, stop: Stop | None) -> State:
        """Let an invocation go on until it stops, ends, or its time is over."""
        invocation.stop = stop
        invocation.stop_at = len(invocation.answers) + stop.after_calls if stop else -1
        invocation.calls = invocation.looks = 0
        invocation.state = State.RUNNING
        previous, self.current = self.current, invocation
        try:
            invocation.work()
        except Unwound:
            pass
        else:
            if invocation.state is State.RUNNING:
                invocation.state = State.DONE
        finally:
            self.current = previous
        if invocation.state is State.KILLED:
            invocation.gone()
        return invocation.state

    def call(self, name: str, function: Callable[[], Any]) -> Any:
        """Make a call in the name of the current invocation, or answer it as it was answered before."""
        invocation = self.current
        if invocation is None:
            return function()
        if invocation.state is not State.RUNNING:
            raise Unwound  # an ended process does nothing any more, clean-up neither
        number = invocation.calls
        invocation.calls += 1
        if number < len(invocation.answers):
            answer, error = invocation.answers[number]
            if error is not None:
                raise error
            return answer
        if number == invocation.stop_at:
            self._stop(invocation, name, function)
        self._pass_time(invocation.call_seconds)
        if self._now() >= invocation.deadline:
            invocation.state = State.KILLED
            raise Unwound
        try:
            answer = self._execute(name, function)
        except Exception as error:
            invocation.answers.append((None, error))
            raise
        invocation.answers.append((answer, None))
        return answer

    def clock(self) -> datetime:
        """Return the time, which an invocation that is run again sees as it was."""
        invocation = self.current
        if invocation is None or invocation.state is not State.RUNNING:
            return self._now()
        number = invocation.looks
        invocation.looks += 1
        if number == len(invocation.times):
            invocation.times.append(self._now())
        return invocation.times[number]

    def _stop(self, invocation: Invocation, name: str, function: Callable[[], Any]) -> None:
        assert invocation.stop is not None
        invocation.awaited = name
        if invocation.stop.then is Then.PAUSE:
            invocation.state = State.PAUSED
            raise Unwound
        if invocation.stop.then is Then.KILL_SENT:
            self._execute_unanswered(name, function)
        elif invocation.stop.then is Then.KILL_LATE:
            self._send_late(invocation, function)
        invocation.state = State.KILLED
        raise Unwound

    def _execute_unanswered(self, name: str, function: Callable[[], Any]) -> None:
        with suppress(Exception):  # the caller is gone
            self._execute(name, function)


class Stepped:
    """Stand before an adapter: each call of a method goes through the process."""

    def __init__(self, process: Process, service: str, target: Any) -> None:
        self._process = process
        self._service = service
        self._target = target

    def get_paginator(self, operation: str) -> Any:
        """Return botocore's own paginator: each of its pages is a call that goes through the process."""
        tokens = {"input_token": "NextToken", "output_token": "NextToken", "result_key": "Jobs"}
        return Paginator(getattr(self, operation), tokens, cast(Any, None))

    def __getattr__(self, name: str) -> Callable[..., Any]:
        process, full, method = self._process, f"{self._service}.{name}", getattr(self._target, name)

        def stepped(*arguments: Any, **named: Any) -> Any:
            return process.call(full, lambda: method(*arguments, **named))

        self.__dict__[name] = stepped
        return stepped
