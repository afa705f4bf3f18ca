"""Take the metrics out of functions' logs, as CloudWatch Logs does with the embedded metric format.

MiniStack keeps such lines as text, so that no metric of the functions ever arrives. Source: CloudWatch User
Guide, "Specification: Embedded metric format",
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ministack.services import cloudwatch, lambda_svc

_MARK = '"CloudWatchMetrics"'
_log = logging.getLogger("sandbox.local_aws")


class Datum(NamedTuple):
    """Hold one value of a metric."""

    namespace: str
    name: str
    value: float
    unit: str
    dimensions: dict[str, str]


def apply() -> None:
    """Read each function's log once it is written."""
    emit = lambda_svc._emit_lambda_logs

    def emit_and_read(func: Any, request_id: str, log_text: str, *rest: Any, **more: Any) -> None:
        emit(func, request_id, log_text, *rest, **more)
        for line in (log_text or "").splitlines():
            for datum in data(line):
                cloudwatch.record_metric(
                    datum.namespace, datum.name, datum.value, unit=datum.unit, dimensions=datum.dimensions
                )

    lambda_svc._emit_lambda_logs = emit_and_read


def data(line: str) -> Iterator[Datum]:
    """Yield the values that a line of a log has; a line of another format, or with faults, has none."""
    if _MARK not in line:
        return
    try:
        document = json.loads(line[line.index("{") :])
        for directive in document["_aws"]["CloudWatchMetrics"]:
            yield from _directed(document, directive)
    except (ValueError, KeyError, TypeError) as error:
        # What CloudWatch can't read it leaves in the log.
        _log.warning("A line of a function's log is no embedded metric (%r): %s", error, line[:200])


def _directed(document: Mapping[str, Any], directive: Mapping[str, Any]) -> Iterator[Datum]:
    for names in directive.get("Dimensions") or [[]]:
        dimensions = {name: str(document[name]) for name in names}
        for metric in directive["Metrics"]:
            values = document[metric["Name"]]
            for value in values if isinstance(values, list) else [values]:
                yield Datum(
                    *(directive["Namespace"], metric["Name"], float(value)),
                    *(metric.get("Unit", "None"), dimensions),
                )
