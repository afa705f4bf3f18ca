"""Handle a caption file that was uploaded: the asset beside it gets it, now or when it is done.

What becomes of it depends on the asset of what the source's key holds now:

- COMPLETE: it is published now, and the record's outputs follow, while nobody else changed them;
- RECEIVED, SUBMITTED, PROCESSING: nothing. The file is in the bucket, and VERIFYING, which comes before
  COMPLETE without exception, is recorded before the status processor lists the bucket: it will see it;
- VERIFYING: whether that listing saw it can't be known. The message comes back until the asset has ended;
- FAILED, CANCELED: nothing; a replay lists anew;
- no source, or no record of it yet: nothing; the source's own job lists the bucket when it is done.

So whichever comes first, the last one to look sees both. Publishing twice does no harm (`captions.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from media_pipeline.assets import Asset, AssetStatus
from media_pipeline.caption_files import SidecarNames
from media_pipeline.captions import CaptionPublisher, Published, Sidecars, without_captions
from media_pipeline.errors import TransientError
from media_pipeline.events import parse_upload
from media_pipeline.lifecycle import Publisher
from media_pipeline.telemetry import logger

_MAX_TRIES = 5


class CaptionedAssets(Protocol):
    """What late captions need of the assets table."""

    def get(self, asset_id: str) -> Asset | None:
        """Return an asset as of now."""
        ...

    def note_captions(
        self,
        asset: Asset,
        *,
        outputs: Sequence[Mapping[str, Any]],
        rejected: Sequence[Mapping[str, Any]],
    ) -> bool:
        """Record a complete asset's captions; return False where it changed meanwhile."""
        ...


class CaptionMetrics(Protocol):
    """What late captions count."""

    def captions_rejected(self, count: int) -> None:
        """Count caption files that can't be used."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionUploads:
    """Give announced caption files to the assets that they are beside."""

    pipeline: str
    uploads_bucket: str
    names: SidecarNames
    sidecars: Sidecars
    table: CaptionedAssets
    captions: CaptionPublisher
    publisher: Publisher
    metrics: CaptionMetrics

    def handle(self, body: str) -> None:
        """Handle one message: an `Object Created` event of a caption file. Errors as the module says."""
        upload = parse_upload(body, bucket=self.uploads_bucket)
        keys = self.sidecars.keys(self.names.prefix_beside(upload.key))
        sources = self.names.sources_of(upload.key, keys)
        if not sources:
            logger.info("No video lies beside the caption file yet", source=upload.uri)
        for key in sources:
            source = self.sidecars.upload(key)
            if source is not None:
                with logger.append_context_keys(asset_id=source.asset_id):
                    self._give(source.asset_id)

    def _give(self, asset_id: str) -> None:
        for _ in range(_MAX_TRIES):
            asset = self.table.get(asset_id)
            status = asset.status if asset is not None else None
            if status is AssetStatus.VERIFYING:
                raise TransientError("the asset is being verified: its captions are looked at afterwards")
            if asset is None or status is not AssetStatus.COMPLETE:
                logger.info("Captions are not published now", status=status)
                return
            if self._publish(asset):
                return
        raise TransientError("the asset's record is being changed all the time")

    def _publish(self, asset: Asset) -> bool:
        """Publish what is there; return False where the record changed meanwhile."""
        others = without_captions(asset.outputs)
        published = self.captions.publish(asset, others)
        outputs = [*others, *published.outputs]
        if outputs == list(asset.outputs) and list(published.rejected) == list(asset.rejected_captions):
            return True
        # News first: a record that is up to date keeps whoever comes back from telling.
        self._tell(asset, outputs, published)
        if not self.table.note_captions(asset, outputs=outputs, rejected=published.rejected):
            return False
        logger.info("Captions published", captions=len(published.outputs), rejected=len(published.rejected))
        known = [(entry["key"], entry["etag"]) for entry in asset.rejected_captions]
        fresh = [entry for entry in published.rejected if (entry["key"], entry["etag"]) not in known]
        if fresh:
            self.metrics.captions_rejected(len(fresh))
        return True

    def _tell(self, asset: Asset, outputs: Sequence[Mapping[str, Any]], published: Published) -> None:
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
            },
        )
