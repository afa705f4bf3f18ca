"""Structured logs and metrics (EMF) of the pipeline, through Powertools."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from aws_lambda_powertools import Logger, Metrics, single_metric
from aws_lambda_powertools.metrics import MetricUnit

from media_pipeline.domain.bounds import cut, within
from media_pipeline.domain.redaction import redacted

# CloudWatch Logs takes 256 KB, and a line of the log is for people.
# Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
MAX_LINE_BYTES = 32 * 1024
# Source: CloudWatch API, Dimension.Value: 1 to 1,024 ASCII characters; a code or a kind is a word.
_MAX_DIMENSION_BYTES = 255


def log_line(entry: Mapping[str, Any]) -> str:
    """Return a line of the log: JSON without secrets, of bounded length, whatever it holds."""
    return _line(within(redacted(dict(entry)), max_bytes=MAX_LINE_BYTES, dumps=_line))


def _line(entry: Mapping[str, Any]) -> str:
    line = json.dumps(entry, default=lambda value: redacted(str(value)), ensure_ascii=False)
    return line.encode(errors="replace").decode()


def dimension(value: str) -> str:
    """Return a text that CloudWatch takes for a dimension's value: printable ASCII, not empty."""
    printable = "".join(character if " " < character <= "~" else "?" for character in value)
    return cut(printable, _MAX_DIMENSION_BYTES).replace("…", "~") or "?"


logger = Logger(json_serializer=log_line)


class PipelineMetrics:
    """Count what happens to assets. All carry the dimension `service`, whose value is the pipeline's name.

    An asset that ends well counts zero failures and the other way round: the alarm on their rate would get no
    value where one of both metrics does not exist.
    """

    def __init__(self) -> None:
        # Namespace and service are what the function's environment says; Powertools reads it by itself.
        self._metrics = Metrics()

    def asset_received(self) -> None:
        """Count a new asset."""
        self._count("AssetsReceived")

    def upload_refused(self) -> None:
        """Count an upload of a type that is not accepted; it counts neither as received nor as failed."""
        self._count("UploadsRefused")

    def asset_submitted(self) -> None:
        """Count a submitted job."""
        self._count("AssetsSubmitted")

    def source_unknown(self) -> None:
        """Count a job that was submitted without a look into its source."""
        self._count("SourcesUnknown")

    def source_refused(self) -> None:
        """Count an upload that waits since AWS does not let us look into it."""
        self._count("SourcesRefused")

    def asset_completed(self, *, processing_seconds: float, output_minutes: float) -> None:
        """Count an asset whose outputs are there; seconds run from submission to completion."""
        self._count("AssetsCompleted")
        self._count("AssetsFailed", 0)
        self._metrics.add_metric("ProcessingSeconds", MetricUnit.Seconds, processing_seconds)
        self._metrics.add_metric("OutputMinutes", MetricUnit.NoUnit, output_minutes)

    def asset_failed(self, *, reason: str, processing_seconds: float | None) -> None:
        """Count an asset that can't be processed, in all and by its error code."""
        self._count("AssetsFailed")
        self._count("AssetsCompleted", 0)
        self._count_by("AssetsFailedByReason", "reason", reason)
        if processing_seconds is not None:
            self._metrics.add_metric("ProcessingSeconds", MetricUnit.Seconds, processing_seconds)

    def asset_canceled(self) -> None:
        """Count an asset whose job was cancelled."""
        self._count("AssetsCanceled")

    def asset_removed(self) -> None:
        """Count an asset that was taken down for good."""
        self._count("AssetsRemoved")

    def captions_rejected(self, count: int) -> None:
        """Count caption files that can't be used."""
        self._count("CaptionsRejected", count)

    def caption_without_video(self) -> None:
        """Count a caption file that lies beside no video."""
        self._count("CaptionsWithoutVideo")

    def message_slowed_down(self) -> None:
        """Count a message that AWS's throttling or failing made wait."""
        self._count("MessagesSlowedDown")

    def event_unconfirmed(self) -> None:
        """Count a job event that was dropped, since MediaConvert says otherwise."""
        self._count("JobEventsUnconfirmed")

    def presets_invalid(self) -> None:
        """Count an upload that waits for presets to be fixed."""
        self._count("PresetsInvalid")

    def cap_reached(self) -> None:
        """Count an upload that waits since what may be spent is spent."""
        self._count("CapReached")

    def asset_repaired(self, *, kind: str) -> None:
        """Count a repair, in all and by its kind."""
        self._count("AssetsRepaired")
        self._count_by("AssetsRepairedByKind", "kind", kind)

    def assets_stuck(self, count: int) -> None:
        """Say how many overdue assets there are that nothing repairs; also when there are none."""
        self._count("StuckAssets", count)

    def run_finished(self) -> None:
        """Count a run of the reconciler that came to its end; the alarm on its absence rests on it."""
        self._count("ReconcilerRunsFinished")

    def webhooks_announced(self, count: int) -> None:
        """Count the webhooks of an asset's end, one for each endpoint."""
        self._count("WebhooksAnnounced", count)

    def webhook_delivered(self, *, seconds: float) -> None:
        """Count a webhook that was taken; seconds run from the asset's end."""
        self._count("WebhooksDelivered")
        self._metrics.add_metric("WebhookSeconds", MetricUnit.Seconds, seconds)

    def webhook_failed(self) -> None:
        """Count a try that was not taken."""
        self._count("WebhooksFailed")

    def webhook_dropped(self) -> None:
        """Count a webhook whose endpoint was removed or disabled meanwhile."""
        self._count("WebhooksDropped")

    def webhook_postponed(self) -> None:
        """Count a webhook that waits for its next try."""
        self._count("WebhooksPostponed")

    def endpoint_disabled(self) -> None:
        """Count an endpoint that asked to be told nothing more; the alarm on it rests on it."""
        self._count("WebhookEndpointsDisabled")

    @contextmanager
    def published(self) -> Iterator[None]:
        """Write what was counted to the log when the block ends, however it ends."""
        try:
            yield
        finally:
            if self._metrics.provider.metric_set:
                self._metrics.flush_metrics()

    def _count(self, name: str, value: int = 1) -> None:
        self._metrics.add_metric(name, MetricUnit.Count, value)

    def _count_by(self, name: str, by: str, value: str) -> None:
        with single_metric(
            name=name, unit=MetricUnit.Count, value=1, namespace=self._metrics.namespace
        ) as metric:
            metric.add_dimension("service", self._metrics.service or "")
            metric.add_dimension(by, dimension(value))
