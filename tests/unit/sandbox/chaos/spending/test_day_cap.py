"""The day's cap of a load test: set by what uploads cost, reached, held, and raised."""

import json
import time
from typing import Any

import pytest

from sandbox.chaos.spending.day_cap import CapReport, DayCap

PREFIX = "chaos 1/"


class FakePipeline:
    """Hold records, counters and one function's environment."""

    orchestrator, processing_dlq = "ingest", "dlq"

    def __init__(self) -> None:
        self.functions = self
        self.environment = {"MAX_DELAY_SECONDS": "90", "A": "b"}
        self.found: list[dict[str, str]] = []
        self.spent, self.letters = 100_000, 3
        self.raised = True

    def variables(self, function: str) -> dict[str, str]:
        """Return the environment."""
        return dict(self.environment)

    def update_function_configuration(self, *, FunctionName: str, Environment: Any) -> None:
        """Change the environment."""
        self.environment = Environment["Variables"]

    def counted(self, day: str) -> int:
        """Return what the day counted."""
        return self.spent

    def forget_raised_cap(self, day: str) -> None:
        """Forget what an earlier load test raised the day's cap to."""
        self.raised = False

    def depth(self, queue_url: str) -> Any:
        """Return how many dead letters there are."""
        return type("Depth", (), {"total": self.letters})()

    def records(self) -> list[dict[str, str]]:
        """Return the records, and one of somebody else's."""
        return [{"key": "other.mp4", "status": "COMPLETE", "quote_usd": "9"}, {"asset_id": "x"}, *self.found]

    @property
    def cap_cents(self) -> int:
        """Return the day's cap that the function has."""
        return int(json.loads(self.environment["SPENDING_CAPS"])["day"])


@pytest.fixture
def moments(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return what the clock says, which a test moves on."""
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def capped(pipeline: Any, raised: list[str], share: float = 0.5) -> DayCap:
    """Return a cap for half of ten uploads, which holds for a minute."""
    return DayCap(pipeline, [PREFIX], uploads=10, share=share, raise_cap=raised.append, hold_seconds=60.0)


def test_a_cap_is_set_reached_held_and_raised(moments: list[float]) -> None:
    """It is what half of the uploads cost above what was spent, and is raised once the others have waited."""
    pipeline, raised = FakePipeline(), list[str]()
    usual = pipeline.environment
    cap = capped(pipeline, raised)
    cap.begin()
    assert pipeline.cap_cents > 1_000_000
    pipeline.found = [
        {"key": f"{PREFIX}{number}.mp4", "status": "COMPLETE", "quote_usd": "0.020000"} for number in range(4)
    ]

    def look(seconds: float = 5.0) -> None:
        moments[0] += seconds
        cap.look()

    look()
    assert pipeline.cap_cents > 1_000_000, "four quotes are too few"
    pipeline.found.append({"key": f"{PREFIX}4.mp4", "status": "RECEIVED", "quote_usd": "0.020000"})
    look()
    # Ten cents before, and five times two cents.
    assert (pipeline.cap_cents, pipeline.raised) == (20, False)
    pipeline.spent = 170_000
    look()
    look(70.0)
    assert raised == [], "there is room for another job"
    pipeline.spent = 190_000
    look()
    look(50.0)
    assert raised == [], "the others have not waited for a minute"
    look(11.0)
    assert len(raised) == 1
    pipeline.spent = 300_000
    look(70.0)
    assert len(raised) == 1
    cap.end()
    assert pipeline.environment == usual
    assert cap.report == CapReport(
        cap_micro_usd=200_000,
        reached_micro_usd=190_000,
        waiting=1,
        dead_letters=0,
        waited_seconds=61.0,
        counted_micro_usd=200_000,
    )


def test_a_cap_that_is_never_reached_is_said_to_be(moments: list[float]) -> None:
    """Its report has what was counted all the same, and nothing was raised."""
    pipeline, raised = FakePipeline(), list[str]()
    cap = capped(pipeline, raised)
    cap.begin()
    pipeline.spent = 130_000
    assert cap.report is not None
    assert (cap.report.cap_micro_usd, cap.report.reached_micro_usd) == (None, None)
    assert (cap.report.counted_micro_usd, raised) == (30_000, [])


def test_without_a_share_nothing_is_capped(moments: list[float]) -> None:
    """The function keeps its configuration, and there is no report."""
    pipeline = FakePipeline()
    usual = dict(pipeline.environment)
    cap = capped(pipeline, [], share=0.0)
    cap.begin()
    cap.look()
    cap.end()
    assert (pipeline.environment, cap.report) == (usual, None)
