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
from constructs_lib.iam import Grantee
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
from stacks.rules.concurrency import FAN_OUT_CONCURRENCY

COMPONENT = "webhooks"
# What each endpoint is, and which are disabled. Source: media_pipeline.adapters.webhooks.endpoint_store
FOLDERS = ("endpoints", "disabled")
SECRETS = "secrets"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhooks:
    """Hold what webhooks added, for outputs, people's policies and monitoring."""

    endpoints: ParameterPath
    queue: EventQueue
    fan_out: Function
    sender: Function
    key_arn: str
    allow_loopback: bool

    @property
    def names(self) -> dict[str, str]:
        """Return what operators look for, by the names of the stack's outputs."""
        return {
            "key_arn": self.key_arn,
            "loopback_webhooks": str(int(self.allow_loopback)),
            "webhooks_path": self.endpoints.path,
            "webhooks_queue_url": self.queue.url,
            "webhooks_dlq_url": self.queue.dlq_url,
        }

    def grant_operate(self, role: Grantee) -> None:
        """Let an operator administer endpoints, announce ended assets, and redrive: see the grants."""
        self.endpoints.grant_administer(role)
        self.queue.grant_redrive(role)


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
        key_arn=pipeline.key.arn,
        allow_loopback=settings.webhooks.allow_loopback,
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
    endpoints.grant_list(function.role, FOLDERS)
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
    endpoints.grant_read(function.role, [*FOLDERS, SECRETS])
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
