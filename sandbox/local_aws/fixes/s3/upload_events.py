"""Let S3's Object Created events be as unreliable as a run asks for, and otherwise lose none.

AWS delivers them at least once, in no order: once in a while twice, late, or after all not at all. MiniStack
delivers each exactly once, so that a pipeline which relies on that would pass here and lose uploads there.

It does so on a thread of its own, after it has answered: a server that stops in between forgets the event of
an upload that was acknowledged. Here the event is on its way before the answer.
"""

from __future__ import annotations

import contextvars
import functools
import itertools
import threading
from collections.abc import Callable
from typing import Any

from ministack.services import eventbridge, s3

from sandbox.runtime.fault_injection import Faults

Event = dict[str, Any]


class LateEvents:
    """Keep events until they are due; those that still wait when the server stops are delivered first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._waiting: dict[int, tuple[threading.Timer, Callable[[], None]]] = {}

    def deliver_in(self, seconds: float, deliver: Callable[[], None]) -> None:
        """Deliver after a while."""
        number = next(self._numbers)
        timer = threading.Timer(seconds, self._deliver, (number,))
        timer.daemon = True
        with self._lock:
            self._waiting[number] = (timer, deliver)
        timer.start()

    def deliver_all(self) -> None:
        """Deliver now what still waits."""
        for number in list(self._waiting):
            self._deliver(number)

    def _deliver(self, number: int) -> None:
        with self._lock:
            timer, deliver = self._waiting.pop(number, (None, None))
        if timer is not None and deliver is not None:
            timer.cancel()
            deliver()


late_events = LateEvents()


def apply(faults: Faults) -> None:
    """Wrap the sending in S3 and the dispatch in EventBridge.

    Args:
        faults: Decide what becomes of each event.
    """
    dispatch = eventbridge._dispatch_event

    def dispatch_event(event: Event, view: Any = None) -> None:
        if (event.get("Source"), event.get("DetailType")) != ("aws.s3", "Object Created"):
            dispatch(event, view)
            return
        for delay_seconds in faults.delivery_delays():
            if delay_seconds:
                # Account and region of the request are context variables.
                context = contextvars.copy_context()
                late_events.deliver_in(delay_seconds, functools.partial(context.run, dispatch, event))
            else:
                dispatch(event, view)

    def fire_s3_event_now(bucket_name: str, key: str, event_name: str, *args: Any, **kwargs: Any) -> None:
        if bucket_name in s3._bucket_notifications:
            kwargs["sequencer"] = s3._next_event_sequencer(event_name)
            # In a context of its own: on the way, the region of the request is changed.
            contextvars.copy_context().run(s3._fire_s3_event, bucket_name, key, event_name, *args, **kwargs)

    eventbridge._dispatch_event = dispatch_event
    s3._fire_s3_event_async = fire_s3_event_now
