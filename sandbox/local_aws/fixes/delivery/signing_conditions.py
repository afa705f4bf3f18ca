"""Tell policies by which algorithm, and of what kind of message, KMS is asked to sign.

MiniStack knows no condition keys of KMS, so that a policy that asks for one never allows anything. Source:
AWS KMS Developer Guide, "AWS KMS condition keys", kms:SigningAlgorithm and kms:MessageType.
"""

from __future__ import annotations

import json
from typing import Any

from ministack.core import iam_actions

_KEYS = {"SigningAlgorithm": "kms:SigningAlgorithm", "MessageType": "kms:MessageType"}


def apply() -> None:
    """Wrap what tells conditions of a request."""
    known = iam_actions.request_tag_context

    def with_signing(service: str, iam_action: str, body: Any, *rest: Any) -> dict[str, Any]:
        context = dict(known(service, iam_action, body, *rest))
        if iam_action in ("kms:Sign", "kms:Verify"):
            asked = json.loads(body or b"{}")
            context |= {key: asked[name] for name, key in _KEYS.items() if name in asked}
        return context

    iam_actions.request_tag_context = with_signing
