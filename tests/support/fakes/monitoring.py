"""What CloudWatch, SQS and MediaConvert say of a pipeline, and what is counted of its spending: in memory."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from media_pipeline.domain.errors import TransientError
from media_pipeline.domain.monitoring.charts import (
    AlarmState,
    Chart,
    Points,
    QueueCounts,
    WatchedQueue,
    pipeline_charts,
)
from media_pipeline.domain.monitoring.dead_letters import QUEUES
from media_pipeline.domain.ports import Clock
from media_pipeline.domain.spending.caps import Caps
from media_pipeline.domain.spending.reservation import Counter, Spent
from media_pipeline.services.monitoring.health import Watched

ALARM_NAMES = "media-pipeline-alarm-*-test"


def watched_pipeline(pipeline: str, *, caps: Caps | None = None) -> Watched:
    """Return what is watched of a pipeline, with a cap of $5 a day unless there are others."""
    queues = {
        name: WatchedQueue(url=f"https://sqs/{name}", dlq_url=f"https://sqs/{name}-dlq") for name in QUEUES
    }
    return Watched(
        queues=queues,
        charts=pipeline_charts(pipeline=pipeline, namespace="MediaPipeline", queues=queues),
        alarm_names=ALARM_NAMES,
        max_jobs_in_flight=200,
        caps=caps or Caps(day=5_000_000, by_prefix={}),
    )


class FakeWatched:
    """Answer for all of AWS; `failing` names the calls that fail, `calls` are all that were made.

    Alarms that are not in `known` do not exist; where it is None, all do.
    """

    def __init__(self, clock: Clock) -> None:
        self.failing: set[str] = set()
        self.calls: list[str] = []
        self.queues: dict[str, QueueCounts] = {"https://sqs/processing": QueueCounts(waiting=12, in_flight=3)}
        self.on: set[str] = {"processing-dlq-not-empty"}
        self.known: set[str] | None = None
        self.jobs = 7
        self.micro_usd = 1_250_000
        self.raised: int | None = None
        self.failures: dict[str, float] = {"OUTPUTS_MISSING": 4.0, "NOT_A_MEDIA_FILE": 1.0}
        self._clock = clock

    def points(
        self, charts: Sequence[Chart], *, since: datetime, until: datetime
    ) -> Mapping[str, Sequence[Points]]:
        """Return a point of an hour ago in each series, and of failures a series for each code."""
        self._call("points")
        assert since < until == self._clock()
        at = since + timedelta(hours=23)
        return {
            chart.name: [
                Points(label=label, points=[(at, value)])
                for series in chart.series
                for label, value in (self.failures if series.by else {series.label: 3.0}).items()
            ]
            for chart in charts
        }

    def alarms(self, names: Sequence[str]) -> list[AlarmState]:
        """Return the alarms of these names, those of `on` in ALARM."""
        self._call("alarms")
        before, after = ALARM_NAMES.split("*")
        own = {name: name.removeprefix(before).removesuffix(after) for name in names}
        return [
            AlarmState(
                name=name,
                state="ALARM" if short in self.on else "OK",
                since=self._clock() - timedelta(minutes=5),
                description="Messages were given up.",
                reason="Threshold Crossed: 1 datapoint [1.0] was >= the threshold (1.0).",
            )
            for name, short in own.items()
            if self.known is None or short in self.known
        ]

    def counts(self, queue_url: str) -> QueueCounts:
        """Return what `queues` says; others are empty."""
        self._call("counts")
        return self.queues.get(queue_url, QueueCounts(waiting=0, in_flight=0))

    def jobs_in_flight(self) -> int:
        """Return the jobs."""
        self._call("jobs_in_flight")
        return self.jobs

    def read(self, counter: Counter) -> Spent:
        """Return the same for each counter; caps are raised to `raised`."""
        self._call("read")
        return Spent(micro_usd=self.micro_usd, raised_micro_usd=self.raised)

    def _call(self, name: str) -> None:
        self.calls.append(name)
        if name in self.failing:
            raise TransientError(f"{name} can't be answered")
