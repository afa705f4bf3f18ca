"""A request with an Idempotency-Key is done once, and its answer is given to each repetition.

A key belongs to its caller and route. While a request is under way, another one with its key is answered 409;
the same key with another body, 422. An answer that is no success is not kept, so that a repetition tries
again. So is a request whose function died: it holds its key no longer than a function can live.

Source: https://www.ietf.org/archive/id/draft-ietf-httpapi-idempotency-key-header-07.html
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from media_pipeline.domain.ports import Clock
from media_pipeline.domain.problems import RequestProblem
from media_pipeline.domain.requests.remembered import Answered, Remembered
from media_pipeline.domain.values import dataclass

KEY_PATTERN = r"^[!-~]{1,255}$"
# So long a repetition is recognized.
KEPT = timedelta(hours=24)


class RequestMemory(Protocol):
    """Where requests are remembered.

    Raises: TransientError and its kin, from every method, where DynamoDB can't answer.
    """

    def take(
        self, request_id: str, *, digest: str, now: datetime, until: datetime, forgotten_at: datetime
    ) -> Remembered | None:
        """Hold a request until then, or return what is known of one that is held, or was answered."""
        ...

    def keep(self, request_id: str, answer: Answered, *, until: datetime) -> None:
        """Keep the answer of a request that is held until then."""
        ...

    def release(self, request_id: str, *, until: datetime) -> None:
        """Let a request go that is held until then, so that a repetition is done at once."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Idempotency:
    """Do requests once; `held_seconds` is how long a function may be at one."""

    memory: RequestMemory
    held_seconds: int
    clock: Clock

    def once(
        self,
        do: Callable[[], Answered],
        *,
        key: str | None,
        caller: str,
        route: str,
        body: Mapping[str, Any],
        keeps_answer: bool,
    ) -> Answered:
        """Return the answer of a request, or of the one before it with the same key.

        `route` is the method with the path as it was asked. Without a key the request is done each time. With
        `keeps_answer` False a repetition is done again: the request changes nothing, and what it answers
        (signed URLs, cookies) is not to lie in a table.

        Raises: RequestProblem (INVALID_IDEMPOTENCY_KEY, IDEMPOTENCY_KEY_REUSED, REQUEST_IN_PROGRESS).
        """
        if key is None:
            return do()
        if not re.fullmatch(KEY_PATTERN.strip("^$"), key):
            raise RequestProblem(
                "INVALID_IDEMPOTENCY_KEY", "An Idempotency-Key has 1 to 255 visible ASCII characters."
            )
        request_id = _hashed(caller, route, key)
        digest = _hashed(json.dumps(body, sort_keys=True, ensure_ascii=True, separators=(",", ":")))
        now = self.clock()
        until = now + timedelta(seconds=self.held_seconds)
        known = self.memory.take(request_id, digest=digest, now=now, until=until, forgotten_at=now + KEPT)
        if known is not None:
            answered = self._repeated(known, digest)
            return answered if keeps_answer else do()
        answer: Answered | None = None
        try:
            answer = do()
            return answer
        finally:
            if answer is not None and answer.is_kept:
                kept = answer if keeps_answer else Answered(status=answer.status, body="")
                self.memory.keep(request_id, kept, until=until)
            else:
                self.memory.release(request_id, until=until)

    def _repeated(self, known: Remembered, digest: str) -> Answered:
        if known.digest != digest:
            raise RequestProblem(
                "IDEMPOTENCY_KEY_REUSED", "This Idempotency-Key came with another body before."
            )
        if known.answer is None:
            raise RequestProblem(
                "REQUEST_IN_PROGRESS",
                "The request with this Idempotency-Key is under way.",
                retry_after_seconds=1,
            )
        return known.answer


def _hashed(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
