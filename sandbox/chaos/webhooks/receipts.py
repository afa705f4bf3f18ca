"""What a receiver of webhooks was sent: a line of JSON for each request, written before it is answered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path


class Outcome(StrEnum):
    """Say what became of a request; the values are what a report calls them."""

    TAKEN = "taken"
    UNANSWERED = "taken, not answered"
    LATE = "taken, answered too late"
    DROPPED = "dropped"
    SERVER_ERROR = "server errors"
    UNVERIFIED = "not verified"

    @property
    def is_taken(self) -> bool:
        """Whether the receiver has handled the webhook, whatever its sender knows of that."""
        return self in (Outcome.TAKEN, Outcome.UNANSWERED, Outcome.LATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """One request to one endpoint.

    Attributes:
        at: When it came, in epoch seconds.
        endpoint: The endpoint's id.
        webhook_id: The header `webhook-id`, by which receivers recognize a repetition.
        digest: SHA-256 of the body.
        asset_id: What the body says, as are attempt and status; empty where it was not verified.
        outcome: What the receiver made of it.
    """

    at: float
    endpoint: str
    webhook_id: str
    digest: str
    asset_id: str = ""
    attempt: int = 0
    status: str = ""
    outcome: Outcome

    def line(self) -> str:
        """Return it as a line of JSON."""
        return json.dumps(asdict(self)) + "\n"


class ReceiptLog:
    """Read a receiver's log as it grows; half a line is read when it is whole."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._position = 0
        self._receipts: list[Receipt] = []

    def read(self) -> list[Receipt]:
        """Return all receipts so far."""
        self._receipts.extend(self._new())
        return self._receipts

    def _new(self) -> Iterator[Receipt]:
        if not self._path.is_file():
            return
        with self._path.open("rb") as log:
            log.seek(self._position)
            for line in log:
                if not line.endswith(b"\n"):
                    return
                self._position += len(line)
                found = json.loads(line)
                yield Receipt(**{**found, "outcome": Outcome(found["outcome"])})
