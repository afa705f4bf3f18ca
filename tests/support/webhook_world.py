"""Webhook endpoints, what they are told of, and a sender that tells them, for tests."""

from collections.abc import Sequence
from dataclasses import replace

from media_pipeline.domain.asset import Asset, AssetStatus
from media_pipeline.domain.errors import EndpointUnavailableError
from media_pipeline.domain.failures.failure import AssetError
from media_pipeline.domain.transitions import Transition
from media_pipeline.domain.webhooks.endpoint import Endpoint, Secrets, in_order, new_secret
from media_pipeline.domain.webhooks.message import WebhookMessage, message_for
from media_pipeline.domain.webhooks.ports import SigningEndpoint
from media_pipeline.services.webhooks.delivery import Rests, WebhookDelivery
from tests.support.asset_steps import Table, claimed, read, step
from tests.support.fakes import FakeAssetTable, FakeClock

PIPELINE = "media-pipeline-test"
SECRET, OLDER_SECRET = new_secret(b"s" * 32), new_secret(b"o" * 32)
ERROR = AssetError(code="NO_VIDEO", category="source", message="The file has no video.")


def endpoint(
    endpoint_id: str = "shop", *statuses: AssetStatus, url: str = "https://shop.example/hook"
) -> Endpoint:
    """Return an endpoint that is told of these statuses, or of all."""
    return Endpoint(
        endpoint_id=endpoint_id,
        url=url,
        statuses=in_order(frozenset(statuses)),
        created_at="2026-01-01T00:00:00.000Z",
    )


def ended(table: Table, clock: FakeClock, status: AssetStatus = AssetStatus.COMPLETE) -> Asset:
    """Return an asset that has ended so."""
    asset = claimed(table, clock)
    steps: list[Transition] = [step(clock, AssetStatus.SUBMITTED)]
    if status is AssetStatus.COMPLETE:
        steps.append(step(clock, AssetStatus.VERIFYING))
    error = ERROR if status is AssetStatus.FAILED else None
    for one in [*steps, step(clock, status, error=error)]:
        assert table.advance(asset.asset_id, one) is not None
    return read(table, asset.asset_id)


class FakeEndpoints:
    """Keep endpoints by their ids, with one secret for all."""

    def __init__(self, *endpoints: Endpoint) -> None:
        self.known = {each.endpoint_id: each for each in endpoints}
        self.secrets = Secrets(current=SECRET)
        self.failures: list[Exception] = []

    def endpoints(self) -> Sequence[Endpoint]:
        """Return all endpoints."""
        if self.failures:
            raise self.failures.pop(0)
        return list(self.known.values())

    def find(self, endpoint_id: str) -> SigningEndpoint | None:
        """Return an endpoint with its secrets."""
        found = self.known.get(endpoint_id)
        return SigningEndpoint(endpoint=found, secrets=self.secrets) if found else None

    def disable(self, endpoint_id: str, *, reason: str) -> None:
        """Disable an endpoint."""
        off = replace(self.known[endpoint_id], disabled_at="2026-01-02T00:00:00.000Z", disabled_for=reason)
        self.known[endpoint_id] = off


class FakeWebhookQueue:
    """Keep what was sent."""

    def __init__(self) -> None:
        self.sent: list[WebhookMessage] = []
        self.failures: list[Exception] = []

    def send_all(self, messages: Sequence[WebhookMessage]) -> None:
        """Send messages."""
        if self.failures:
            raise self.failures.pop(0)
        self.sent += messages


class FakePost:
    """Answer as `answers` say, and 204 after them; keep what was posted."""

    def __init__(self, *answers: int | Exception) -> None:
        self.answers = list(answers)
        self.posted: list[tuple[str, str, str, Sequence[str]]] = []

    def post(self, url: str, *, webhook_id: str, payload: str, secrets: Sequence[str]) -> int:
        """Post a webhook."""
        self.posted.append((url, webhook_id, payload, secrets))
        answer = self.answers.pop(0) if self.answers else 204
        if isinstance(answer, Exception):
            raise answer
        return answer


class FakeWebhookMetrics:
    """Keep what was counted."""

    def __init__(self) -> None:
        self.counted: list[tuple[str, float]] = []

    def webhooks_announced(self, count: int) -> None:
        """Count announcements."""
        self.counted.append(("announced", count))

    def webhook_delivered(self, *, seconds: float) -> None:
        """Count a delivery."""
        self.counted.append(("delivered", seconds))

    def webhook_failed(self) -> None:
        """Count a failed try."""
        self.counted.append(("failed", 1))

    def webhook_dropped(self) -> None:
        """Count what was dropped."""
        self.counted.append(("dropped", 1))

    def endpoint_disabled(self) -> None:
        """Count a disabled endpoint."""
        self.counted.append(("disabled", 1))


class DeliveryWorld:
    """Hold an ended asset, an endpoint, and what delivers to it."""

    def __init__(self, *answers: int | Exception, status: AssetStatus = AssetStatus.COMPLETE) -> None:
        self.clock = FakeClock()
        self.table = FakeAssetTable()
        self.endpoints = FakeEndpoints(endpoint())
        self.post = FakePost(*answers)
        self.metrics = FakeWebhookMetrics()
        self.delivery = WebhookDelivery(
            endpoints=self.endpoints,
            post=self.post,
            table=self.table,
            metrics=self.metrics,
            rests=Rests(self.clock),
            clock=self.clock,
        )
        self.asset = ended(self.table, self.clock, status)
        self.message = message_for(self.asset, "shop", pipeline=PIPELINE)

    def deliver(self, message: WebhookMessage | None = None) -> bool:
        """Deliver; return whether it need not come again."""
        try:
            self.delivery.deliver(message or self.message)
        except EndpointUnavailableError:
            return False
        return True

    @property
    def notes(self) -> Sequence[object]:
        """Return what the record says of deliveries."""
        return read(self.table, self.asset.asset_id).webhooks
