"""Leave out of a JWT authorizer what only Lambda authorizers have, as AWS does.

MiniStack answers `authorizerPayloadFormatVersion` and a result TTL for every authorizer: the provider then
plans to take them away, each time anew.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ministack.services import apigateway

_OF_LAMBDA_AUTHORIZERS = ("authorizerPayloadFormatVersion", "authorizerResultTtlInSeconds")


def apply() -> None:
    """Wrap what answers one authorizer."""
    for name in ("_create_authorizer", "_get_authorizer", "_update_authorizer"):
        setattr(apigateway, name, _without(getattr(apigateway, name)))


def _without(answer: Callable[..., Any]) -> Callable[..., Any]:
    def answered(*arguments: Any, **named: Any) -> Any:
        status, headers, body = answer(*arguments, **named)
        found = json.loads(body)
        if found.get("authorizerType") == "JWT":
            kept = {key: value for key, value in found.items() if key not in _OF_LAMBDA_AUTHORIZERS}
            return status, headers, json.dumps(kept).encode()
        return status, headers, body

    return answered
