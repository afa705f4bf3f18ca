"""Webhooks: the assets table's stream, the function that announces ends, their queue, and the one that sends.

assets table -> stream -> fan_out -> webhooks queue -> webhook_sender -> endpoints of other people
                             |             |
                             +----> DLQ <--+
"""

from dataclasses import dataclass

from constructs_lib.bindings import Construct
from constructs_lib.delivery.parameter_path import ParameterPath
from constructs_lib.delivery.table_stream import TableStream
from constructs_lib.function import Function
from constructs_lib.messaging import EventQueue
from media_pipeline.domain.asset import TERMINAL_STATUSES
from media_pipeline.handlers.webhook_config import FanOutConfig, WebhookSenderConfig
from stacks.functions import (
    MAX_DELAY_SECONDS,
    PipelineResources,
    add_function,
    consumer_config,
    shared,
)

COMPONENT = "webhooks"
# Each change is a few calls of tens of milliseconds, for up to 20 endpoints.
CHANGES_PER_BATCH = 10
# A receiver may take all of a delivery's time: in a batch, a slow one would hold up the others.
WEBHOOKS_PER_BATCH = 1
# Twice a delivery's deadline, and AWS's part. Source: media_pipeline.adapters.webhooks.http_post
SENDER_TIMEOUT_SECONDS = 30
# What an outage of that length holds up is announced after it; a change that always fails holds up those
# behind it no longer.
MAX_CHANGE_AGE_SECONDS = 3_600
SECONDS_PER_HOUR = 3_600
# So many shards of the stream are read at a time; a table's stream has about one for each of its partitions.
FAN_OUT_CONCURRENCY = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhooks:
    """Hold what webhooks added, for outputs, people's policies and monitoring."""

    endpoints: ParameterPath
    queue: EventQueue
    fan_out: Function
    sender: Function


def add_webhooks(scope: Construct, pipeline: PipelineResources) -> Webhooks:
    """Add the functions that announce and send webhooks, and the queue between them."""
    settings = pipeline.settings
    queue = EventQueue(
        scope,
        "WebhooksQueue",
        name=settings.name(COMPONENT),
        dlq_name=settings.name(f"{COMPONENT}-dlq"),
        key=pipeline.key,
        consumer_timeout_seconds=SENDER_TIMEOUT_SECONDS,
        max_receive_count=settings.max_receive_count,
        retention_days=settings.queue_retention_days,
        dlq_retention_days=settings.dlq_retention_days,
    )
    queue.receive_from_roles()
    endpoints = ParameterPath(
        name="Webhooks",
        path=f"/{settings.pipeline_name}/{COMPONENT}",
        account=pipeline.account,
        key=pipeline.key,
    )
    return Webhooks(
        endpoints=endpoints,
        queue=queue,
        fan_out=_add_fan_out(scope, pipeline, queue, endpoints),
        sender=_add_sender(scope, pipeline, queue, endpoints),
    )


def _add_fan_out(
    scope: Construct, pipeline: PipelineResources, queue: EventQueue, endpoints: ParameterPath
) -> Function:
    settings = pipeline.settings
    function = add_function(
        scope,
        "FanOut",
        pipeline,
        module="fan_out",
        description="Announces the ends of assets to the endpoints of webhooks",
        timeout_seconds=settings.function_timeout_seconds,
        concurrency=FAN_OUT_CONCURRENCY,
        config=FanOutConfig(**shared(pipeline), webhooks_path=endpoints.path, webhooks_queue_url=queue.url),
    )
    endpoints.grant_list(function.role, ["endpoints", "disabled"])
    queue.grant_send(function.role)
    TableStream(
        scope,
        "AssetChanges",
        table=pipeline.assets,
        function=function,
        given_up=queue,
        filters=end_filters(),
        batch_size=CHANGES_PER_BATCH,
        max_record_age_seconds=MAX_CHANGE_AGE_SECONDS,
    )
    return function


def _add_sender(
    scope: Construct, pipeline: PipelineResources, queue: EventQueue, endpoints: ParameterPath
) -> Function:
    settings = pipeline.settings
    function = add_function(
        scope,
        "WebhookSender",
        pipeline,
        module="webhook_sender",
        description="Signs webhooks and posts them to their endpoints",
        timeout_seconds=SENDER_TIMEOUT_SECONDS,
        concurrency=settings.webhooks.concurrency,
        config=WebhookSenderConfig(
            **consumer_config(pipeline, queue, max_delay_seconds=MAX_DELAY_SECONDS),
            webhooks_path=endpoints.path,
            retry_seconds=settings.webhooks.retry_hours * SECONDS_PER_HOUR,
            loopback_webhooks=int(settings.webhooks.allow_loopback),
        ),
    )
    endpoints.grant_read(function.role, secret=True)
    endpoints.grant_write(function.role, "disabled")
    # The record says which endpoint took what when.
    pipeline.assets.grant_update(function.role)
    queue.grant_postpone(function.role)
    function.consume(queue, batch_size=WEBHOOKS_PER_BATCH, maximum_concurrency=settings.webhooks.concurrency)
    # What an endpoint does not take is sent anew for a day.
    function.allow_recursion()
    return function


def end_filters() -> list[dict[str, object]]:
    """Return the filters that let through the changes by which an asset ends, and no later change of it.

    Notes of notifications and of deliveries are among the later ones: fan_out is not invoked for them.
    Source: https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html
    """
    ended = sorted(status.value for status in TERMINAL_STATUSES)
    became = {"status": {"S": ended}}
    was_open = {"status": {"S": [{"anything-but": ended}]}}
    return [
        # A refused upload's record begins with its end.
        {"eventName": ["INSERT"], "dynamodb": {"NewImage": became}},
        {"eventName": ["MODIFY"], "dynamodb": {"NewImage": became, "OldImage": was_open}},
    ]
