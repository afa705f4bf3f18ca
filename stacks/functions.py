"""The pipeline's three functions: how each is configured, and what it may do."""

from dataclasses import asdict, dataclass
from typing import Any

from constructs_lib.bindings import Construct
from constructs_lib.encryption import EncryptionKey
from constructs_lib.function import Function, FunctionCode
from constructs_lib.iam import Account, ServiceRole
from constructs_lib.messaging import EventQueue, UndeliveredRuns
from constructs_lib.notifications import AlarmTopic, AssetTopic
from constructs_lib.observability.metrics import METRICS_NAMESPACE
from constructs_lib.storage import PrivateBucket
from constructs_lib.table import Table
from constructs_lib.transcoding import PresetParameters, Transcoder
from media_pipeline import __version__
from media_pipeline.domain.status_index import STATUS_INDEX
from media_pipeline.handlers.config import (
    ConsumerConfig,
    FunctionConfig,
    JobStatusProcessorConfig,
    OrchestratorConfig,
    ReconcilerConfig,
)
from stacks.rules.concurrency import CAPTIONS_CONCURRENCY
from stacks.rules.spending import caps_of
from stacks.settings import Settings

RECONCILER_SCHEDULE = "reconciler-schedule"

# An upload may take most of the function's timeout (probe, presets, submission): in a batch, a slow one would
# use up the receives of the others, and a timeout would cut off the last between submission and record.
UPLOADS_PER_BATCH = 1
# A job event takes milliseconds, but the last one of a film of hours verifies thousands of segments, which
# takes seconds: a batch of such must end within the function's timeout.
JOB_EVENTS_PER_BATCH = 5
CLAIM_GRACE_SECONDS = 15
# Source: SQS API, SendMessage.DelaySeconds: at most 900
MAX_DELAY_SECONDS = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineResources:
    """Hold the resources that functions, rules, alarms and people's policies are about."""

    settings: Settings
    account: Account
    key: EncryptionKey
    code: FunctionCode
    uploads: PrivateBucket
    processing_queue: EventQueue
    captions_queue: EventQueue
    assets: Table
    presets: PresetParameters
    transcoder: Transcoder
    outputs: PrivateBucket
    job_events_queue: EventQueue
    undelivered_runs: UndeliveredRuns
    topic: AssetTopic
    alarm_topic: AlarmTopic


def add_ingest_orchestrator(scope: Construct, pipeline: PipelineResources) -> Function:
    """Add the function that consumes uploads and submits their jobs, and gives captions to their videos."""
    settings = pipeline.settings
    function = add_function(
        scope,
        "IngestOrchestrator",
        pipeline,
        module="ingest_orchestrator",
        description="Claims an uploaded source, inspects it and submits its MediaConvert job",
        timeout_seconds=settings.function_timeout_seconds,
        concurrency=settings.processing_concurrency + CAPTIONS_CONCURRENCY,
        config=OrchestratorConfig(
            **consumer_config(pipeline, pipeline.processing_queue),
            captions_queue_url=pipeline.captions_queue.url,
            mediaconvert_role_arn=pipeline.transcoder.role_arn,
            presets_path=pipeline.presets.presets_path,
            profiles_parameter=pipeline.presets.profiles_name,
            max_source_size_bytes=settings.max_source_size_bytes,
            ignored_names=settings.ignored_names,
            empty_file_grace_seconds=settings.empty_file_grace_seconds,
            # A request that a killed invocation had sent may still arrive.
            claim_seconds=settings.function_timeout_seconds + CLAIM_GRACE_SECONDS,
            max_jobs_in_flight=settings.max_jobs_in_flight,
            spending_caps=caps_of(settings),
        ),
    )
    role = function.role
    # Probe reads the source in the caller's name.
    _grant_sources(pipeline, role)
    # It adds captions that come after their video to the manifests.
    _grant_publishing(pipeline, role)
    pipeline.processing_queue.grant_postpone(role)
    pipeline.captions_queue.grant_postpone(role)
    pipeline.assets.grant_read_write(role)
    pipeline.presets.grant_read(role)
    pipeline.transcoder.grant_probe(role)
    pipeline.transcoder.grant_submit(role)
    pipeline.transcoder.grant_search(role)
    pipeline.transcoder.grant_count(role)
    pipeline.topic.grant_publish(role)
    prefix = settings.upload_key_prefix
    # The rules see to ends of keys: in an event pattern, what is said of one key are alternatives.
    body_filter = {"detail": {"object": {"key": [{"prefix": prefix}]}}} if prefix else None
    function.consume(
        pipeline.processing_queue,
        batch_size=UPLOADS_PER_BATCH,
        maximum_concurrency=settings.processing_concurrency,
        body_filter=body_filter,
    )
    function.consume(
        pipeline.captions_queue,
        id_="ConsumesCaptions",
        batch_size=UPLOADS_PER_BATCH,
        maximum_concurrency=CAPTIONS_CONCURRENCY,
        body_filter=body_filter,
    )
    # What has to wait is sent anew for as long as it takes: presets with faults may last for days.
    function.allow_recursion()
    return function


def add_job_status_processor(scope: Construct, pipeline: PipelineResources) -> Function:
    """Add the function that consumes MediaConvert's job events and moves assets along."""
    settings = pipeline.settings
    function = add_function(
        scope,
        "JobStatusProcessor",
        pipeline,
        module="job_status_processor",
        description="Records what MediaConvert says of its jobs and verifies their outputs",
        timeout_seconds=settings.function_timeout_seconds,
        concurrency=settings.processing_concurrency,
        config=JobStatusProcessorConfig(**consumer_config(pipeline, pipeline.job_events_queue)),
    )
    role = function.role
    _grant_sources(pipeline, role)
    pipeline.job_events_queue.grant_postpone(role)
    _grant_publishing(pipeline, role)
    pipeline.assets.grant_update(role)
    # Before an event's word ends an asset, MediaConvert is asked.
    pipeline.transcoder.grant_describe(role)
    pipeline.topic.grant_publish(role)
    function.consume(
        pipeline.job_events_queue,
        batch_size=JOB_EVENTS_PER_BATCH,
        maximum_concurrency=settings.processing_concurrency,
    )
    # As above: what has to wait is sent anew.
    function.allow_recursion()
    return function


def add_reconciler(scope: Construct, pipeline: PipelineResources) -> Function:
    """Add the function that looks after overdue assets on a schedule."""
    settings = pipeline.settings
    function = add_function(
        scope,
        "Reconciler",
        pipeline,
        module="reconciler",
        description="Repairs assets that are overdue and uploads that have no asset",
        timeout_seconds=settings.reconciler_timeout_seconds,
        # Runs never overlap.
        concurrency=1,
        config=ReconcilerConfig(
            **shared(pipeline),
            processing_queue_url=pipeline.processing_queue.url,
            captions_queue_url=pipeline.captions_queue.url,
            stuck_after_seconds=settings.stuck_after_seconds,
            leftover_days=settings.leftover_days,
            ignored_names=settings.ignored_names,
            upload_key_prefix=settings.upload_key_prefix,
        ),
    )
    role = function.role
    _grant_sources(pipeline, role)
    pipeline.uploads.grant_list_versions(role)
    _grant_publishing(pipeline, role)
    pipeline.assets.grant_read_write(role)
    pipeline.assets.grant_read_many(role)
    pipeline.assets.grant_describe(role)
    # What failed and replayed attempts left behind is removed some day.
    pipeline.outputs.grant_delete(role)
    # Records of an earlier release are put into the index.
    pipeline.assets.grant_scan(role)
    pipeline.assets.grant_query(role, index=STATUS_INDEX)
    pipeline.transcoder.grant_describe(role)
    pipeline.processing_queue.grant_send(role)
    pipeline.processing_queue.grant_measure(role)
    pipeline.captions_queue.grant_send(role)
    pipeline.topic.grant_publish(role)
    function.run_every(
        settings.reconciler_interval_minutes,
        rule_name=settings.name(RECONCILER_SCHEDULE),
        undelivered=pipeline.undelivered_runs,
    )
    return function


def _grant_sources(pipeline: PipelineResources, role: ServiceRole) -> None:
    """Let a role read sources, and tag those that are damaged."""
    pipeline.uploads.grant_read(role)
    # Without it a removed source looks like a forbidden one.
    pipeline.uploads.grant_list(role)
    pipeline.uploads.grant_tag_versions(role)


def _grant_publishing(pipeline: PipelineResources, role: ServiceRole) -> None:
    """Let a role verify outputs, and add captions and a storyboard to them."""
    pipeline.outputs.grant_read(role)
    pipeline.outputs.grant_list(role)
    pipeline.outputs.grant_write(role)


def shared(pipeline: PipelineResources) -> dict[str, Any]:
    """Return the settings that all functions share, by the names of their fields."""
    settings = pipeline.settings
    return asdict(
        FunctionConfig(
            pipeline_name=settings.pipeline_name,
            assets_table=pipeline.assets.name,
            uploads_bucket=pipeline.uploads.name,
            outputs_bucket=pipeline.outputs.name,
            notifications_topic_arn=pipeline.topic.arn,
            mediaconvert_queue_arn=pipeline.transcoder.queue_arn,
            media_suffixes=settings.media_suffixes,
            caption_suffixes=settings.caption_suffixes,
            asset_retention_days=settings.asset_retention_days,
            # One service for all functions, so that their metrics share one dimension.
            powertools_service_name=settings.pipeline_name,
            powertools_metrics_namespace=METRICS_NAMESPACE,
            powertools_log_level=settings.log_level,
            aws_endpoint_url_mediaconvert=settings.mediaconvert_endpoint,
        )
    )


def consumer_config(
    pipeline: PipelineResources, queue: EventQueue, *, max_delay_seconds: int | None = None
) -> dict[str, Any]:
    """Return the settings of a function that consumes a queue, by the names of their fields.

    Without `max_delay_seconds`, a message that waits touches its asset so often that the asset never counts
    as overdue.
    """
    settings = pipeline.settings
    longest = min(MAX_DELAY_SECONDS, settings.stuck_after_seconds // 2)
    return asdict(
        ConsumerConfig(
            **shared(pipeline),
            consumed_queue_url=queue.url,
            max_receive_count=settings.max_receive_count,
            max_delay_seconds=longest if max_delay_seconds is None else max_delay_seconds,
        )
    )


def add_function(
    scope: Construct,
    id_: str,
    pipeline: PipelineResources,
    *,
    module: str,
    description: str,
    timeout_seconds: int,
    concurrency: int,
    config: FunctionConfig,
) -> Function:
    """Add a function whose handler is in a module of its own, named like it."""
    settings = pipeline.settings
    return Function(
        scope,
        id_,
        name=settings.name(module.replace("_", "-")),
        description=description,
        handler=f"media_pipeline.handlers.{module}.handler",
        code=pipeline.code,
        version=__version__,
        environment=config.environment(),
        timeout_seconds=timeout_seconds,
        memory_mb=settings.function_memory_mb,
        reserved_concurrency=concurrency if settings.reserve_concurrency else None,
        log_retention_days=settings.log_retention_days,
        key=pipeline.key,
    )
