"""Lambda function: MediaConvert's events of the job events queue move assets along."""

import os
import random
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from media_pipeline.adapters.asset_table import AssetTable
from media_pipeline.adapters.clients import aws_client
from media_pipeline.adapters.mediaconvert import MediaConvertTranscoder
from media_pipeline.adapters.notifications import SnsNotifications
from media_pipeline.adapters.outputs_bucket import S3OutputsBucket
from media_pipeline.adapters.queues import SqsQueue
from media_pipeline.adapters.uploads_bucket import S3UploadsBucket
from media_pipeline.domain.events import JobStateChange, parse_job_state_change
from media_pipeline.handlers.config import JobStatusProcessorConfig, read_config
from media_pipeline.handlers.sqs_batch import handle_batch
from media_pipeline.publishing.caption_publisher import CaptionPublisher
from media_pipeline.publishing.sidecars import SidecarNames
from media_pipeline.publishing.storyboard_publisher import StoryboardPublisher
from media_pipeline.services.job_state_changes import JobChanges
from media_pipeline.services.lifecycle import Lifecycle, utc_now
from media_pipeline.services.redelivery import FindRedelivery, Redelivery, by_queue
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
def _wired() -> tuple[JobChanges, FindRedelivery, PipelineMetrics]:
    config = read_config(JobStatusProcessorConfig, os.environ)
    table = AssetTable(aws_client("dynamodb"), config.assets_table)
    metrics = PipelineMetrics()
    s3 = aws_client("s3")
    uploads = S3UploadsBucket(s3, config.uploads_bucket)
    outputs = S3OutputsBucket(s3, config.outputs_bucket)
    changes = JobChanges(
        pipeline=config.pipeline_name,
        table=table,
        jobs=MediaConvertTranscoder(
            aws_client("mediaconvert"),
            pipeline=config.pipeline_name,
            queue_arn=config.mediaconvert_queue_arn,
        ),
        uploads=uploads,
        outputs=outputs,
        storyboards=StoryboardPublisher(outputs=outputs),
        captions=CaptionPublisher(
            names=SidecarNames(
                media_suffixes=config.media_suffixes, caption_suffixes=config.caption_suffixes
            ),
            uploads=uploads,
            outputs=outputs,
        ),
        lifecycle=Lifecycle(
            pipeline=config.pipeline_name,
            table=table,
            uploads=uploads,
            metrics=metrics,
            publisher=SnsNotifications(aws_client("sns"), config.notifications_topic_arn),
            retention_days=config.asset_retention_days,
            clock=utc_now,
        ),
        clock=utc_now,
    )
    redelivery = Redelivery(
        queue=SqsQueue(aws_client("sqs"), config.consumed_queue_url),
        metrics=metrics,
        max_receive_count=config.max_receive_count,
        max_delay_seconds=config.max_delay_seconds,
        random=random.random,
    )
    return changes, by_queue({config.consumed_queue_url: redelivery}), metrics
