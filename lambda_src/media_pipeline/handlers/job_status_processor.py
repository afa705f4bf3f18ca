"""Lambda function: MediaConvert's events of the job events queue move assets along."""

import os
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from media_pipeline.domain.events import JobStateChange, parse_job_state_change
from media_pipeline.handlers.config import JobStatusProcessorConfig, read_config
from media_pipeline.handlers.sqs_batch import handle_batch
from media_pipeline.handlers.wiring import Parts
from media_pipeline.services.job_state_changes import JobStateChanges
from media_pipeline.services.redelivery import FindRedelivery
from media_pipeline.telemetry import PipelineMetrics, logger


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Handle a batch of the job events queue."""
    changes, redelivery, metrics = _wired()

    def handle(change: JobStateChange) -> None:
        logger.append_keys(asset_id=change.asset_id, job_id=change.job_id)
        logger.info("Job state change", job_status=change.status.value, percent=change.percent)
        changes.apply_event(change)

    return handle_batch(
        event, context, parse=parse_job_state_change, handle=handle, redelivery=redelivery, metrics=metrics
    )


@cache
def _wired() -> tuple[JobStateChanges, FindRedelivery, PipelineMetrics]:
    config = read_config(JobStatusProcessorConfig, os.environ)
    parts = Parts(config)
    redelivery = parts.redelivery(
        [config.consumed_queue_url],
        max_receive_count=config.max_receive_count,
        max_delay_seconds=config.max_delay_seconds,
    )
    return parts.job_changes, redelivery, parts.metrics
