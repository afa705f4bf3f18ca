"""Alarms and dashboard of a pipeline, as the plain data that the constructs render."""

import re
from typing import Any

import pytest

from constructs_lib.observability.alarms import (
    Alarm,
    AlarmThresholds,
    MonitoredFunction,
    MonitoredQueue,
    pipeline_alarms,
)
from constructs_lib.observability.dashboard import GRID_COLUMNS, dashboard_body
from constructs_lib.observability.delivery_alarms import MonitoredRule, MonitoredSchedule, delivery_alarms
from constructs_lib.observability.metrics import Metric, MetricMath
from constructs_lib.observability.source_alarms import source_alarms
from media_pipeline.services.redelivery import MAX_DELAY_SECONDS

PIPELINE = "media-pipeline-test"
QUEUES = (
    MonitoredQueue(label="processing", name="processing-test", dlq_name="processing-dlq-test"),
    MonitoredQueue(label="job events", name="job-events-test", dlq_name="job-events-dlq-test"),
)
FUNCTIONS = (MonitoredFunction(label="ingest_orchestrator", name="ingest-orchestrator-test"),)
RULES = (MonitoredRule(label="uploads created", name="uploads-created-test", dlq_label="processing DLQ"),)
SCHEDULE = MonitoredSchedule(
    label="reconciler",
    interval_minutes=5,
    finished_metric="ReconcilerRunsFinished",
    undelivered_name="schedule-dlq-test",
)


def _alarms(thresholds: AlarmThresholds | None = None) -> dict[str, Alarm]:
    thresholds = thresholds or AlarmThresholds()
    alarms = (
        *pipeline_alarms(pipeline_name=PIPELINE, queues=QUEUES, functions=FUNCTIONS, thresholds=thresholds),
        *source_alarms(pipeline_name=PIPELINE, thresholds=thresholds),
    )
    alarms += delivery_alarms(pipeline_name=PIPELINE, rules=RULES, schedule=SCHEDULE)
    assert len({alarm.component for alarm in alarms}) == len(alarms)
    return {alarm.component: alarm for alarm in alarms}


def _body() -> dict[str, list[dict[str, Any]]]:
    return dashboard_body(
        pipeline_name=PIPELINE,
        region="eu-west-1",
        queues=QUEUES,
        functions=FUNCTIONS,
        rules=RULES,
        schedule=SCHEDULE,
        mediaconvert_queue_arn="arn:aws:mediaconvert:eu-west-1:111122223333:queues/q",
        alarm_arns=["arn:aws:cloudwatch:eu-west-1:111122223333:alarm:a"],
    )


def _rate(failed: float | None, completed: float | None, minimum_jobs: int = 5) -> float:
    """Evaluate the alarm's own expressions as CloudWatch would: each step may use the ones before it."""
    math = _alarms(AlarmThresholds(job_failure_rate_minimum_jobs=minimum_jobs))[
        "alarm-job-failure-rate"
    ].signal
    assert isinstance(math, MetricMath)
    return _evaluated(math, {"failed": failed, "completed": completed})


def _evaluated(math: MetricMath, values: dict[str, float | None]) -> float:
    names: dict[str, Any] = {
        **values,
        "FILL": lambda value, fallback: fallback if value is None else value,
    }
    for name, expression in math.steps.items():
        # Python evaluates both branches of a call; CloudWatch yields no datapoint for a division by zero.
        lazy = re.sub(r"^IF\((.+?), (.+), (.+)\)$", r"(\2) if (\1) else (\3)", expression)
        names[name] = eval(lazy, {"__builtins__": {}}, names)
    return float(names[list(math.steps)[-1]])


def test_each_kind_of_trouble_has_its_alarm() -> None:
    """Queues, functions, rules, runs, outcomes, stuck assets and backpressure have alarms of their own."""
    assert sorted(_alarms()) == [
        "alarm-cap-reached",
        "alarm-ingest-orchestrator-errors",
        "alarm-ingest-orchestrator-recursion-dropped",
        "alarm-ingest-orchestrator-throttles",
        "alarm-job-events-dlq-not-empty",
        "alarm-job-events-oldest-message-age",
        "alarm-job-events-queue-depth",
        "alarm-job-failure-rate",
        "alarm-messages-slowed-down",
        "alarm-presets-invalid",
        "alarm-processing-dlq-not-empty",
        "alarm-processing-oldest-message-age",
        "alarm-processing-queue-depth",
        "alarm-reconciler-not-finishing",
        "alarm-reconciler-runs-undelivered",
        "alarm-sources-refused",
        "alarm-stuck-assets",
        "alarm-unknown-sources",
        "alarm-uploads-created-rule-fails",
    ]


def test_dlq_alarm_watches_the_dead_letter_queue() -> None:
    """One message in a dead-letter queue is enough, and it is looked for in that queue, not in its source."""
    alarm = _alarms()["alarm-processing-dlq-not-empty"]
    assert isinstance(alarm.signal, Metric)
    assert alarm.signal.dimensions == {"QueueName": "processing-dlq-test"}
    assert (alarm.threshold, alarm.periods) == (1, 1)


@pytest.mark.parametrize(
    ("field", "component"),
    [
        ("oldest_message_age_seconds", "alarm-processing-oldest-message-age"),
        ("queue_depth_messages", "alarm-job-events-queue-depth"),
        ("job_failure_rate_percent", "alarm-job-failure-rate"),
        ("function_errors_per_5_minutes", "alarm-ingest-orchestrator-errors"),
        ("function_throttles_per_5_minutes", "alarm-ingest-orchestrator-throttles"),
        ("stuck_assets", "alarm-stuck-assets"),
        ("messages_slowed_down_per_5_minutes", "alarm-messages-slowed-down"),
        ("unknown_source_rate_percent", "alarm-unknown-sources"),
    ],
)
def test_threshold_reaches_its_alarm(field: str, component: str) -> None:
    """Each threshold of the settings is the threshold of the alarm it is named for."""
    assert _alarms(AlarmThresholds(**{field: 77}))[component].threshold == 77


@pytest.mark.parametrize(
    ("failed", "completed", "rate"),
    [
        (None, None, 0.0),
        (None, 10, 0.0),
        (1, None, 0.0),
        (4, None, 0.0),
        (5, None, 100.0),
        (1, 4, 20.0),
        (1, 9, 10.0),
    ],
)
def test_failure_rate_needs_enough_jobs(failed: float | None, completed: float | None, rate: float) -> None:
    """The rate counts silence as zero and stays zero until five jobs have ended."""
    assert _rate(failed, completed) == rate


@pytest.mark.parametrize(
    ("unknown", "submitted", "rate"),
    [(None, None, 0.0), (None, 10, 0.0), (4, 4, 0.0), (5, 5, 100.0), (1, 10, 10.0)],
)
def test_rate_of_unknown_sources_needs_enough_jobs(
    unknown: float | None, submitted: float | None, rate: float
) -> None:
    """The share of jobs without a look into their source is none until five were submitted."""
    math = _alarms()["alarm-unknown-sources"].signal
    assert isinstance(math, MetricMath)
    assert _evaluated(math, {"unknown": unknown, "submitted": submitted}) == rate


def test_silence_of_the_reconciler_is_reported() -> None:
    """Only the alarm on finished runs takes silence for trouble: its metric is published by each of them."""
    silent = [name for name, alarm in _alarms().items() if alarm.silence == "breaching"]
    assert silent == ["alarm-reconciler-not-finishing"]
    alarm = _alarms()["alarm-reconciler-not-finishing"]
    assert isinstance(alarm.signal, Metric)
    assert (alarm.signal.name, alarm.signal.statistic) == ("ReconcilerRunsFinished", "Sum")
    assert (alarm.signal.period_seconds, alarm.periods) == (300, 3)
    assert (alarm.comparison, alarm.threshold) == ("LessThanThreshold", 1)


def test_what_a_rule_can_not_deliver_is_reported() -> None:
    """One event that failed for good is enough, by the one dimension that the default bus's metrics have."""
    alarm = _alarms()["alarm-uploads-created-rule-fails"]
    assert isinstance(alarm.signal, Metric)
    assert (alarm.signal.namespace, alarm.signal.name) == ("AWS/Events", "FailedInvocations")
    assert alarm.signal.dimensions == {"RuleName": "uploads-created-test"}
    assert (alarm.threshold, alarm.periods, alarm.silence) == (1, 1, "notBreaching")
    assert "processing DLQ" in alarm.description
    undelivered = _alarms()["alarm-reconciler-runs-undelivered"]
    assert isinstance(undelivered.signal, Metric)
    assert undelivered.signal.dimensions == {"QueueName": "schedule-dlq-test"}


def test_a_stopped_recursion_is_reported() -> None:
    """One dropped invocation is enough: none is ever meant to be dropped."""
    alarm = _alarms()["alarm-ingest-orchestrator-recursion-dropped"]
    assert isinstance(alarm.signal, Metric)
    assert (alarm.signal.namespace, alarm.signal.name) == ("AWS/Lambda", "RecursiveInvocationsDropped")
    assert alarm.signal.dimensions == {"FunctionName": "ingest-orchestrator-test"}
    assert (alarm.threshold, alarm.periods, alarm.signal.statistic) == (1, 1, "Sum")


def test_a_short_slowdown_raises_no_alarm() -> None:
    """Throttling is news when it lasts: several messages in each of several periods; silence is health."""
    alarm = _alarms()["alarm-messages-slowed-down"]
    assert isinstance(alarm.signal, Metric)
    assert (alarm.signal.name, alarm.signal.statistic) == ("MessagesSlowedDown", "Sum")
    assert alarm.periods * alarm.signal.period_seconds == 900
    assert (alarm.threshold > 1, alarm.silence) == (True, "notBreaching")


def test_one_upload_that_waits_for_presets_keeps_the_alarm_on() -> None:
    """The first one raises it, and its tries are never further apart than a period: it doesn't flap."""
    alarm = _alarms()["alarm-presets-invalid"]
    assert isinstance(alarm.signal, Metric)
    assert (alarm.signal.name, alarm.signal.statistic) == ("PresetsInvalid", "Sum")
    assert (alarm.threshold, alarm.periods, alarm.silence) == (1, 1, "notBreaching")
    assert alarm.signal.period_seconds >= 2 * MAX_DELAY_SECONDS


def test_one_upload_that_waits_for_a_higher_cap_keeps_the_alarm_on() -> None:
    """The first one raises it, and its tries are never further apart than a period: it doesn't flap."""
    alarm = _alarms()["alarm-cap-reached"]
    assert isinstance(alarm.signal, Metric)
    assert (alarm.signal.name, alarm.signal.statistic) == ("CapReached", "Sum")
    assert (alarm.threshold, alarm.periods, alarm.silence) == (1, 1, "notBreaching")
    assert alarm.signal.period_seconds >= 2 * MAX_DELAY_SECONDS


def test_descriptions_tell_what_to_do() -> None:
    """Each alarm says what it means and what to do first, within CloudWatch's 1,024 characters."""
    for component, alarm in _alarms().items():
        assert alarm.description.count(". ") >= 1, component
        assert len(alarm.description) <= 1_024, component


def test_widgets_fill_the_grid_without_overlap() -> None:
    """No two widgets of the dashboard share a cell, and every row is as wide as the grid."""
    cells = [
        (x, y)
        for widget in _body()["widgets"]
        for x in range(widget["x"], widget["x"] + widget["width"])
        for y in range(widget["y"], widget["y"] + widget["height"])
    ]
    assert len(set(cells)) == len(cells)
    height = max(y for _, y in cells) + 1
    assert len(cells) == GRID_COLUMNS * height


def test_metric_widgets_name_the_region() -> None:
    """A dashboard is global, so each of its graphs says in which region to look."""
    regions = {w["properties"]["region"] for w in _body()["widgets"] if w["type"] == "metric"}
    assert regions == {"eu-west-1"}


@pytest.mark.parametrize(
    "metric",
    [
        "AssetsReceived", "AssetsSubmitted", "AssetsCompleted", "AssetsFailed", "AssetsFailedByReason",
        "AssetsCanceled", "AssetsRepaired", "MessagesSlowedDown", "PresetsInvalid",
        "ProcessingSeconds", "OutputMinutes", "StuckAssets",
        "FailedInvocations", "ReconcilerRunsFinished",
        "JobsCompletedCount", "JobsErroredCount", "JobsCanceled",
        "ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage",
        "Errors", "Throttles", "Duration", "ConcurrentExecutions",
    ],
)  # fmt: skip
def test_dashboard_draws_metric(metric: str) -> None:
    """Everything that an operator asks after is on the dashboard."""
    series = [s for w in _body()["widgets"] for s in w["properties"].get("metrics", [])]
    drawn = [s for s in series if s[1:2] == [metric] or f'"{metric}"' in str(s[0])]
    assert drawn


def test_failure_reasons_are_searched_within_the_pipeline() -> None:
    """The search for reasons is limited to this pipeline's metrics, whatever else is in the account."""
    searches = [
        s[0]["expression"]
        for w in _body()["widgets"]
        for s in w["properties"].get("metrics", [])
        if isinstance(s[0], dict)
    ]
    assert searches == [
        "SEARCH('{MediaPipeline,reason,service} "
        f'MetricName="AssetsFailedByReason" service="{PIPELINE}"\', \'Sum\', 300)'
    ]
