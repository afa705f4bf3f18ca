"""Decide which alarms a media pipeline has, as plain data that needs neither CDKTF nor AWS.

`monitoring.py` turns the data into resources; `dashboard.py` draws the same metrics. An alarm's name is
derived from what it watches, so it stays the same from one synthesis to the next.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from constructs_lib.observability.metrics import (
    Metric,
    MetricMath,
    asset_metric,
    function_metric,
    queue_metric,
)

Silence = Literal["notBreaching", "missing", "breaching"]
"""What an alarm makes of a period without data; `missing` leads to INSUFFICIENT_DATA."""

Comparison = Literal["GreaterThanOrEqualToThreshold", "LessThanThreshold"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoredQueue:
    """Name a queue and its dead-letter queue.

    `label` is what people call it (`job events`); it titles graphs and, with hyphens, names alarms.
    `given_up` says what follows for messages in the DLQ, `too_long` what to do where the queue grows.
    """

    label: str
    name: str
    dlq_name: str
    given_up: str = "their assets are stalled"
    too_long: str = "look for throttling by MediaConvert, then raise the processing concurrency"


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoredFunction:
    """Name a Lambda function, with a label as in `MonitoredQueue`."""

    label: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmThresholds:
    """Say from which value on each kind of alarm goes off."""

    oldest_message_age_seconds: int = 1_800
    queue_depth_messages: int = 1_000
    job_failure_rate_percent: int = 20
    job_failure_rate_minimum_jobs: int = 5
    """Below so many ended jobs in the window a rate says nothing: one failure of one job is 100 percent."""
    function_errors_per_5_minutes: int = 3
    function_throttles_per_5_minutes: int = 5
    stuck_assets: int = 1
    messages_slowed_down_per_5_minutes: int = 20
    unknown_source_rate_percent: int = 20
    unknown_source_rate_minimum_jobs: int = 5
    api_errors_per_5_minutes: int = 5
    api_latency_milliseconds: int = 5_000
    """What 99 of 100 requests to the API take at most."""
    change_age_seconds: int = 300
    """So long a change of the assets table may wait to be announced to webhook endpoints."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Describe one alarm: what it watches, when it goes off, what that means and what to do first.

    It goes off when `signal` compares so to `threshold` in `periods` consecutive periods.
    """

    component: str
    description: str
    signal: Metric | MetricMath
    threshold: int
    periods: int
    silence: Silence
    comparison: Comparison = "GreaterThanOrEqualToThreshold"


def pipeline_alarms(
    *,
    pipeline_name: str,
    queues: Sequence[MonitoredQueue],
    functions: Sequence[MonitoredFunction],
    thresholds: AlarmThresholds,
) -> tuple[Alarm, ...]:
    """Return the alarms on queues, functions and assets, queues first, in the order given."""
    return (
        *(alarm for queue in queues for alarm in _queue_alarms(queue, thresholds)),
        *(alarm for function in functions for alarm in _function_alarms(function, thresholds)),
        _job_failure_rate(pipeline_name, thresholds),
        _stuck_assets(pipeline_name, thresholds),
        _slowed_down(pipeline_name, thresholds),
        _presets_invalid(pipeline_name),
    )


def _queue_alarms(queue: MonitoredQueue, thresholds: AlarmThresholds) -> Iterator[Alarm]:
    # SQS stops publishing for a queue that was idle for six hours: silence means that it is empty.
    # Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-monitoring-using-cloudwatch.html
    name = slug(queue.label)
    yield Alarm(
        component=f"alarm-{name}-dlq-not-empty",
        description=(
            f"Messages of the {queue.label} queue were given up after all retries; {queue.given_up}. "
            "Read one message and the function's log for its asset, fix the cause, then redrive the queue."
        ),
        signal=queue_metric(queue.dlq_name, "ApproximateNumberOfMessagesVisible", period_seconds=60),
        threshold=1,
        periods=1,
        silence="notBreaching",
    )
    yield Alarm(
        component=f"alarm-{name}-oldest-message-age",
        description=(
            f"The {queue.label} queue is not drained in time: its function fails, is throttled or too slow. "
            "Look at that function's errors and throttles, then at its concurrency."
        ),
        signal=queue_metric(queue.name, "ApproximateAgeOfOldestMessage", period_seconds=60),
        threshold=thresholds.oldest_message_age_seconds,
        periods=3,
        silence="notBreaching",
    )
    yield Alarm(
        component=f"alarm-{name}-queue-depth",
        description=(
            f"More arrives on the {queue.label} queue than is worked off. In a planned bulk upload, wait; "
            f"otherwise {queue.too_long}."
        ),
        signal=queue_metric(queue.name, "ApproximateNumberOfMessagesVisible", period_seconds=300),
        threshold=thresholds.queue_depth_messages,
        periods=3,
        silence="notBreaching",
    )


def _function_alarms(function: MonitoredFunction, thresholds: AlarmThresholds) -> Iterator[Alarm]:
    # A function that was not invoked publishes nothing, and that is no fault of it.
    name = slug(function.label)
    yield Alarm(
        component=f"alarm-{name}-errors",
        description=(
            f"Whole invocations of {function.label} fail: it crashed, timed out or ran out of memory. "
            "Search its log group for ERROR and 'Task timed out'; the messages are retried meanwhile."
        ),
        signal=function_metric(function.name, "Errors"),
        threshold=thresholds.function_errors_per_5_minutes,
        periods=1,
        silence="notBreaching",
    )
    yield Alarm(
        component=f"alarm-{name}-throttles",
        description=(
            f"Lambda refuses to run {function.label}: its reserved or the account's concurrency is used up. "
            "Compare ConcurrentExecutions with the reserved concurrency, then with the account's quota."
        ),
        signal=function_metric(function.name, "Throttles"),
        threshold=thresholds.function_throttles_per_5_minutes,
        periods=1,
        silence="notBreaching",
    )
    yield Alarm(
        component=f"alarm-{name}-recursion-dropped",
        description=(
            f"Lambda stopped messages that had come back to {function.label} 16 times: it took them for an "
            "endless loop. Deploy the stack again, which allows messages that wait to come back, then "
            "redrive the dead-letter queue that they are in."
        ),
        # Source: "Recursive loop notifications",
        # https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
        signal=function_metric(function.name, "RecursiveInvocationsDropped"),
        threshold=1,
        periods=1,
        silence="notBreaching",
    )


def _job_failure_rate(pipeline_name: str, thresholds: AlarmThresholds) -> Alarm:
    # Each ended job ends an asset, and an asset also fails where its outputs are missing, which
    # MediaConvert's own count of errored jobs can't know.
    return rate_alarm(
        component="alarm-job-failure-rate",
        description=(
            "Too large a share of assets ended as FAILED. Look at 'failures by reason' on the dashboard: "
            "one reason for all points at permissions, presets or a producer's broken files."
        ),
        metrics={
            "failed": rate_metric(pipeline_name, "AssetsFailed"),
            "completed": rate_metric(pipeline_name, "AssetsCompleted"),
        },
        part=("failures", "FILL(failed, 0)"),
        whole=("ended", "failures + FILL(completed, 0)"),
        minimum=thresholds.job_failure_rate_minimum_jobs,
        label="Failed assets (percent)",
        percent=thresholds.job_failure_rate_percent,
    )


def _stuck_assets(pipeline_name: str, thresholds: AlarmThresholds) -> Alarm:
    return Alarm(
        component="alarm-stuck-assets",
        description=(
            "Assets stay unfinished far longer than they should and the reconciler could not repair them. "
            "Read its log, then the history of an asset it names."
        ),
        signal=asset_metric(pipeline_name, "StuckAssets", statistic="Maximum", period_seconds=900),
        threshold=thresholds.stuck_assets,
        periods=2,
        # Each run publishes the number, zero included: without data nothing is known, and another alarm is
        # about runs that don't finish.
        silence="missing",
    )


def _slowed_down(pipeline_name: str, thresholds: AlarmThresholds) -> Alarm:
    return Alarm(
        component="alarm-messages-slowed-down",
        description=(
            "AWS, most often MediaConvert, keeps throttling or failing, so uploads wait longer and longer. "
            "Nothing is lost. Look for the reason in the functions' logs, then at MediaConvert's quotas."
        ),
        signal=asset_metric(pipeline_name, "MessagesSlowedDown"),
        threshold=thresholds.messages_slowed_down_per_5_minutes,
        periods=3,
        # A function counts only when there is something to count.
        silence="notBreaching",
    )


def _presets_invalid(pipeline_name: str) -> Alarm:
    return Alarm(
        component="alarm-presets-invalid",
        description=(
            "Encoding presets or profiles are missing or have faults: new uploads wait, for as long as it "
            "takes, and nothing is lost. `python -m tools.ops presets` names every fault, and so does the "
            "message of the same time on the topic for assets. Fix the parameters, or deploy the presets "
            "again: what waits is then processed by itself."
        ),
        # A single upload that waits comes back within 15 minutes: the alarm stays on until then.
        signal=asset_metric(pipeline_name, "PresetsInvalid", period_seconds=1_800),
        threshold=1,
        periods=1,
        # A function counts only when there is something to count.
        silence="notBreaching",
    )


def rate_metric(pipeline_name: str, metric_name: str) -> Metric:
    """Return a count that a rate is computed with, over 15 minutes."""
    return asset_metric(pipeline_name, metric_name, period_seconds=900)


def rate_alarm(
    *,
    component: str,
    description: str,
    metrics: Mapping[str, Metric],
    part: tuple[str, str],
    whole: tuple[str, str],
    minimum: int,
    label: str,
    percent: int,
) -> Alarm:
    """Describe an alarm on the share that `part` is of `whole`, where that is at least `minimum`.

    Both are a name and an expression over `metrics`. Functions publish a count only when there is something
    to count: an expression fills what is missing with 0.
    """
    (part_name, part_expression), (whole_name, whole_expression) = part, whole
    return Alarm(
        component=component,
        description=description,
        signal=MetricMath(
            metrics=metrics,
            steps={
                part_name: part_expression,
                whole_name: whole_expression,
                "rate": f"IF({whole_name} >= {minimum}, 100 * {part_name} / {whole_name}, 0)",
            },
            label=label,
        ),
        threshold=percent,
        periods=1,
        # Nothing was counted.
        silence="notBreaching",
    )


def slug(label: str) -> str:
    """Return a label as part of a name."""
    return label.replace("_", "-").replace(" ", "-").lower()
