"""Receivers of webhooks on loopback, each behind a path of its own, and as people's receivers behave."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

from standardwebhooks import Webhook

TAKEN = 204


@dataclass(frozen=True, slots=True)
class Received:
    """Hold a webhook as it came.

    Attributes:
        at: When it came, in seconds of a clock that only goes on.
        answered_at: When it was answered, by the same clock.
    """

    endpoint: str
    headers: Mapping[str, str]
    body: bytes
    at: float
    answered_at: float

    @property
    def id(self) -> str:
        """Return the id by which receivers know it again."""
        return self.headers["webhook-id"]

    @property
    def asset_id(self) -> str:
        """Return the asset that it tells of."""
        return self.id.partition("/")[0]

    @property
    def signatures(self) -> list[str]:
        """Return its signatures, one for each secret in force."""
        return self.headers["webhook-signature"].split(" ")

    def verified(self, secret: str) -> Any:
        """Return what it says, as a receiver does that has this secret.

        Raises WebhookVerificationError where the secret signed none of its signatures.
        """
        return Webhook(secret).verify(self.body, dict(self.headers))


# Given how many of such webhooks the endpoint got before, returns the status of the answer.
Behavior = Callable[[int], int]


class Receivers:
    """Receive webhooks at ``/hook/{endpoint}``, and take them.

    Endpoints with a behavior answer so where the webhook is about a key below `folder`.
    """

    def __init__(self, behaviors: Mapping[str, Behavior], *, folder: str) -> None:
        self._folder = folder
        self._behaviors = behaviors
        self._counts: dict[str, int] = {}
        self._received: list[Received] = []
        self._lock = Lock()
        receivers = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                at = time.monotonic()
                body = self.rfile.read(int(self.headers["Content-Length"]))
                endpoint = self.path.rpartition("/")[2]
                headers = {name.lower(): value for name, value in self.headers.items()}
                status = receivers._answer(endpoint, body)
                receivers._note(Received(endpoint, headers, body, at, time.monotonic()))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Log nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def url(self, endpoint: str) -> str:
        """Return an endpoint's URL."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/hook/{endpoint}"

    def got(self, endpoint: str, *asset_ids: str) -> list[Received]:
        """Return the webhooks that an endpoint has answered, of these assets, in the order of arrival."""
        with self._lock:
            found = [each for each in self._received if each.endpoint == endpoint]
        return sorted((each for each in found if each.asset_id in asset_ids), key=lambda each: each.at)

    def ids(self, endpoint: str, *asset_ids: str) -> set[str]:
        """Return the ids of these webhooks."""
        return {each.id for each in self.got(endpoint, *asset_ids)}

    def close(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, endpoint: str, body: bytes) -> int:
        behavior = self._behaviors.get(endpoint)
        if behavior is None or not json.loads(body)["data"].get("key", "").startswith(self._folder):
            return TAKEN
        with self._lock:
            before = self._counts.get(endpoint, 0)
            self._counts[endpoint] = before + 1
        return behavior(before)

    def _note(self, received: Received) -> None:
        with self._lock:
            self._received.append(received)
