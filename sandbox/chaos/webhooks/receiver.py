"""A receiver of webhooks as a process, which fails as receivers do, and keeps what it was sent.

Run by `sandbox.chaos.webhooks.endpoints`::

    python -m sandbox.chaos.webhooks.receiver --port 4580 --endpoints FILE --log FILE

`POST /hook/{endpoint}` is an endpoint. The file describes them, and is read again when it changes::

    {"seed": 1, "endpoints": {"steady": {"secret": "whsec_...", "drop": 0.03, "answer_seconds": [0.0, 0.05]}}}
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import socket
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

from sandbox.chaos.webhooks.receipts import Outcome, Receipt

_PREFIX = "/hook/"
_ANSWERS = {Outcome.SERVER_ERROR: 503, Outcome.UNVERIFIED: 401}
# More than any payload has.
_MOST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointFaults:
    """What one endpoint does wrong: shares of the requests to it.

    Attributes:
        drop: The connection is closed, and nothing was taken.
        server_error: The answer is 503.
        lose_answer: The webhook is taken and the connection closed without an answer: it comes again.
        answer_late: It is taken, and answered when the sender has given up: it comes again, too.
        late_seconds: How late that is.
        answer_seconds: Shortest and longest time until any other answer.
    """

    drop: float = 0.0
    server_error: float = 0.0
    lose_answer: float = 0.0
    answer_late: float = 0.0
    late_seconds: float = 0.0
    answer_seconds: tuple[float, float] = (0.0, 0.0)

    def drawn(self, chance: float) -> Outcome:
        """Return what becomes of a verified request; `chance` is from 0 up to 1."""
        for outcome, share in (
            (Outcome.DROPPED, self.drop),
            (Outcome.SERVER_ERROR, self.server_error),
            (Outcome.UNANSWERED, self.lose_answer),
            (Outcome.LATE, self.answer_late),
        ):
            if chance < share:
                return outcome
            chance -= share
        return Outcome.TAKEN


class Receiver:
    """Decide on each request, and keep it; safe to use from several threads."""

    def __init__(self, endpoints: Path, log: Path) -> None:
        self._path = endpoints
        self._log = log
        self._lock = threading.Lock()
        self._read_at = 0
        self._described: Mapping[str, Any] = {}
        self._chances: dict[str, random.Random] = {}
        self._seed = 0

    def receive(self, endpoint: str, headers: Mapping[str, str], body: bytes) -> tuple[Outcome, float] | None:
        """Keep a request; return what becomes of it, and after how many seconds. None: no such endpoint."""
        with self._lock:
            described = self._read().get(endpoint)
            if described is None:
                return None
            secret = described["secret"]
            faults = EndpointFaults(**{name: each for name, each in described.items() if name != "secret"})
            chance = self._chances.setdefault(endpoint, random.Random(f"{endpoint} {self._seed}"))
            drawn, waits = chance.random(), chance.uniform(*faults.answer_seconds)
        told = _verified(secret, headers, body)
        outcome = faults.drawn(drawn) if told is not None else Outcome.UNVERIFIED
        data = (told or {}).get("data", {})
        receipt = Receipt(
            at=time.time(),
            endpoint=endpoint,
            webhook_id=headers.get("webhook-id", ""),
            digest=hashlib.sha256(body).hexdigest(),
            asset_id=str(data.get("asset_id", "")),
            attempt=int(data.get("attempt", 0)),
            status=str(data.get("status", "")),
            outcome=outcome,
        )
        # A test is about no asset.
        if told is None or receipt.asset_id:
            with self._lock, self._log.open("a") as file:
                file.write(receipt.line())
        return outcome, faults.late_seconds if outcome is Outcome.LATE else waits

    def _read(self) -> Mapping[str, Any]:
        changed = self._path.stat().st_mtime_ns
        if changed != self._read_at:
            document = json.loads(self._path.read_text())
            self._read_at, self._described, self._seed = changed, document["endpoints"], document["seed"]
        return self._described


def _verified(secret: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any] | None:
    """Return what a webhook says, None where its signature does not verify."""
    try:
        return dict(Webhook(secret).verify(body, dict(headers)))
    except WebhookVerificationError:
        return None


class _Handler(BaseHTTPRequestHandler):
    receiver: Receiver

    def do_GET(self) -> None:
        """Tell that the server answers."""
        self._answer(200 if self.path == "/health" else 404)

    def do_POST(self) -> None:
        """Receive a webhook."""
        length = int(self.headers.get("Content-Length") or 0)
        if not self.path.startswith(_PREFIX) or not 0 <= length <= _MOST_BYTES:
            self._answer(404)
            return
        body = self.rfile.read(length)
        headers = {name.lower(): value for name, value in self.headers.items()}
        found = self.receiver.receive(self.path.removeprefix(_PREFIX), headers, body)
        if found is None:
            self._answer(404)
            return
        outcome, seconds = found
        time.sleep(seconds)
        if outcome in (Outcome.DROPPED, Outcome.UNANSWERED):
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self._answer(_ANSWERS.get(outcome, 204))

    def _answer(self, status: int) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()
        except OSError:
            # The sender has given up.
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the log of receipts has it all."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def server(port: int, receiver: Receiver) -> ThreadingHTTPServer:
    """Return a server on the loopback interface; port 0 stands for any."""
    handler = type("Handler", (_Handler,), {"receiver": receiver})
    return _Server(("127.0.0.1", port), handler)


def main() -> int:
    """Serve until it is ended."""
    parser = argparse.ArgumentParser(description="A receiver of webhooks that fails")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--endpoints", type=Path, required=True)
    parser.add_argument("--log", type=Path, required=True)
    arguments = parser.parse_args()
    with server(arguments.port, Receiver(arguments.endpoints, arguments.log)) as serving:
        serving.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
