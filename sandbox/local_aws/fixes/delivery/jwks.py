"""Find a user pool's keys where they are: in this process.

A JWT authorizer of MiniStack asks for them over plain HTTP at its own port, which speaks TLS here, and then
refuses every token. AWS's authorizer reads them at the issuer.
"""

from __future__ import annotations

import json
import re
from typing import Any

from ministack.services import apigateway, cognito


def apply() -> None:
    """Wrap what fetches keys."""
    fetch = apigateway._fetch_jwks

    async def _fetch_jwks(url: str) -> Any:
        pool_id = _pool_of(url)
        if pool_id is None:
            return await fetch(url)
        _, _, body = cognito.well_known_jwks(pool_id)
        return json.loads(body)

    apigateway._fetch_jwks = _fetch_jwks


def _pool_of(url: str) -> str | None:
    """Return the id of the pool of this MiniStack whose keys are asked for, None where it is another URL."""
    base = re.escape(f"http://{apigateway._HOST}:{apigateway._PORT}/")
    named = re.fullmatch(rf"{base}([\w-]+)/\.well-known/jwks\.json", url)
    return named[1] if named else None
