"""Lambda function: each message of the webhooks queue is signed and posted to its endpoint."""

import os
import random
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from media_pipeline import __version__
from media_pipeline.adapters.asset_table import AssetTable
from media_pipeline.adapters.clients import aws_client
from media_pipeline.adapters.webhooks.endpoint_store import SsmSigningEndpoints
from media_pipeline.adapters.webhooks.http_post import HttpPost
from media_pipeline.adapters.webhooks.webhook_queue import SqsWebhookQueue
from media_pipeline.domain.clock import utc_now
from media_pipeline.domain.webhooks.message import WebhookMessage, parse_message
from media_pipeline.handlers.config import read_config
from media_pipeline.handlers.sqs_batch import handle_batch
from media_pipeline.handlers.webhook_config import WebhookSenderConfig
from media_pipeline.services.redelivery import FindRedelivery, Redelivery, by_queue
from media_pipeline.services.webhooks.delivery import Rests, WebhookDelivery
from media_pipeline.telemetry import PipelineMetrics, logger


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Handle a batch of the webhooks queue."""
    delivery, redelivery, metrics = _wired()

    def handle(message: WebhookMessage) -> None:
        logger.append_keys(asset_id=message.asset_id)
        delivery.deliver(message)

    return handle_batch(
        event, context, parse=parse_message, handle=handle, redelivery=redelivery, metrics=metrics
    )


class PostponedWebhooks:
    """Count what waits as webhooks: an endpoint that is down is no throttling by AWS."""

    def __init__(self, metrics: PipelineMetrics) -> None:
        self._metrics = metrics

    def message_slowed_down(self) -> None:
        """Count a webhook that waits for its next try."""
        self._metrics.webhook_postponed()

    def event_unconfirmed(self) -> None:
        """Count nothing: webhooks are not asked about."""


@cache
def _wired() -> tuple[WebhookDelivery, FindRedelivery, PipelineMetrics]:
    config = read_config(WebhookSenderConfig, os.environ)
    metrics = PipelineMetrics()
    delivery = WebhookDelivery(
        endpoints=SsmSigningEndpoints(aws_client("ssm"), path=config.webhooks_path, clock=utc_now),
        post=HttpPost(
            user_agent=f"{config.pipeline_name}/{__version__}",
            clock=utc_now,
            allow_loopback=bool(config.loopback_webhooks),
        ),
        table=AssetTable(aws_client("dynamodb"), config.assets_table),
        metrics=metrics,
        rests=Rests(utc_now),
        clock=utc_now,
    )
    redelivery = by_queue(
        {
            config.consumed_queue_url: Redelivery(
                queue=SqsWebhookQueue(aws_client("sqs"), config.consumed_queue_url),
                metrics=PostponedWebhooks(metrics),
                max_receive_count=config.max_receive_count,
                max_delay_seconds=config.max_delay_seconds,
                random=random.random,
                max_age_seconds=config.retry_seconds,
            )
        }
    )
    return delivery, redelivery, metrics
