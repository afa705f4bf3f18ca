"""The ports of webhooks: what their services ask of AWS and of the network."""

from collections.abc import Sequence
from typing import Protocol

from media_pipeline.domain.values import dataclass
from media_pipeline.domain.webhooks.endpoint import Endpoint, Secrets
from media_pipeline.domain.webhooks.message import WebhookMessage


class Endpoints(Protocol):
    """Who is told. Raises: TransientError and its kin where SSM can't answer."""

    def endpoints(self) -> Sequence[Endpoint]:
        """Return all endpoints, disabled ones too; what changed within seconds may be missing."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningEndpoint:
    """Hold an endpoint with the secrets that sign for it."""

    endpoint: Endpoint
    secrets: Secrets


class SigningEndpoints(Protocol):
    """One endpoint with its secrets. Raises: TransientError and its kin where SSM can't answer."""

    def find(self, endpoint_id: str) -> SigningEndpoint | None:
        """Return an endpoint, None where there is none of this id."""
        ...

    def disable(self, endpoint_id: str, *, reason: str) -> None:
        """Send nothing more to an endpoint until an operator enables it."""
        ...


class WebhookQueue(Protocol):
    """The queue of webhooks. Raises: TransientError and its kin where SQS can't answer."""

    def send_all(self, messages: Sequence[WebhookMessage]) -> None:
        """Send messages; where it raises, some of them may have been sent."""
        ...


class WebhookPost(Protocol):
    """What posts to an endpoint."""

    def post(self, url: str, *, webhook_id: str, payload: str, secrets: Sequence[str]) -> int:
        """Sign and send a payload; return the HTTP status.

        Raises: EndpointUnavailableError where there is no answer in time, EndpointForbiddenError where
        nothing may be sent to the address.
        """
        ...


class WebhookMetrics(Protocol):
    """What is counted of webhooks. Raises: nothing."""

    def webhooks_announced(self, count: int) -> None:
        """Count the webhooks of an asset's end, one for each endpoint."""
        ...

    def webhook_delivered(self, *, seconds: float) -> None:
        """Count a webhook that was taken; seconds run from the asset's end."""
        ...

    def webhook_failed(self) -> None:
        """Count a try that was not taken."""
        ...

    def webhook_dropped(self) -> None:
        """Count a webhook whose endpoint was removed or disabled meanwhile."""
        ...

    def endpoint_disabled(self) -> None:
        """Count an endpoint that asked to be told nothing more."""
        ...
