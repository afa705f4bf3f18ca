"""A stage's rate and burst in the local AWS: a bucket of tokens, as at API Gateway."""

import json
import ssl
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest

from sandbox.local_aws.fixes.delivery.stage_throttling import ACCOUNT_BURST, Throttle, TokenBucket
from sandbox.runtime.endpoints import Endpoints
from tests.support.local_clients import Client

BURST = 5
SLOWLY = {"throttlingRateLimit": 0.01, "throttlingBurstLimit": float(BURST)}


class Clock:
    """A clock that tests set."""

    now = 0.0

    def __call__(self) -> float:
        """Return the time in seconds."""
        return self.now


def stage(**settings: Any) -> Mapping[str, Any]:
    """Return a stage as the local AWS keeps it."""
    return {"stageName": "$default", **settings}


def admitted(throttle: Throttle, of: Mapping[str, Any], requests: int, route: str = "ANY /") -> int:
    """Return how many of some requests at once are answered."""
    return sum(throttle.admits("api", of, route) for _ in range(requests))


def test_a_full_bucket_admits_a_burst_and_gains_tokens_at_the_rate() -> None:
    """At once come as many as the burst; later as many as the rate made, and never more than the burst."""
    clock = Clock()
    throttle, of = (
        Throttle(clock),
        stage(defaultRouteSettings={"throttlingRateLimit": 10.0, "throttlingBurstLimit": 20.0}),
    )
    assert admitted(throttle, of, 50) == 20
    clock.now = 0.5
    assert admitted(throttle, of, 50) == 5
    clock.now = 100
    assert admitted(throttle, of, 50) == 20


@pytest.mark.parametrize(("rate", "burst"), [(1, 1), (100, 200), (7, 3)])
def test_a_steady_stream_is_answered_at_the_rate(rate: int, burst: int) -> None:
    """Over a minute of twice as many requests as allowed, the rate and one burst get through."""
    bucket = TokenBucket(burst, 0)
    taken = sum(
        bucket.take(rate=rate, burst=burst, now=number / (2 * rate)) for number in range(2 * rate * 60)
    )
    assert abs(taken - (60 * rate + burst)) <= 1


def test_a_route_with_limits_of_its_own_has_its_own_bucket() -> None:
    """What one route uses up is not missing at another; routes without limits share the stage's."""
    throttle = Throttle(Clock())
    of = stage(defaultRouteSettings=SLOWLY, routeSettings={"GET /own": SLOWLY, "GET /logged": {}})
    assert admitted(throttle, of, 9, "GET /own") == BURST
    assert admitted(throttle, of, 3, "GET /logged") == 3
    assert admitted(throttle, of, 9, "GET /other") == BURST - 3


def test_a_stage_without_limits_is_held_to_the_accounts() -> None:
    """The account's burst is what a stage has that names none."""
    assert admitted(Throttle(Clock()), stage(), 6_000) == ACCOUNT_BURST


def test_new_limits_hold_from_the_next_request_on() -> None:
    """A smaller burst empties what a larger one had filled."""
    throttle = Throttle(Clock())
    assert admitted(throttle, stage(), 1) == 1
    assert admitted(throttle, stage(defaultRouteSettings=SLOWLY), 9) == BURST


@pytest.fixture
def ask(client: Client, endpoints: Endpoints) -> Iterator[Callable[[], tuple[int, Any]]]:
    """Return what asks an API without a route, behind a stage with a small burst."""
    gateway = client("apigatewayv2")
    api = gateway.create_api(Name="throttled", ProtocolType="HTTP")
    gateway.create_stage(
        ApiId=api["ApiId"],
        StageName="$default",
        AutoDeploy=True,
        DefaultRouteSettings={"ThrottlingRateLimit": 0.01, "ThrottlingBurstLimit": BURST},
    )
    tls = ssl.create_default_context(cafile=endpoints.ca_bundle)

    def call() -> tuple[int, Any]:
        request = Request(f"{endpoints.aws}/anything", headers={"Host": urlsplit(api["ApiEndpoint"]).netloc})
        try:
            with urlopen(request, context=tls) as answer:
                return answer.status, json.loads(answer.read())
        except HTTPError as error:
            return error.code, json.loads(error.read())

    yield call
    gateway.delete_api(ApiId=api["ApiId"])


def test_the_local_api_gateway_answers_429_above_the_burst(ask: Callable[[], tuple[int, Any]]) -> None:
    """Of 12 requests at once five are looked at, and the others get API Gateway's own body."""
    with ThreadPoolExecutor(4) as pool:
        answers = [future.result() for future in [pool.submit(ask) for _ in range(12)]]
    assert sorted(status for status, _ in answers) == [404] * BURST + [429] * (12 - BURST)
    assert all(body == {"message": "Too Many Requests"} for status, body in answers if status == 429)
