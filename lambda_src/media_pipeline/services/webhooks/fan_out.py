"""Each end of an asset becomes a message for every endpoint that is told of it.

The table's stream is the outbox: a change is in it exactly when it was written, so no end goes missing
between the record and its webhooks. A batch of changes may come again: its messages are then sent again, with
the ids by which receivers recognize them.
"""

from collections.abc import Mapping
from typing import Any

from media_pipeline.domain.asset import Asset
from media_pipeline.domain.errors import MalformedEventError
from media_pipeline.domain.values import dataclass
from media_pipeline.domain.webhooks.message import EVENT_TYPES, message_for
from media_pipeline.domain.webhooks.ports import Endpoints, WebhookMetrics, WebhookQueue
from media_pipeline.telemetry import logger

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class FanOut:
    """Announce the ends of assets to all endpoints."""

    pipeline: str
    endpoints: Endpoints
    queue: WebhookQueue
    metrics: WebhookMetrics

    def announce(self, *, before: Record | None, after: Record | None) -> int:
        """Announce a change of a record, where it ended the asset; return how many messages that took.

        `before` and `after` are the record as it was and is, None where there was or is none.

        Raises MalformedEventError where the record is not an asset's, TransientError and its kin where AWS
        can't answer.
        """
        if not is_end(before, after):
            return 0
        asset = _asset(after)
        told = [each for each in self.endpoints.endpoints() if each.is_told_of(asset.status)]
        if not told:
            return 0
        self.queue.send_all([message_for(asset, each.endpoint_id, pipeline=self.pipeline) for each in told])
        self.metrics.webhooks_announced(len(told))
        logger.info(
            "Announced to webhook endpoints",
            asset_id=asset.asset_id,
            status=asset.status.value,
            endpoints=[each.endpoint_id for each in told],
        )
        return len(told)


def is_end(before: Record | None, after: Record | None) -> bool:
    """Tell whether a change of a record ended its asset; later changes of an ended one don't."""
    if after is None or after.get("status") not in EVENT_TYPES:
        return False
    return before is None or before.get("status") not in EVENT_TYPES


def _asset(record: Record | None) -> Asset:
    try:
        return Asset.from_record(record or {})
    except (KeyError, TypeError, ValueError) as error:
        raise MalformedEventError(f"the change is not that of an asset's record: {error!r}") from error
