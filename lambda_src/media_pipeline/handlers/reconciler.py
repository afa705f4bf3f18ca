"""Lambda function, on a schedule: what was lost is made up for.

Overdue assets are repaired, ends that nobody heard of are told, and uploads without an asset get one.
"""

import os
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from media_pipeline.adapters.asset_scan import IndexedRecordTable
from media_pipeline.adapters.asset_table import AssetTable
from media_pipeline.adapters.checkpoints import (
    LEFTOVERS,
    PENDING_NOTIFICATIONS,
    REINDEXING,
    UPLOAD_SWEEP,
    DynamoCheckpoint,
)
from media_pipeline.adapters.clients import aws_client
from media_pipeline.adapters.mediaconvert import MediaConvertTranscoder
from media_pipeline.adapters.notification_turns import DynamoTurns
from media_pipeline.adapters.notifications import SnsNotifications
from media_pipeline.adapters.outputs_bucket import S3OutputsBucket
from media_pipeline.adapters.queues import SqsQueue
from media_pipeline.adapters.uploads_bucket import S3UploadsBucket
from media_pipeline.domain.status_index import ReachedTime, ReindexingCursor
from media_pipeline.domain.uploads.filter import UploadFilter
from media_pipeline.domain.uploads.ignored_names import IgnoredNames
from media_pipeline.domain.uploads.limits import SourceTypes
from media_pipeline.domain.uploads.listing import Cursor
from media_pipeline.handlers.config import ReconcilerConfig, read_config
from media_pipeline.publishing.caption_publisher import CaptionPublisher
from media_pipeline.publishing.sidecars import SidecarNames
from media_pipeline.publishing.storyboard_publisher import StoryboardPublisher
from media_pipeline.services.job_state_changes import JobChanges
from media_pipeline.services.leftovers import Leftovers
from media_pipeline.services.lifecycle import Lifecycle, utc_now
from media_pipeline.services.pending_notifications import UnsentEnds
from media_pipeline.services.refusals import Refusals
from media_pipeline.services.reindexing import Reindexing
from media_pipeline.services.stuck_assets import Repairs
from media_pipeline.services.upload_sweep import UploadSweep
from media_pipeline.telemetry import PipelineMetrics, logger

# What one asset's repair may take at worst; the run ends before the function would be cut off.
_RESERVE_MILLISECONDS = 20_000


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Run once; the event of the schedule carries nothing of interest."""
    repairs, reindexing, ends, leftovers, sweep, metrics = _wired()
    logger.set_correlation_id(context.aws_request_id)

    def has_time() -> bool:
        return context.get_remaining_time_in_millis() > _RESERVE_MILLISECONDS

    with metrics.published():
        found = dict(repairs.run(has_time=has_time))
        found["reindexed"], whole = reindexing.run(has_time=has_time)
        found |= {
            # Before all ends are in the index, a look at them would pass some over for good.
            **(ends.run(has_time=has_time) if whole else {"ends_told": 0}),
            **sweep.run(has_time=has_time),
            **(leftovers.run(has_time=has_time) if whole else {"leftovers_removed": 0}),
        }
        metrics.run_finished()
    logger.info("Looked after overdue assets, untold ends and unannounced uploads", extra=found)
    return found


@cache
def _wired() -> tuple[Repairs, Reindexing, UnsentEnds, Leftovers, UploadSweep, PipelineMetrics]:
    config = read_config(ReconcilerConfig, os.environ)
    dynamodb, s3 = aws_client("dynamodb"), aws_client("s3")
    table = AssetTable(dynamodb, config.assets_table)
    uploads = S3UploadsBucket(s3, config.uploads_bucket)
    outputs = S3OutputsBucket(s3, config.outputs_bucket)
    names = SidecarNames(media_suffixes=config.media_suffixes, caption_suffixes=config.caption_suffixes)
    sqs = aws_client("sqs")
    queue = SqsQueue(sqs, config.processing_queue_url)
    metrics = PipelineMetrics()
    lifecycle = Lifecycle(
        pipeline=config.pipeline_name,
        table=table,
        uploads=uploads,
        metrics=metrics,
        publisher=SnsNotifications(aws_client("sns"), config.notifications_topic_arn),
        retention_days=config.asset_retention_days,
        clock=utc_now,
    )
    transcoder = MediaConvertTranscoder(
        aws_client("mediaconvert"),
        pipeline=config.pipeline_name,
        queue_arn=config.mediaconvert_queue_arn,
    )
    changes = JobChanges(
        pipeline=config.pipeline_name,
        table=table,
        jobs=transcoder,
        uploads=uploads,
        outputs=outputs,
        storyboards=StoryboardPublisher(outputs=outputs),
        captions=CaptionPublisher(names=names, uploads=uploads, outputs=outputs),
        lifecycle=lifecycle,
        clock=utc_now,
    )
    repairs = Repairs(
        table=table,
        jobs=transcoder,
        queue=queue,
        apply_change=changes.apply,
        lifecycle=lifecycle,
        metrics=metrics,
        stuck_after_seconds=config.stuck_after_seconds,
        clock=utc_now,
    )
    ends = UnsentEnds(
        table=table,
        checkpoint=DynamoCheckpoint(dynamodb, config.assets_table, PENDING_NOTIFICATIONS, state=ReachedTime),
        lifecycle=lifecycle,
        metrics=metrics,
        overdue_seconds=config.stuck_after_seconds,
        clock=utc_now,
    )
    sweep = UploadSweep(
        bucket=uploads,
        table=table,
        checkpoint=DynamoCheckpoint(dynamodb, config.assets_table, UPLOAD_SWEEP, state=Cursor),
        queue=queue,
        captions_queue=SqsQueue(sqs, config.captions_queue_url),
        metrics=metrics,
        wanted=UploadFilter(
            prefix=config.upload_key_prefix,
            caption_suffixes=config.caption_suffixes,
            ignored=IgnoredNames(patterns=config.ignored_names),
        ),
        refusals=Refusals(
            table=table,
            types=SourceTypes(suffixes=config.media_suffixes),
            turns=DynamoTurns(dynamodb, config.assets_table),
            announce=lifecycle.announce,
            metrics=metrics,
            retention_days=config.asset_retention_days,
            clock=utc_now,
        ),
        overdue_seconds=config.stuck_after_seconds,
        asset_retention_days=config.asset_retention_days,
        clock=utc_now,
    )
    reindexing = Reindexing(
        records=IndexedRecordTable(dynamodb, config.assets_table),
        checkpoint=DynamoCheckpoint(dynamodb, config.assets_table, REINDEXING, state=ReindexingCursor),
        clock=utc_now,
    )
    leftovers = Leftovers(
        table=table,
        outputs=outputs,
        checkpoint=DynamoCheckpoint(dynamodb, config.assets_table, LEFTOVERS, state=ReachedTime),
        days=config.leftover_days,
        clock=utc_now,
    )
    return repairs, reindexing, ends, leftovers, sweep, metrics
