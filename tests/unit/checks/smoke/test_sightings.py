"""What `make smoke` waits for, and how long: each thing until it was seen or its own time is over."""

import time
from collections.abc import Mapping
from typing import Any

import pytest

from checks.smoke import sightings
from checks.smoke.alarm import Alarm
from checks.smoke.asset import Asset
from checks.smoke.deployed import Schedule
from checks.smoke.sightings import NEWS_SECONDS, RUN_METRIC, Sightings
from tests.unit.checks.smoke.deployment import DEPLOYED

SCHEDULE = Schedule(rule="the-rule", interval_seconds=60, timeout_seconds=30)


class World:
    """A clock, an alarm, a topic and a log in which things happen at given seconds."""

    def __init__(self, happens: Mapping[str, float]) -> None:
        self.now = 1_000.0
        self.happens = happens
        self.rung: list[tuple[float, str]] = []
        self.asset = Asset(clients=self.client, deployed=DEPLOYED, key="k", asset_id="a")
        self.messages: list[Mapping[str, Any]] = []

    def client(self, service: str) -> Any:
        """Stand in for every client."""
        return self

    def has(self, what: str) -> bool:
        """Return whether something has happened by now."""
        return self.now - 1_000 >= self.happens.get(what, float("inf"))

    def get_item(self, **request: Any) -> dict[str, Any]:
        """Return the asset's record."""
        status = "COMPLETE" if self.has("end") else "PROCESSING"
        return {"Item": {"asset_id": {"S": "a"}, "status": {"S": status}}}

    def get_paginator(self, operation: str) -> "World":
        """Page through a log."""
        assert operation == "filter_log_events"
        return self

    def paginate(self, **request: Any) -> list[dict[str, Any]]:
        """Return the line of a run that has ended; as on AWS, the first page may be empty."""
        assert request["filterPattern"] == f'"{RUN_METRIC}"'
        assert request["logGroupName"] == "/aws/lambda/reconciler"
        line = [{"timestamp": 1_000 * (1_000 + self.happens["run"])}] if self.has("run") else []
        return [{"events": []}, {"events": line}]

    def set_alarm_state(self, **request: Any) -> None:
        """Note when the alarm was set."""
        self.rung.append((self.now - 1_000, request["StateValue"]))

    def collect(self) -> None:
        """Receive what was published; messages of others too."""
        self.messages = [{"AlarmName": "ours", "NewStateReason": "another alarm"}, {"asset_id": "b"}]
        if self.has("alarm"):
            self.messages.append({"AlarmName": "ours", "NewStateReason": "A smoke test (token) set it."})
        if self.has("news"):
            self.messages.append({"asset_id": "a", "status": "COMPLETE"})

    def update(self, *_: Any, **__: Any) -> None:
        """Show nothing."""

    def result(self, text: str) -> None:
        """Show nothing."""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[World]:
    """Let the world's time pass while the caller sleeps."""
    worlds: list[World] = []

    def sleep(seconds: float) -> None:
        worlds[-1].now += 5

    monkeypatch.setattr(time, "time", lambda: worlds[-1].now)
    monkeypatch.setattr(time, "sleep", sleep)
    return worlds


def watch(
    clock: list[World], schedule: Schedule | str = SCHEDULE, **happens: float
) -> tuple[World, Sightings]:
    """Wait in a world; return it and what was seen."""
    world = World(happens)
    clock.append(world)
    alarm = Alarm(cloudwatch=world, name="ours", before="OK", reason="A smoke test (token).")
    seen = Sightings(
        clients=world.client,
        asset=world.asset,
        inbox=world,  # type: ignore[arg-type]
        alarm=alarm,
        token="token",
        schedule=schedule,
        begun=world.now,
    )
    seen.wait(world)
    return world, seen


def test_it_ends_as_soon_as_all_was_seen(clock: list[World]) -> None:
    """Each thing has the second at which it was seen; no other alarm or asset counts."""
    world, seen = watch(clock, end=10, news=20, alarm=5, run=40)
    assert (seen.alarm_after, seen.news_after, seen.run_after) == (5, 20, 40)
    assert seen.asset.status == "COMPLETE"
    assert world.now - 1_000 <= 50


def test_what_does_not_come_is_waited_for_in_its_own_time(clock: list[World]) -> None:
    """A run of the reconciler until the next one must have ended; news and alarm for five minutes."""
    _, seen = watch(clock, end=10, news=15, alarm=5)
    assert seen.run_after is None
    world, seen = watch(clock, end=10, run=5)
    assert (seen.news_after, seen.alarm_after) == (None, None)
    assert NEWS_SECONDS <= world.now - 1_000 <= NEWS_SECONDS + 10


def test_an_alarm_that_was_not_heard_is_set_again(clock: list[World]) -> None:
    """A subscription may begin late: each minute the alarm goes on anew, from its former state."""
    world, seen = watch(clock, end=10, news=15, run=5, alarm=130)
    assert seen.alarm_after == 130
    assert [state for _, state in world.rung] == ["OK", "ALARM"] * 2


def test_without_a_schedule_no_run_is_waited_for(clock: list[World]) -> None:
    """Why there is none is known already."""
    world, seen = watch(clock, "The rule is DISABLED.", end=10, news=15, alarm=5)
    assert seen.run_after is None
    assert world.now - 1_000 <= 25


def test_an_asset_that_never_ends_is_given_up(clock: list[World]) -> None:
    """After twenty minutes the run is over, whatever the asset does."""
    world, seen = watch(clock, alarm=5, run=5)
    assert seen.asset.status == "PROCESSING"
    assert world.now - 1_000 <= sightings.ASSET_SECONDS + NEWS_SECONDS + 10
