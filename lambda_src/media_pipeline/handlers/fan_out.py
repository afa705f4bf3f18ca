"""Lambda function: changes of the assets table, as its stream has them, become messages to webhook endpoints.

Lambda hands over a shard's changes in their order. The first one that fails ends the batch: it and those
behind it come again, and what the event source mapping gives up in the end is named in the DLQ of webhooks.

Source: https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
"""

import os
from collections.abc import Mapping
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from media_pipeline.adapters.clients import aws_client
from media_pipeline.adapters.dynamodb import from_item
from media_pipeline.adapters.webhooks.endpoint_store import SsmEndpoints
from media_pipeline.adapters.webhooks.webhook_queue import SqsWebhookQueue
from media_pipeline.domain.errors import MalformedEventError, MediaPipelineError
from media_pipeline.handlers.config import read_config
from media_pipeline.handlers.webhook_config import FanOutConfig
from media_pipeline.services.webhooks.fan_out import FanOut
from media_pipeline.telemetry import PipelineMetrics, logger


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Announce a batch of changes; return the first that failed, in the form that Lambda expects."""
    fan_out, metrics = _wired()
    logger.set_correlation_id(context.aws_request_id)
    with metrics.published():
        return announce_batch(event, fan_out)


def announce_batch(event: Mapping[str, Any], fan_out: FanOut) -> dict[str, Any]:
    """Announce changes in their order up to the first that fails.

    Raises MalformedEventError where the function was invoked with something else than a batch of a stream.
    """
    for record in _records(event):
        try:
            images = record["dynamodb"]
            fan_out.announce(before=_image(images, "OldImage"), after=_image(images, "NewImage"))
        except MediaPipelineError as error:
            logger.warning("The change comes again", error=type(error).__name__, reason=str(error))
            return _failed(record)
        except Exception:
            logger.exception("The change comes again after an unexpected error")
            return _failed(record)
    return {"batchItemFailures": []}


def _records(event: Mapping[str, Any]) -> list[dict[str, Any]]:
    records = event.get("Records")
    if not isinstance(records, list) or not records or not all(_is_change(record) for record in records):
        raise MalformedEventError("the function was invoked with something else than changes of a table")
    return records


def _is_change(record: object) -> bool:
    images = record.get("dynamodb") if isinstance(record, dict) else None
    return isinstance(images, dict) and isinstance(images.get("SequenceNumber"), str)


def _image(images: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    return from_item(images[name]) if name in images else None


def _failed(record: Mapping[str, Any]) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]}


@cache
def _wired() -> tuple[FanOut, PipelineMetrics]:
    config = read_config(FanOutConfig, os.environ)
    metrics = PipelineMetrics()
    fan_out = FanOut(
        pipeline=config.pipeline_name,
        endpoints=SsmEndpoints(aws_client("ssm"), path=config.webhooks_path),
        queue=SqsWebhookQueue(aws_client("sqs"), config.webhooks_queue_url),
        metrics=metrics,
    )
    return fan_out, metrics
