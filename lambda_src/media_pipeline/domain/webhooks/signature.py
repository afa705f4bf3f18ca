"""Signatures of webhooks, as Standard Webhooks has them: HMAC-SHA256 over id, time and payload.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

from media_pipeline.domain.webhooks.endpoint import SECRET_PREFIX


def signed_headers(secrets: Sequence[str], *, webhook_id: str, at: datetime, payload: str) -> dict[str, str]:
    """Return the headers that sign a payload once with each secret, so that any of them verifies it."""
    seconds = str(int(at.timestamp()))
    content = f"{webhook_id}.{seconds}.{payload}".encode()
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(_signature(secret, content) for secret in secrets),
    }


def _signature(secret: str, content: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
