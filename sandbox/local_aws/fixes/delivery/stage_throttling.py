"""Throttle the requests of a stage, as API Gateway does.

MiniStack keeps a stage's rate and burst, and answers everything. API Gateway takes a token from a bucket for
each request, before it looks for a route or at a token of a user; the bucket holds `burst` tokens and gains
`rate` of them a second. Without a token the answer is 429. A route may have limits, and then a bucket, of its
own; a stage without any is held to the account's quota. Sources:
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html and
https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html

On AWS the limits are targets that may be overrun; here they hold exactly.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ministack.services import apigateway

# Of an account in a region. Source: the page on limits above.
ACCOUNT_RATE = 10_000.0
ACCOUNT_BURST = 5_000.0

_TOO_MANY = (429, {"Content-Type": "application/json"}, json.dumps({"message": "Too Many Requests"}).encode())


@dataclass(slots=True)
class TokenBucket:
    """Hold up to `burst` tokens, of which `rate` are added each second; a new one is full."""

    tokens: float
    filled_at: float

    def take(self, *, rate: float, burst: float, now: float) -> bool:
        """Take a token at a time in seconds, and return whether there was one."""
        self.tokens = min(burst, self.tokens + rate * (now - self.filled_at))
        self.filled_at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


class Throttle:
    """The buckets of all stages and routes; limits that change hold from the next request on."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: dict[tuple[str, str, str], TokenBucket] = {}

    def admits(self, api_id: str, stage: Mapping[str, Any], route_key: str) -> bool:
        """Return whether a request for a route of a stage is answered, and count it."""
        of_route = (stage.get("routeSettings") or {}).get(route_key) or {}
        own = any(name in of_route for name in ("throttlingRateLimit", "throttlingBurstLimit"))
        limits = of_route if own else stage.get("defaultRouteSettings") or {}
        rate = float(limits.get("throttlingRateLimit") or ACCOUNT_RATE)
        burst = float(limits.get("throttlingBurstLimit") or ACCOUNT_BURST)
        key = (api_id, stage["stageName"], route_key if own else "")
        now = self._clock()
        bucket = self._buckets.setdefault(key, TokenBucket(burst, now))
        return bucket.take(rate=rate, burst=burst, now=now)


def apply() -> None:
    """Wrap what answers the requests of an API."""
    answer = apigateway._handle_execute_in_scope
    throttle = Throttle()

    async def throttled(
        api_id: str, stage_name: str, path: str, method: str, *rest: Any, **named: Any
    ) -> Any:
        stage = (apigateway._stages.get(api_id) or {}).get(stage_name)
        if stage is not None:
            route = apigateway._match_route(api_id, method, "/" + path.lstrip("/")) or {}
            if not throttle.admits(api_id, stage, str(route.get("routeKey", ""))):
                return _TOO_MANY
        return await answer(api_id, stage_name, path, method, *rest, **named)

    apigateway._handle_execute_in_scope = throttled
