"""Decide which alarms watch EventBridge: rules that can't deliver, and a schedule whose runs don't finish.

Plain data, as in `alarms.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from constructs_lib.observability.alarms import Alarm, slug
from constructs_lib.observability.metrics import Metric, asset_metric, queue_metric

INTERVALS_WITHOUT_RUN = 3
"""A scheduled function that finishes no run for so many intervals is news."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoredRule:
    """Name an EventBridge rule of the default bus; `label` is what people call it (`uploads created`).

    `dlq_label` is what people call the queue that holds what the rule could not deliver.
    """

    label: str
    name: str
    dlq_label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoredSchedule:
    """Name a function that runs on a schedule, and the queue of its runs that were not delivered.

    `finished_metric` is what the function counts at the end of each run, and only there.
    """

    label: str
    interval_minutes: int
    finished_metric: str
    undelivered_name: str


def delivery_alarms(
    *,
    pipeline_name: str,
    rules: Sequence[MonitoredRule],
    schedule: MonitoredSchedule,
) -> tuple[Alarm, ...]:
    """Return the alarms on rules, in the order given, and on the schedule."""
    return (
        *(_rule_fails(rule) for rule in rules),
        _runs_undelivered(schedule),
        _runs_missing(pipeline_name, schedule),
    )


def rule_metric(rule_name: str, metric_name: str) -> Metric:
    """Return a metric of a rule of the default bus over five minutes.

    Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
    """
    return Metric(
        namespace="AWS/Events",
        name=metric_name,
        dimensions={"RuleName": rule_name},
        statistic="Sum",
        period_seconds=300,
    )


def _rule_fails(rule: MonitoredRule) -> Alarm:
    return Alarm(
        component=f"alarm-{slug(rule.label)}-rule-fails",
        description=(
            f"EventBridge can't deliver what the rule {rule.label} matches: a permission, its key or its "
            f"target is gone. Read a message of the {rule.dlq_label}: its attributes ERROR_CODE and "
            "ERROR_MESSAGE say why. If there is none, that queue is forbidden too, and the events are lost."
        ),
        # Sent only where it isn't zero; what reached the DLQ counts too. The attributes' source:
        # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
        signal=rule_metric(rule.name, "FailedInvocations"),
        threshold=1,
        periods=1,
        silence="notBreaching",
    )


def _runs_undelivered(schedule: MonitoredSchedule) -> Alarm:
    return Alarm(
        component=f"alarm-{slug(schedule.label)}-runs-undelivered",
        description=(
            f"Runs of {schedule.label} were not delivered to it in the last day. Read a message's attributes "
            "ERROR_CODE and ERROR_MESSAGE and fix the cause; the next run makes up for it. Then purge the "
            "queue, or wait a day."
        ),
        signal=queue_metric(
            schedule.undelivered_name, "ApproximateNumberOfMessagesVisible", period_seconds=60
        ),
        threshold=1,
        periods=1,
        silence="notBreaching",
    )


def _runs_missing(pipeline_name: str, schedule: MonitoredSchedule) -> Alarm:
    return Alarm(
        component=f"alarm-{slug(schedule.label)}-not-finishing",
        description=(
            f"{schedule.label} has finished no run for {INTERVALS_WITHOUT_RUN} intervals: it is not invoked, "
            "fails, or is cut off by its timeout; nothing that was lost is repaired meanwhile. Look at the "
            "alarms on its schedule and its errors, then at its log."
        ),
        signal=asset_metric(
            pipeline_name, schedule.finished_metric, period_seconds=60 * schedule.interval_minutes
        ),
        threshold=1,
        comparison="LessThanThreshold",
        periods=INTERVALS_WITHOUT_RUN,
        # A function that doesn't run publishes nothing.
        silence="breaching",
    )
