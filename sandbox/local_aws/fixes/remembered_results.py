"""Remember what MiniStack works out anew for every request, though it depends on a few texts alone.

A request to an HTTP API is compared with each of its routes three times, and every DynamoDB expression is
split into tokens before it is evaluated: together a tenth of what a read of the API costs the server.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from ministack.services import apigateway, dynamodb

_REMEMBERED = 10_000


def apply() -> None:
    """Wrap functions of texts, whose results are only read, or are copied."""
    parameters = lru_cache(_REMEMBERED)(apigateway._extract_path_params)

    def extract_path_params(route_path: str, request_path: str) -> dict[str, Any] | None:
        found = parameters(route_path, request_path)
        # It goes into a function's event.
        return None if found is None else dict(found)

    apigateway._extract_path_params = extract_path_params
    apigateway._route_specificity = lru_cache(_REMEMBERED)(apigateway._route_specificity)
    dynamodb._condition_syntax_error = lru_cache(_REMEMBERED)(dynamodb._condition_syntax_error)
