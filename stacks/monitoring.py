"""What of the pipeline is watched: its queues, functions, rules and schedule."""

from collections.abc import Mapping

from constructs_lib.bindings import Construct
from constructs_lib.delivery.http_api import STAGE
from constructs_lib.function import Function
from constructs_lib.messaging import EventQueue
from constructs_lib.observability.monitoring import (
    MonitoredApi,
    MonitoredFunction,
    MonitoredQueue,
    MonitoredRule,
    MonitoredSchedule,
    MonitoredStream,
    PipelineMonitoring,
)
from stacks.delivery.parts import Delivery
from stacks.functions import RECONCILER_SCHEDULE, PipelineResources

# Each rule's component, and what people call the queue that holds what it could not deliver.
_RULES = {
    "uploads-created": "processing DLQ",
    "captions-uploaded": "captions DLQ",
    "job-state-changed": "job events DLQ",
    RECONCILER_SCHEDULE: "queue of undelivered runs",
}

CAPTIONS_GIVEN_UP = "their videos play without them"
WEBHOOKS_GIVEN_UP = "their receivers have not been told"
WEBHOOKS_TOO_MANY = "find the endpoint that does not answer, or raise webhooks.concurrency"
CAPTIONS_TOO_MANY = "find who uploads so many caption files; they delay no video"


def add_monitoring(
    scope: Construct,
    pipeline: PipelineResources,
    *,
    functions: Mapping[str, Function],
    delivery: Delivery | None = None,
) -> PipelineMonitoring:
    """Add the alarms and the dashboard; `functions` are named as people call them."""
    delivering = (
        {
            "api": delivery.api.function,
            "fan_out": delivery.webhooks.fan_out,
            "webhook_sender": delivery.webhooks.sender,
        }
        if delivery
        else {}
    )
    settings = pipeline.settings
    processing, captions, job_events = (
        pipeline.processing_queue,
        pipeline.captions_queue,
        pipeline.job_events_queue,
    )
    return PipelineMonitoring(
        scope,
        "Monitoring",
        name=settings.name,
        pipeline_name=settings.pipeline_name,
        region=settings.region,
        topic_arn=pipeline.alarm_topic.arn,
        queues=[
            MonitoredQueue(label="processing", name=processing.name, dlq_name=processing.dlq_name),
            MonitoredQueue(
                label="captions",
                name=captions.name,
                dlq_name=captions.dlq_name,
                given_up=CAPTIONS_GIVEN_UP,
                too_long=CAPTIONS_TOO_MANY,
            ),
            MonitoredQueue(label="job events", name=job_events.name, dlq_name=job_events.dlq_name),
            *([_webhooks_queue(delivery.webhooks.queue)] if delivery else []),
        ],
        functions=[
            MonitoredFunction(label=label, name=function.name)
            for label, function in {**functions, **delivering}.items()
        ],
        rules=[
            MonitoredRule(
                label=component.replace("-", " "), name=settings.name(component), dlq_label=dlq_label
            )
            for component, dlq_label in _RULES.items()
        ],
        schedule=MonitoredSchedule(
            label="reconciler",
            interval_minutes=settings.reconciler_interval_minutes,
            finished_metric="ReconcilerRunsFinished",
            undelivered_name=pipeline.undelivered_runs.name,
        ),
        mediaconvert_queue_arn=pipeline.transcoder.queue_arn,
        thresholds=settings.alarm_thresholds,
        apis=[MonitoredApi(label="API", api_id=delivery.api.http_api.id, stage=STAGE)] if delivery else [],
        streams=[MonitoredStream(label="fan_out", function_name=delivery.webhooks.fan_out.name)]
        if delivery
        else [],
    )


def _webhooks_queue(queue: EventQueue) -> MonitoredQueue:
    return MonitoredQueue(
        label="webhooks",
        name=queue.name,
        dlq_name=queue.dlq_name,
        given_up=WEBHOOKS_GIVEN_UP,
        too_long=WEBHOOKS_TOO_MANY,
    )
