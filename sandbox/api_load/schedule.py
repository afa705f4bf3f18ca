"""Requests at the times of a schedule, whatever the answers take: an open loop.

A client that waits for an answer before it asks again asks less of a slow server, and measures the slowness
away ("coordinated omission"). Here the n-th request is due at n / rate, and its latency runs from then: where
it could not be sent in time, that wait is the server's too.

Source: Gil Tene, "How NOT to Measure Latency", https://www.infoq.com/presentations/latency-response-time/
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException

# So many requests are on their way at most; those that are due meanwhile wait, which counts.
MOST_AT_ONCE = 64
# An answer that takes longer is none.
TIMEOUT_SECONDS = 30.0
# After the last request was due, no further one is sent for longer than this.
GRACE_SECONDS = 30.0
NO_ANSWER = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request that reads; `name` is what it is counted under."""

    name: str
    path: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What became of a request: its HTTP status, NO_ANSWER for none, and seconds from when it was due."""

    name: str
    status: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """All samples of a schedule, how many requests were not sent in time, and how long it took in seconds."""

    samples: Sequence[Sample]
    unsent: int
    seconds: float


def run(
    requests: Sequence[Request],
    *,
    port: int,
    per_second: float,
    on_progress: Callable[[int], None] = lambda sent: None,
    stopped: threading.Event | None = None,
) -> Run:
    """Send each request when it is due, to a port of the loopback interface over plain HTTP.

    It ends by itself: with the last answer, or GRACE_SECONDS and TIMEOUT_SECONDS after the last was due.

    Args:
        requests: In the order in which they are sent.
        port: Where the server listens.
        per_second: How many are due in a second.
        on_progress: Called about once a second with how many were sent.
        stopped: Once it is set, nothing more is sent.
    """
    schedule = _Schedule(requests, port, per_second, stopped or threading.Event())
    threads = [threading.Thread(target=schedule.work, daemon=True) for _ in range(MOST_AT_ONCE)]
    for thread in threads:
        thread.start()
    try:
        while any(thread.is_alive() for thread in threads):
            threads[0].join(1.0)
            on_progress(len(schedule.samples))
            if not threads[0].is_alive():
                for thread in threads:
                    thread.join(0.1)
    finally:
        schedule.stopped.set()
    samples = list(schedule.samples)
    return Run(
        samples=samples, unsent=len(requests) - len(samples), seconds=time.monotonic() - schedule.began_at
    )


class _Schedule:
    def __init__(
        self, requests: Sequence[Request], port: int, per_second: float, stopped: threading.Event
    ) -> None:
        self.samples: list[Sample] = []
        self.stopped = stopped
        self.began_at = time.monotonic()
        self._requests = requests
        self._port = port
        self._per_second = per_second
        self._next = itertools.count()
        self._last_start = self.began_at + len(requests) / per_second + GRACE_SECONDS

    def work(self) -> None:
        """Send one request after another, on a connection that is kept."""
        connection = HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT_SECONDS)
        for number in self._next:
            if number >= len(self._requests):
                break
            due = self.began_at + number / self._per_second
            if self.stopped.wait(max(due - time.monotonic(), 0.0)) or time.monotonic() > self._last_start:
                break
            request = self._requests[number]
            status = _status(connection, request)
            taken = time.monotonic() - due
            self.samples.append(Sample(name=request.name, status=status, seconds=taken))
        connection.close()


def _status(connection: HTTPConnection, request: Request) -> int:
    try:
        connection.request("GET", request.path, headers=dict(request.headers))
        answer = connection.getresponse()
        answer.read()
        return answer.status
    except (OSError, HTTPException):
        # The next request has a new connection.
        connection.close()
        return NO_ANSWER
