"""The days that are simulated: so many uploads, spread so, with quotas as they begin or as asked for."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from checks.capacity.arrivals import BULK_UPLOADS, Shape, arrivals, peak_a_second
from checks.capacity.films import DELIVERY_SECONDS, JOB_SECONDS, MEAN_JOB_SECONDS
from checks.capacity.model.world import Limits, Measured, Scenario, Setup
from checks.capacity.quotas import Quota
from checks.capacity.storm import Storm

UPLOADS_A_DAY = (5_000, 50_000, 500_000)
# Of large days each simulated upload stands for several. A day that bends is simulated more coarsely: what
# waits in it comes back every quarter of an hour, for days.
WEIGHTS: Mapping[int, tuple[int, int]] = {5_000: (1, 1), 50_000: (5, 5), 500_000: (25, 100)}
SEED = 1
# What is asked for leaves so much of itself unused in the busiest hour.
HEADROOM = 0.3
# A film has its beginning, its inputs, and its progress each minute: so many events before its end.
_EVENTS_BEFORE_END = 2 + int(MEAN_JOB_SECONDS // 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Hold how much of a quota or setting the busiest hour needs; above 1 it bends."""

    id: str
    name: str
    needed: float
    has: float

    @property
    def ratio(self) -> float:
        """Return the part of it that is needed."""
        return self.needed / self.has


def times_of(storm: Storm) -> Measured:
    """Return the sandbox's times of the functions, with jobs as long as films are assumed to be."""
    return replace(storm.times, job=JOB_SECONDS, delivery=DELIVERY_SECONDS)


def limits_of(quotas: Mapping[str, Quota]) -> Limits:
    """Return the quotas that hold the pipeline back, as accounts begin with them."""
    create, read = quotas["mediaconvert_create_job"], quotas["mediaconvert_read"]
    return Limits(
        mediaconvert_jobs=int(quotas["mediaconvert_jobs"].value),
        create_job_rate=create.value,
        create_job_burst=create.burst,
        read_rate=read.value,
        read_burst=read.burst,
    )


def loads(uploads: int, shape: Shape, setup: Setup, limits: Limits, times: Measured) -> list[Load]:
    """Return what the busiest hour needs of each quota and setting, that which bends first at the top.

    A bulk is no rate: it takes as long as the first of these lets it.
    """
    peak = peak_a_second(shape, uploads)
    jobs = peak * MEAN_JOB_SECONDS
    execution = mean(times.submit) + times.gap
    of_events = _EVENTS_BEFORE_END * mean(times.event) + mean(times.end) + times.gap
    # Jobs wait for a slot while others run; and each warm execution counts the jobs every 15 seconds.
    counted = min(peak, setup.processing_concurrency / _COUNTED_EVERY_SECONDS)
    found = [
        Load(
            id="mediaconvert_jobs",
            name="MediaConvert's concurrent jobs",
            needed=jobs,
            has=limits.mediaconvert_jobs,
        ),
        Load(
            id="max_jobs_in_flight",
            name="setting `max_jobs_in_flight`",
            needed=jobs,
            has=setup.max_jobs_in_flight,
        ),
        Load(
            id="create_job_rate",
            name="CreateJob, requests a second",
            needed=peak,
            has=limits.create_job_rate,
        ),
        Load(
            id="read_rate",
            name="Probe, GetJob or GetQueue, requests a second",
            needed=max(peak, counted),
            has=limits.read_rate,
        ),
        Load(
            id="processing_concurrency",
            name="setting `processing_concurrency`",
            needed=peak * max(execution, of_events),
            has=setup.processing_concurrency,
        ),
    ]
    return sorted(found, key=lambda load: -load.ratio)


def asked(uploads: int, shape: Shape, setup: Setup, limits: Limits, times: Measured) -> tuple[Setup, Limits]:
    """Return settings and quotas with which the busiest hour leaves headroom; none is smaller than before."""
    wanted = {
        load.id: math.ceil(max(load.has, _round_up(load.needed / (1 - HEADROOM))))
        for load in loads(uploads, shape, setup, limits, times)
    }
    jobs = wanted["mediaconvert_jobs"]
    return (
        replace(
            setup,
            # A quarter more waits in MediaConvert's queue, so that no slot is empty meanwhile.
            max_jobs_in_flight=max(wanted["max_jobs_in_flight"], _round_up(jobs * 1.25)),
            processing_concurrency=wanted["processing_concurrency"],
        ),
        replace(
            limits,
            mediaconvert_jobs=jobs,
            create_job_rate=wanted["create_job_rate"],
            read_rate=wanted["read_rate"],
        ),
    )


def scenario(uploads: int, shape: Shape, setup: Setup, limits: Limits, times: Measured) -> Scenario:
    """Return the simulation of a day."""
    bends = loads(uploads, Shape.BUSINESS, setup, limits, times)[0].ratio > 1
    weight = WEIGHTS[uploads][bends]
    return Scenario(
        setup=setup,
        limits=limits,
        times=times,
        arrivals=arrivals(shape, uploads // weight, random.Random(SEED), bulk=BULK_UPLOADS // weight),
        weight=weight,
        seed=SEED,
    )


def mean(sample: Sequence[float]) -> float:
    """Return the mean of what is drawn from a sample (`Draw.seconds`)."""
    if len(sample) == 1:
        return sample[0]
    pairs = itertools.pairwise(sample)
    return sum(low + high for low, high in pairs) / 2 / (len(sample) - 1)


_COUNTED_EVERY_SECONDS = 15


def _round_up(number: float) -> int:
    """Return the next number with two digits that are not zero: what one asks for."""
    size: int = 10 ** max(math.floor(math.log10(max(number, 1.0))) - 1, 0)
    return math.ceil(number / size) * size
