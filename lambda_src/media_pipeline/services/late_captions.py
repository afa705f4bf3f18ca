"""Handle a caption file that was uploaded: the asset beside it gets it, now or when it is done.

What becomes of it depends on the asset of what the source's key holds now:

- COMPLETE: it is published now, and the record's outputs follow, while they are unchanged;
- RECEIVED, SUBMITTED, PROCESSING: nothing. The file is in the bucket, and VERIFYING, which comes before
  COMPLETE without exception, is recorded before the status processor lists the bucket: it will see it;
- VERIFYING: whether that listing saw it can't be known. The message comes back until the asset has ended;
- FAILED, CANCELED: nothing; a replay lists anew;
- no record of the source yet: nothing; the source's own job lists the bucket when it is done;
- no source: the same, but it is logged and counted, for its name may be a mistake.

So whichever comes first, the last one to look sees both. Publishing twice does no harm (see
`caption_publisher`).

Nor is it done for each of many files: the record keeps a mark of what lay beside the source when its captions
were last published, and an event that finds the same there is done. While one invocation publishes, the
events of the asset's other files wait in the queue; most of them find the mark then.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from math import ceil
from typing import Any

from media_pipeline.domain.asset import Asset, AssetStatus
from media_pipeline.domain.asset_store import AssetStore
from media_pipeline.domain.clock import instant
from media_pipeline.domain.errors import ClaimHeldError, MediaPipelineError, TransientError
from media_pipeline.domain.ports import Clock, Metrics, Notifications, UploadsBucket
from media_pipeline.domain.uploads.upload import UploadedObject
from media_pipeline.domain.values import dataclass
from media_pipeline.publishing.caption_publisher import CaptionPublisher, Published, without_captions
from media_pipeline.publishing.sidecar_listing import keys_beside, mark_of, sidecars_beside
from media_pipeline.publishing.sidecars import SidecarNames
from media_pipeline.services.lifecycle import news_attributes
from media_pipeline.telemetry import logger

_MAX_TRIES = 5
# So long a publication takes at most, but for a slow S3: then two publish at once, which does no harm.
PUBLISHING = timedelta(seconds=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class LateCaptions:
    """Give announced caption files to the assets that they are beside."""

    pipeline: str
    names: SidecarNames
    uploads: UploadsBucket
    table: AssetStore
    captions: CaptionPublisher
    publisher: Notifications
    metrics: Metrics
    clock: Clock

    def handle(self, upload: UploadedObject) -> None:
        """Handle an announced caption file. Errors as the module says."""
        keys = keys_beside(upload.key, names=self.names, uploads=self.uploads)
        sources = self.names.sources_of(upload.key, keys)
        if not sources:
            # A video that comes later finds the file, if its name begins with the video's.
            logger.warning("No video lies beside the caption file", source=upload.uri)
            self.metrics.caption_without_video()
        for key in sources:
            source = self.uploads.current_version(key)
            if source is not None:
                with logger.append_context_keys(asset_id=source.asset_id):
                    self._attach_captions(source.asset_id)

    def _attach_captions(self, asset_id: str) -> None:
        for _ in range(_MAX_TRIES):
            asset = self.table.get(asset_id)
            status = asset.status if asset is not None else None
            if status is AssetStatus.VERIFYING:
                raise TransientError("the asset is being verified: its captions are looked at afterwards")
            if asset is None or status is not AssetStatus.COMPLETE:
                logger.info("Captions are not published now", status=status)
                return
            if self._is_seen(asset):
                logger.info("The captions were published with what lies beside the video")
                return
            until = self.clock() + PUBLISHING
            if not self.table.take_captions(asset, now=self.clock(), until=until):
                seconds_left = self._seconds_left(self.table.get(asset_id))
                if seconds_left:
                    raise ClaimHeldError(
                        "the asset's captions are being published", seconds_left=seconds_left
                    )
                continue
            try:
                done = self._publish(asset)
            except MediaPipelineError:
                self.table.release_captions(asset, until=until)
                raise
            if done:
                return
            self.table.release_captions(asset, until=until)
        raise TransientError("the asset's record is being changed all the time")

    def _is_seen(self, asset: Asset) -> bool:
        """Tell whether what lies beside the source now was there at the last publication."""
        lying = sidecars_beside(asset.upload.key, names=self.names, uploads=self.uploads)
        return asset.captions_seen == mark_of(lying)

    def _seconds_left(self, asset: Asset | None) -> int:
        if asset is None or asset.captions_until is None:
            return 0
        return max(0, ceil((instant(asset.captions_until) - self.clock()).total_seconds()))

    def _publish(self, asset: Asset) -> bool:
        """Publish what is there; return False where the record changed meanwhile."""
        others = without_captions(asset.outputs)
        published = self.captions.publish(asset, others)
        outputs = [*others, *published.outputs]
        if self._is_news(asset, outputs, published):
            # The notification first: a record that is up to date keeps a second delivery from sending it.
            self._notify(asset, outputs, published)
        if not self.table.note_captions(
            asset,
            outputs=outputs,
            rejected=published.rejected,
            rejected_left_out=published.rejected_left_out,
            seen=published.seen,
        ):
            return False
        logger.info("Captions published", captions=len(published.outputs), rejected=len(published.rejected))
        known = [(entry["key"], entry["etag"]) for entry in asset.rejected_captions]
        fresh = [entry for entry in published.rejected if (entry["key"], entry["etag"]) not in known]
        more = max(0, published.rejected_left_out - asset.rejected_captions_left_out)
        if fresh or more:
            self.metrics.captions_rejected(len(fresh) + more)
        return True

    def _is_news(self, asset: Asset, outputs: Sequence[Mapping[str, Any]], published: Published) -> bool:
        told = (list(asset.outputs), list(asset.rejected_captions), asset.rejected_captions_left_out)
        return (list(outputs), list(published.rejected), published.rejected_left_out) != told

    def _notify(self, asset: Asset, outputs: Sequence[Mapping[str, Any]], published: Published) -> None:
        self.publisher.publish(
            f"[{self.pipeline}] CAPTIONS: {asset.upload.key.rpartition('/')[2]}",
            {
                "pipeline": self.pipeline,
                "asset_id": asset.asset_id,
                "attempt": asset.attempt,
                "status": asset.status.value,
                "source": asset.upload.uri,
                "outputs": outputs,
                "rejected_captions": list(published.rejected),
                "rejected_captions_left_out": published.rejected_left_out,
            },
            # Not the asset's own status: subscribers to ends do not want captions.
            attributes=news_attributes("CAPTIONS", asset),
        )
