"""Let an alarm look at the metric of its own dimensions alone.

MiniStack evaluates it over all metrics of the same name: messages in any queue would set off the alarms of
all of them. Source: CloudWatch User Guide, "Dimensions": each unique combination is a metric of its own,
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import FunctionType
from typing import Any

from ministack.services import cloudwatch


def apply() -> None:
    """Evaluate each alarm with nothing but its metric in view."""
    evaluate = cloudwatch._evaluate_alarm

    def evaluate_own(alarm: Mapping[str, Any]) -> None:
        own = _Own(cloudwatch._metrics, alarm)
        # Others publish meanwhile, in other threads: the module itself keeps its store.
        view = {**vars(cloudwatch), "_metrics": own}
        FunctionType(evaluate.__code__, view)(alarm)

    cloudwatch._evaluate_alarm = evaluate_own


class _Own:
    """Be the store of metrics with one metric in it."""

    def __init__(self, metrics: Any, alarm: Mapping[str, Any]) -> None:
        dimensions = cloudwatch._dims_from_list(alarm.get("Dimensions") or [])
        self._key = alarm.get("Namespace"), alarm.get("MetricName"), cloudwatch._dims_key(dimensions)
        self._metrics = metrics

    def items(self) -> Iterator[tuple[Any, Any]]:
        points = self._metrics.get(self._key)
        return iter([(self._key, points)] if points else [])
