"""Change the endpoints of webhooks, and tell them of ended assets that they have not taken."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit

from media_pipeline.domain.asset import Asset, AssetStatus
from media_pipeline.domain.clock import timestamp
from media_pipeline.domain.webhooks.addresses import url_fault
from media_pipeline.domain.webhooks.endpoint import (
    MAX_ENDPOINTS,
    SECRET_BYTES,
    Endpoint,
    Secrets,
    in_order,
    is_endpoint_id,
    new_secret,
)
from media_pipeline.domain.webhooks.message import WebhookMessage, message_for
from tools.ops.errors import UsageError


class EndpointList(Protocol):
    """What lists endpoints."""

    def endpoints(self) -> Sequence[Endpoint]:
        """Return all endpoints."""
        ...


class EndpointAdministration(Protocol):
    """What changes endpoints."""

    def secrets(self, endpoint_id: str) -> Secrets | None:
        """Return an endpoint's secrets."""
        ...

    def write_secrets(self, endpoint_id: str, secrets: Secrets) -> None:
        """Keep an endpoint's secrets."""
        ...

    def write(self, endpoint: Endpoint) -> None:
        """Keep what an endpoint is."""
        ...

    def enable(self, endpoint_id: str) -> None:
        """Let webhooks be sent to an endpoint again."""
        ...

    def remove(self, endpoint_id: str) -> None:
        """Remove an endpoint with its secrets."""
        ...


class MessageQueue(Protocol):
    """What takes messages to endpoints."""

    def send_all(self, messages: Sequence[WebhookMessage]) -> None:
        """Send messages."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """Change endpoints; `random` returns so many bytes that nobody can guess."""

    listed: EndpointList
    administration: EndpointAdministration
    allow_loopback: bool
    clock: Callable[[], datetime]
    random: Callable[[int], bytes]

    def find(self, endpoint_id: str) -> Endpoint:
        """Return an endpoint. Raises UsageError where there is none of this id."""
        for endpoint in self.listed.endpoints():
            if endpoint.endpoint_id == endpoint_id:
                return endpoint
        raise UsageError(f"There is no webhook endpoint {endpoint_id!r}: `webhooks list` shows all.")

    def add(
        self, url: str, *, endpoint_id: str | None, statuses: Iterable[AssetStatus]
    ) -> tuple[Endpoint, str]:
        """Add an endpoint; return it with its secret.

        Raises UsageError where the URL can't be one, the id is taken, or there are MAX_ENDPOINTS already.
        """
        fault = url_fault(url, allow_loopback=self.allow_loopback)
        if fault is not None:
            raise UsageError(f"The URL {fault}.")
        name = endpoint_id or named_after(url)
        if not is_endpoint_id(name):
            raise UsageError(
                f"{name!r} is not an id: up to 32 of a to z, 0 to 9 and hyphens. Give one by --id."
            )
        known = {endpoint.endpoint_id for endpoint in self.listed.endpoints()}
        if name in known:
            raise UsageError(f"There is an endpoint {name!r} already: remove it first, or give another --id.")
        if len(known) >= MAX_ENDPOINTS:
            raise UsageError(f"There are {MAX_ENDPOINTS} endpoints already, the most that are allowed.")
        endpoint = Endpoint(
            endpoint_id=name,
            url=url,
            statuses=in_order(frozenset(statuses)),
            created_at=timestamp(self.clock()),
        )
        secret = new_secret(self.random(SECRET_BYTES))
        # The secrets first: an endpoint that is told has them. What a former one of the name left is gone.
        self.administration.write_secrets(name, Secrets(current=secret))
        self.administration.enable(name)
        self.administration.write(endpoint)
        return endpoint, secret

    def rotate(self, endpoint_id: str, *, keep: timedelta) -> str:
        """Give an endpoint another secret and return it; the one before signs as well for `keep`."""
        endpoint = self.find(endpoint_id)
        secret = new_secret(self.random(SECRET_BYTES))
        now, before = self.clock(), self.administration.secrets(endpoint.endpoint_id)
        after = before.rotated(secret, until=now + keep) if before else Secrets(current=secret)
        self.administration.write_secrets(endpoint.endpoint_id, after)
        return secret

    def secrets(self, endpoint_id: str) -> Sequence[str]:
        """Return the secrets that sign now. Raises UsageError where there are none."""
        found = self.administration.secrets(endpoint_id)
        if found is None:
            raise UsageError(f"The endpoint {endpoint_id!r} has no secrets: `webhooks rotate` makes one.")
        return found.in_force(self.clock())


def named_after(url: str) -> str:
    """Return an id that a URL's host suggests: `shop-example-com`."""
    host = urlsplit(url).hostname or ""
    return "".join(character if character.isalnum() else "-" for character in host)[:32].strip("-")


def announcements(
    assets: Iterable[Asset], endpoints: Iterable[Endpoint], *, pipeline: str, again: bool
) -> list[WebhookMessage]:
    """Return the messages by which endpoints are told of ended assets, without those that took them already.

    With `again`, those too: receivers recognize the id.
    """
    told = list(endpoints)
    return [
        message_for(asset, endpoint.endpoint_id, pipeline=pipeline)
        for asset in assets
        for endpoint in told
        if asset.is_terminal and endpoint.is_told_of(asset.status)
        if again or all(note.get("endpoint") != endpoint.endpoint_id for note in asset.webhooks)
    ]
