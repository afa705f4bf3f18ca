"""Alarms of the local AWS come back as they were put."""

from xml.etree import ElementTree

import pytest
from botocore.exceptions import ClientError

from sandbox.local_aws.fixes import alarms
from tests.support.local_clients import Client


def form(**fields: str) -> dict[str, list[str]]:
    """Make a query protocol form."""
    return {name.replace("__", "."): [value] for name, value in fields.items()}


def test_a_metric_alarm_comes_back_as_it_was_put(client: Client) -> None:
    """Every field that Terraform compares survives, and none is invented."""
    put = {
        "AlarmName": "age",
        "AlarmDescription": "Old & <waiting>",
        "Namespace": "AWS/SQS",
        "MetricName": "ApproximateAgeOfOldestMessage",
        "Dimensions": [{"Name": "QueueName", "Value": "q"}],
        "ExtendedStatistic": "p99",
        "EvaluateLowSampleCountPercentile": "ignore",
        "Period": 300,
        "EvaluationPeriods": 3,
        "DatapointsToAlarm": 2,
        "Threshold": 1.5,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching",
        "ActionsEnabled": False,
        "AlarmActions": ["arn:aws:sns:us-east-1:000000000000:t"],
        "InsufficientDataActions": ["arn:aws:sns:us-east-1:000000000000:u"],
    }
    cloudwatch = client("cloudwatch")
    cloudwatch.put_metric_alarm(**put)
    found = cloudwatch.describe_alarms(AlarmNames=["age"])["MetricAlarms"][0]
    assert {name: found.get(name) for name in put} == put
    assert "Statistic" not in found


def test_an_alarm_becomes_a_document_and_xml_again() -> None:
    """The query protocol's form is read with types and lists, and written as its XML."""
    document = alarms.document(
        form(
            AlarmName="rate",
            Threshold="5",
            Metrics__member__2__Id="e",
            Metrics__member__1__Id="rate",
            Metrics__member__1__Expression="100 * e / MAX([i, 1])",
            Metrics__member__1__ReturnData="true",
            Metrics__member__2__MetricStat__Period="60",
        )
    )
    assert document == {
        "AlarmName": "rate",
        "Threshold": 5.0,
        "Metrics": [
            {"Id": "rate", "Expression": "100 * e / MAX([i, 1])", "ReturnData": True},
            {"Id": "e", "MetricStat": {"Period": 60}},
        ],
    }
    written = ElementTree.fromstring(f"<a>{alarms.xml(document)}</a>")
    assert [each.findtext("Id") for each in written.findall("Metrics/member")] == ["rate", "e"]
    assert written.findtext("Metrics/member/ReturnData") == "true"


def test_xml_leaves_out_what_is_not_set_and_writes_times() -> None:
    """An empty description is no description; a moment is written as the protocol wants it."""
    assert alarms.xml({"A": None, "B": "", "StateUpdatedTimestamp": 0.0}) == (
        "<StateUpdatedTimestamp>1970-01-01T00:00:00Z</StateUpdatedTimestamp>"
    )


def test_an_alarm_on_a_rate_comes_back_with_its_metrics(client: Client) -> None:
    """Metric math keeps its queries, and gets no statistic of its own."""
    cloudwatch = client("cloudwatch")
    stat = {"Metric": {"Namespace": "N", "MetricName": "Failed"}, "Period": 60, "Stat": "Sum"}
    metrics = [
        {"Id": "rate", "Expression": "100 * f", "Label": "rate", "ReturnData": True},
        {"Id": "f", "MetricStat": stat, "ReturnData": False},
    ]
    cloudwatch.put_metric_alarm(
        AlarmName="rate",
        Metrics=metrics,
        EvaluationPeriods=1,
        Threshold=5,
        ComparisonOperator="GreaterThanThreshold",
    )
    found = cloudwatch.describe_alarms(AlarmNames=["rate"])["MetricAlarms"][0]
    assert found["Metrics"] == metrics
    assert not {"Statistic", "Period", "MetricName", "Namespace"} & found.keys()


def test_a_composite_alarm_comes_back_as_it_was_put(client: Client) -> None:
    """Rule and actions survive."""
    cloudwatch = client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="child",
        Namespace="N",
        MetricName="M",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
    )
    put = {
        "AlarmName": "all",
        "AlarmRule": "ALARM(child)",
        "AlarmDescription": "unhealthy",
        "ActionsEnabled": True,
        "AlarmActions": ["arn:aws:sns:us-east-1:000000000000:t"],
    }
    cloudwatch.put_composite_alarm(**put)
    found = cloudwatch.describe_alarms(AlarmNames=["all"], AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
    assert {name: found[0].get(name) for name in put} == put


def test_a_refused_alarm_is_refused_in_the_callers_protocol(client: Client) -> None:
    """A composite alarm on a missing one is an error that boto3 can read."""
    with pytest.raises(ClientError, match="do not exist"):
        client("cloudwatch").put_composite_alarm(AlarmName="no", AlarmRule="ALARM(missing)")
