"""`cost` sums up what encoding cost, and forecasts the month."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from media_pipeline.domain.asset import Asset, AssetStatus
from media_pipeline.domain.transitions import Transition
from tests.support.asset_steps import upload
from tests.support.fakes import FakeAssetTable, FakeClock
from tests.unit.tools.ops.conftest import Operated
from tools.ops.costs import DEAREST, Costs, beginning, costs

# Ten days of a month of thirty have passed.
NOW = datetime(2026, 11, 11, tzinfo=UTC)


def asset(number: int = 1, *, days_ago: float = 1, **changed: Any) -> Asset:
    """Return an asset whose job was complete, billed at 10 cents, unless it is said otherwise."""
    clock = FakeClock()
    claim = FakeAssetTable().claim(upload(version_id=f"v{number}"), now=clock(), until=clock())
    at = (NOW - timedelta(days=days_ago)).isoformat()
    facts: dict[str, Any] = {
        "status": AssetStatus.COMPLETE,
        "profile": "default",
        "job_id": "job",
        "submitted_at": at,
        "completed_at": at,
        "quote_usd": "0.120000",
        "billed_usd": "0.100000",
    }
    return replace(claim.asset, **{**facts, **changed})


def summed(*assets: Asset, days: int = 30) -> Costs:
    """Return the costs of some assets."""
    return costs(assets, now=NOW, days=days)


@pytest.mark.parametrize(
    ("changed", "usd"),
    [
        ({}, "0.1"),
        ({"status": AssetStatus.PROCESSING, "billed_usd": None}, "0.12"),
        ({"status": AssetStatus.FAILED, "billed_usd": None}, "0"),
        ({"status": AssetStatus.CANCELED, "billed_usd": None}, "0"),
        # Its outputs were made, and found wanting.
        ({"status": AssetStatus.FAILED}, "0.1"),
        ({"quote_usd": None, "billed_usd": None}, "0"),
        ({"job_id": None, "status": AssetStatus.FAILED, "submitted_at": None}, "0"),
    ],
    ids=["complete", "under way", "failed", "cancelled", "bad outputs", "earlier release", "no job"],
)
def test_a_job_costs_what_it_is_billed_at(changed: dict[str, Any], usd: str) -> None:
    """Before its end it is its quote, and one that failed or was cancelled costs nothing."""
    assert summed(asset(**changed)).total.usd == Decimal(usd)


def test_earlier_attempts_cost_as_well() -> None:
    """A replay has a job of its own: what the ones before cost is not forgotten."""
    past: Sequence[dict[str, Any]] = [
        {
            "attempt": 1,
            "status": "FAILED",
            "job_id": "job-1",
            "completed_at": (NOW - timedelta(days=2)).isoformat(),
            "quote_usd": "0.5",
            "billed_usd": "0.4",
        }
    ]
    found = summed(asset(attempt=2, past_attempts=past))
    assert (found.total.jobs, found.total.usd) == (2, Decimal("0.5"))


def test_sums_are_by_profile_and_day() -> None:
    """What is older than the days that were asked for is in no sum but the month's."""
    assets = [asset(1), asset(2, profile="classic"), asset(3, days_ago=2), asset(4, days_ago=9)]
    found = summed(*assets, days=5)
    assert {name: (one.jobs, str(one.usd)) for name, one in found.by_profile.items()} == {
        "classic": (1, "0.100000"),
        "default": (2, "0.200000"),
    }
    assert {name: one.jobs for name, one in found.by_day.items()} == {
        ("2026-11-09", "default"): 1,
        ("2026-11-10", "classic"): 1,
        ("2026-11-10", "default"): 1,
    }
    assert found.this_month == Decimal("0.4")


def test_the_forecast_goes_on_at_the_pace_of_the_days() -> None:
    """20 days are left, at 3 assets in 5 days and 10 cents each: 12 of them beside what was spent."""
    found = summed(*(asset(number) for number in range(3)), days=5)
    assert found.forecast == Decimal("0.3") + Decimal("1.2")


def test_the_dearest_come_first_and_are_few() -> None:
    """Of many, the ten dearest are named."""
    assets = [asset(number, billed_usd=f"0.{number:02}") for number in range(1, 15)]
    dearest = summed(*assets).dearest
    assert [str(job.usd) for job in dearest] == [f"0.{number:02}" for number in range(14, 4, -1)]
    assert len(dearest) == DEAREST


def test_records_are_needed_from_the_month_or_the_days_on() -> None:
    """The earlier of both counts."""
    assert beginning(NOW, 5) == datetime(2026, 11, 1, tzinfo=UTC)
    assert beginning(NOW, 30) == NOW - timedelta(days=30)


def test_the_command_shows_tables_or_csv(operated: Operated) -> None:
    """People read tables within 80 columns, programs a line for each day and profile."""
    waiting = operated.received("a rather long name/of a video that cost something.mp4", minutes_ago=2)
    run = operated.run("cost")
    assert (run.code, run.err) == (0, "")
    assert "forecast at that pace: $0.0000" in run.out
    assert operated.table.record_plan(
        waiting,
        profile="default",
        preset_versions={},
        source_info={},
        planned_outputs=[],
        quote={"usd": "1.250000"},
    )
    step = Transition(to=AssetStatus.SUBMITTED, attempt=1, at=datetime.now(tz=UTC), detail="", job_id="job-1")
    assert operated.table.advance(waiting.asset_id, step)
    shown = operated.run("cost", "--days", "7")
    assert max(len(line) for line in shown.out.splitlines()) <= 80
    assert "$1.25" in shown.out
    assert waiting.asset_id in shown.out
    lines = operated.run("cost", "--csv").out.splitlines()
    assert lines[0] == "day,profile,jobs,usd"
    assert lines[1].endswith(",default,1,1.250000")
