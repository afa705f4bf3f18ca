"""The open loop: requests are due at their times, whatever the answers take."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from sandbox.api_load import schedule
from sandbox.api_load.schedule import NO_ANSWER, Request, run


class Server:
    """Answer after some seconds, with the status that the path names; 0 closes the connection."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.came_at: list[float] = []
        own = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                own.came_at.append(time.monotonic())
                time.sleep(own.seconds)
                status = int(self.path.strip("/"))
                if not status:
                    self.close_connection = True
                    return
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        self.serving = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.serving.daemon_threads = True
        threading.Thread(target=self.serving.serve_forever, daemon=True).start()
        self.port = self.serving.server_address[1]


@pytest.fixture
def server() -> Iterator[Server]:
    """Serve answers."""
    made = Server()
    yield made
    made.serving.shutdown()
    made.serving.server_close()


def requests(*statuses: int) -> list[Request]:
    """Return requests of these answers."""
    return [Request(name=str(status), path=f"/{status}", headers={}) for status in statuses]


def test_requests_come_at_their_rate_however_slow_the_answers_are(server: Server) -> None:
    """They don't wait for each other: ten that take 0.3 seconds each are done in less than a second."""
    server.seconds = 0.3
    found = run(requests(*[200] * 10), port=server.port, per_second=50)
    spread = max(server.came_at) - min(server.came_at)
    assert len(found.samples) == 10
    assert 0.1 < spread < 0.3
    assert found.unsent == 0


def test_latency_runs_from_when_a_request_was_due(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """With one connection, what waits behind a slow answer was not answered sooner for that."""
    monkeypatch.setattr(schedule, "MOST_AT_ONCE", 1)
    server.seconds = 0.2
    found = run(requests(*[200] * 4), port=server.port, per_second=100)
    seconds = [sample.seconds for sample in found.samples]
    assert seconds == sorted(seconds)
    assert seconds[-1] > 0.7


def test_each_answer_is_kept_and_none_is_none(server: Server) -> None:
    """A connection that is closed without an answer hurts no later request."""
    found = run(requests(200, 0, 429, 503, 200), port=server.port, per_second=100)
    assert sorted(sample.status for sample in found.samples) == [NO_ANSWER, 200, 200, 429, 503]


def test_it_ends_by_itself_where_answers_take_too_long(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could not be sent in time is counted, and not sent."""
    monkeypatch.setattr(schedule, "MOST_AT_ONCE", 1)
    monkeypatch.setattr(schedule, "GRACE_SECONDS", 0.2)
    server.seconds = 0.3
    found = run(requests(*[200] * 20), port=server.port, per_second=100)
    assert len(found.samples) + found.unsent == 20
    assert found.unsent > 10


def test_a_stopped_schedule_sends_nothing_more(server: Server) -> None:
    """As Ctrl-C does."""
    stopped = threading.Event()
    stopped.set()
    found = run(requests(200, 200), port=server.port, per_second=100, stopped=stopped)
    assert (found.samples, found.unsent) == ([], 2)
