"""What a webhook says, and the message by which it reaches the function that sends it.

There is a message for each asset, attempt, status and endpoint, so that each endpoint takes its own time. It
holds the payload as it was when the asset ended: what is sent does not depend on when it is sent.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from media_pipeline.domain.asset import MAX_ATTEMPTS, TERMINAL_STATUSES, Asset, AssetStatus
from media_pipeline.domain.bounds import cut, within
from media_pipeline.domain.errors import MalformedEventError
from media_pipeline.domain.redaction import redacted
from media_pipeline.domain.values import dataclass
from media_pipeline.domain.webhooks.endpoint import is_endpoint_id

# Of `data` in the payload. What is added later keeps it; what is removed or means something else raises it.
PAYLOAD_VERSION = 1
MAX_PAYLOAD_BYTES = 16 * 1024
# Source: S3 User Guide, object key naming
_MAX_KEY_BYTES = 1024
EVENT_TYPES: Mapping[AssetStatus, str] = {
    AssetStatus.COMPLETE: "asset.completed",
    AssetStatus.FAILED: "asset.failed",
    AssetStatus.CANCELED: "asset.canceled",
}
TEST_TYPE = "webhook.test"
_ASSET_ID = re.compile(r"[0-9A-Za-z-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookMessage:
    """Hold what is sent to one endpoint, and the end of an asset that it is about."""

    endpoint_id: str
    asset_id: str
    attempt: int
    status: AssetStatus
    payload: Mapping[str, Any]

    @property
    def webhook_id(self) -> str:
        """Return the webhook's id, the same for each try and each endpoint: receivers recognize it."""
        return webhook_id(self.asset_id, self.attempt, self.status)

    def to_text(self) -> str:
        """Return the message's body."""
        return json.dumps(
            {
                "endpoint": self.endpoint_id,
                "asset_id": self.asset_id,
                "attempt": self.attempt,
                "status": self.status.value,
                "payload": self.payload,
            }
        )


def webhook_id(asset_id: str, attempt: int, status: AssetStatus) -> str:
    """Return the id of what is said of an asset's end. It has no `.`, which ends an id where it is signed."""
    return f"{asset_id}/{attempt}/{status.value}"


def payload_text(payload: Mapping[str, Any]) -> str:
    """Return a payload as it is signed and sent: ASCII, so that no receiver can read it another way."""
    return json.dumps(payload, separators=(",", ":"))


def payload_of(asset: Asset, *, pipeline: str) -> dict[str, Any]:
    """Return what endpoints are told of an asset that has ended, in at most MAX_PAYLOAD_BYTES.

    Raises KeyError where it has not ended.
    """
    error = asset.error
    known = {
        "version": PAYLOAD_VERSION,
        "pipeline": pipeline,
        "asset_id": asset.asset_id,
        "attempt": asset.attempt,
        "status": asset.status.value,
        "key": cut(asset.upload.key, _MAX_KEY_BYTES),
        "version_id": asset.upload.version_id,
        "profile": asset.profile,
        "error": {"code": error.code, "category": error.category, "message": error.message}
        if error
        else None,
        "playback_path": f"/api/assets/{asset.asset_id}/playback"
        if asset.status is AssetStatus.COMPLETE
        else None,
    }
    payload = {
        "type": EVENT_TYPES[asset.status],
        "timestamp": asset.completed_at or asset.updated_at,
        "data": {name: value for name, value in redacted(known).items() if value is not None},
    }
    return within(payload, max_bytes=MAX_PAYLOAD_BYTES, dumps=payload_text)


def payload_of_test(*, pipeline: str, at: str) -> dict[str, Any]:
    """Return what a test says; it is about no asset."""
    return {"type": TEST_TYPE, "timestamp": at, "data": {"version": PAYLOAD_VERSION, "pipeline": pipeline}}


def message_for(asset: Asset, endpoint_id: str, *, pipeline: str) -> WebhookMessage:
    """Return the message by which an endpoint is told of an asset that has ended."""
    return WebhookMessage(
        endpoint_id=endpoint_id,
        asset_id=asset.asset_id,
        attempt=asset.attempt,
        status=asset.status,
        payload=payload_of(asset, pipeline=pipeline),
    )


def parse_message(body: str, *, queue_arn: str = "") -> WebhookMessage:
    """Read a message of the webhooks queue. Raises MalformedEventError where it is none of ours."""
    try:
        document = json.loads(body)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise MalformedEventError("the message is not a JSON object")
    endpoint_id, asset_id = document.get("endpoint"), document.get("asset_id")
    attempt, status, payload = document.get("attempt"), document.get("status"), document.get("payload")
    if not isinstance(endpoint_id, str) or not is_endpoint_id(endpoint_id):
        raise MalformedEventError("the message names no endpoint")
    if not isinstance(asset_id, str) or not _ASSET_ID.fullmatch(asset_id):
        raise MalformedEventError("the message names no asset")
    if isinstance(attempt, bool) or not isinstance(attempt, int) or not 1 <= attempt <= MAX_ATTEMPTS:
        raise MalformedEventError("the message names no attempt")
    if status not in {each.value for each in TERMINAL_STATUSES}:
        raise MalformedEventError("the message names no status in which an asset ends")
    if not isinstance(payload, dict) or len(payload_text(payload)) > MAX_PAYLOAD_BYTES:
        raise MalformedEventError("the message has no payload, or one that is too long")
    return WebhookMessage(
        endpoint_id=endpoint_id,
        asset_id=asset_id,
        attempt=attempt,
        status=AssetStatus(status),
        payload=payload,
    )
