"""Endpoints of webhooks as operators change them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest
from rich.console import Console

from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.monitoring.dead_letters import webhook_content
from media_pipeline.domain.webhooks.endpoint import MAX_ENDPOINTS, Endpoint, Secrets, is_secret
from tests.support.asset_steps import read
from tests.support.fakes import FakeAssetTable, FakeClock
from tests.support.webhook_world import PIPELINE, DeliveryWorld, ended, endpoint
from tools.ops.actions.endpoints import Endpoints, announcements, named_after
from tools.ops.errors import UsageError
from tools.ops.views.tables import record_view


class FakeParameters:
    """Keep endpoints and secrets, and the order in which they were written."""

    def __init__(self, *known: Endpoint) -> None:
        self.known = {each.endpoint_id: each for each in known}
        self.kept: dict[str, Secrets] = {}
        self.calls: list[str] = []

    def endpoints(self) -> Sequence[Endpoint]:
        """Return all endpoints."""
        return list(self.known.values())

    def secrets(self, endpoint_id: str) -> Secrets | None:
        """Return an endpoint's secrets."""
        return self.kept.get(endpoint_id)

    def write_secrets(self, endpoint_id: str, secrets: Secrets) -> None:
        """Keep secrets."""
        self.calls.append("secrets")
        self.kept[endpoint_id] = secrets

    def write(self, endpoint: Endpoint) -> None:
        """Keep an endpoint."""
        self.calls.append("endpoint")
        self.known[endpoint.endpoint_id] = endpoint

    def enable(self, endpoint_id: str) -> None:
        """Enable an endpoint."""
        self.calls.append("enable")

    def remove(self, endpoint_id: str) -> None:
        """Remove an endpoint."""
        del self.known[endpoint_id]


class EndpointsWorld:
    """Hold endpoints and what changes them."""

    def __init__(self, *known: Endpoint, allow_loopback: bool = False) -> None:
        self.clock = FakeClock()
        self.parameters = FakeParameters(*known)
        self._number = 0
        self.endpoints = Endpoints(
            listed=self.parameters,
            administration=self.parameters,
            allow_loopback=allow_loopback,
            clock=self.clock,
            random=self._random,
        )

    def _random(self, length: int) -> bytes:
        self._number += 1
        return bytes([self._number]) * length


def test_an_endpoint_has_its_secret_before_it_is_told() -> None:
    """The secret is kept first and shown once; without a choice all ends are told, under the host's name."""
    world = EndpointsWorld()
    added, secret = world.endpoints.add("https://shop.example/hook", endpoint_id=None, statuses=())
    assert added.endpoint_id == "shop-example"
    assert set(added.statuses) == {AssetStatus.COMPLETE, AssetStatus.FAILED, AssetStatus.CANCELED}
    assert world.parameters.calls == ["secrets", "enable", "endpoint"]
    assert is_secret(secret)
    assert world.parameters.kept["shop-example"] == Secrets(current=secret)


@pytest.mark.parametrize(
    ("url", "endpoint_id"),
    [
        ("http://shop.example/", None),
        ("https://127.0.0.1/", None),
        ("https://169.254.169.254/latest/meta-data", None),
        ("https://desk.example/", "../desk"),
        ("https://desk.example/", "shop"),
    ],
)
def test_what_can_be_no_endpoint_is_refused(url: str, endpoint_id: str | None) -> None:
    """An address that nothing is sent to, an id that is none, and one that is taken, write nothing."""
    world = EndpointsWorld(endpoint("shop"))
    with pytest.raises(UsageError):
        world.endpoints.add(url, endpoint_id=endpoint_id, statuses=())
    assert world.parameters.calls == []


def test_there_are_only_so_many_endpoints() -> None:
    """Each end of an asset is a message for each of them."""
    world = EndpointsWorld(*(endpoint(f"e{number}") for number in range(MAX_ENDPOINTS)))
    with pytest.raises(UsageError, match=str(MAX_ENDPOINTS)):
        world.endpoints.add("https://one-more.example/", endpoint_id=None, statuses=())


def test_a_sandbox_has_receivers_on_its_own_machine() -> None:
    """Where loopback is allowed, plain HTTP to this machine is an endpoint."""
    added, _ = EndpointsWorld(allow_loopback=True).endpoints.add(
        "http://127.0.0.1:9/hook", endpoint_id="local", statuses=[AssetStatus.FAILED]
    )
    assert added.statuses == (AssetStatus.FAILED,)


def test_a_rotation_keeps_the_former_secret_for_a_while() -> None:
    """Both sign during the period, and the new one alone after it, or at once where nothing is kept."""
    world = EndpointsWorld()
    _, first = world.endpoints.add("https://shop.example/", endpoint_id="shop", statuses=())
    second = world.endpoints.rotate("shop", keep=timedelta(hours=1))
    assert world.endpoints.secrets("shop") == (second, first)
    world.clock.advance(3600)
    assert world.endpoints.secrets("shop") == (second,)
    third = world.endpoints.rotate("shop", keep=timedelta())
    assert world.endpoints.secrets("shop") == (third,)


def test_an_unknown_endpoint_is_named() -> None:
    """A command about an endpoint that is not there says where to find those that are."""
    with pytest.raises(UsageError, match="webhooks list"):
        EndpointsWorld().endpoints.rotate("shop", keep=timedelta())


@pytest.mark.parametrize(
    ("url", "name"),
    [("https://Shop.Example.com:8443/x", "shop-example-com"), (f"https://{'a' * 60}.example/", "a" * 32)],
)
def test_an_endpoint_is_named_after_its_host(url: str, name: str) -> None:
    """The name that is suggested is a valid id."""
    assert named_after(url) == name


def test_only_what_was_not_taken_is_announced() -> None:
    """An endpoint that took a webhook is not told again, unless that is asked for."""
    table, clock = FakeAssetTable(), FakeClock()
    asset = ended(table, clock)
    table.records[asset.asset_id]["webhooks"] = [{"endpoint": "shop"}]
    noted = read(table, asset.asset_id)
    told = [endpoint("shop"), endpoint("desk"), endpoint("failures", AssetStatus.FAILED)]
    missing = announcements([noted], told, pipeline=PIPELINE, again=False)
    assert [message.endpoint_id for message in missing] == ["desk"]
    again = announcements([noted], told, pipeline=PIPELINE, again=True)
    assert [message.endpoint_id for message in again] == ["shop", "desk"]
    assert webhook_content(missing[0].to_text()).label == "webhook to desk"


def test_show_tells_which_endpoints_took_a_webhook() -> None:
    """An asset's record is shown with a line for each endpoint that took its end."""
    world = DeliveryWorld()
    world.endpoints.known["desk"] = endpoint("desk")
    for message in (world.message, replace(world.message, endpoint_id="desk")):
        assert world.deliver(message)
    record = world.table.records[world.asset.asset_id]
    console = Console(file=StringIO(), width=120)
    console.print(record_view(record, outputs_bucket="outputs"))
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "Webhooks" in shown
    assert "shop took COMPLETE at 2026-01-02T03:04:05.678Z (HTTP 204)" in shown
    assert "desk took COMPLETE" in shown


def test_a_dead_letter_of_fan_out_is_called_by_what_it_is() -> None:
    """What names changes that were given up is no webhook: it stays, and says what to announce again."""
    content = webhook_content('{"DDBStreamBatchInfo": {}}')
    assert content.label == "changes that fan_out gave up"
    assert content.error is not None
