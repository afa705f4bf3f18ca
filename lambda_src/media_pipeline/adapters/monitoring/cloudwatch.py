"""CloudWatch: a day's points of many series in one request, and the states of alarms."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from media_pipeline.adapters.clients import aws_errors
from media_pipeline.domain.monitoring.charts import AlarmState, Chart, Points, Series

# Source: CloudWatch API, DescribeAlarms: AlarmNames has up to 100 entries, and 100 is the largest page
_ALARMS_AT_ONCE = 100


class CloudWatch:
    """Read series and alarms. Raises TransientError and its kin where CloudWatch can't answer."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def points(
        self, charts: Sequence[Chart], *, since: datetime, until: datetime
    ) -> Mapping[str, Sequence[Points]]:
        """Return each chart's series by the chart's name, those without any point as well.

        Source: CloudWatch API, GetMetricData: up to 500 metrics and 100,800 points in one request; a search
        finds up to 100 (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html).
        """
        asked = [(chart, series) for chart in charts for series in chart.series]
        queries = [_query(number, chart, series) for number, (chart, series) in enumerate(asked)]
        found: list[dict[str, list[tuple[datetime, float]]]] = [{} for _ in asked]
        for result in self._results(queries, since, until):
            own = found[int(result["Id"][1:])].setdefault(result["Label"], [])
            own += zip(result["Timestamps"], result["Values"], strict=True)
        charted: dict[str, list[Points]] = {chart.name: [] for chart in charts}
        for (chart, series), by_label in zip(asked, found, strict=True):
            if series.by is None:
                by_label = {series.label: [point for points in by_label.values() for point in points]}
            charted[chart.name] += [
                Points(label=label, points=tuple(sorted(points)))
                for label, points in sorted(by_label.items())
            ]
        return charted

    def alarms(self, names: Sequence[str]) -> list[AlarmState]:
        """Return what there is of the metric alarms of these names.

        They are named, since a role that may see those alone may not ask for all. Source:
        https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
        """
        found = []
        for start in range(0, len(names), _ALARMS_AT_ONCE):
            with aws_errors("reading the alarms"):
                answer = self._client.describe_alarms(
                    AlarmNames=list(names[start : start + _ALARMS_AT_ONCE]),
                    AlarmTypes=["MetricAlarm"],
                    MaxRecords=_ALARMS_AT_ONCE,
                )
            found += [_alarm(alarm) for alarm in answer["MetricAlarms"]]
        return found

    def _results(
        self, queries: Sequence[Mapping[str, Any]], since: datetime, until: datetime
    ) -> Iterator[Mapping[str, Any]]:
        with aws_errors("reading metrics"):
            pages = self._client.get_paginator("get_metric_data").paginate(
                MetricDataQueries=queries, StartTime=since, EndTime=until, ScanBy="TimestampAscending"
            )
            for page in pages:
                yield from page["MetricDataResults"]


def _query(number: int, chart: Chart, series: Series) -> dict[str, Any]:
    id_ = f"q{number}"
    if series.by is not None:
        # Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/graph-dynamic-labels.html
        label = f"${{PROP('Dim.{series.by}')}}"
        return {"Id": id_, "Expression": _search(chart, series), "Label": label}
    dimensions = [{"Name": name, "Value": value} for name, value in series.dimensions.items()]
    metric = {"Namespace": series.namespace, "MetricName": series.metric, "Dimensions": dimensions}
    stat = {"Metric": metric, "Period": chart.period_seconds, "Stat": series.statistic}
    return {"Id": id_, "Label": series.label, "MetricStat": stat}


def _search(chart: Chart, series: Series) -> str:
    """Return the expression that finds all metrics of a name with one dimension more."""
    schema = ",".join([series.namespace, *sorted([*series.dimensions, series.by or ""])])
    terms = [f'MetricName="{series.metric}"']
    terms += [f'{name}="{value}"' for name, value in series.dimensions.items()]
    return f"SEARCH('{{{schema}}} {' '.join(terms)}', '{series.statistic}', {chart.period_seconds})"


def _alarm(alarm: Mapping[str, Any]) -> AlarmState:
    return AlarmState(
        name=alarm["AlarmName"],
        state=alarm["StateValue"],
        since=alarm.get("StateTransitionedTimestamp") or alarm["StateUpdatedTimestamp"],
        description=alarm.get("AlarmDescription", ""),
        reason=alarm.get("StateReason", ""),
    )
