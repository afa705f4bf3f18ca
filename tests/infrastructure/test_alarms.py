"""Alarms watch what exists, and notify the topic that they are for."""

import re
from collections.abc import Mapping
from typing import Any

from constructs_lib.delivery.http_api import STAGE
from constructs_lib.observability.alarms import Alarm, MonitoredFunction, MonitoredQueue, pipeline_alarms
from constructs_lib.observability.api_alarms import MonitoredApi, api_alarms
from constructs_lib.observability.delivery_alarms import MonitoredRule, MonitoredSchedule, delivery_alarms
from constructs_lib.observability.metrics import Metric
from constructs_lib.observability.source_alarms import source_alarms
from constructs_lib.observability.webhook_alarms import MonitoredStream, webhook_alarms
from stacks.monitoring import CAPTIONS_GIVEN_UP, CAPTIONS_TOO_MANY, WEBHOOKS_GIVEN_UP, WEBHOOKS_TOO_MANY
from tests.infrastructure.pipelines import SETTINGS
from tests.infrastructure.places import WEBHOOK_FUNCTIONS
from tests.infrastructure.policies import Request, allows
from tests.infrastructure.stack import Resource, Stack
from tests.infrastructure.watched import is_watched


def _metrics(alarm: Resource) -> list[dict[str, Any]]:
    """Return an alarm's metrics, whether it has one or computes with several."""
    if "metric_query" in alarm.attributes:
        return [query["metric"] for query in alarm["metric_query"] if "metric" in query]
    return [dict(alarm.attributes)]


def _topic(stack: Stack, component: str) -> Resource:
    (topic,) = (
        t for t in stack.of("aws_sns_topic") if t["name"] == f"media-pipeline-{component}-{stack.name}"
    )
    return topic


def test_alarms_notify_the_topic(pipeline: Stack) -> None:
    """Every alarm tells the topic for alarms, and no other, when it goes off and when it is over."""
    topic = _topic(pipeline, "alarms")
    alarms = [*pipeline.of("aws_cloudwatch_metric_alarm"), *pipeline.of("aws_cloudwatch_composite_alarm")]
    assert len(alarms) >= 15
    for alarm in alarms:
        assert alarm["alarm_actions"] == [pipeline.arn(topic)], alarm.address
        assert alarm["ok_actions"] == [pipeline.arn(topic)], alarm.address
        assert alarm.get("actions_enabled", True) is True
        assert not alarm.get("insufficient_data_actions")


def test_alarms_and_assets_have_topics_of_their_own(pipeline: Stack) -> None:
    """Alarms and assets have topics of their own: no publisher has both."""
    alarms, assets = _topic(pipeline, "alarms"), _topic(pipeline, "notifications")
    assert len(pipeline.of("aws_sns_topic")) == 2
    policies = {policy["arn"]: policy["policy"] for policy in pipeline.of("aws_sns_topic_policy")}
    for topic, admits in ((alarms, True), (assets, False)):
        request = Request(
            action="sns:Publish",
            resource=pipeline.arn(topic),
            principal="cloudwatch.amazonaws.com",
            context={
                "aws:SourceArn": pipeline.arn(pipeline.of("aws_cloudwatch_metric_alarm")[0]),
                "aws:SecureTransport": "true",
            },
        )
        assert allows(policies[pipeline.arn(topic)], request) is admits
    for function in pipeline.of("aws_lambda_function"):
        assert not pipeline.role_may(function["role"], "sns:Publish", pipeline.arn(alarms))
        variables = function.block("environment")["variables"]
        assert pipeline.arn(alarms) not in variables.values()
        assert variables["NOTIFICATIONS_TOPIC_ARN"] == pipeline.arn(assets)
        # Those of webhooks tell endpoints alone.
        tells = not any(name in function["function_name"] for name in WEBHOOK_FUNCTIONS)
        assert pipeline.role_may(function["role"], "sns:Publish", pipeline.arn(assets)) is tells


def test_the_topic_for_assets_keeps_its_subscribers(pipeline: Stack) -> None:
    """The topic of earlier releases keeps address and name: replaced, it would lose every subscription."""
    topic = _topic(pipeline, "notifications")
    assert topic.address == "aws_sns_topic.Notifications_Topic_70DDC119"


def test_alarms_watch_what_exists(pipeline: Stack) -> None:
    """The dimensions of every alarm name a resource of the stack; a typo would watch nothing for ever."""
    for alarm in pipeline.of("aws_cloudwatch_metric_alarm"):
        for metric in _metrics(alarm):
            assert is_watched(pipeline, metric["namespace"], metric["dimensions"]), alarm.address


def test_everything_isis_watched(pipeline: Stack) -> None:
    """No queue, dead-letter queue, function or rule is without an alarm."""
    watched = {
        value
        for alarm in pipeline.of("aws_cloudwatch_metric_alarm")
        for metric in _metrics(alarm)
        for value in metric["dimensions"].values()
    }
    assert {q["name"] for q in pipeline.of("aws_sqs_queue")} <= watched
    assert {f["function_name"] for f in pipeline.of("aws_lambda_function")} <= watched
    assert {r["name"] for r in pipeline.of("aws_cloudwatch_event_rule")} <= watched


def test_alarms_are_valid(pipeline: Stack) -> None:
    """Periods, statistics and missing data are what CloudWatch accepts, within a day of evaluation.

    Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    """
    for alarm in pipeline.of("aws_cloudwatch_metric_alarm"):
        for metric in _metrics(alarm):
            period = metric["period"]
            assert period in (10, 30) or (period > 0 and period % 60 == 0)
            assert period * alarm["evaluation_periods"] <= 86_400
        assert alarm["treat_missing_data"] in {"notBreaching", "missing", "breaching", "ignore"}
        assert alarm["datapoints_to_alarm"] <= alarm["evaluation_periods"]
        assert 1 <= len(alarm["alarm_description"]) <= 1_024


_DELIVERY_FUNCTIONS = (("api", "api"), ("fan_out", "fan-out"), ("webhook_sender", "webhook-sender"))


def _delivery_alarms(stack: Stack) -> tuple[Alarm, ...]:
    """Return the alarms on the API, on the stream and on endpoints."""
    (api,) = stack.of("aws_apigatewayv2_api")
    thresholds = SETTINGS[stack.name].alarm_thresholds
    monitored = MonitoredApi(label="API", api_id=str(stack.resolve(f"${{{api.address}.id}}")), stage=STAGE)
    stream = MonitoredStream(label="fan_out", function_name=f"media-pipeline-fan-out-{stack.name}")
    name = f"media-pipeline-{stack.name}"
    return (
        *api_alarms([monitored], thresholds),
        *webhook_alarms([stream], pipeline_name=name, thresholds=thresholds),
    )


def test_alarms_are_what_was_specified(pipeline: Stack) -> None:
    """Each alarm in Terraform says what the specification, which has tests of its own, says of it."""
    no_advice: dict[str, str] = {}
    delivers = SETTINGS[pipeline.name].delivers
    of_webhooks = {"given_up": WEBHOOKS_GIVEN_UP, "too_long": WEBHOOKS_TOO_MANY}
    specified = pipeline_alarms(
        pipeline_name=f"media-pipeline-{pipeline.name}",
        queues=[
            MonitoredQueue(
                label=label,
                name=f"media-pipeline-{slug}-{pipeline.name}",
                dlq_name=f"media-pipeline-{slug}-dlq-{pipeline.name}",
                **advice,
            )
            for label, slug, advice in (
                ("processing", "processing", no_advice),
                ("captions", "captions", {"given_up": CAPTIONS_GIVEN_UP, "too_long": CAPTIONS_TOO_MANY}),
                ("job events", "job-events", no_advice),
                *((("webhooks", "webhooks", of_webhooks),) if delivers else ()),
            )
        ],
        functions=[
            MonitoredFunction(label=label, name=f"media-pipeline-{slug}-{pipeline.name}")
            for label, slug in (
                ("ingest_orchestrator", "ingest-orchestrator"),
                ("job_status_processor", "job-status-processor"),
                ("reconciler", "reconciler"),
                *(_DELIVERY_FUNCTIONS if delivers else ()),
            )
        ],
        thresholds=SETTINGS[pipeline.name].alarm_thresholds,
    ) + delivery_alarms(
        pipeline_name=f"media-pipeline-{pipeline.name}",
        rules=[
            MonitoredRule(label=label, name=f"media-pipeline-{slug}-{pipeline.name}", dlq_label=dlq_label)
            for label, slug, dlq_label in (
                ("uploads created", "uploads-created", "processing DLQ"),
                ("captions uploaded", "captions-uploaded", "captions DLQ"),
                ("job state changed", "job-state-changed", "job events DLQ"),
                ("reconciler schedule", "reconciler-schedule", "queue of undelivered runs"),
            )
        ],
        schedule=MonitoredSchedule(
            label="reconciler",
            interval_minutes=SETTINGS[pipeline.name].reconciler_interval_minutes,
            finished_metric="ReconcilerRunsFinished",
            undelivered_name=f"media-pipeline-reconciler-schedule-dlq-{pipeline.name}",
        ),
    )
    specified += source_alarms(
        pipeline_name=f"media-pipeline-{pipeline.name}",
        thresholds=SETTINGS[pipeline.name].alarm_thresholds,
    )
    specified += _delivery_alarms(pipeline) if delivers else ()
    alarms = {alarm["alarm_name"]: alarm for alarm in pipeline.of("aws_cloudwatch_metric_alarm")}
    assert len(alarms) == len(specified)
    for spec in specified:
        alarm = alarms[f"media-pipeline-{spec.component}-{pipeline.name}"]
        assert alarm["alarm_description"] == spec.description
        assert alarm["comparison_operator"] == spec.comparison
        assert (alarm["threshold"], alarm["treat_missing_data"]) == (spec.threshold, spec.silence)
        assert alarm["evaluation_periods"] == alarm["datapoints_to_alarm"] == spec.periods
        if isinstance(spec.signal, Metric):
            assert _as_metric(alarm.attributes, "statistic") == spec.signal
        else:
            queries = {q["id"]: q for q in alarm["metric_query"]}
            metrics = {id_: _as_metric(q["metric"], "stat") for id_, q in queries.items() if "metric" in q}
            assert metrics == spec.signal.metrics
            steps = {id_: q["expression"] for id_, q in queries.items() if "expression" in q}
            assert steps == spec.signal.steps
            (result,) = (q for q in queries.values() if q.get("return_data"))
            assert (result["id"], result["label"]) == (list(steps)[-1], spec.signal.label)


def _as_metric(attributes: Mapping[str, Any], statistic: str) -> Metric:
    return Metric(
        namespace=attributes["namespace"],
        name=attributes["metric_name"],
        dimensions=attributes["dimensions"],
        statistic=attributes.get(statistic) or attributes["extended_statistic"],
        period_seconds=attributes["period"],
    )


def test_metric_math_is_consistent(pipeline: Stack) -> None:
    """Each rate uses only ids that it defines, returns one series, and fills gaps with zero."""
    alarms = [a for a in pipeline.of("aws_cloudwatch_metric_alarm") if "metric_query" in a.attributes]
    assert alarms
    for alarm in alarms:
        _check_math({query["id"]: query for query in alarm["metric_query"]})


def _check_math(queries: Mapping[str, Any]) -> None:
    assert len(queries) <= 20
    assert len([q for q in queries.values() if q.get("return_data")]) == 1
    for query in queries.values():
        used = set(re.findall(r"\b[a-z]\w*", query.get("expression", "")))
        assert used <= set(queries), query
    expressions = " ".join(q.get("expression", "") for q in queries.values())
    for id_, query in queries.items():
        if "metric" in query:
            assert f"FILL({id_}, 0)" in expressions


def test_composite_covers_every_alarm(pipeline: Stack) -> None:
    """The pipeline is unhealthy where any alarm is on, and the alarms exist before the composite does."""
    (composite,) = pipeline.of("aws_cloudwatch_composite_alarm")
    alarms = pipeline.of("aws_cloudwatch_metric_alarm")
    assert composite["alarm_rule"].split(" OR ") == [f'ALARM("{name}")' for name in _order(composite, alarms)]
    assert set(re.findall(r'"(.+?)"', composite["alarm_rule"])) == {a["alarm_name"] for a in alarms}
    assert set(composite["depends_on"]) == {alarm.address for alarm in alarms}
    # Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
    assert len(alarms) <= 100
    assert len(composite["alarm_rule"]) <= 10_240


def _order(composite: Resource, alarms: list[Resource]) -> list[str]:
    names: dict[str, str] = {alarm.address: alarm["alarm_name"] for alarm in alarms}
    return [names[address] for address in composite["depends_on"]]


def test_functions_publish_where_alarms_look(pipeline: Stack) -> None:
    """Functions publish to the namespace, and under the service, that alarms and dashboard read."""
    for function in pipeline.of("aws_lambda_function"):
        variables = function.block("environment")["variables"]
        assert variables["POWERTOOLS_METRICS_NAMESPACE"] == "MediaPipeline"
        assert variables["POWERTOOLS_SERVICE_NAME"] == f"media-pipeline-{pipeline.name}"


def test_silence_of_the_schedule_is_an_alarm(pipeline: Stack) -> None:
    """Three intervals without a finished run set an alarm off, whatever keeps the runs from finishing."""
    (alarm,) = (
        a
        for a in pipeline.of("aws_cloudwatch_metric_alarm")
        if a.get("metric_name") == "ReconcilerRunsFinished"
    )
    (rule,) = (r for r in pipeline.of("aws_cloudwatch_event_rule") if r.get("schedule_expression"))
    minutes = int(re.sub(r"\D", "", rule["schedule_expression"]))
    assert alarm["period"] == 60 * minutes
    assert alarm["evaluation_periods"] == alarm["datapoints_to_alarm"] == 3
    assert (alarm["comparison_operator"], alarm["threshold"]) == ("LessThanThreshold", 1)
    assert (alarm["treat_missing_data"], alarm["statistic"]) == ("breaching", "Sum")
