"""What a stage lets through while more is asked of it than its settings allow."""

import contextlib
from uuid import uuid4

import pytest

from sandbox.api_load.throttling import raised_limits
from sandbox.runtime.endpoints import Endpoints
from sandbox.runtime.errors import SandboxError
from tests.support.local_clients import Client

USUAL = {"ThrottlingRateLimit": 100.0, "ThrottlingBurstLimit": 200}


def test_limits_are_raised_and_put_back(client: Client, endpoints: Endpoints) -> None:
    """Also where what was done meanwhile failed: a plan afterwards is clean."""
    apis, name = client("apigatewayv2"), f"api-{uuid4()}"
    api = apis.create_api(Name=name, ProtocolType="HTTP")["ApiId"]
    apis.create_stage(ApiId=api, StageName="$default", DefaultRouteSettings=USUAL)

    def limits() -> dict[str, object]:
        found = apis.get_stage(ApiId=api, StageName="$default")["DefaultRouteSettings"]
        return {limit: found[limit] for limit in USUAL}

    with (
        contextlib.suppress(ZeroDivisionError),
        raised_limits(endpoints, api=name, per_second=2_000) as usual,
    ):
        assert usual == "100 a second, bursts of 200"
        assert limits() == {"ThrottlingRateLimit": 2_000.0, "ThrottlingBurstLimit": 2_000}
        _ = 1 / 0
    assert limits() == USUAL


def test_an_api_that_is_not_there_is_an_error(endpoints: Endpoints) -> None:
    """Nothing would be raised."""
    with (
        pytest.raises(SandboxError, match="0 APIs of the name nowhere"),
        raised_limits(endpoints, api="nowhere", per_second=1),
    ):
        pass
