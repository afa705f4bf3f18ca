"""What a simulation is about: settings, service times, faults, quotas; and an upload and its job."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from stacks.functions import JOB_EVENTS_PER_BATCH, MAX_DELAY_SECONDS
from stacks.settings import Settings

CLAIM_GRACE_SECONDS = 15
VISIBILITY_PER_TIMEOUT = 6
# Requests and writes are counted by stretches of so many seconds.
STRETCH_SECONDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """Hold the pipeline's settings that decide how it does under load, as `stacks.settings` names them."""

    processing_concurrency: int
    max_jobs_in_flight: int
    events_per_batch: int = JOB_EVENTS_PER_BATCH
    function_timeout_seconds: int
    max_receive_count: int
    max_delay_seconds: int
    queue_retention_seconds: int
    stuck_after_seconds: int
    reconciler_interval_seconds: int
    function_memory_mb: int

    @classmethod
    def of(cls, settings: Settings) -> Setup:
        """Return the setup of an environment."""
        return cls(
            processing_concurrency=settings.processing_concurrency,
            max_jobs_in_flight=settings.max_jobs_in_flight,
            function_timeout_seconds=settings.function_timeout_seconds,
            max_receive_count=settings.max_receive_count,
            max_delay_seconds=min(MAX_DELAY_SECONDS, settings.stuck_after_seconds // 2),
            queue_retention_seconds=settings.queue_retention_days * 86_400,
            stuck_after_seconds=settings.stuck_after_seconds,
            reconciler_interval_seconds=settings.reconciler_interval_minutes * 60,
            function_memory_mb=settings.function_memory_mb,
        )

    @property
    def visibility_seconds(self) -> int:
        """Return after how long a message of a killed execution comes back."""
        return VISIBILITY_PER_TIMEOUT * self.function_timeout_seconds

    @property
    def claim_seconds(self) -> int:
        """Return how long a claim holds."""
        return self.function_timeout_seconds + CLAIM_GRACE_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Hold the quotas that hold the pipeline back: MediaConvert's jobs at a time, and its rates of requests.

    A rate of 0 stands for none.
    """

    mediaconvert_jobs: int
    create_job_rate: float = 0
    create_job_burst: float = 0
    read_rate: float = 0
    read_burst: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Hold times in seconds, each drawn evenly from a sample in order: quantiles of what was measured.

    Attributes:
        submit: An execution that submits a job.
        look: One that changes little: what it was asked for is done already, held, or has to wait.
        event: A job event that moves an asset along; `stale` is one of an asset that has ended, `end` the one
            that ends it.
        gap: From the end of an execution until the next one of the same place begins.
        job: A job of MediaConvert's while it runs.
        delivery: From S3 or MediaConvert until the event can be received.
        repair: An asset that the reconciler looks into.
    """

    submit: Sequence[float]
    look: Sequence[float]
    event: Sequence[float]
    stale: Sequence[float]
    end: Sequence[float]
    job: Sequence[float]
    gap: float
    delivery: float
    repair: float
    progress_interval: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """Hold the shares of what goes wrong, as `sandbox.runtime.fault_injection` defines them.

    Attributes:
        without_job: Share of uploads that end without a job: no videos, unreadable, replaced.
        killed: Share of executions that die, of uploads and of job events.
        away: When the services are away, and for how long, in seconds.
    """

    drop_uploads: float = 0.0
    duplicate_uploads: float = 0.0
    delay_uploads: float = 0.0
    throttle: float = 0.0
    server_error: float = 0.0
    timeout_after_accept: float = 0.0
    drop_events: float = 0.0
    duplicate_events: float = 0.0
    delay_events: float = 0.0
    delay_seconds: float = 5.0
    slow_jobs: float = 0.0
    slow_seconds: float = 10.0
    endless_jobs: float = 0.0
    endless_seconds: float = 60.0
    without_job: float = 0.0
    killed_uploads: float = 0.0
    killed_events: float = 0.0
    away: Sequence[tuple[float, float]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Describe one simulation.

    Attributes:
        arrivals: When uploads arrive, in seconds and in order.
        weight: Each simulated upload stands for so many: executions, slots, rates and limits are divided by
            it. The smaller system is as busy, and its queues are a little longer.
        horizon_seconds: What has not ended by then is counted as open.
        slow_until: Until then executions take `slow_factor` as long: a load test's machine has two cores for
            everything, uploads too.
    """

    setup: Setup
    limits: Limits
    times: Measured
    arrivals: Sequence[float]
    faults: Faults = field(default_factory=Faults)
    weight: int = 1
    seed: int = 1
    horizon_seconds: float = 2 * 86_400.0
    slow_until: float = 0.0
    slow_factor: float = 1.0

    def slowness(self, now: float) -> float:
        """Return how many times as long an execution takes that begins now."""
        return self.slow_factor if now < self.slow_until else 1.0

    def shares(self, number: float) -> int:
        """Return what one simulated upload's share of a number is, at least 1."""
        return max(1, round(number / self.weight))

    def scaled(self) -> tuple[Setup, Limits]:
        """Return settings and quotas of the smaller system."""
        setup = replace(
            self.setup,
            processing_concurrency=self.shares(self.setup.processing_concurrency),
            max_jobs_in_flight=self.shares(self.setup.max_jobs_in_flight),
        )
        limits = Limits(
            mediaconvert_jobs=self.shares(self.limits.mediaconvert_jobs),
            create_job_rate=self.limits.create_job_rate / self.weight,
            create_job_burst=self.limits.create_job_burst / self.weight,
            read_rate=self.limits.read_rate / self.weight,
            read_burst=self.limits.read_burst / self.weight,
        )
        return setup, limits


class Stage(Enum):
    """Where an upload is; all but the first have a record."""

    UNSEEN = "UNSEEN"
    RECEIVED = "RECEIVED"
    SUBMITTED = "SUBMITTED"
    PROCESSING = "PROCESSING"
    ENDED = "ENDED"


class Upload:
    """One upload on its way."""

    __slots__ = (
        "announced",
        "arrived_at",
        "changed_at",
        "claimed_until",
        "ended_at",
        "has_plan",
        "job",
        "knows_job",
        "number",
        "redeliveries",
        "stage",
        "without_job",
    )

    def __init__(self, number: int, arrived_at: float, *, without_job: bool) -> None:
        self.number = number
        self.arrived_at = arrived_at
        self.changed_at = arrived_at
        self.without_job = without_job
        self.announced = True
        self.stage = Stage.UNSEEN
        self.claimed_until = 0.0
        self.has_plan = False
        self.job: Job | None = None
        self.knows_job = False
        self.redeliveries = 0
        self.ended_at: float | None = None


class Job:
    """One job of MediaConvert's."""

    __slots__ = ("has_ended", "upload")

    def __init__(self, upload: Upload) -> None:
        self.upload = upload
        self.has_ended = False


class Tally:
    """Count what was done, by kind and stretch of time."""

    def __init__(self) -> None:
        self.total: Counter[str] = Counter()
        self.by_stretch: Counter[tuple[str, int]] = Counter()

    def count(self, kind: str, now: float, number: int = 1) -> None:
        """Count something done now."""
        self.total[kind] += number
        self.by_stretch[kind, int(now // STRETCH_SECONDS)] += number


class Draw:
    """Draw times and chances, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def seconds(self, sample: Sequence[float]) -> float:
        """Draw between two neighbours of a sample in order."""
        place = self.chance.random() * (len(sample) - 1)
        low = int(place)
        if low + 1 >= len(sample):
            return sample[-1]
        return sample[low] + (sample[low + 1] - sample[low]) * (place - low)

    def strikes(self, share: float) -> bool:
        """Return whether a fault of this share happens."""
        return share > 0 and self.chance.random() < share
