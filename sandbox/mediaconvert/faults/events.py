"""Drop, duplicate, delay and reorder events on their way to EventBridge."""

import json
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sandbox.mediaconvert.api.wire import Document
from sandbox.mediaconvert.resources.outbox import MAX_ENTRIES, PublishError, PublishEvents
from sandbox.runtime.fault_injection import Faults
from sandbox.runtime.folder import read_json, write_json

PAUSE_SECONDS = 1.0
KEPT = -1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Delivery:
    """Hold one sending of an event.

    Attributes:
        index: Of its event in the call at hand; ``KEPT`` for what was kept by a call before.
        due_at: When it is sent, in epoch seconds; None for at once.
        behind: Id of the job whose next event it may follow before that; None if it waits for the time alone.
    """

    index: int
    entry: Document
    due_at: float | None = None
    behind: str | None = None


class FaultyEvents:
    """Publish events as faults have it; an event that is late holds up none behind it.

    Late events are kept in a file: one that gets lost would be one more dropped than was asked for.
    """

    def __init__(self, publish: PublishEvents, faults: Faults, state: Path) -> None:
        self._publish = publish
        self._faults = faults
        self._state = state
        # What was decided for events that EventBridge has not taken yet: they come again, in the same order.
        self._decided: list[list[_Delivery]] = []
        self._publishing = threading.Lock()
        self._changed = threading.Condition()
        self._late: list[_Delivery] = _recalled(state)
        self._thread: threading.Thread | None = None
        self._send_in_time()

    @property
    def late_count(self) -> int:
        """Count the deliveries that wait for their time."""
        return len(self._late)

    def __call__(self, entries: Sequence[Document]) -> None:
        """Put those entries on the bus whose time is now; the contract is ``outbox.PublishEvents``."""
        with self._publishing:
            self._decided += [self._decide(entry) for entry in entries[len(self._decided) :]]
            now: list[_Delivery] = []
            late = list(self._late)
            for index, entry in enumerate(entries):
                for decided in self._decided[index]:
                    delivery = replace(decided, index=index)
                    if delivery.due_at is not None:
                        late.append(delivery)
                        continue
                    now.append(delivery)
                    job = _job(entry) if late else ""
                    now += [one for one in late if one.behind == job and one.index < index and one not in now]
            sent, refusal = self._sent(now)
            unsent = [one.index for one in now[len(sent) :] if one.due_at is None]
            done = min(unsent, default=len(entries))
            del self._decided[:done]
            self._keep([one for one in late if one not in sent and one.index < done])
            if refusal is not None and done < len(entries):
                raise PublishError(str(refusal), done)

    def _decide(self, entry: Document) -> list[_Delivery]:
        delays = self._faults.delivery_delays()
        now, longest = time.time(), self._faults.settings.mediaconvert.delay_seconds
        deliveries = [
            _Delivery(index=KEPT, entry=entry, due_at=now + delay if delay else None) for delay in delays
        ]
        if deliveries and deliveries[0].due_at is None and self._faults.strikes("reorder_events"):
            deliveries[0] = replace(deliveries[0], due_at=now + longest, behind=_job(entry))
        return deliveries

    def _sent(self, deliveries: Sequence[_Delivery]) -> tuple[list[_Delivery], PublishError | None]:
        """Send deliveries in order; return those that were taken, and why the next one was not."""
        for start in range(0, len(deliveries), MAX_ENTRIES):
            try:
                self._publish([one.entry for one in deliveries[start : start + MAX_ENTRIES]])
            except PublishError as refusal:
                return list(deliveries[: start + refusal.taken]), refusal
        return list(deliveries), None

    def _keep(self, late: Sequence[_Delivery]) -> None:
        with self._changed:
            if list(late) == self._late:
                return
            self._late = [replace(one, index=KEPT) for one in late]
            write_json(self._state, {"late": [_as_json(one) for one in late]})
            self._send_in_time()
            self._changed.notify_all()

    def _send_in_time(self) -> None:
        if self._late and self._thread is None:
            self._thread = threading.Thread(target=self._send_late, name="late-events", daemon=True)
            self._thread.start()

    def _send_late(self) -> None:
        while True:
            with self._changed:
                first = min((one.due_at or 0.0 for one in self._late), default=None)
                pause = None if first is None else first - time.time()
                if pause is None or pause > 0:
                    self._changed.wait(pause)
                    continue
            with self._publishing:
                now = time.time()
                sent, refusal = self._sent([one for one in self._late if (one.due_at or 0.0) <= now])
                self._keep([one for one in self._late if one not in sent])
            if refusal is not None:
                time.sleep(PAUSE_SECONDS)


def _job(entry: Document) -> str:
    return str(json.loads(entry["Detail"])["jobId"])


def _as_json(late: _Delivery) -> Document:
    entry = {**late.entry, "Time": late.entry["Time"].isoformat()}
    return {"entry": entry, "due_at": late.due_at, "behind": late.behind}


def _recalled(state: Path) -> list[_Delivery]:
    found: Any = read_json(state).get("late", [])
    return [
        _Delivery(
            index=KEPT,
            entry={**one["entry"], "Time": datetime.fromisoformat(one["entry"]["Time"])},
            due_at=one["due_at"],
            behind=one["behind"],
        )
        for one in found
    ]
