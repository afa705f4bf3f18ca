"""Record uploads of types that are not accepted, at the price of one write each, however many there are.

Such a file needs no look into it, no job and no message of its own: it is FAILED from the beginning. A
producer's million log files must not cause a million e-mails, and no alarm may hide behind them. So they are
counted by a metric of their own (`UploadsRefused`, not `AssetsFailed`), and of all that come within an hour
the first one alone is told of; the others' records say that they need not be.
"""

from collections.abc import Callable
from datetime import timedelta

from media_pipeline.domain.asset import Asset
from media_pipeline.domain.asset_record import expiry
from media_pipeline.domain.asset_store import AssetStore
from media_pipeline.domain.ports import Clock, Metrics, Turns
from media_pipeline.domain.uploads.limits import SourceTypes
from media_pipeline.domain.uploads.upload import UploadedObject
from media_pipeline.domain.values import dataclass
from media_pipeline.telemetry import logger

TOLD_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusals:
    """Refuse uploads by their type; a retention of 0 days keeps their records for ever."""

    table: AssetStore
    types: SourceTypes
    turns: Turns
    announce: Callable[[Asset], None]
    metrics: Metrics
    retention_days: int
    clock: Clock

    def refuse(self, upload: UploadedObject) -> bool:
        """Record an upload that is not accepted; return False where it is, or has a record already.

        Raises TransientError where the news of one that is told of can't be sent; its message's next delivery
        sends it.
        """
        if self.types.accept(upload.key):
            return False
        now = self.clock()
        is_told = self.turns.take(now=now, every=TOLD_EVERY)
        asset = self.table.refuse(
            upload,
            self.types.error,
            now=now,
            expires_at=expiry(now, self.retention_days),
            # One without a notification counts as announced.
            is_told=not is_told,
        )
        if asset is None:
            return False
        logger.info("Refused: files of this type are not accepted", source=upload.uri)
        self.metrics.upload_refused()
        if is_told:
            self.announce(asset)
        return True
