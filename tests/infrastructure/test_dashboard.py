"""The dashboard draws what exists, and shows every alarm."""

from tests.infrastructure.stack import Stack
from tests.infrastructure.watched import is_watched


def test_dashboard_is_valid(pipeline: Stack) -> None:
    """The dashboard stays within CloudWatch's limits and draws only what exists.

    Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
    """
    (dashboard,) = pipeline.of("aws_cloudwatch_dashboard")
    widgets = dashboard["dashboard_body"]["widgets"]
    assert len(widgets) <= 500
    graphs = [w["properties"] for w in widgets if w["type"] == "metric"]
    assert sum(len(graph["metrics"]) for graph in graphs) <= 2_500
    for graph in graphs:
        assert len(graph["metrics"]) <= 500
        for series in graph["metrics"]:
            if isinstance(series[0], dict):
                continue
            namespace, _, *dimensions, _ = series
            pairs = dict(zip(dimensions[::2], dimensions[1::2], strict=True))
            assert is_watched(pipeline, namespace, pairs), (graph["title"], series)


def test_dashboard_shows_every_alarm(pipeline: Stack) -> None:
    """The state of every alarm, the composite first, is on the dashboard."""
    (dashboard,) = pipeline.of("aws_cloudwatch_dashboard")
    (states,) = (w for w in dashboard["dashboard_body"]["widgets"] if w["type"] == "alarm")
    shown = states["properties"]["alarms"]
    composite = pipeline.arn(pipeline.of("aws_cloudwatch_composite_alarm")[0])
    alarms = {pipeline.arn(a) for a in pipeline.of("aws_cloudwatch_metric_alarm")}
    assert shown[0] == composite
    assert set(shown[1:]) == alarms
    assert len(shown) <= 100
