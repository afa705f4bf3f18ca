"""Raise what the API's stage lets through, for as long as more is asked of it than its settings allow."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.runtime.endpoints import Endpoints
from sandbox.runtime.errors import SandboxError


@contextlib.contextmanager
def raised_limits(endpoints: Endpoints, *, api: str, per_second: int) -> Iterator[str]:
    """Let so many requests a second through for the length of a block; say what it was before.

    Args:
        endpoints: The running sandbox.
        api: The name of the HTTP API.
        per_second: The rate, and the burst.

    Raises:
        SandboxError: There is no such API.
    """
    apis = endpoints.session().any("apigatewayv2")
    found = [each["ApiId"] for each in apis.get_apis()["Items"] if each["Name"] == api]
    if len(found) != 1:
        raise SandboxError(f"There are {len(found)} APIs of the name {api}.")
    stage = {"ApiId": found[0], "StageName": "$default"}
    usual: Mapping[str, Any] = apis.get_stage(**stage).get("DefaultRouteSettings", {})
    raised = {**usual, "ThrottlingRateLimit": float(per_second), "ThrottlingBurstLimit": per_second}
    apis.update_stage(**stage, DefaultRouteSettings=raised)
    try:
        rate, burst = (usual.get(f"Throttling{name}Limit", 0) for name in ("Rate", "Burst"))
        yield f"{rate:g} a second, bursts of {burst}"
    finally:
        apis.update_stage(**stage, DefaultRouteSettings=usual)
