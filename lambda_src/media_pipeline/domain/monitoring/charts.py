"""Which series of CloudWatch tell how a pipeline was in the last day, and what an alarm's state is. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from media_pipeline.domain.values import dataclass

SPAN = timedelta(hours=24)
QUARTER_HOUR, HOUR = 900, 3_600
_DEPTH, _AGE = "ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"
_ENDS = ("Received", "Completed", "Failed", "Canceled")


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedQueue:
    """Name a queue and its dead-letter queue by their URLs."""

    url: str
    dlq_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueCounts:
    """Say how many messages of a queue can be received now, and how many were and are not yet deleted."""

    waiting: int
    in_flight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Identify a metric; with `by`, all metrics that differ in this dimension, each a series of its own."""

    label: str
    namespace: str
    metric: str
    dimensions: Mapping[str, str]
    statistic: str
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Describe what is drawn together: series of one unit, a point of each for every period."""

    name: str
    unit: str
    period_seconds: int
    series: Sequence[Series]


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """Hold a series' points in the order of time; a period without data has none."""

    label: str
    points: Sequence[tuple[datetime, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmState:
    """Say what CloudWatch says of an alarm: OK, ALARM or INSUFFICIENT_DATA, since when and why."""

    name: str
    state: str
    since: datetime
    description: str
    reason: str


def pipeline_charts(
    *, pipeline: str, namespace: str, queues: Mapping[str, WatchedQueue]
) -> tuple[Chart, ...]:
    """Return the charts of a pipeline; `namespace` is where its functions publish, `queues` are by label."""
    counted = {"service": pipeline}
    depths = [_of_queue(label, queue.url, _DEPTH) for label, queue in queues.items()]
    ages = [_of_queue(label, queue.url, _AGE) for label, queue in queues.items()]
    dead = [_of_queue(label, queue.dlq_url, _DEPTH) for label, queue in queues.items()]
    ends = [
        Series(
            label=name.lower(),
            namespace=namespace,
            metric=f"Assets{name}",
            dimensions=counted,
            statistic="Sum",
        )
        for name in _ENDS
    ]
    failures = Series(
        label="failures",
        namespace=namespace,
        metric="AssetsFailedByReason",
        dimensions=counted,
        statistic="Sum",
        # Which codes occur is known at run time only.
        by="reason",
    )
    return (
        Chart(name="queue_depth", unit="messages", period_seconds=QUARTER_HOUR, series=depths),
        Chart(name="queue_age", unit="seconds", period_seconds=QUARTER_HOUR, series=ages),
        Chart(name="dead_letters", unit="messages", period_seconds=QUARTER_HOUR, series=dead),
        Chart(name="assets", unit="assets", period_seconds=HOUR, series=ends),
        Chart(name="failures", unit="assets", period_seconds=HOUR, series=[failures]),
    )


def _of_queue(label: str, url: str, metric: str) -> Series:
    return Series(
        label=label,
        namespace="AWS/SQS",
        metric=metric,
        dimensions={"QueueName": url.rpartition("/")[2]},
        statistic="Maximum",
    )
