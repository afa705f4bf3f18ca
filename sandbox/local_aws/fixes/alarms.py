"""Let metric and composite alarms come back from DescribeAlarms as they were put.

Terraform's provider speaks CloudWatch's query protocol (form in, XML out). There MiniStack stores only some
of an alarm's fields and describes fewer, so that every plan would show changes. Its JSON protocol stores
nearly everything: a query request is turned into the JSON document and the JSON answer back into XML.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

from ministack.services import cloudwatch

Answer = tuple[int, dict[str, str], bytes]
Operation = Callable[..., Answer]

_BOOLEANS = frozenset({"ActionsEnabled", "ReturnData"})
_INTEGERS = frozenset(
    {
        "Period",
        "EvaluationPeriods",
        "DatapointsToAlarm",
        "ActionsSuppressorWaitPeriod",
        "ActionsSuppressorExtensionPeriod",
    }
)
# MiniStack fills these with defaults of its own, or forgets them; AWS describes what was put.
_AS_PUT = ("Metrics", "ThresholdMetricId", "EvaluateLowSampleCountPercentile", "Statistic",
           "ExtendedStatistic", "Period", "Unit", "MetricName", "Namespace", "Dimensions")  # fmt: skip
_AS_PUT_COMPOSITE = ("ActionsSuppressor", "ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod")


def apply() -> None:
    """Replace the three operations in MiniStack's CloudWatch."""
    cloudwatch._put_metric_alarm = _storing(cloudwatch._put_metric_alarm, "_alarms", _AS_PUT)
    cloudwatch._put_composite_alarm = _storing(
        cloudwatch._put_composite_alarm, "_composite_alarms", _AS_PUT_COMPOSITE
    )
    cloudwatch._describe_alarms = _describing(cloudwatch._describe_alarms)


def document(form: Mapping[str, Any]) -> dict[str, Any]:
    """Turn a query protocol form into the document that the JSON protocol would carry.

    ``{"Dimensions.member.1.Name": ["a"]}`` becomes ``{"Dimensions": [{"Name": "a"}]}``.
    """
    root: dict[str, Any] = {}
    for path, values in form.items():
        *parents, leaf = path.split(".")
        node = root
        for parent in parents:
            node = node.setdefault(parent, {})
        node[leaf] = values[0] if isinstance(values, list) else values
    return {name: _typed(name, value) for name, value in root.items()}


def xml(value: Any) -> str:
    """Write a JSON protocol answer in the query protocol's XML; absent and empty texts are left out."""
    if isinstance(value, dict):
        return "".join(
            f"<{name}>{xml(_timestamp(name, item))}</{name}>"
            for name, item in value.items()
            if item is not None and item != ""
        )
    if isinstance(value, list):
        return "".join(f"<member>{xml(item)}</member>" for item in value)
    if isinstance(value, bool):
        return str(value).lower()
    return escape(str(value))


def _typed(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == {"member"}:
            members = value["member"]
            return [_typed("", members[index]) for index in sorted(members, key=int)]
        return {key: _typed(key, item) for key, item in value.items()}
    if name in _BOOLEANS:
        return value == "true"
    if name in _INTEGERS:
        return int(value)
    return float(value) if name == "Threshold" else value


def _timestamp(name: str, value: Any) -> Any:
    if name.endswith("Timestamp") and isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value


def _storing(operation: Operation, store: str, as_put: tuple[str, ...]) -> Operation:
    def put(form: Mapping[str, Any], data: dict[str, Any], is_cbor: bool, is_json: bool = False) -> Answer:
        is_query = not (is_cbor or is_json)
        request = document(form) if is_query else data
        answer = operation(form, request, is_cbor, True if is_query else is_json)
        if answer[0] != 200:
            # Refused: say it in the caller's protocol.
            return operation(form, data, is_cbor, is_json)
        alarm = getattr(cloudwatch, store)[request["AlarmName"]]
        for field in as_put:
            alarm[field] = request.get(field)
        if not is_query:
            return answer
        action = request["Action"]
        empty: Answer = cloudwatch._xml(200, f"{action}Response", f"<{action}Result/>")
        return empty

    return put


def _describing(operation: Operation) -> Operation:
    def describe(
        form: Mapping[str, Any], data: dict[str, Any], is_cbor: bool, is_json: bool = False
    ) -> Answer:
        if is_cbor or is_json:
            return operation(form, data, is_cbor, is_json)
        status, _, body = operation(form, document(form), False, True)
        if status != 200:
            return operation(form, data, False, False)
        answer: Answer = cloudwatch._xml(
            200,
            "DescribeAlarmsResponse",
            f"<DescribeAlarmsResult>{xml(json.loads(body))}</DescribeAlarmsResult>",
        )
        return answer

    return describe
