"""What the functions have in common, built once from their settings: adapters, and services above them.

A part is built when it is first asked for. What not every function needs is imported only then, so that none
pays at its start for another's parts.
"""

import random
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from media_pipeline.adapters.asset_table import AssetTable
from media_pipeline.adapters.clients import aws_client
from media_pipeline.adapters.mediaconvert import MediaConvertTranscoder
from media_pipeline.adapters.notifications import SnsNotifications
from media_pipeline.adapters.outputs_bucket import S3OutputsBucket
from media_pipeline.adapters.queues import SqsQueue
from media_pipeline.adapters.uploads_bucket import S3UploadsBucket
from media_pipeline.domain.clock import utc_now
from media_pipeline.domain.ports import Clock
from media_pipeline.domain.uploads.limits import SourceTypes
from media_pipeline.handlers.config import FunctionConfig
from media_pipeline.services.lifecycle import Lifecycle
from media_pipeline.telemetry import PipelineMetrics

if TYPE_CHECKING:
    from media_pipeline.domain.asset import Asset
    from media_pipeline.domain.spending.reservation import Ledger
    from media_pipeline.publishing.caption_publisher import CaptionPublisher
    from media_pipeline.publishing.sidecars import SidecarNames
    from media_pipeline.services.job_state_changes import JobStateChanges
    from media_pipeline.services.late_captions import LateCaptions
    from media_pipeline.services.redelivery import FindRedelivery
    from media_pipeline.services.refusals import Refusals


class Parts:
    """Build a function's parts from the settings that all functions have."""

    def __init__(self, config: FunctionConfig) -> None:
        self._config = config
        self.metrics = PipelineMetrics()

    @property
    def clock(self) -> Clock:
        """Return what tells the time."""
        return utc_now

    @cached_property
    def dynamodb(self) -> Any:
        """Return the client for the assets table and what lies in it."""
        return aws_client("dynamodb")

    @property
    def region(self) -> str:
        """Return the region that the function runs in."""
        return str(self.dynamodb.meta.region_name)

    @cached_property
    def table(self) -> AssetTable:
        """Return the assets table."""
        return AssetTable(self.dynamodb, self._config.assets_table)

    @cached_property
    def uploads(self) -> S3UploadsBucket:
        """Return the uploads bucket."""
        return S3UploadsBucket(self._s3, self._config.uploads_bucket)

    @cached_property
    def outputs(self) -> S3OutputsBucket:
        """Return the outputs bucket."""
        return S3OutputsBucket(self._s3, self._config.outputs_bucket)

    @cached_property
    def notifications(self) -> SnsNotifications:
        """Return the notifications topic."""
        return SnsNotifications(aws_client("sns"), self._config.notifications_topic_arn)

    @cached_property
    def transcoder(self) -> MediaConvertTranscoder:
        """Return MediaConvert for those who submit nothing."""
        return MediaConvertTranscoder(
            aws_client("mediaconvert"),
            pipeline=self._config.pipeline_name,
            queue_arn=self._config.mediaconvert_queue_arn,
        )

    @cached_property
    def source_types(self) -> SourceTypes:
        """Return the types of files that are accepted."""
        return SourceTypes(suffixes=self._config.media_suffixes)

    @cached_property
    def sidecar_names(self) -> "SidecarNames":
        """Return which caption files belong to which sources."""
        from media_pipeline.publishing.sidecars import SidecarNames

        return SidecarNames(
            media_suffixes=self._config.media_suffixes, caption_suffixes=self._config.caption_suffixes
        )

    @cached_property
    def captions(self) -> "CaptionPublisher":
        """Return what publishes captions."""
        from media_pipeline.publishing.caption_publisher import CaptionPublisher

        return CaptionPublisher(names=self.sidecar_names, uploads=self.uploads, outputs=self.outputs)

    @cached_property
    def caption_uploads(self) -> "LateCaptions":
        """Return what gives captions to videos that are done."""
        from media_pipeline.services.late_captions import LateCaptions

        return LateCaptions(
            pipeline=self._config.pipeline_name,
            names=self.sidecar_names,
            uploads=self.uploads,
            table=self.table,
            captions=self.captions,
            publisher=self.notifications,
            metrics=self.metrics,
            clock=self.clock,
        )

    @cached_property
    def lifecycle(self) -> Lifecycle:
        """Return what brings assets to their end."""
        return Lifecycle(
            pipeline=self._config.pipeline_name,
            table=self.table,
            uploads=self.uploads,
            metrics=self.metrics,
            publisher=self.notifications,
            retention_days=self._config.asset_retention_days,
            clock=self.clock,
            refund=self._refund,
        )

    @cached_property
    def ledger(self) -> "Ledger":
        """Return where reservations are booked."""
        from media_pipeline.adapters.spending.ledger import DynamoLedger

        return DynamoLedger(self.dynamodb, self._config.assets_table)

    def _refund(self, asset: "Asset") -> None:
        if asset.reservation:
            from media_pipeline.services.spending.budget import Refunds

            Refunds(ledger=self.ledger, clock=self.clock).refund(asset)

    @cached_property
    def refusals(self) -> "Refusals":
        """Return what records uploads that are not accepted."""
        from media_pipeline.adapters.notification_turns import DynamoTurns
        from media_pipeline.services.refusals import Refusals

        return Refusals(
            table=self.table,
            types=self.source_types,
            turns=DynamoTurns(self.dynamodb, self._config.assets_table),
            announce=self.lifecycle.announce,
            metrics=self.metrics,
            retention_days=self._config.asset_retention_days,
            clock=self.clock,
        )

    @cached_property
    def job_changes(self) -> "JobStateChanges":
        """Return what moves assets along as their jobs do."""
        from media_pipeline.publishing.storyboard_publisher import StoryboardPublisher
        from media_pipeline.services.job_state_changes import JobStateChanges

        return JobStateChanges(
            pipeline=self._config.pipeline_name,
            table=self.table,
            jobs=self.transcoder,
            uploads=self.uploads,
            outputs=self.outputs,
            storyboards=StoryboardPublisher(outputs=self.outputs),
            captions=self.captions,
            lifecycle=self.lifecycle,
            clock=self.clock,
        )

    def queue(self, url: str) -> SqsQueue:
        """Return a queue."""
        return SqsQueue(self._sqs, url)

    def redelivery(
        self, queue_urls: Iterable[str], *, max_receive_count: int, max_delay_seconds: int
    ) -> "FindRedelivery":
        """Return what finds the redelivery of the queue that a message came by."""
        from media_pipeline.services.redelivery import Redelivery, by_queue

        return by_queue(
            {
                url: Redelivery(
                    queue=self.queue(url),
                    metrics=self.metrics,
                    max_receive_count=max_receive_count,
                    max_delay_seconds=max_delay_seconds,
                    random=random.random,
                )
                for url in queue_urls
            }
        )

    @cached_property
    def _s3(self) -> Any:
        return aws_client("s3")

    @cached_property
    def _sqs(self) -> Any:
        return aws_client("sqs")
