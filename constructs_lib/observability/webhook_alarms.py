"""Alarms on webhooks beside those of their queue and functions, as plain data."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from constructs_lib.observability.alarms import Alarm, AlarmThresholds, slug
from constructs_lib.observability.metrics import Metric, asset_metric, function_metric


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoredStream:
    """Name the function that reads a table's stream, with a label as in `MonitoredQueue`."""

    label: str
    function_name: str


def webhook_alarms(
    streams: Sequence[MonitoredStream], *, pipeline_name: str, thresholds: AlarmThresholds
) -> Iterator[Alarm]:
    """Yield the alarms on what announces webhooks, and on endpoints; of no stream, none."""
    for stream in streams:
        yield Alarm(
            component=f"alarm-{slug(stream.label)}-iterator-age",
            description=(
                f"Changes of the assets table wait long for {stream.label}: webhooks are late. Its log says "
                "which change fails and why; after an hour that change is given up and named in the DLQ of "
                "webhooks."
            ),
            signal=iterator_age(stream),
            threshold=1_000 * thresholds.change_age_seconds,
            periods=3,
            # Without changes there is no data.
            silence="notBreaching",
        )
        yield Alarm(
            component="alarm-webhook-endpoint-disabled",
            description=(
                "A webhook endpoint answered 410 Gone and was disabled: it is told nothing more. `python -m "
                "tools.ops webhooks list` names it. Ask its owner, then remove it, or enable it and announce "
                "what it missed."
            ),
            signal=asset_metric(pipeline_name, "WebhookEndpointsDisabled"),
            threshold=1,
            periods=1,
            # A function counts only when there is something to count.
            silence="notBreaching",
        )


def iterator_age(stream: MonitoredStream) -> Metric:
    """Return how old the last change of a batch was when it was read, in milliseconds.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
    """
    return function_metric(stream.function_name, "IteratorAge", statistic="Maximum")
