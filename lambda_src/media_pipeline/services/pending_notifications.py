"""Send the notifications of assets whose end was recorded by an invocation that died before sending them.

The invocation that ends an asset notifies people at once, or its message does when it comes back. What is
left over, of a killed process or of an operator's command, is found here. Each run looks at what ended since
the time up to which the runs before it looked, so that a pause between runs, however long, leaves no gap.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta

from media_pipeline.domain.asset import TERMINAL_STATUSES
from media_pipeline.domain.asset_store import AssetStore
from media_pipeline.domain.clock import instant, timestamp
from media_pipeline.domain.errors import MediaPipelineError
from media_pipeline.domain.ports import Checkpoint, Clock, Metrics
from media_pipeline.domain.status_index import ReachedTime
from media_pipeline.domain.values import dataclass
from media_pipeline.services.lifecycle import Lifecycle
from media_pipeline.telemetry import logger

# What can't be told of for so long is no longer news, and must not hold up what is.
LOOK_BACK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingNotifications:
    """Send the notifications of ends that were not sent within `overdue_seconds`."""

    table: AssetStore
    checkpoint: Checkpoint[ReachedTime]
    lifecycle: Lifecycle
    metrics: Metrics
    overdue_seconds: int
    clock: Clock

    def run(self, *, has_time: Callable[[], bool]) -> Mapping[str, int]:
        """Look at what ended since the last run, while there is time; count what was told of.

        Where the news can't be sent, or time is over, the next run begins there. An end that two runs tell of
        is heard of twice.
        """
        until = reached = self.clock() - timedelta(seconds=self.overdue_seconds)
        last, oldest = self.checkpoint.load(), until - LOOK_BACK
        since = max(instant(last.reached), oldest) if last else oldest
        told = 0
        for status in TERMINAL_STATUSES:
            for ended in self.table.by_status(status, after=since, before=until):
                if not has_time():
                    reached = min(reached, instant(ended.updated_at))
                    break
                if ended.notified_at is not None:
                    continue
                try:
                    told += self._notify(ended.asset_id)
                except MediaPipelineError as error:
                    logger.warning("Not told of", asset_id=ended.asset_id, reason=str(error))
                    reached = min(reached, instant(ended.updated_at))
        self.checkpoint.save(ReachedTime(reached=timestamp(reached)))
        return {"ends_told": told}

    def _notify(self, asset_id: str) -> bool:
        asset = self.table.get(asset_id)
        if asset is None or not asset.is_terminal or asset.notified_at is not None:
            return False
        with logger.append_context_keys(asset_id=asset_id):
            self.lifecycle.announce(asset)
            logger.info("Repaired", kind="end_announced")
        self.metrics.asset_repaired(kind="end_announced")
        return True
