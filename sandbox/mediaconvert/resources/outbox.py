"""Send events to EventBridge in their order, each until it was taken.

Events wait in the store, so neither an absent EventBridge nor a restart of this process loses one.
"""

import json
import logging
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol

from sandbox.mediaconvert.api.wire import Document
from sandbox.mediaconvert.resources.events import DETAIL_TYPE, SOURCE
from sandbox.mediaconvert.resources.store import Store

# Source: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
MAX_ENTRIES = 10
MAX_ENTRY_BYTES = 256 * 1024
FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 5.0
IDLE_SECONDS = 30.0

_log = logging.getLogger(__name__)


class PublishError(Exception):
    """Say that EventBridge took none, or only the first ``taken``, of the events of a call."""

    def __init__(self, reason: str, taken: int = 0) -> None:
        super().__init__(reason)
        self.taken = taken


class PublishEvents(Protocol):
    """Put events on the bus.

    Raises:
        PublishError: EventBridge can't be reached, or refused some.
    """

    def __call__(self, entries: Sequence[Document]) -> None:
        """Put up to ``MAX_ENTRIES`` PutEvents entries on the bus, in this order."""
        ...


class Outbox:
    """Send what the store holds unsent, on a thread of its own."""

    def __init__(self, store: Store, publish: PublishEvents) -> None:
        self._store = store
        self._publish = publish
        self._stopping = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._send_all, name="outbox", daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def stop(self, timeout_seconds: float) -> None:
        """Leave what is unsent to the next start."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join(timeout_seconds)

    def wake(self) -> None:
        """Say that the store has new events."""
        with self._changed:
            self._changed.notify_all()

    def _send_all(self) -> None:
        failures = 0
        while True:
            with self._changed:
                if failures:
                    self._changed.wait_for(lambda: self._stopping, self._pause_seconds(failures))
                elif not self._store.count_unsent_events() and not self._stopping:
                    self._changed.wait(IDLE_SECONDS)
                if self._stopping:
                    return
            failures = 0 if self._send_some() else failures + 1

    def _send_some(self) -> bool:
        waiting = self._store.unsent_events(MAX_ENTRIES)
        for sequence, event in waiting:
            size_bytes = len(json.dumps(event))
            if size_bytes > MAX_ENTRY_BYTES:
                _log.error("An event of %d bytes was dropped; the limit is %d.", size_bytes, MAX_ENTRY_BYTES)
                self._store.delete_event(sequence)
                return True
        if not waiting:
            return True
        taken = len(waiting)
        try:
            self._publish([put_events_entry(event) for _, event in waiting])
        except PublishError as refusal:
            taken = refusal.taken
            _log.warning(
                "EventBridge didn't take %d events, which are sent again: %s", len(waiting) - taken, refusal
            )
        for sequence, _ in waiting[:taken]:
            self._store.delete_event(sequence)
        return taken == len(waiting)

    @staticmethod
    def _pause_seconds(failures: int) -> float:
        return float(min(FIRST_PAUSE_SECONDS * 2 ** min(failures - 1, 10), LONGEST_PAUSE_SECONDS))


def put_events_entry(event: Document) -> Document:
    """Turn a stored event into an entry of EventBridge's PutEvents."""
    return {
        "Source": SOURCE,
        "DetailType": DETAIL_TYPE,
        "Time": datetime.fromtimestamp(event["timeMs"] / 1000, UTC),
        "Resources": event["resources"],
        "Detail": json.dumps(event["detail"]),
    }
