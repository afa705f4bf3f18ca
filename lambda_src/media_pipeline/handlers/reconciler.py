"""Lambda function, on a schedule: what was lost is made up for.

Overdue assets are repaired, ends without a notification are announced, and uploads without an asset get one.
"""

import os
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from media_pipeline.adapters.asset_scan import IndexedRecordTable
from media_pipeline.adapters.checkpoints import (
    LEFTOVERS,
    PENDING_NOTIFICATIONS,
    REINDEXING,
    UPLOAD_SWEEP,
    DynamoCheckpoint,
)
from media_pipeline.domain.status_index import ReachedTime, ReindexingCursor
from media_pipeline.domain.uploads.filter import UploadFilter
from media_pipeline.domain.uploads.ignored_names import IgnoredNames
from media_pipeline.domain.uploads.listing import Cursor
from media_pipeline.handlers.config import ReconcilerConfig, read_config
from media_pipeline.handlers.wiring import Parts
from media_pipeline.services.leftovers import Leftovers
from media_pipeline.services.pending_notifications import PendingNotifications
from media_pipeline.services.reindexing import Reindexing
from media_pipeline.services.stuck_assets import StuckAssets
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
def _wired() -> tuple[StuckAssets, Reindexing, PendingNotifications, Leftovers, UploadSweep, PipelineMetrics]:
    config = read_config(ReconcilerConfig, os.environ)
    parts = Parts(config)
    queue = parts.queue(config.processing_queue_url)
    repairs = StuckAssets(
        table=parts.table,
        jobs=parts.transcoder,
        queue=queue,
        # Loaded with the first end of a job that was missed: few runs find one.
        apply_change=lambda change: parts.job_changes.apply(change),
        lifecycle=parts.lifecycle,
        metrics=parts.metrics,
        stuck_after_seconds=config.stuck_after_seconds,
        clock=parts.clock,
    )
    reindexing = Reindexing(
        records=IndexedRecordTable(parts.dynamodb, config.assets_table),
        checkpoint=DynamoCheckpoint(parts.dynamodb, config.assets_table, REINDEXING, state=ReindexingCursor),
        clock=parts.clock,
    )
    ends = PendingNotifications(
        table=parts.table,
        checkpoint=DynamoCheckpoint(
            parts.dynamodb, config.assets_table, PENDING_NOTIFICATIONS, state=ReachedTime
        ),
        lifecycle=parts.lifecycle,
        metrics=parts.metrics,
        overdue_seconds=config.stuck_after_seconds,
        clock=parts.clock,
    )
    leftovers = Leftovers(
        table=parts.table,
        outputs=parts.outputs,
        checkpoint=DynamoCheckpoint(parts.dynamodb, config.assets_table, LEFTOVERS, state=ReachedTime),
        days=config.leftover_days,
        clock=parts.clock,
    )
    sweep = UploadSweep(
        bucket=parts.uploads,
        table=parts.table,
        checkpoint=DynamoCheckpoint(parts.dynamodb, config.assets_table, UPLOAD_SWEEP, state=Cursor),
        queue=queue,
        captions_queue=parts.queue(config.captions_queue_url),
        metrics=parts.metrics,
        wanted=UploadFilter(
            prefix=config.upload_key_prefix,
            caption_suffixes=config.caption_suffixes,
            ignored=IgnoredNames(patterns=config.ignored_names),
        ),
        refusals=parts.refusals,
        overdue_seconds=config.stuck_after_seconds,
        asset_retention_days=config.asset_retention_days,
        clock=parts.clock,
    )
    return repairs, reindexing, ends, leftovers, sweep, parts.metrics
