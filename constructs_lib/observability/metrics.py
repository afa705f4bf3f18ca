"""Identify metrics of CloudWatch, and compute with them, as plain data that needs neither CDKTF nor AWS."""

from collections.abc import Mapping
from dataclasses import dataclass

METRICS_NAMESPACE = "MediaPipeline"
"""The namespace to which the functions publish their metrics."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """Identify one CloudWatch metric, the statistic wanted of it and the period it is taken over."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    statistic: str
    period_seconds: int

    @property
    def is_percentile(self) -> bool:
        """Tell whether the statistic is one of those that alarms call extended: p99, for instance.

        Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
        """
        return self.statistic.startswith("p")


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricMath:
    """Compute a value from metrics: `steps` are expressions by id, the last of which is the result."""

    metrics: Mapping[str, Metric]
    steps: Mapping[str, str]
    label: str


def queue_metric(queue_name: str, metric_name: str, *, period_seconds: int) -> Metric:
    """Return a queue's metric; depth and age are gauges, so their maximum is what matters."""
    return Metric(
        namespace="AWS/SQS",
        name=metric_name,
        dimensions={"QueueName": queue_name},
        statistic="Maximum",
        period_seconds=period_seconds,
    )


def function_metric(function_name: str, metric_name: str, *, statistic: str = "Sum") -> Metric:
    """Return a function's metric over five minutes."""
    return Metric(
        namespace="AWS/Lambda",
        name=metric_name,
        dimensions={"FunctionName": function_name},
        statistic=statistic,
        period_seconds=300,
    )


def asset_metric(
    pipeline_name: str, metric_name: str, *, statistic: str = "Sum", period_seconds: int = 300
) -> Metric:
    """Return a metric that the functions publish about the pipeline's assets."""
    return Metric(
        namespace=METRICS_NAMESPACE,
        name=metric_name,
        dimensions={"service": pipeline_name},
        statistic=statistic,
        period_seconds=period_seconds,
    )
