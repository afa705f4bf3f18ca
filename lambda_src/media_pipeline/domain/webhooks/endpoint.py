"""An endpoint: its address, the ends that it is told of, and the secrets that sign for it.

Each is kept as JSON in parameters of its own: what it is, whether it is disabled, and its secrets. So the
function that only has to know who is told reads no secret, and the one that disables an endpoint can't change
its address.
"""

import base64
import json
import re
from binascii import Error
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from media_pipeline.domain.asset import TERMINAL_STATUSES, AssetStatus
from media_pipeline.domain.clock import instant, timestamp
from media_pipeline.domain.errors import OperatorError
from media_pipeline.domain.values import dataclass

# Each end of an asset is a message for each of them, and so many notes of deliveries stay small in a record.
MAX_ENDPOINTS = 20
_ENDPOINT_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")
SECRET_PREFIX = "whsec_"
# Source: Standard Webhooks, "Signature scheme", symmetric: 24 to 64 bytes,
# https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
LEAST_SECRET_BYTES, MOST_SECRET_BYTES, SECRET_BYTES = 24, 64, 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Describe an endpoint; `disabled_at` (ISO 8601) and `disabled_for` say since when and why it is off."""

    endpoint_id: str
    url: str
    statuses: tuple[AssetStatus, ...]
    created_at: str
    disabled_at: str | None = None
    disabled_for: str = ""

    @property
    def is_enabled(self) -> bool:
        """Tell whether anything is sent to it."""
        return self.disabled_at is None

    def is_told_of(self, status: AssetStatus) -> bool:
        """Tell whether it is told of assets that end so."""
        return self.is_enabled and status in self.statuses

    def to_text(self) -> str:
        """Return the document that is kept of it, without whether it is disabled."""
        statuses = [status.value for status in self.statuses]
        return json.dumps({"url": self.url, "statuses": statuses, "created_at": self.created_at})

    @classmethod
    def from_text(cls, endpoint_id: str, text: str, *, disabled: str | None = None) -> "Endpoint":
        """Read the documents of an endpoint. Raises OperatorError where one is not what was written."""
        document, off = _object(text, endpoint_id), _object(disabled, endpoint_id) if disabled else {}
        try:
            return cls(
                endpoint_id=endpoint_id,
                url=str(document["url"]),
                statuses=tuple(AssetStatus(status) for status in document["statuses"]),
                created_at=str(document["created_at"]),
                disabled_at=str(off["at"]) if off else None,
                disabled_for=str(off.get("reason", "")),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise OperatorError(f"the webhook endpoint {endpoint_id} can't be read: {error!r}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """Hold the secret that signs, and the one before it, which signs as well until `previous_until`."""

    current: str
    previous: str | None = None
    previous_until: str | None = None

    def in_force(self, now: datetime) -> tuple[str, ...]:
        """Return the secrets that sign now, the current one first."""
        if self.previous and self.previous_until and now < instant(self.previous_until):
            return (self.current, self.previous)
        return (self.current,)

    def rotated(self, secret: str, *, until: datetime) -> "Secrets":
        """Return the secrets after a rotation: what is current now signs until then."""
        return Secrets(current=secret, previous=self.current, previous_until=timestamp(until))

    def to_text(self) -> str:
        """Return the document that is kept of them."""
        kept = {
            "current": self.current,
            "previous": self.previous,
            "previous_until": self.previous_until,
        }
        return json.dumps({name: value for name, value in kept.items() if value is not None})

    @classmethod
    def from_text(cls, endpoint_id: str, text: str) -> "Secrets":
        """Read the document of an endpoint's secrets. Raises OperatorError where one is not a secret."""
        document = _object(text, endpoint_id)
        current, previous = document.get("current"), document.get("previous")
        secrets = [current, *([previous] if previous is not None else [])]
        if not all(isinstance(secret, str) and is_secret(secret) for secret in secrets):
            raise OperatorError(f"the secrets of the webhook endpoint {endpoint_id} can't be read")
        return cls(current=str(current), previous=previous, previous_until=document.get("previous_until"))


def new_secret(random: bytes) -> str:
    """Return a secret made of random bytes. Raises ValueError where there are too few or too many."""
    if not LEAST_SECRET_BYTES <= len(random) <= MOST_SECRET_BYTES:
        raise ValueError(f"a secret has {LEAST_SECRET_BYTES} to {MOST_SECRET_BYTES} bytes")
    return SECRET_PREFIX + base64.b64encode(random).decode()


def is_secret(text: str) -> bool:
    """Tell whether a text is a secret of a valid length."""
    try:
        random = base64.b64decode(text.removeprefix(SECRET_PREFIX), validate=True)
    except (Error, ValueError):
        return False
    return text.startswith(SECRET_PREFIX) and LEAST_SECRET_BYTES <= len(random) <= MOST_SECRET_BYTES


def is_endpoint_id(text: str) -> bool:
    """Tell whether a text may name an endpoint: 1 to 32 lower-case letters, digits and hyphens."""
    return _ENDPOINT_ID.fullmatch(text) is not None


def disabled_text(reason: str, *, at: datetime) -> str:
    """Return the document that says that an endpoint is disabled."""
    return json.dumps({"at": timestamp(at), "reason": reason})


def in_order(statuses: frozenset[AssetStatus]) -> tuple[AssetStatus, ...]:
    """Return statuses in the order in which they are declared; of none, all that end an asset."""
    return tuple(status for status in AssetStatus if status in (statuses or TERMINAL_STATUSES))


def _object(text: str, endpoint_id: str) -> Mapping[str, Any]:
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        # The text may be a secret: the error does not show it.
        raise OperatorError(f"a parameter of the webhook endpoint {endpoint_id} is not a JSON object")
    return document
