"""What an asset's record says of its webhooks: which endpoint took what when, for the present attempt.

An attempt ends once, so there is one note for each endpoint at most: the list is as short as the list of
endpoints is. A replay forgets it with all else that belongs to one attempt.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from media_pipeline.domain.asset import Asset
from media_pipeline.domain.asset_record import Check, Condition, RecordWrite
from media_pipeline.domain.clock import timestamp
from media_pipeline.domain.values import dataclass
from media_pipeline.domain.webhooks.endpoint import MAX_ENDPOINTS
from media_pipeline.domain.webhooks.message import WebhookMessage

# Endpoints come and go while an attempt lasts; the newest notes stay.
MAX_NOTES = 2 * MAX_ENDPOINTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Say when an endpoint took a webhook, and with which HTTP status."""

    at: datetime
    answer: int


def is_noted(asset: Asset, message: WebhookMessage) -> bool:
    """Tell whether the record says that the endpoint took the webhook."""
    return is_current(asset, message) and any(
        note.get("endpoint") == message.endpoint_id for note in asset.webhooks
    )


def is_current(asset: Asset, message: WebhookMessage) -> bool:
    """Tell whether the record still has the end that the webhook is about; a replay forgets it."""
    return (asset.attempt, asset.status) == (message.attempt, message.status)


def noted(asset: Asset, message: WebhookMessage, delivery: Delivery) -> RecordWrite:
    """Note a delivery, unless attempt, status or notes are others by now."""
    note = {
        "endpoint": message.endpoint_id,
        "status": message.status.value,
        "at": timestamp(delivery.at),
        "answer": delivery.answer,
    }
    notes: Sequence[Any] = [*asset.webhooks, note][-MAX_NOTES:]
    return RecordWrite(
        conditions=[
            Condition("attempt", Check.EQUAL, message.attempt),
            Condition("status", Check.EQUAL, message.status.value),
            # A list that is there is never empty.
            Condition("webhooks", Check.EQUAL, asset.webhooks)
            if asset.webhooks
            else Condition("webhooks", Check.ABSENT),
        ],
        assigned={"webhooks": notes},
    )
