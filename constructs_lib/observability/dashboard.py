"""Draw a media pipeline's dashboard, as plain data that needs neither CDKTF nor AWS.

The rows follow a video: what arrives and how it ends, queues, functions, EventBridge, MediaConvert.
"""

from collections.abc import Sequence
from typing import Any

from constructs_lib.observability.alarms import MonitoredFunction, MonitoredQueue
from constructs_lib.observability.api_alarms import MonitoredApi, api_metric
from constructs_lib.observability.delivery_alarms import MonitoredRule, MonitoredSchedule, rule_metric
from constructs_lib.observability.metrics import (
    METRICS_NAMESPACE,
    Metric,
    asset_metric,
    function_metric,
    queue_metric,
)
from constructs_lib.observability.webhook_alarms import MonitoredStream, iterator_age

Widget = dict[str, Any]
Series = list[Any]

GRID_COLUMNS = 24
"""Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html"""


def dashboard_body(
    *,
    pipeline_name: str,
    region: str,
    queues: Sequence[MonitoredQueue],
    functions: Sequence[MonitoredFunction],
    rules: Sequence[MonitoredRule],
    schedule: MonitoredSchedule,
    mediaconvert_queue_arn: str,
    alarm_arns: Sequence[str],
    apis: Sequence[MonitoredApi] = (),
    streams: Sequence[MonitoredStream] = (),
) -> dict[str, list[Widget]]:
    """Return the body that CloudWatch's PutDashboard takes, ready for `json.dumps`."""
    rows = (
        (4, [_alarm_states(alarm_arns)]),
        (6, _asset_widgets(pipeline_name)),
        (6, _timing_widgets(pipeline_name)),
        (6, _queue_widgets(queues)),
        (6, _function_widgets(functions)),
        (6, [_rule_failures(rules), _finished_runs(pipeline_name, schedule)]),
        (6, [_mediaconvert_jobs(mediaconvert_queue_arn)]),
        *((6, _api_widgets(api)) for api in apis),
        *((6, _webhook_widgets(pipeline_name, stream)) for stream in streams),
    )
    return {"widgets": _lay_out(rows, region)}


def _lay_out(rows: Sequence[tuple[int, Sequence[Widget]]], region: str) -> list[Widget]:
    """Share each row's width among its widgets and stack the rows."""
    placed: list[Widget] = []
    top = 0
    for height, widgets in rows:
        width = GRID_COLUMNS // len(widgets)
        for column, widget in enumerate(widgets):
            if widget["type"] == "metric":
                widget["properties"]["region"] = region
            placed.append({"x": column * width, "y": top, "width": width, "height": height, **widget})
        top += height
    return placed


def _alarm_states(alarm_arns: Sequence[str]) -> Widget:
    return {
        "type": "alarm",
        "properties": {"title": "Alarms", "alarms": list(alarm_arns), "sortBy": "stateUpdatedTimestamp"},
    }


def _asset_widgets(pipeline_name: str) -> list[Widget]:
    outcomes = ("AssetsReceived", "AssetsSubmitted", "AssetsCompleted", "AssetsFailed", "AssetsCanceled")
    # Which reasons occur is known at run time only, hence a search.
    failures_by_reason = (
        f"SEARCH('{{{METRICS_NAMESPACE},reason,service}} "
        f'MetricName="AssetsFailedByReason" service="{pipeline_name}"\', \'Sum\', 300)'
    )
    return [
        _graph(
            "Assets by status",
            [_series(asset_metric(pipeline_name, name), name.removeprefix("Assets")) for name in outcomes],
        ),
        _graph(
            "Failures by reason",
            [[{"expression": failures_by_reason, "id": "reasons", "label": ""}]],
            stacked=True,
        ),
        _graph(
            "Stuck, repaired, slowed down, waiting for presets, captions not used",
            [
                _series(asset_metric(pipeline_name, "StuckAssets", statistic="Maximum"), "Stuck"),
                _series(asset_metric(pipeline_name, "AssetsRepaired"), "Repaired"),
                _series(asset_metric(pipeline_name, "MessagesSlowedDown"), "Slowed down"),
                _series(asset_metric(pipeline_name, "PresetsInvalid"), "Waiting for presets"),
                _series(asset_metric(pipeline_name, "CaptionsRejected"), "Captions rejected"),
                _series(asset_metric(pipeline_name, "CaptionsWithoutVideo"), "Captions without a video"),
            ],
        ),
        _graph(
            "Uploads of other types, uploads that can't be looked into, forged job events",
            [
                _series(asset_metric(pipeline_name, "UploadsRefused"), "Refused: of another type"),
                _series(asset_metric(pipeline_name, "SourcesRefused"), "Waiting: AWS refuses a look"),
                _series(asset_metric(pipeline_name, "SourcesUnknown"), "Submitted without a look"),
                _series(asset_metric(pipeline_name, "JobEventsUnconfirmed"), "Job events not confirmed"),
            ],
        ),
    ]


def _timing_widgets(pipeline_name: str) -> list[Widget]:
    return [
        _graph(
            "Processing time (upload to terminal status, seconds)",
            [
                _series(asset_metric(pipeline_name, "ProcessingSeconds", statistic=percentile), percentile)
                for percentile in ("p50", "p95", "p99")
            ],
        ),
        _graph(
            "Output minutes",
            [_series(asset_metric(pipeline_name, "OutputMinutes"), "Output minutes")],
        ),
    ]


def _queue_widgets(queues: Sequence[MonitoredQueue]) -> list[Widget]:
    depth, age = "ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"
    return [
        _graph(
            "Queue depth (messages)",
            [_series(queue_metric(queue.name, depth, period_seconds=60), queue.label) for queue in queues],
        ),
        _graph(
            "Oldest message (seconds)",
            [_series(queue_metric(queue.name, age, period_seconds=60), queue.label) for queue in queues],
        ),
        _graph(
            "Dead-letter queues (messages)",
            [
                _series(queue_metric(queue.dlq_name, depth, period_seconds=60), f"{queue.label} DLQ")
                for queue in queues
            ],
        ),
    ]


def _function_widgets(functions: Sequence[MonitoredFunction]) -> list[Widget]:
    def graph(title: str, metric_name: str, statistic: str) -> Widget:
        return _graph(
            title,
            [
                _series(function_metric(function.name, metric_name, statistic=statistic), function.label)
                for function in functions
            ],
        )

    return [
        graph("Function errors", "Errors", "Sum"),
        graph("Function throttles", "Throttles", "Sum"),
        graph("Function duration (p95, milliseconds)", "Duration", "p95"),
        graph("Function concurrency", "ConcurrentExecutions", "Maximum"),
    ]


def _rule_failures(rules: Sequence[MonitoredRule]) -> Widget:
    return _graph(
        "Events that rules could not deliver",
        [_series(rule_metric(rule.name, "FailedInvocations"), rule.label) for rule in rules],
    )


def _finished_runs(pipeline_name: str, schedule: MonitoredSchedule) -> Widget:
    metric = asset_metric(
        pipeline_name, schedule.finished_metric, period_seconds=60 * schedule.interval_minutes
    )
    return _graph("Finished runs", [_series(metric, schedule.label)])


def _api_widgets(api: MonitoredApi) -> list[Widget]:
    return [
        _graph(
            f"Requests to the {api.label}",
            [_series(api_metric(api, name), name) for name in ("Count", "4xx", "5xx")],
        ),
        _graph(
            f"Latency of the {api.label} (p99, milliseconds)",
            [
                _series(api_metric(api, name, statistic="p99"), label)
                for name, label in (("Latency", "in all"), ("IntegrationLatency", "in its function"))
            ],
        ),
    ]


def _webhook_widgets(pipeline_name: str, stream: MonitoredStream) -> list[Widget]:
    counted = (
        "WebhooksAnnounced",
        "WebhooksDelivered",
        "WebhooksFailed",
        "WebhooksPostponed",
        "WebhooksDropped",
    )
    return [
        _graph(
            "Webhooks",
            [_series(asset_metric(pipeline_name, name), name.removeprefix("Webhooks")) for name in counted],
        ),
        _graph(
            "From an asset's end to its webhook (seconds)",
            [
                _series(asset_metric(pipeline_name, "WebhookSeconds", statistic=percentile), percentile)
                for percentile in ("p50", "p99")
            ],
        ),
        _graph("Age of changes read (milliseconds)", [_series(iterator_age(stream), stream.label)]),
    ]


def _mediaconvert_jobs(queue_arn: str) -> Widget:
    # Source: https://docs.aws.amazon.com/mediaconvert/latest/ug/what-is-cloudwatch.html
    labels = {"JobsCompletedCount": "Completed", "JobsErroredCount": "Errored", "JobsCanceled": "Canceled"}
    return _graph(
        "MediaConvert jobs",
        [
            _series(
                Metric(
                    namespace="AWS/MediaConvert",
                    name=name,
                    dimensions={"Queue": queue_arn},
                    statistic="Sum",
                    period_seconds=300,
                ),
                label,
            )
            for name, label in labels.items()
        ],
    )


def _graph(title: str, series: list[Series], *, stacked: bool = False) -> Widget:
    return {
        "type": "metric",
        "properties": {
            "title": title,
            "view": "timeSeries",
            "stacked": stacked,
            "metrics": series,
            "yAxis": {"left": {"min": 0}},
        },
    }


def _series(metric: Metric, label: str) -> Series:
    dimensions = [part for pair in metric.dimensions.items() for part in pair]
    options = {"label": label, "stat": metric.statistic, "period": metric.period_seconds}
    return [metric.namespace, metric.name, *dimensions, options]
