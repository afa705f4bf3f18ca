"""Lambda function: the uploads' events of the processing queue become MediaConvert jobs.

Those of caption files come by a queue of their own, so that no video waits behind them. Which queue a message
comes by decides nothing but where it waits: an earlier release left those of both kinds in the first.
"""

import os
from collections.abc import Callable
from datetime import timedelta
from functools import cache, partial
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from media_pipeline.adapters.clients import aws_client
from media_pipeline.adapters.mediaconvert import MediaConvertTranscoder
from media_pipeline.adapters.preset_store import SsmPresetStore
from media_pipeline.domain.events import parse_upload
from media_pipeline.domain.spending.caps import parse_caps
from media_pipeline.domain.uploads.filter import UploadFilter
from media_pipeline.domain.uploads.ignored_names import IgnoredNames
from media_pipeline.domain.uploads.limits import SourceLimits
from media_pipeline.domain.uploads.upload import UploadedObject
from media_pipeline.encoding.pricing.price_list import parse_price_list
from media_pipeline.handlers.config import OrchestratorConfig, read_config
from media_pipeline.handlers.sqs_batch import Parse, handle_batch
from media_pipeline.handlers.wiring import Parts
from media_pipeline.prices import price_list_text
from media_pipeline.services.ingest import Ingest
from media_pipeline.services.job_limit import JobLimit
from media_pipeline.services.preset_monitor import PresetMonitor
from media_pipeline.services.redelivery import FindRedelivery
from media_pipeline.services.spending.budget import Budget
from media_pipeline.services.spending.quoting import Quoting
from media_pipeline.telemetry import PipelineMetrics, logger

# One upload asks MediaConvert several times; all of it must fit into the function's timeout.
CONNECT_TIMEOUT_SECONDS = 2
ASK_TIMEOUT_SECONDS = 3
SUBMIT_TIMEOUT_SECONDS = 8
PROBE_TIMEOUT_SECONDS = 10


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Handle a batch of the processing queue, or of the captions queue."""
    parse, handle, redelivery, metrics = _wired()
    return handle_batch(event, context, parse=parse, handle=handle, redelivery=redelivery, metrics=metrics)


@cache
def _wired() -> tuple[
    Parse[UploadedObject], Callable[[UploadedObject], None], FindRedelivery, PipelineMetrics
]:
    config = read_config(OrchestratorConfig, os.environ)
    parts = Parts(config)
    transcoder = MediaConvertTranscoder(
        _mediaconvert(ASK_TIMEOUT_SECONDS),
        submit_client=_mediaconvert(SUBMIT_TIMEOUT_SECONDS),
        probe_client=_mediaconvert(PROBE_TIMEOUT_SECONDS),
        pipeline=config.pipeline_name,
        queue_arn=config.mediaconvert_queue_arn,
        role_arn=config.mediaconvert_role_arn,
    )
    ingest = Ingest(
        table=parts.table,
        transcoder=transcoder,
        uploads=parts.uploads,
        slots=JobLimit(transcoder.jobs_in_flight, limit=config.max_jobs_in_flight),
        presets=PresetMonitor(
            pipeline=config.pipeline_name,
            source=SsmPresetStore(
                aws_client("ssm"),
                presets_path=config.presets_path,
                profiles_parameter=config.profiles_parameter,
            ),
            publisher=parts.notifications,
            metrics=parts.metrics,
            clock=parts.clock,
        ),
        budget=Budget(
            caps=parse_caps(config.spending_caps),
            table=parts.table,
            ledger=parts.ledger,
            metrics=parts.metrics,
            clock=parts.clock,
            longest_wait=timedelta(seconds=config.max_delay_seconds),
        ),
        quoting=Quoting(prices=parse_price_list(price_list_text(parts.region))),
        lifecycle=parts.lifecycle,
        metrics=parts.metrics,
        limits=SourceLimits(max_size_bytes=config.max_source_size_bytes, types=parts.source_types),
        refusals=parts.refusals,
        empty_file_grace_seconds=config.empty_file_grace_seconds,
        outputs_bucket=config.outputs_bucket,
        claim_seconds=config.claim_seconds,
        clock=parts.clock,
    )
    redelivery = parts.redelivery(
        (config.consumed_queue_url, config.captions_queue_url),
        max_receive_count=config.max_receive_count,
        max_delay_seconds=config.max_delay_seconds,
    )
    wanted = UploadFilter(
        # Lambda's poller sees to the prefix.
        prefix="",
        caption_suffixes=config.caption_suffixes,
        ignored=IgnoredNames(patterns=config.ignored_names),
    )

    def handle(upload: UploadedObject) -> None:
        """Handle an upload: a caption file, any other, or one that is passed over."""
        if wanted.is_caption(upload.key):
            parts.caption_uploads.handle(upload)
        elif wanted.admits(upload.key):
            ingest.handle(upload)
        else:
            logger.info("Passed over: a name that is ignored", key=upload.key)

    return partial(parse_upload, bucket=config.uploads_bucket), handle, redelivery, parts.metrics


def _mediaconvert(read_timeout_seconds: float) -> Any:
    # One try each: what failed is tried again by way of the queue, which knows how to wait.
    return aws_client(
        "mediaconvert",
        connect_timeout_seconds=CONNECT_TIMEOUT_SECONDS,
        read_timeout_seconds=read_timeout_seconds,
        attempts=1,
    )
