"""The results of all simulations, kept beside the model: one row for each day, with what it rests on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from checks.capacity import demand, films
from checks.capacity.arrivals import BULK_UPLOADS, BUSINESS_HOURS, Shape
from checks.capacity.cost import Prices, cost
from checks.capacity.demand import peaks
from checks.capacity.model.simulation import simulate
from checks.capacity.model.world import Limits, Setup
from checks.capacity.quotas import Quota
from checks.capacity.scenarios import (
    HEADROOM,
    SEED,
    UPLOADS_A_DAY,
    WEIGHTS,
    asked,
    limits_of,
    scenario,
    times_of,
)
from checks.capacity.storm import Comparison, Storm, compare
from sandbox.runtime.percentiles import percentile
from stacks.settings import ENVIRONMENTS

PATH = Path(__file__).with_name("results.json")
ENVIRONMENT = "prod"
SHIPPED, ASKED = "shipped", "asked"
# The shape that quotas are asked for: its busiest hour needs most.
BUSIEST = Shape.BUSINESS


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Hold what became of one day; times in seconds, None for a percentile that is not there by the horizon.

    Attributes:
        quotas: "shipped" or "asked": with which settings and quotas.
        open: Uploads that had not ended two days after midnight.
        dead: Messages in the dead-letter queues.
        jobs_waiting: Most jobs that waited in MediaConvert's queue.
        peaks: The most that was asked for in a second, by quota.
        heat: The most write units a second of one partition of the status index, by status.
        encoding_usd: What MediaConvert costs; `pipeline_usd` what all else does.
    """

    uploads: int
    shape: str
    quotas: str
    p50: float | None
    p95: float | None
    p99: float | None
    open: int
    dead: int
    deepest: int
    oldest_seconds: float
    jobs_waiting: int
    peaks: Mapping[str, float]
    heat: Mapping[str, float]
    encoding_usd: float
    pipeline_usd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """Hold what the simulations rest on."""

    setup: Setup
    limits: Limits
    storm: Storm
    quotas: Mapping[str, Quota]
    prices: Prices

    @classmethod
    def current(cls, storm: Storm, quotas: Mapping[str, Quota]) -> Basis:
        """Return what the code has now."""
        return cls(
            setup=Setup.of(ENVIRONMENTS[ENVIRONMENT]),
            limits=limits_of(quotas),
            storm=storm,
            quotas=quotas,
            prices=Prices.shipped(),
        )

    def environment(self, uploads: int, quotas: str) -> tuple[Setup, Limits]:
        """Return the settings and quotas of a row."""
        if quotas == SHIPPED:
            return self.setup, self.limits
        return asked(uploads, BUSIEST, self.setup, self.limits, times_of(self.storm))

    @property
    def digest(self) -> str:
        """Return what changes with any of it: results of another digest are stale."""
        text = json.dumps(
            {
                "setup": asdict(self.setup),
                "limits": asdict(self.limits),
                "times": asdict(self.storm.times),
                "prices": asdict(self.prices),
                "films": [
                    films.JOB_SECONDS,
                    films.MEAN_MINUTES,
                    films.FILES_A_MINUTE,
                    films.DELIVERY_SECONDS,
                ],
                "days": [UPLOADS_A_DAY, dict(WEIGHTS), BUSINESS_HOURS, BULK_UPLOADS, HEADROOM, SEED],
                "requests": [demand.INDEX_WRITES, demand.TABLE_WRITES, demand.S3_READS, demand.S3_WRITES],
            },
            sort_keys=True,
        )
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def days() -> Iterator[tuple[int, Shape, str]]:
    """Yield every day that is simulated, the cheapest first."""
    for quotas in (SHIPPED, ASKED):
        for uploads in UPLOADS_A_DAY:
            for shape in Shape:
                yield uploads, shape, quotas


def simulated(basis: Basis, uploads: int, shape: Shape, quotas: str) -> Row:
    """Simulate one day."""
    setup, limits = basis.environment(uploads, quotas)
    day = scenario(uploads, shape, setup, limits, times_of(basis.storm))
    outcome, weight = simulate(day), day.weight
    seconds = sorted(outcome.seconds_to_end)
    spent, busiest = cost(outcome, weight, setup, basis.prices), peaks(outcome, weight)

    def reached(percent: float) -> float | None:
        """Return a percentile of all uploads: what is open is longer than all that has ended."""
        needed = len(day.arrivals) * percent / 100
        if len(seconds) < needed:
            return None
        return round(percentile(seconds, percent * len(day.arrivals) / len(seconds)) or 0.0, 1)

    return Row(
        uploads=uploads,
        shape=shape.value,
        quotas=quotas,
        p50=reached(50),
        p95=reached(95),
        p99=reached(99),
        open=outcome.open * weight,
        dead=(outcome.dead + outcome.dead_events) * weight,
        deepest=outcome.deepest * weight,
        oldest_seconds=round(outcome.oldest_seconds, 1),
        jobs_waiting=outcome.jobs_waiting * weight,
        peaks={name: round(number, 2) for name, number in busiest.by_quota.items()},
        heat={name: round(number, 2) for name, number in sorted(busiest.by_status.items())},
        encoding_usd=round(spent.encoding, 2),
        pipeline_usd=round(spent.pipeline, 2),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """Hold every row, the comparison with the load test, and the digest of what they rest on."""

    digest: str
    rows: Sequence[Row]
    comparison: Sequence[Comparison]

    def write(self, path: Path = PATH) -> None:
        """Write the results as JSON."""
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")


def read_results(path: Path = PATH) -> Results:
    """Return the shipped results."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return Results(
        digest=found["digest"],
        rows=[Row(**row) for row in found["rows"]],
        comparison=[Comparison(**each) for each in found["comparison"]],
    )


def computed(basis: Basis, told: Any) -> Results:
    """Simulate everything; `told` is called with each row."""
    rows = []
    for uploads, shape, quotas in days():
        rows.append(simulated(basis, uploads, shape, quotas))
        told(rows[-1])
    return Results(digest=basis.digest, rows=rows, comparison=compare(basis.storm))
