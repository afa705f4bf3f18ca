"""What the local AWS's CloudWatch knows: metrics out of logs, of queues, by search, and each alarm's own."""

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from media_pipeline.adapters.monitoring.cloudwatch import CloudWatch
from media_pipeline.domain.monitoring.charts import Chart, Series
from sandbox.local_aws.fixes.metrics import embedded_metrics
from sandbox.local_aws.fixes.metrics.queue_metrics import measured
from tests.support.local_clients import Client


def line(**fields: object) -> str:
    """Return a line as Powertools writes it."""
    directive = {
        "Namespace": "MediaPipeline",
        "Dimensions": [["service"]],
        "Metrics": [{"Name": "AssetsFailed", "Unit": "Count"}],
    }
    return json.dumps(
        {"_aws": {"CloudWatchMetrics": [directive]}, "service": "p", "AssetsFailed": [1, 2], **fields}
    )


def test_metrics_are_read_out_of_a_line() -> None:
    """Each value is one of its metric, with the dimensions that the line names."""
    found = [(each.name, each.value, each.unit, each.dimensions) for each in embedded_metrics.data(line())]
    assert found == [("AssetsFailed", value, "Count", {"service": "p"}) for value in (1.0, 2.0)]


@pytest.mark.parametrize("text", ["", "a line", '{"level": "INFO"}', line()[:-9], line(AssetsFailed="many")])
def test_other_lines_have_no_metrics(text: str) -> None:
    """What is no embedded metric, or has faults, is passed over."""
    assert list(embedded_metrics.data(text)) == []


def test_a_queue_is_measured() -> None:
    """Messages that wait, that are being handled, and how old the oldest is; an empty queue's is new."""
    message = {"sent_at": 40.0, "visible_at": 50.0, "receive_count": 0}
    taken = {"sent_at": 70.0, "visible_at": 130.0, "receive_count": 1}
    delayed = {"sent_at": 90.0, "visible_at": 200.0, "receive_count": 0}
    found = measured({"messages": [message, taken, delayed]}, 100.0)
    assert list(found.values()) == [1, 1, 60.0]
    assert list(measured({"messages": []}, 100.0).values()) == [0, 0, 0]


def test_a_search_finds_each_metric_with_one_dimension_more(client: Client) -> None:
    """The product's own request: a series for each reason of this pipeline, and of no other one."""
    cloudwatch, space = client("cloudwatch"), f"Space{uuid4().hex}"
    now = datetime.now(UTC)
    for service, reason, value in (("p", "A", 1), ("p", "A", 2), ("p", "B", 5), ("q", "C", 9)):
        dimensions = [{"Name": "service", "Value": service}, {"Name": "reason", "Value": reason}]
        datum = {"MetricName": "Failed", "Dimensions": dimensions, "Value": value, "Timestamp": now}
        cloudwatch.put_metric_data(Namespace=space, MetricData=[datum])
    chart = Chart(
        name="failures",
        unit="assets",
        period_seconds=3_600,
        series=[
            Series(
                label=label,
                namespace=space,
                metric="Failed",
                dimensions={"service": "p"},
                statistic="Sum",
                by=by,
            )
            for label, by in (("failures", "reason"), ("none", None))
        ],
    )
    points = CloudWatch(cloudwatch).points(
        [chart], since=now - timedelta(hours=2), until=now + timedelta(seconds=1)
    )
    found = [(series.label, [value for _, value in series.points]) for series in points["failures"]]
    assert found == [("A", [3]), ("B", [5]), ("none", [])]


def test_an_alarm_sees_its_own_metric_alone(client: Client) -> None:
    """Of two alarms over one metric's name, a value sets off the one whose dimensions it has."""
    cloudwatch, space = client("cloudwatch"), f"Space{uuid4().hex}"
    names = [f"{uuid4()}" for _ in range(2)]
    for name in names:
        cloudwatch.put_metric_alarm(
            AlarmName=name,
            Namespace=space,
            MetricName="Depth",
            Dimensions=[{"Name": "QueueName", "Value": name}],
            Statistic="Maximum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
        )
    dimensions = [{"Name": "QueueName", "Value": names[0]}]
    cloudwatch.put_metric_data(
        Namespace=space, MetricData=[{"MetricName": "Depth", "Dimensions": dimensions, "Value": 3}]
    )
    states = {alarm.name: alarm for alarm in CloudWatch(cloudwatch).alarms([*names, "missing"])}
    assert {name: states[name].state for name in states} == dict(
        zip(names, ("ALARM", "INSUFFICIENT_DATA"), strict=True)
    )
    assert "Threshold Crossed" in states[names[0]].reason
    assert states[names[0]].since.tzinfo is not None
