"""Deliver one webhook to one endpoint: sign, post, and note in the asset's record that it was taken.

Any 2xx means taken. 410 means that the endpoint wants nothing more: it is disabled, and an alarm reports it.
All else, redirects included, is tried again. An endpoint that fails several times in a row rests: its
webhooks wait without a try, so that a receiver that takes its time never occupies the function for long.

Source: Standard Webhooks, "Considerations for webhook consumers" and "Operational considerations",
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from media_pipeline.domain.asset_store import AssetStore
from media_pipeline.domain.clock import instant
from media_pipeline.domain.errors import EndpointForbiddenError, EndpointUnavailableError
from media_pipeline.domain.ports import Clock
from media_pipeline.domain.values import dataclass
from media_pipeline.domain.webhooks.deliveries import Delivery, is_current, is_noted, noted
from media_pipeline.domain.webhooks.message import WebhookMessage, payload_text
from media_pipeline.domain.webhooks.ports import SigningEndpoints, WebhookMetrics, WebhookPost
from media_pipeline.telemetry import logger

GONE = 410
# As many failures in a row are no coincidence.
FAILURES_BEFORE_REST = 3
FIRST_REST_SECONDS, MAX_REST_SECONDS = 15, 300
# Senders of other endpoints may write the same record at the same time.
_NOTE_TRIES = 5


class Rests:
    """Remember which endpoints keep failing, and until when nothing is tried, in one function's memory."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures: dict[str, int] = {}
        self._until: dict[str, datetime] = {}

    def check(self, endpoint_id: str) -> None:
        """Raise EndpointUnavailableError while an endpoint rests."""
        until = self._until.get(endpoint_id)
        if until is not None and self._clock() < until:
            raise EndpointUnavailableError(f"the endpoint {endpoint_id} keeps failing: it rests")

    def note_failure(self, endpoint_id: str) -> None:
        """Count a failure; after FAILURES_BEFORE_REST in a row it rests, each time twice as long."""
        failures = self._failures[endpoint_id] = self._failures.get(endpoint_id, 0) + 1
        more = failures - FAILURES_BEFORE_REST
        if more >= 0:
            seconds = min(FIRST_REST_SECONDS << min(more, 8), MAX_REST_SECONDS)
            self._until[endpoint_id] = self._clock() + timedelta(seconds=seconds)

    def note_success(self, endpoint_id: str) -> None:
        """Forget failures."""
        self._failures.pop(endpoint_id, None)
        self._until.pop(endpoint_id, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookDelivery:
    """Deliver webhooks."""

    endpoints: SigningEndpoints
    post: WebhookPost
    table: AssetStore
    metrics: WebhookMetrics
    rests: Rests
    clock: Clock

    def deliver(self, message: WebhookMessage) -> None:
        """Deliver a webhook, or drop it where its endpoint is gone.

        Raises EndpointUnavailableError where it is to be tried again, EndpointForbiddenError where nothing
        may be sent to the address, TransientError and its kin where AWS can't answer.
        """
        found = self.endpoints.find(message.endpoint_id)
        if found is None or not found.endpoint.is_enabled:
            self.metrics.webhook_dropped()
            logger.info("Dropped: the endpoint is removed or disabled", endpoint=message.endpoint_id)
            return
        asset = self.table.get(message.asset_id)
        if asset is not None and is_noted(asset, message):
            logger.info("Already delivered", endpoint=message.endpoint_id)
            return
        self.rests.check(message.endpoint_id)
        try:
            answer = self.post.post(
                found.endpoint.url,
                webhook_id=message.webhook_id,
                payload=payload_text(message.payload),
                secrets=found.secrets.in_force(self.clock()),
            )
        except (EndpointForbiddenError, EndpointUnavailableError):
            self._failed(message)
            raise
        if answer == GONE:
            self._disable(message)
        elif 200 <= answer < 300:
            self._delivered(message, answer)
        else:
            self._failed(message)
            raise EndpointUnavailableError(f"the endpoint {message.endpoint_id} answered {answer}")

    def _failed(self, message: WebhookMessage) -> None:
        self.metrics.webhook_failed()
        self.rests.note_failure(message.endpoint_id)

    def _disable(self, message: WebhookMessage) -> None:
        self.endpoints.disable(message.endpoint_id, reason="It answered 410 Gone")
        self.metrics.endpoint_disabled()
        logger.warning(
            "Disabled a webhook endpoint, which answered 410 Gone: nothing more is sent until an operator "
            "enables it",
            endpoint=message.endpoint_id,
        )

    def _delivered(self, message: WebhookMessage, answer: int) -> None:
        now = self.clock()
        self.rests.note_success(message.endpoint_id)
        self.metrics.webhook_delivered(seconds=max(0.0, _seconds_since(message.payload, now)))
        logger.info("Delivered a webhook", endpoint=message.endpoint_id, answer=answer)
        self._note(message, Delivery(at=now, answer=answer))

    def _note(self, message: WebhookMessage, delivery: Delivery) -> None:
        for _ in range(_NOTE_TRIES):
            asset = self.table.get(message.asset_id)
            if asset is None or not is_current(asset, message) or is_noted(asset, message):
                return
            if self.table.update_record(message.asset_id, noted(asset, message, delivery)) is not None:
                return
        # It was taken, and that is what counts.
        logger.warning("The record could not be told of a delivery", endpoint=message.endpoint_id)


def _seconds_since(payload: Mapping[str, object], now: datetime) -> float:
    try:
        return (now - instant(str(payload.get("timestamp")))).total_seconds()
    except (TypeError, ValueError):
        return 0.0
