"""A client of the API that does not give up: it asks again, under the same key, until it is answered."""

from __future__ import annotations

import collections
import json
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import urllib3

# The local AWS is away for some seconds, and a request whose function died holds its key for 20.
PATIENCE_SECONDS = 180.0
_TIMEOUT = urllib3.Timeout(connect=10, read=40)
_LONGEST_PAUSE_SECONDS = 8.0
_IN_PROGRESS = "REQUEST_IN_PROGRESS"
NO_ANSWER = "not answered"
THROTTLED = "throttled"
IN_PROGRESS = "under way"


class ApiError(Exception):
    """The API refused a request, or did not answer it for PATIENCE_SECONDS."""


class GoneError(ApiError):
    """There is no such upload any more: a local AWS that is started anew forgets unfinished ones."""


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer of the API: its HTTP status, and its body where it has one."""

    status: int
    document: dict[str, Any]


class ApiClient:
    """Send requests as one caller; safe to use from several threads.

    Attributes:
        repeated: How often a request was sent again, by reason.
    """

    def __init__(
        self,
        base_url: str,
        token: Callable[[], str],
        *,
        sleep: Callable[[float], None] = time.sleep,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        """Prepare.

        Args:
            base_url: Where the API is, without `/api`.
            token: Gives an access token; called again where one was refused as expired.
            sleep: Waits so many seconds.
            patience_seconds: So long a request is sent again.
        """
        self._base_url = base_url
        self._token = token
        self._sleep = sleep
        self._patience_seconds = patience_seconds
        self._http = urllib3.PoolManager(num_pools=4, maxsize=16, timeout=_TIMEOUT, retries=False)
        self._lock = threading.Lock()
        self._chance = random.Random()
        self._bearer = ""
        self.repeated: collections.Counter[str] = collections.Counter()

    def get(self, path: str) -> Answered:
        """Ask for something. Raises ApiError."""
        return self._answered("GET", path, None, {})

    def post(self, path: str, body: Mapping[str, Any] | None = None, *, key: str | None = None) -> Answered:
        """Ask for a change; `key` is the Idempotency-Key. Raises ApiError."""
        return self._answered("POST", path, body, {"Idempotency-Key": key} if key else {})

    def delete(self, path: str) -> Answered:
        """Ask for a removal; what is gone already is no error. Raises ApiError."""
        return self._answered("DELETE", path, None, {}, gone_is_done=True)

    def put_part(self, url: str, content: bytes) -> bool:
        """Send a part to S3 once; return whether S3 took it."""
        try:
            answer = self._http.request("PUT", url, body=content)
        except urllib3.exceptions.HTTPError:
            return False
        return answer.status == 200

    def _answered(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        headers: Mapping[str, str],
        *,
        gone_is_done: bool = False,
    ) -> Answered:
        deadline = time.monotonic() + self._patience_seconds
        pause, renewed = 0.25, False
        while True:
            status, answer, retry_after = self._once(method, path, body, headers)
            if status is not None and (status < 300 or (gone_is_done and status == 404)):
                return Answered(status, answer)
            if status == 401 and not renewed:
                renewed, self._bearer = True, ""
                continue
            reason = _reason(status, answer)
            if reason is None or time.monotonic() > deadline:
                said = answer.get("detail") or answer.get("message") or ""
                refused = GoneError if status == 404 else ApiError
                raise refused(f"{method} {path.partition('?')[0][:60]}: {status or NO_ANSWER} {said}".strip())
            with self._lock:
                self.repeated[reason] += 1
            self._sleep(max(retry_after, pause * self._chance.uniform(0.5, 1.0)))
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    def _once(
        self, method: str, path: str, body: Mapping[str, Any] | None, headers: Mapping[str, str]
    ) -> tuple[int | None, dict[str, Any], float]:
        with self._lock:
            self._bearer = self._bearer or self._token()
            sent = {**headers, "Authorization": f"Bearer {self._bearer}"}
        if body is not None:
            sent["Content-Type"] = "application/json"
        try:
            answer = self._http.request(
                method,
                f"{self._base_url}/api{path}",
                body=None if body is None else json.dumps(body).encode(),
                headers=sent,
            )
        except urllib3.exceptions.HTTPError:
            return None, {}, 0.0
        try:
            document = json.loads(answer.data) if answer.data else {}
        except ValueError:
            document = {}
        wait = answer.headers.get("Retry-After", "0")
        return (
            answer.status,
            document if isinstance(document, dict) else {},
            float(wait if wait.isdigit() else 0),
        )


def _reason(status: int | None, answer: Mapping[str, Any]) -> str | None:
    """Return why a request is sent again, None where that is of no use."""
    if status is None:
        return NO_ANSWER
    if status == 429:
        return THROTTLED
    if status == 409 and answer.get("code") == _IN_PROGRESS:
        return IN_PROGRESS
    return f"answered {status}" if status >= 500 else None
