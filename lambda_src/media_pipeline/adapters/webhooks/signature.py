"""Signatures of webhooks, as Standard Webhooks has them: HMAC-SHA256 over id, time and payload.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from collections.abc import Sequence
from datetime import datetime

from standardwebhooks import Webhook


def signed_headers(secrets: Sequence[str], *, webhook_id: str, at: datetime, payload: str) -> dict[str, str]:
    """Return the headers that sign a payload once with each secret, so that any of them verifies it.

    `at` is a time in UTC: the library takes any other for one.
    """
    signatures = (Webhook(secret).sign(webhook_id, at, payload) for secret in secrets)
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
