"""The load test in the sandbox that the model is compared with: what was measured, and the same simulated."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checks.capacity.arrivals import binned
from checks.capacity.model.simulation import simulate
from checks.capacity.model.world import Faults, Limits, Measured, Scenario, Setup
from sandbox.chaos.settings import LoadTestSettings
from sandbox.runtime.percentiles import percentile
from stacks.settings import ENVIRONMENTS

PATH = Path(__file__).with_name("storm.json")
# How far the simulated percentiles may be from the measured ones.
ALLOWED = 0.25
PERCENTILES = (50, 95)
# Chance decides a lot in one run of a few hundred uploads: the median of so many is compared.
SEEDS = range(1, 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """Hold what was measured in one load test (`storm_summary` says how), and the command that made it.

    Attributes:
        slots: Jobs that MediaConvert's endpoint works on at a time.
        arrivals: Uploads that arrived in each stretch of `arrival_seconds`.
        seconds_to_end: Percentiles of the time from an upload to its asset's end.
        times: As long as executions take when no uploads are sent beside them.
        slow_until: Until then, in seconds, executions took `slow_factor` as long.
        without_job: Share of uploads that ended without a job.
        killed_uploads: Share of executions that were killed; `killed_events` of those for job events.
        away_seconds: How long the local AWS was away, when half of the uploads had been sent.
    """

    command: str
    date: str
    slots: int
    uploads: int
    arrival_seconds: float
    arrivals: Sequence[int]
    seconds_to_end: Mapping[str, float]
    times: Measured
    slow_until: float
    slow_factor: float
    without_job: float
    killed_uploads: float
    killed_events: float
    away_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Hold one percentile of the seconds from upload to end, measured and simulated."""

    percent: int
    measured: float
    simulated: float

    @property
    def difference(self) -> float:
        """Return by which part the simulated one is off."""
        return self.simulated / self.measured - 1

    @property
    def is_close(self) -> bool:
        """Tell whether that is within what is allowed."""
        return abs(self.difference) <= ALLOWED


def read_storm(path: Path = PATH) -> Storm:
    """Return the shipped measurement."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return Storm(**{**found, "times": Measured(**found["times"])})


def scenario_of(storm: Storm, seed: int) -> Scenario:
    """Return the simulation of the load test: its arrivals, faults and times, the sandbox's settings."""
    settings = LoadTestSettings(uploads=storm.uploads)
    jobs, uploads = settings.mediaconvert, settings.upload_events
    arrivals = binned(storm.arrivals, storm.arrival_seconds, random.Random(seed))
    half = arrivals[len(arrivals) // 2]
    return Scenario(
        setup=Setup.of(ENVIRONMENTS["sandbox"]),
        limits=Limits(mediaconvert_jobs=storm.slots),
        times=storm.times,
        arrivals=arrivals,
        seed=seed,
        slow_until=storm.slow_until,
        slow_factor=storm.slow_factor,
        faults=Faults(
            drop_uploads=uploads.drop_events,
            duplicate_uploads=uploads.duplicate_events,
            delay_uploads=uploads.delay_events,
            throttle=jobs.throttle,
            server_error=jobs.server_error,
            timeout_after_accept=jobs.timeout_after_accept,
            drop_events=jobs.drop_events,
            duplicate_events=jobs.duplicate_events,
            # What is reordered comes as late, unless another event of its job is sooner.
            delay_events=jobs.delay_events,
            delay_seconds=jobs.delay_seconds,
            slow_jobs=jobs.slow_jobs,
            slow_seconds=jobs.slow_seconds,
            endless_jobs=jobs.endless_jobs,
            endless_seconds=settings.endless_seconds,
            without_job=storm.without_job,
            killed_uploads=storm.killed_uploads,
            killed_events=storm.killed_events,
            away=((half, storm.away_seconds),) if storm.away_seconds else (),
        ),
    )


def compare(storm: Storm) -> list[Comparison]:
    """Simulate the load test, and return how its percentiles are beside the measured ones."""
    runs = [sorted(simulate(scenario_of(storm, seed)).seconds_to_end) for seed in SEEDS]
    return [
        Comparison(
            percent=percent,
            measured=storm.seconds_to_end[f"p{percent}"],
            simulated=_median([percentile(run, percent) or 0.0 for run in runs]),
        )
        for percent in PERCENTILES
    ]


def _median(numbers: Sequence[float]) -> float:
    return sorted(numbers)[len(numbers) // 2]
