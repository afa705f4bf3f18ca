"""Requests with an Idempotency-Key, remembered in a dictionary."""

from dataclasses import dataclass
from datetime import datetime

from media_pipeline.domain.requests.remembered import Answered, Remembered


@dataclass
class _Held:
    digest: str
    until: datetime | None
    forgotten_at: datetime
    answer: Answered | None = None


class FakeRequestMemory:
    """Hold, answer and release requests."""

    def __init__(self) -> None:
        self._held: dict[str, _Held] = {}

    def take(
        self, request_id: str, *, digest: str, now: datetime, until: datetime, forgotten_at: datetime
    ) -> Remembered | None:
        """Hold a request until then, or return what is known of one that is held, or was answered."""
        known = self._held.get(request_id)
        if known is not None and known.forgotten_at > now:
            is_over = known.answer is None and (known.until is None or known.until <= now)
            if not (is_over and known.digest == digest):
                return Remembered(digest=known.digest, answer=known.answer)
        self._held[request_id] = _Held(digest, until, forgotten_at)
        return None

    def keep(self, request_id: str, answer: Answered, *, until: datetime) -> None:
        """Keep the answer of a request that is held until then."""
        if self._is_held(request_id, until):
            self._held[request_id].answer = answer

    def release(self, request_id: str, *, until: datetime) -> None:
        """Let a request go that is held until then."""
        if self._is_held(request_id, until):
            self._held[request_id].until = None

    def _is_held(self, request_id: str, until: datetime) -> bool:
        return request_id in self._held and self._held[request_id].until == until
