"""The end of an asset, however it comes about: one conditional write, its metrics, its notification.

A file that was found damaged is quarantined before anybody is told of it, and so by the time that they look.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from media_pipeline.domain.asset import Asset, AssetStatus
from media_pipeline.domain.asset_record import expiry
from media_pipeline.domain.asset_store import AssetStore
from media_pipeline.domain.clock import instant
from media_pipeline.domain.failures import has_been_quarantined, quarantines
from media_pipeline.domain.ports import Clock, Metrics, Notifications, UploadsBucket
from media_pipeline.domain.transitions import Transition
from media_pipeline.domain.values import dataclass
from media_pipeline.telemetry import logger


def news_attributes(status: str, asset: Asset) -> Mapping[str, str]:
    """Return the attributes of a message about an asset: `status`, and `profile` and `code` where known."""
    known = {"status": status, "profile": asset.profile, "code": asset.error.code if asset.error else None}
    return {name: value for name, value in known.items() if value}


def _nothing_reserved(asset: Asset) -> None:
    """Give nothing back: nothing is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """Bring assets to their end and say so; a retention of 0 days keeps their records for ever.

    `refund` takes what an asset reserved off the counters, where it ended without a job.
    """

    pipeline: str
    table: AssetStore
    uploads: UploadsBucket
    metrics: Metrics
    publisher: Notifications
    retention_days: int
    clock: Clock
    refund: Callable[[Asset], None] = _nothing_reserved

    def finish(self, asset: Asset, step: Transition, *, output_minutes: float = 0.0) -> bool:
        """Take a step to a terminal status; return False where the record forbids it.

        Raises TransientError where the news can't be sent: the next delivery sends it (`announce`).
        """
        step = replace(step, expires_at=expiry(step.at, self.retention_days))
        finished = self.table.advance(asset.asset_id, step)
        if finished is None:
            return False
        logger.info("The asset has come to its end", status=step.to.value, detail=step.detail)
        self._count(finished, step, output_minutes)
        self.announce(finished)
        return True

    def announce(self, asset: Asset) -> None:
        """Send the news of an asset's end, where that hasn't been done. At least once, seldom twice."""
        if not asset.is_terminal or asset.notified_at is not None:
            return
        self.refund(asset)
        quarantined = self._apply_quarantine(asset)
        error = asset.error.as_record() if asset.error else None
        self.publisher.publish(
            f"[{self.pipeline}] {asset.status.value}: {asset.upload.key.rpartition('/')[2]}",
            {
                "pipeline": self.pipeline,
                "asset_id": asset.asset_id,
                "attempt": asset.attempt,
                "status": asset.status.value,
                "profile": asset.profile,
                "source": asset.upload.uri,
                "error": error,
                "quarantined": quarantined,
                "outputs": list(asset.outputs),
                "rejected_captions": list(asset.rejected_captions),
                "rejected_captions_left_out": asset.rejected_captions_left_out,
                "storyboard_fault": asset.storyboard_fault,
                "completed_at": asset.completed_at,
            },
            attributes=news_attributes(asset.status.value, asset),
        )
        self.table.note_notified(asset, now=self.clock())

    def _apply_quarantine(self, asset: Asset) -> bool:
        """Quarantine a damaged file, and release one that came through after all; as often as need be."""
        if asset.error is not None and asset.status is AssetStatus.FAILED and quarantines(asset.error.code):
            return self.uploads.quarantine(asset.upload, reason=asset.error.code)
        if asset.status is AssetStatus.COMPLETE and has_been_quarantined(asset.past_attempts):
            self.uploads.release(asset.upload)
        return False

    def _count(self, asset: Asset, step: Transition, output_minutes: float) -> None:
        seconds = (
            (step.at - instant(asset.submitted_at)).total_seconds()
            if asset.submitted_at is not None
            else None
        )
        if step.to is AssetStatus.COMPLETE:
            self.metrics.asset_completed(processing_seconds=seconds or 0.0, output_minutes=output_minutes)
            if step.rejected_captions:
                left_out = step.rejected_captions_left_out or 0
                self.metrics.captions_rejected(len(step.rejected_captions) + left_out)
        elif step.to is AssetStatus.FAILED:
            reason = step.error.code if step.error else "UNKNOWN"
            self.metrics.asset_failed(reason=reason, processing_seconds=seconds)
        else:
            self.metrics.asset_canceled()
