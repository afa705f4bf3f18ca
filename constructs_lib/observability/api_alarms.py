"""Alarms on an HTTP API, as plain data."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from constructs_lib.observability.alarms import Alarm, AlarmThresholds, slug
from constructs_lib.observability.metrics import Metric


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoredApi:
    """Name an HTTP API by its id and stage, with a label as in `MonitoredQueue`."""

    label: str
    api_id: str
    stage: str


def api_alarms(apis: Sequence[MonitoredApi], thresholds: AlarmThresholds) -> Iterator[Alarm]:
    """Yield the alarms on each API; that its function is throttled or fails is an alarm of the function."""
    for api in apis:
        name = slug(api.label)
        yield Alarm(
            component=f"alarm-{name}-server-errors",
            description=(
                f"The {api.label} answers with server errors: AWS is busy, or the deployment is at fault. "
                "Look into the access log for the status, then into the function's log of the same request."
            ),
            signal=api_metric(api, "5xx"),
            threshold=thresholds.api_errors_per_5_minutes,
            periods=1,
            # Without requests there is no data.
            silence="notBreaching",
        )
        yield Alarm(
            component=f"alarm-{name}-latency",
            description=(
                f"The slowest requests to the {api.label} take too long. Compare its latency with its "
                "integration's on the dashboard: the function, or a service that it asks, is slow."
            ),
            signal=api_metric(api, "Latency", statistic="p99"),
            threshold=thresholds.api_latency_milliseconds,
            periods=3,
            silence="notBreaching",
        )


def api_metric(api: MonitoredApi, name: str, *, statistic: str = "Sum") -> Metric:
    """Return an API's metric over five minutes.

    Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
    """
    return Metric(
        namespace="AWS/ApiGateway",
        name=name,
        dimensions={"ApiId": api.api_id, "Stage": api.stage},
        statistic=statistic,
        period_seconds=300,
    )
