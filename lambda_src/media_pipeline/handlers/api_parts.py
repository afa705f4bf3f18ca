"""What the API's routes work with, built when a route first asks for it."""

import secrets
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from media_pipeline.adapters.clients import aws_client
from media_pipeline.handlers.config import ApiConfig
from media_pipeline.handlers.wiring import Parts

if TYPE_CHECKING:
    from media_pipeline.adapters.delivery.playback_signer import PlaybackSigner
    from media_pipeline.adapters.preset_store import SsmPresetStore
    from media_pipeline.domain.monitoring.charts import WatchedQueue
    from media_pipeline.domain.ports import AssetListing
    from media_pipeline.encoding.pricing.price_list import PriceList
    from media_pipeline.services.delivery.playback import Playback
    from media_pipeline.services.monitoring.health import Health
    from media_pipeline.services.operations.cancel import Cancel
    from media_pipeline.services.operations.redrive import Redrive
    from media_pipeline.services.operations.removal import Remove
    from media_pipeline.services.operations.replay import Replay
    from media_pipeline.services.requests.idempotency import Idempotency
    from media_pipeline.services.uploading.uploads import Uploads


class ApiParts(Parts):
    """Build the API's parts from its settings."""

    def __init__(self, config: ApiConfig) -> None:
        super().__init__(config)
        self.config = config

    @cached_property
    def listing(self) -> "AssetListing":
        """Return what lists assets."""
        from media_pipeline.adapters.listing.assets import DynamoAssetListing

        return DynamoAssetListing(self.dynamodb, self.config.assets_table, clock=self.clock)

    @cached_property
    def api_uploads(self) -> "Uploads":
        """Return what takes uploads in parts."""
        from media_pipeline.adapters.removal.object_versions import ObjectVersions
        from media_pipeline.adapters.uploading.parts_bucket import S3PartsBucket, parts_client
        from media_pipeline.domain.uploads.filter import UploadFilter
        from media_pipeline.domain.uploads.ignored_names import IgnoredNames
        from media_pipeline.domain.uploads.in_parts import PersonalKeys
        from media_pipeline.domain.uploads.limits import SourceLimits
        from media_pipeline.services.uploading.quota import Quota
        from media_pipeline.services.uploading.uploads import Uploads

        config = self.config
        bucket = config.uploads_bucket
        endpoint = config.upload_endpoint
        return Uploads(
            keys=PersonalKeys(prefix=config.api_upload_prefix),
            bucket=S3PartsBucket(
                parts_client(),
                bucket,
                signing_client=parts_client(endpoint) if endpoint is not None else None,
                valid_seconds=config.upload_url_seconds,
            ),
            bucket_name=bucket,
            versions=ObjectVersions(aws_client("s3"), bucket),
            assets=self.table,
            wanted=UploadFilter(
                prefix=config.upload_key_prefix,
                caption_suffixes=config.caption_suffixes,
                ignored=IgnoredNames(patterns=config.ignored_names),
            ),
            limits=SourceLimits(max_size_bytes=config.max_source_size_bytes, types=self.source_types),
            names=self.sidecar_names,
            quota=Quota(max_bytes=config.person_quota_bytes, max_in_progress=config.uploads_at_once),
            random=lambda: secrets.token_hex(8),
        )

    @cached_property
    def idempotency(self) -> "Idempotency":
        """Return what does requests once."""
        from media_pipeline.adapters.requests.memory import DynamoRequestMemory
        from media_pipeline.services.requests.idempotency import Idempotency

        memory = DynamoRequestMemory(self.dynamodb, self.config.assets_table)
        return Idempotency(memory=memory, held_seconds=self.config.timeout_seconds, clock=self.clock)

    @cached_property
    def cancel(self) -> "Cancel":
        """Return what cancels assets."""
        from media_pipeline.services.operations.cancel import Cancel

        return Cancel(
            table=self.table,
            jobs=self.transcoder,
            retention_days=self.config.asset_retention_days,
            clock=self.clock,
        )

    def replay(self, *, force: bool) -> "Replay":
        """Return what begins another attempt of assets."""
        from media_pipeline.services.operations.replay import Replay

        queue = self.queue(self.config.processing_queue_url)
        return Replay(table=self.table, queue=queue, clock=self.clock, force=force)

    def remove(self, *, with_source: bool, has_time: Callable[[], bool]) -> "Remove":
        """Return what takes assets down for good."""
        from media_pipeline.adapters.delivery.viewer_cache import CloudFrontCache
        from media_pipeline.adapters.removal.object_versions import ObjectVersions
        from media_pipeline.adapters.removal.records import RemovedRecords
        from media_pipeline.services.operations.removal import Remove

        config, s3 = self.config, aws_client("s3")
        return Remove(
            pipeline=config.pipeline_name,
            uploads_bucket=config.uploads_bucket,
            table=self.table,
            records=RemovedRecords(self.dynamodb, config.assets_table),
            outputs=ObjectVersions(s3, config.outputs_bucket),
            uploads=ObjectVersions(s3, config.uploads_bucket),
            news=self.notifications,
            metrics=self.metrics,
            with_source=with_source,
            clock=self.clock,
            cache=CloudFrontCache(aws_client("cloudfront"), config.distribution_id),
            has_time=has_time,
        )

    @cached_property
    def health(self) -> "Health":
        """Return what tells how the pipeline is."""
        from media_pipeline.adapters.monitoring.cloudwatch import CloudWatch
        from media_pipeline.adapters.monitoring.queue_counts import SqsQueueCounts
        from media_pipeline.adapters.spending.counters import DynamoCounters
        from media_pipeline.domain.monitoring.charts import pipeline_charts
        from media_pipeline.domain.spending.caps import parse_caps
        from media_pipeline.services.monitoring.health import Health, Watched

        config, queues = self.config, self._watched_queues
        return Health(
            Watched(
                queues=queues,
                charts=pipeline_charts(
                    pipeline=config.powertools_service_name,
                    namespace=config.powertools_metrics_namespace,
                    queues=queues,
                ),
                alarm_names=config.alarm_names,
                max_jobs_in_flight=config.max_jobs_in_flight,
                caps=parse_caps(config.spending_caps),
            ),
            metrics=CloudWatch(aws_client("cloudwatch")),
            queues=SqsQueueCounts(self._sqs),
            jobs=self.transcoder,
            counters=DynamoCounters(self.dynamodb, config.assets_table),
            clock=self.clock,
        )

    def redrive(self, queue: str, *, per_second: float) -> "Redrive":
        """Return what moves the dead letters of a queue back."""
        from media_pipeline.adapters.monitoring.dead_letters import DeadLetters
        from media_pipeline.domain.monitoring.dead_letters import reader_of
        from media_pipeline.services.operations.pace import Pace
        from media_pipeline.services.operations.redrive import Redrive

        config, urls = self.config, self._watched_queues[queue]
        return Redrive(
            queue=DeadLetters(self._sqs, url=urls.dlq_url, source_url=urls.url),
            assets=self.table,
            read=reader_of(queue, bucket=config.uploads_bucket, pipeline=config.pipeline_name),
            pace=Pace(per_second),
        )

    @property
    def _watched_queues(self) -> "Mapping[str, WatchedQueue]":
        """Return the queues by what operators call them."""
        from media_pipeline.domain.monitoring.charts import WatchedQueue

        config = self.config
        urls = (
            ("processing", config.processing_queue_url, config.processing_dlq_url),
            ("captions", config.captions_queue_url, config.captions_dlq_url),
            ("job-events", config.job_events_queue_url, config.job_events_dlq_url),
            ("webhooks", config.webhooks_queue_url, config.webhooks_dlq_url),
        )
        return {name: WatchedQueue(url=url, dlq_url=dlq_url) for name, url, dlq_url in urls}

    @cached_property
    def playback(self) -> "Playback":
        """Return what signs for viewers."""
        from media_pipeline.domain.delivery.playback import Signer
        from media_pipeline.services.delivery.playback import Playback

        config = self.config
        return Playback(
            domain=config.playback_domain,
            signer=Signer(
                key_pair_id=config.playback_key_pair_id,
                hash_algorithm=config.playback_hash_algorithm,
                sign=self._playback_signer.sign,
            ),
            cookie_hours=config.playback_cookie_hours,
            url_hours=config.playback_url_hours,
        )

    @property
    def _playback_signer(self) -> "PlaybackSigner":
        """Return KMS with its key, or the key that an operator keeps in Parameter Store."""
        config = self.config
        if config.playback_signing_key.startswith("arn:"):
            from media_pipeline.adapters.delivery.playback_signer import KmsSigner

            return KmsSigner(aws_client("kms"), config.playback_signing_key)
        from media_pipeline.adapters.delivery.parameter_signer import ParameterSigner

        return ParameterSigner(
            aws_client("ssm"),
            config.playback_signing_key,
            hash_algorithm=config.playback_hash_algorithm,
        )

    @cached_property
    def prices(self) -> "PriceList":
        """Return the price list of the function's region."""
        from media_pipeline.encoding.pricing.price_list import parse_price_list
        from media_pipeline.prices import price_list_text

        return parse_price_list(price_list_text(self.region))

    @cached_property
    def presets(self) -> "SsmPresetStore":
        """Return the presets and profiles in force."""
        from media_pipeline.adapters.preset_store import SsmPresetStore

        return SsmPresetStore(
            aws_client("ssm"),
            presets_path=self.config.presets_path,
            profiles_parameter=self.config.profiles_parameter,
        )
