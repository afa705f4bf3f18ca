"""Watch a media pipeline: its alarms, the composite alarm over them and its dashboard."""

import json
from collections.abc import Callable, Sequence

from constructs_lib.bindings import (
    CloudwatchCompositeAlarm,
    CloudwatchDashboard,
    CloudwatchMetricAlarm,
    CloudwatchMetricAlarmMetricQuery,
    CloudwatchMetricAlarmMetricQueryMetric,
    Construct,
)
from constructs_lib.observability.alarms import (
    Alarm,
    AlarmThresholds,
    MonitoredFunction,
    MonitoredQueue,
    pipeline_alarms,
)
from constructs_lib.observability.api_alarms import MonitoredApi, api_alarms
from constructs_lib.observability.dashboard import dashboard_body
from constructs_lib.observability.delivery_alarms import MonitoredRule, MonitoredSchedule, delivery_alarms
from constructs_lib.observability.metrics import Metric, MetricMath
from constructs_lib.observability.source_alarms import source_alarms
from constructs_lib.observability.webhook_alarms import MonitoredStream, webhook_alarms

__all__ = [
    "AlarmThresholds",
    "MonitoredApi",
    "MonitoredFunction",
    "MonitoredQueue",
    "MonitoredRule",
    "MonitoredSchedule",
    "MonitoredStream",
    "PipelineMonitoring",
]


class PipelineMonitoring(Construct):
    """Raise alarms to one topic and draw one dashboard for a pipeline.

    `name` turns a component (`alarm-stuck-assets`) into a physical name. `pipeline_name` is the value of the
    `service` dimension under which the functions publish.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: Callable[[str], str],
        pipeline_name: str,
        region: str,
        topic_arn: str,
        queues: Sequence[MonitoredQueue],
        functions: Sequence[MonitoredFunction],
        rules: Sequence[MonitoredRule],
        schedule: MonitoredSchedule,
        mediaconvert_queue_arn: str,
        thresholds: AlarmThresholds,
        apis: Sequence[MonitoredApi] = (),
        streams: Sequence[MonitoredStream] = (),
    ) -> None:
        super().__init__(scope, id_)
        self._name = name
        self._topic_arn = topic_arn
        self._region = region
        alarms = (
            *pipeline_alarms(
                pipeline_name=pipeline_name, queues=queues, functions=functions, thresholds=thresholds
            ),
            *delivery_alarms(pipeline_name=pipeline_name, rules=rules, schedule=schedule),
            *source_alarms(pipeline_name=pipeline_name, thresholds=thresholds),
            *api_alarms(apis, thresholds),
            *webhook_alarms(streams, pipeline_name=pipeline_name, thresholds=thresholds),
        )
        resources = [self._metric_alarm(alarm) for alarm in alarms]
        unhealthy = CloudwatchCompositeAlarm(
            self,
            "PipelineUnhealthy",
            alarm_name=name("alarm-pipeline-unhealthy"),
            alarm_description=(
                "At least one alarm of the pipeline is on: uploads may be late or lost until it is off. "
                "Open the dashboard; its first row shows which alarms they are."
            ),
            alarm_rule=" OR ".join(f'ALARM("{name(alarm.component)}")' for alarm in alarms),
            alarm_actions=[topic_arn],
            ok_actions=[topic_arn],
            # The rule gives names, which Terraform can't tell from other text.
            depends_on=resources,
        )
        self.dashboard_name = name("dashboard")
        CloudwatchDashboard(
            self,
            "Dashboard",
            dashboard_name=self.dashboard_name,
            dashboard_body=json.dumps(
                dashboard_body(
                    pipeline_name=pipeline_name,
                    region=region,
                    queues=queues,
                    functions=functions,
                    rules=rules,
                    schedule=schedule,
                    mediaconvert_queue_arn=mediaconvert_queue_arn,
                    apis=apis,
                    streams=streams,
                    alarm_arns=[unhealthy.arn, *(resource.arn for resource in resources)],
                )
            ),
        )

    @property
    def dashboard_url(self) -> str:
        """Return the dashboard's address in the AWS console."""
        return (
            f"https://{self._region}.console.aws.amazon.com/cloudwatch/home"
            f"?region={self._region}#dashboards/dashboard/{self.dashboard_name}"
        )

    def _metric_alarm(self, alarm: Alarm) -> CloudwatchMetricAlarm:
        signal = alarm.signal
        metric = signal if isinstance(signal, Metric) else None
        return CloudwatchMetricAlarm(
            self,
            _construct_id(alarm.component),
            alarm_name=self._name(alarm.component),
            alarm_description=alarm.description,
            comparison_operator=alarm.comparison,
            threshold=alarm.threshold,
            evaluation_periods=alarm.periods,
            datapoints_to_alarm=alarm.periods,
            treat_missing_data=alarm.silence,
            alarm_actions=[self._topic_arn],
            ok_actions=[self._topic_arn],
            namespace=metric.namespace if metric else None,
            metric_name=metric.name if metric else None,
            dimensions=metric.dimensions if metric else None,
            statistic=metric.statistic if metric and not metric.is_percentile else None,
            extended_statistic=metric.statistic if metric and metric.is_percentile else None,
            period=metric.period_seconds if metric else None,
            metric_query=_metric_queries(signal) if isinstance(signal, MetricMath) else None,
        )


def _metric_queries(math: MetricMath) -> list[CloudwatchMetricAlarmMetricQuery]:
    inputs = [
        CloudwatchMetricAlarmMetricQuery(
            id=id_,
            metric=CloudwatchMetricAlarmMetricQueryMetric(
                namespace=metric.namespace,
                metric_name=metric.name,
                dimensions=metric.dimensions,
                stat=metric.statistic,
                period=metric.period_seconds,
            ),
        )
        for id_, metric in math.metrics.items()
    ]
    result = list(math.steps)[-1]
    steps = [
        CloudwatchMetricAlarmMetricQuery(
            id=id_,
            expression=expression,
            label=math.label if id_ == result else None,
            return_data=True if id_ == result else None,
        )
        for id_, expression in math.steps.items()
    ]
    return [*inputs, *steps]


def _construct_id(component: str) -> str:
    words = component.removeprefix("alarm-").split("-")
    return "".join(word.capitalize() for word in words)
