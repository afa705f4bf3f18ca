"""How a pipeline is: queues, jobs, what is spent, alarms with what to do about them, and the last day.

Each part is asked by itself: what AWS does not answer is named, and the rest is still of use. Answers are
kept for a few seconds, series for as long as CloudWatch's own points are apart: many pages that ask again and
again cost what one does.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from media_pipeline.domain.clock import timestamp
from media_pipeline.domain.errors import MediaPipelineError
from media_pipeline.domain.failures import replay_helps
from media_pipeline.domain.monitoring.charts import (
    HOUR,
    SPAN,
    AlarmState,
    Chart,
    Points,
    QueueCounts,
    WatchedQueue,
)
from media_pipeline.domain.monitoring.runbook import Entry, by_alarm
from media_pipeline.domain.ports import Clock
from media_pipeline.domain.spending.caps import Caps
from media_pipeline.domain.spending.reservation import Counter, Spent
from media_pipeline.domain.values import dataclass
from media_pipeline.telemetry import logger

NOW_SECONDS = 5
# SQS and the functions publish a point a minute. Source:
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
SERIES_SECONDS = 60
_STATES = ("ALARM", "INSUFFICIENT_DATA", "OK")
_MICRO = 1_000_000

Document = dict[str, Any]


class Metrics(Protocol):
    """CloudWatch. Raises: TransientError and its kin, from every method."""

    def points(
        self, charts: Sequence[Chart], *, since: datetime, until: datetime
    ) -> Mapping[str, Sequence[Points]]:
        """Return each chart's series by the chart's name."""
        ...

    def alarms(self, names: Sequence[str]) -> list[AlarmState]:
        """Return what there is of the alarms of these names."""
        ...


class Queues(Protocol):
    """SQS. Raises: TransientError and its kin."""

    def counts(self, queue_url: str) -> QueueCounts:
        """Return how many messages wait and how many are being handled."""
        ...


class Jobs(Protocol):
    """MediaConvert. Raises: TransientError and its kin."""

    def jobs_in_flight(self) -> int:
        """Return how many jobs wait or run."""
        ...


class Counters(Protocol):
    """Where what is spent is counted. Raises: TransientError and its kin."""

    def read(self, counter: Counter) -> Spent:
        """Return what a counter holds, and to what its cap is raised."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """Say what is watched: queues by label, charts, and how alarms are called (`*` is the runbook's name)."""

    queues: Mapping[str, WatchedQueue]
    charts: Sequence[Chart]
    alarm_names: str
    max_jobs_in_flight: int
    caps: Caps


class Health:
    """Tell how a pipeline is, as plain data."""

    def __init__(
        self,
        watched: Watched,
        *,
        metrics: Metrics,
        queues: Queues,
        jobs: Jobs,
        counters: Counters,
        clock: Clock,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._watched = watched
        self._metrics = metrics
        self._queues = queues
        self._jobs = jobs
        self._counters = counters
        self._clock = clock
        self._monotonic = monotonic
        self._kept: dict[str, tuple[float, Any]] = {}

    def document(self) -> Document:
        """Return how it is now, with `unavailable` naming the parts that AWS does not answer for."""
        parts: Mapping[str, tuple[Callable[[], Any], int]] = {
            "queues": (self._queue_counts, NOW_SECONDS),
            "jobs": (self._jobs_in_flight, NOW_SECONDS),
            "spending": (self._spending, NOW_SECONDS),
            "alarms": (self._alarms, NOW_SECONDS),
            "charts": (self._charts, SERIES_SECONDS),
        }
        found: Document = {"at": timestamp(self._clock()), "unavailable": []}
        for name, (ask, seconds) in parts.items():
            try:
                part = self._asked(name, ask, seconds)
            except MediaPipelineError as error:
                logger.warning("A part of the health view is missing", part=name, reason=str(error))
                found["unavailable"].append(name)
            else:
                if part is not None:
                    found[name] = part
        return found

    def forget(self) -> None:
        """Ask anew next time, since something was just changed."""
        self._kept.clear()

    def _asked(self, name: str, ask: Callable[[], Any], seconds: int) -> Any:
        now = self._monotonic()
        if name in self._kept and now - self._kept[name][0] < seconds:
            return self._kept[name][1]
        answer = ask()
        self._kept[name] = now, answer
        return answer

    def _queue_counts(self) -> list[Document]:
        found = []
        for name, queue in self._watched.queues.items():
            counts, dead = self._queues.counts(queue.url), self._queues.counts(queue.dlq_url)
            # What a redrive is looking at is hidden, and still dead.
            letters = dead.waiting + dead.in_flight
            found.append(
                {
                    "name": name,
                    "waiting": counts.waiting,
                    "in_flight": counts.in_flight,
                    "dead_letters": letters,
                }
            )
        return found

    def _jobs_in_flight(self) -> Document:
        return {"in_flight": self._jobs.jobs_in_flight(), "limit": self._watched.max_jobs_in_flight}

    def _spending(self) -> list[Document] | None:
        """Return day and month against their caps; None where nothing is counted."""
        caps = self._watched.caps
        if not caps.has_counters:
            return None
        now = self._clock()
        return [self._spent("day", caps.day_counter(now)), self._spent("month", caps.month_counter(now))]

    def _spent(self, period: str, counter: Counter) -> Document:
        spent = self._counters.read(counter)
        found = {"period": period, "spent_usd": _usd(spent.micro_usd)}
        if counter.cap_micro_usd is None:
            return found
        # An operator may have raised it for what is left of the day or month.
        return {**found, "cap_usd": _usd(max(counter.cap_micro_usd, spent.raised_micro_usd or 0))}

    def _alarms(self) -> list[Document]:
        entries = {self._watched.alarm_names.replace("*", name): name for name in by_alarm()}
        states = self._metrics.alarms(list(entries))
        ordered = sorted(states, key=lambda state: (_STATES.index(state.state), state.name))
        return [_alarm(state, entries[state.name]) for state in ordered if state.name in entries]

    def _charts(self) -> list[Document]:
        now = self._clock()
        begins = (now - SPAN).timestamp() // HOUR * HOUR
        since = datetime.fromtimestamp(begins, tz=now.tzinfo)
        points = self._metrics.points(self._watched.charts, since=since, until=now)
        return [
            {
                "name": chart.name,
                "unit": chart.unit,
                "period_seconds": chart.period_seconds,
                "since": timestamp(since),
                "until": timestamp(now),
                "series": [_series(chart, each) for each in points[chart.name]],
            }
            for chart in self._watched.charts
        ]


def _series(chart: Chart, series: Points) -> Document:
    found: Document = {
        "label": series.label,
        "points": [{"at": timestamp(at), "value": round(value)} for at, value in series.points],
    }
    # A chart of failures has a series for each code.
    if any(each.by == "reason" for each in chart.series):
        found["replay_helps"] = replay_helps(series.label)
    return found


def _alarm(state: AlarmState, name: str) -> Document:
    entry: Entry = by_alarm()[name]
    return {
        "name": name,
        "state": state.state,
        "since": timestamp(state.since),
        "description": state.description,
        "reason": state.reason,
        "runbook": {"means": entry.means, "look_at": entry.look_at, "then": entry.then},
        "redrives": list(entry.redrives),
        "replays": entry.replays,
    }


def _usd(micro: int) -> str:
    # What was reserved on a counter that is gone may be given back to its successor.
    micro = max(0, micro)
    return f"{micro // _MICRO}.{micro % _MICRO:06d}"
