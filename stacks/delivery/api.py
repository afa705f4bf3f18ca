"""The API: the HTTP API in front, and the function that answers its routes.

The distribution needs the API's domain, the function the distribution's, and the API's routes the function:
so the API is made first and served last.
"""

from dataclasses import dataclass

from constructs_lib.bindings import Construct
from constructs_lib.delivery.http_api import HttpApi
from constructs_lib.function import Function
from constructs_lib.iam import ServiceRole, Statement
from media_pipeline.domain.indexes.creation import CREATION_INDEX
from media_pipeline.domain.status_index import STATUS_INDEX
from media_pipeline.handlers.config import ApiConfig
from stacks.delivery.identity import Identity
from stacks.delivery.playback import Playback
from stacks.delivery.webhooks import Webhooks
from stacks.functions import PipelineResources, add_function, shared
from stacks.rules.spending import caps_of

PREFIX = "/api"
# An HTTP API gives up after 30 seconds; who waits would rather be told sooner.
TIMEOUT_SECONDS = 20
# `*` is what the runbook calls an alarm.
ALARM_NAMES = "alarm-*"
OPEN_ROUTES = tuple(f"GET {PREFIX}/{name}" for name in ("config", "health", "openapi.json"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """Hold the HTTP API and the function behind it, for alarms and outputs."""

    http_api: HttpApi
    function: Function


def add_http_api(scope: Construct, pipeline: PipelineResources) -> HttpApi:
    """Add the API by itself."""
    settings = pipeline.settings
    return HttpApi(
        scope,
        "HttpApi",
        name=settings.name("api"),
        region=settings.region,
        description=f"Upload to {settings.pipeline_name}, see what became of it, and play it",
    )


def add_api(
    scope: Construct,
    pipeline: PipelineResources,
    *,
    http_api: HttpApi,
    identity: Identity,
    playback: Playback,
    webhooks: Webhooks,
) -> Api:
    """Add the function behind the API, and let it serve callers with a token of the user pool."""
    settings = pipeline.settings
    function = add_function(
        scope,
        "ApiFunction",
        pipeline,
        module="api",
        description="Answers the routes of the API",
        timeout_seconds=TIMEOUT_SECONDS,
        concurrency=settings.api.concurrency,
        config=ApiConfig(
            **shared(pipeline),
            presets_path=pipeline.presets.presets_path,
            profiles_parameter=pipeline.presets.profiles_name,
            resource_server=identity.pool.resource_server,
            sign_in_url=identity.sign_in_url,
            user_pool_client_id=identity.page_client_id,
            page_size=settings.api.page_size,
            body_limit_bytes=settings.api.body_limit_bytes,
            timeout_seconds=TIMEOUT_SECONDS,
            processing_queue_url=pipeline.processing_queue.url,
            processing_dlq_url=pipeline.processing_queue.dlq_url,
            captions_queue_url=pipeline.captions_queue.url,
            captions_dlq_url=pipeline.captions_queue.dlq_url,
            job_events_queue_url=pipeline.job_events_queue.url,
            job_events_dlq_url=pipeline.job_events_queue.dlq_url,
            webhooks_queue_url=webhooks.queue.url,
            webhooks_dlq_url=webhooks.queue.dlq_url,
            alarm_names=settings.name(ALARM_NAMES),
            max_jobs_in_flight=settings.max_jobs_in_flight,
            spending_caps=caps_of(settings),
            upload_key_prefix=settings.upload_key_prefix,
            api_upload_prefix=settings.api_upload_prefix,
            upload_endpoint=settings.api.upload_endpoint,
            upload_url_seconds=60 * settings.api.upload_url_minutes,
            person_quota_bytes=settings.api.person_quota_bytes,
            uploads_at_once=settings.api.uploads_at_once,
            max_source_size_bytes=settings.max_source_size_bytes,
            ignored_names=settings.ignored_names,
            playback_domain=playback.domain_name,
            playback_key_pair_id=playback.signing_key.key_pair_id,
            playback_signing_key=playback.signing_key.private_key,
            playback_hash_algorithm=settings.playback.hash_algorithm,
            playback_cookie_hours=settings.playback.cookie_hours,
            playback_url_hours=settings.playback.url_hours,
            distribution_id=playback.distribution.id,
        ),
    )
    role = function.role
    # Requests with an Idempotency-Key are remembered beside the assets; operators change these.
    pipeline.assets.grant_read_write(role)
    pipeline.assets.grant_read_many(role)
    pipeline.assets.grant_query(role, index=STATUS_INDEX)
    pipeline.assets.grant_query(role, index=CREATION_INDEX)
    pipeline.presets.grant_read(role)
    _grant_uploads(pipeline, role)
    _grant_operations(pipeline, role)
    _grant_monitoring(pipeline, role, webhooks)
    playback.distribution.grant_invalidate(role)
    playback.signing_key.grant_sign(role)
    http_api.serve(
        function,
        prefix=PREFIX,
        open_routes=OPEN_ROUTES,
        issuer=identity.pool.issuer,
        audience=identity.client_ids,
    )
    http_api.add_stage(
        rate_per_second=settings.api.requests_per_second,
        burst=settings.api.burst_requests,
        log_retention_days=settings.log_retention_days,
        key=pipeline.key,
    )
    return Api(http_api=http_api, function=function)


def _grant_uploads(pipeline: PipelineResources, role: ServiceRole) -> None:
    """Let a role sign parts of uploads, and end these; people have what its URLs say, and nothing else."""
    prefix = pipeline.settings.api_upload_prefix
    pipeline.uploads.grant_write(role, prefix=prefix, in_parts=True)
    pipeline.uploads.grant_resume_parts(role, prefix=prefix)
    # What a person has, and what was completed while its caller had gone.
    pipeline.uploads.grant_list_versions(role)


def _grant_operations(pipeline: PipelineResources, role: ServiceRole) -> None:
    """Let a role cancel, replay and remove assets, as the operators' policy does."""
    pipeline.transcoder.grant_search(role)
    pipeline.transcoder.grant_cancel(role)
    pipeline.processing_queue.grant_send(role)
    pipeline.outputs.grant_list_versions(role)
    pipeline.outputs.grant_delete_versions(role)
    pipeline.uploads.grant_delete_versions(role)
    pipeline.topic.grant_publish(role)


def _grant_monitoring(pipeline: PipelineResources, role: ServiceRole, webhooks: Webhooks) -> None:
    """Let a role see how the pipeline is, and redrive its queues as the operators' policy does.

    Metrics have no resources, and metric alarms do. Source:
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
    """
    queues = pipeline.processing_queue, pipeline.captions_queue, pipeline.job_events_queue, webhooks.queue
    for queue in queues:
        queue.grant_watch(role)
        queue.grant_redrive(role)
    pipeline.transcoder.grant_count(role)
    role.allow(Statement(sid="ReadMetrics", actions=["cloudwatch:GetMetricData"], resources=["*"]))
    alarms = pipeline.account.arn("cloudwatch", f"alarm:{pipeline.settings.name(ALARM_NAMES)}")
    role.allow(Statement(sid="WatchAlarms", actions=["cloudwatch:DescribeAlarms"], resources=[alarms]))
