"""One pipeline's adapters, each made when first needed: a command asks for no right that it doesn't use."""

import secrets
from collections.abc import Callable
from functools import cached_property
from typing import Any

from media_pipeline import __version__
from media_pipeline.adapters.asset_scan import IndexedRecordTable
from media_pipeline.adapters.asset_table import AssetTable
from media_pipeline.adapters.checkpoints import REINDEX_COMMAND, DynamoCheckpoint
from media_pipeline.adapters.clients import aws_client
from media_pipeline.adapters.delivery.viewer_cache import CloudFrontCache
from media_pipeline.adapters.mediaconvert import MediaConvertTranscoder
from media_pipeline.adapters.monitoring.dead_letters import DeadLetters
from media_pipeline.adapters.notifications import SnsNotifications
from media_pipeline.adapters.preset_store import SsmPresetStore
from media_pipeline.adapters.queues import SqsQueue
from media_pipeline.adapters.removal.object_versions import ObjectVersions
from media_pipeline.adapters.removal.records import CloudWatchRemovals, RemovedRecords
from media_pipeline.adapters.spending.counters import DynamoCounters
from media_pipeline.adapters.uploads_bucket import S3UploadsBucket
from media_pipeline.adapters.webhooks.endpoint_store import SsmEndpointAdministration, SsmEndpoints
from media_pipeline.adapters.webhooks.http_post import HttpPost
from media_pipeline.adapters.webhooks.webhook_queue import SqsWebhookQueue
from media_pipeline.domain.clock import utc_now
from media_pipeline.domain.status_index import ReindexingCursor
from tools.ops.actions.endpoints import Endpoints
from tools.ops.deployed import Resources, read_resources
from tools.ops.errors import UsageError
from tools.ops.records import RecordTable

# An operator can wait longer than a function, and is there to see it.
_READ_TIMEOUT_SECONDS = 20


def operator_client(service: str) -> Any:
    """Return a client as the AWS SDKs' own configuration describes it."""
    return aws_client(service, read_timeout_seconds=_READ_TIMEOUT_SECONDS)


class Adapters:
    """Reach the resources of a pipeline, found by the pipeline's name."""

    def __init__(self, pipeline: str, client: Callable[[str], Any] = operator_client) -> None:
        self._client = client
        self.resources: Resources = read_resources(client("ssm"), pipeline)

    @property
    def region(self) -> str:
        """Return the region of the pipeline."""
        return str(self._client("ssm").meta.region_name)

    @cached_property
    def table(self) -> AssetTable:
        """Return the assets table."""
        return AssetTable(self._client("dynamodb"), self.resources.assets_table)

    @cached_property
    def records(self) -> RecordTable:
        """Return the assets table's records as they are."""
        return RecordTable(self._client("dynamodb"), self.resources.assets_table)

    @cached_property
    def indexed_records(self) -> IndexedRecordTable:
        """Return all records, as far as the indexes are made of them."""
        return IndexedRecordTable(self._client("dynamodb"), self.resources.assets_table)

    @cached_property
    def reindexing_checkpoint(self) -> DynamoCheckpoint[ReindexingCursor]:
        """Return how far the operators' pass through all records has come."""
        return DynamoCheckpoint(
            self._client("dynamodb"), self.resources.assets_table, REINDEX_COMMAND, state=ReindexingCursor
        )

    @cached_property
    def counters(self) -> DynamoCounters:
        """Return what counts what is spent."""
        return DynamoCounters(self._client("dynamodb"), self.resources.assets_table)

    @cached_property
    def removed_records(self) -> RemovedRecords:
        """Return the assets table as a removal writes it."""
        return RemovedRecords(self._client("dynamodb"), self.resources.assets_table)

    @cached_property
    def output_versions(self) -> ObjectVersions:
        """Return the outputs bucket with all versions."""
        return ObjectVersions(self._client("s3"), self.resources.outputs_bucket)

    @cached_property
    def upload_versions(self) -> ObjectVersions:
        """Return the uploads bucket with all versions."""
        return ObjectVersions(self._client("s3"), self.resources.uploads_bucket)

    @cached_property
    def notifier(self) -> SnsNotifications:
        """Return the topic of assets."""
        return SnsNotifications(self._client("sns"), self.resources.notifications_topic_arn)

    @cached_property
    def removal_metrics(self) -> CloudWatchRemovals:
        """Return where removals are counted."""
        return CloudWatchRemovals(
            self._client("cloudwatch"),
            namespace=self.resources.metrics_namespace,
            pipeline=self.resources.pipeline_name,
        )

    @cached_property
    def viewer_cache(self) -> CloudFrontCache | None:
        """Return the distribution's cache, None where the pipeline has no distribution."""
        distribution = self.resources.distribution_id
        return CloudFrontCache(self._client("cloudfront"), distribution) if distribution else None

    @cached_property
    def uploads(self) -> S3UploadsBucket:
        """Return the uploads bucket."""
        return S3UploadsBucket(self._client("s3"), self.resources.uploads_bucket)

    @cached_property
    def processing_queue(self) -> SqsQueue:
        """Return the queue on which uploads are announced."""
        return SqsQueue(self._client("sqs"), self.resources.processing_queue_url)

    @cached_property
    def endpoints(self) -> Endpoints:
        """Return the endpoints of webhooks. Raises UsageError where the pipeline has no webhooks."""
        path, key_arn = self.resources.webhooks_path, self.resources.key_arn
        if path is None or key_arn is None:
            raise self._without_webhooks()
        ssm = self._client("ssm")
        return Endpoints(
            # A command looks once, or has just changed something.
            listed=SsmEndpoints(ssm, path=path, max_age_seconds=0),
            administration=SsmEndpointAdministration(ssm, path=path, key_id=key_arn),
            allow_loopback=self.resources.allows_loopback_webhooks,
            clock=utc_now,
            random=secrets.token_bytes,
        )

    @cached_property
    def webhook_post(self) -> HttpPost:
        """Return what posts a test from this machine."""
        return HttpPost(
            user_agent=f"{self.resources.pipeline_name}/{__version__}",
            clock=utc_now,
            allow_loopback=self.resources.allows_loopback_webhooks,
        )

    @cached_property
    def webhook_queue(self) -> SqsWebhookQueue:
        """Return the queue of webhooks. Raises UsageError where the pipeline has none."""
        if self.resources.webhooks_queue_url is None:
            raise self._without_webhooks()
        return SqsWebhookQueue(self._client("sqs"), self.resources.webhooks_queue_url)

    def _without_webhooks(self) -> UsageError:
        return UsageError(
            f"{self.resources.pipeline_name} has no webhooks: deploy it with the setting "
            '`delivery = "cloudfront"`.'
        )

    @cached_property
    def transcoder(self) -> MediaConvertTranscoder:
        """Return MediaConvert with the pipeline's queue."""
        return MediaConvertTranscoder(
            self._client("mediaconvert"),
            pipeline=self.resources.pipeline_name,
            queue_arn=self.resources.mediaconvert_queue_arn,
        )

    @cached_property
    def presets(self) -> SsmPresetStore:
        """Return the encoding presets and profiles."""
        return SsmPresetStore(
            self._client("ssm"),
            presets_path=self.resources.presets_path,
            profiles_parameter=self.resources.profiles_parameter,
        )

    def letters(self, queue: str) -> DeadLetters:
        """Return what one of the `QUEUES` gave up. Raises UsageError where the pipeline has it not."""
        resources = self.resources
        url, source_url = {
            "processing": (resources.processing_dlq_url, resources.processing_queue_url),
            "captions": (resources.captions_dlq_url, resources.captions_queue_url),
            "job-events": (resources.job_events_dlq_url, resources.job_events_queue_url),
            "webhooks": (resources.webhooks_dlq_url, resources.webhooks_queue_url),
        }[queue]
        if queue == "webhooks" and (url is None or source_url is None):
            raise self._without_webhooks()
        if url is None or source_url is None:
            raise UsageError(
                f"{resources.pipeline_name} has no {queue} queue: an earlier release is deployed, in which "
                "the processing queue has all uploads. Use `redrive processing`, or deploy this release."
            )
        return DeadLetters(self._client("sqs"), url=url, source_url=source_url)
