"""Remove what attempts left in the outputs bucket that are no longer needed.

Of an asset that has ended, the newest complete attempt is what people play; what failed, was cancelled or was
replayed since is of use to an operator for some days. MediaConvert can't mark an attempt's files beforehand,
since it doesn't know how the attempt ends, and a tag on each of thousands of segments costs as much as their
upload, so the files are deleted: a thousand a request, which costs nothing. The bucket is versioned: what was
deleted can be brought back for as long as old versions are kept.
Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html and S3's price list

Which attempts are left over never changes back: a later attempt may end well, an earlier one can't any more.
So a run may be repeated, and die anywhere; the next one begins at the time up to which ends were looked at.
What ended within an hour is looked at together: each look asks all partitions of the index.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from heapq import merge

from media_pipeline.domain.asset import TERMINAL_STATUSES, Asset, AssetStatus
from media_pipeline.domain.asset_store import AssetStore
from media_pipeline.domain.clock import instant, timestamp
from media_pipeline.domain.errors import MediaPipelineError
from media_pipeline.domain.ports import Checkpoint, Clock, OutputsBucket
from media_pipeline.domain.status_index import IndexEntry, ReachedTime
from media_pipeline.domain.uploads.limits import REFUSED_CODE
from media_pipeline.domain.values import dataclass
from media_pipeline.telemetry import logger

# Of one run: twenty requests of S3's, and ten seconds of its time.
MAX_OBJECTS = 20_000
MAX_ASSETS = 2_000
LOOK_EVERY = timedelta(hours=1)
_PAGE_SIZE = 1_000


def leftover_attempts(asset: Asset) -> tuple[int, ...]:
    """Return the attempts of an ended asset whose outputs are not needed: all but the newest complete one."""
    if not asset.is_terminal:
        return ()
    ended = {int(past["attempt"]): str(past["status"]) for past in asset.past_attempts}
    ended[asset.attempt] = asset.status.value
    complete = [attempt for attempt, status in ended.items() if status == AssetStatus.COMPLETE]
    newest = max(complete, default=0)
    return tuple(attempt for attempt in range(1, asset.attempt + 1) if attempt != newest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftovers:
    """Remove what attempts left behind `days` after their asset's last end."""

    table: AssetStore
    outputs: OutputsBucket
    checkpoint: Checkpoint[ReachedTime]
    days: int
    clock: Clock

    def run(self, *, has_time: Callable[[], bool]) -> Mapping[str, int]:
        """Look at what ended so long ago, since the last run's time, while there is time; count objects."""
        until = self.clock() - timedelta(days=self.days)
        last = self.checkpoint.load()
        since = instant(last.reached) if last else None
        if since is not None and until - since < LOOK_EVERY:
            return {"leftovers_removed": 0}
        removed = looked_at = 0
        reached = until
        for entry in self._ended(since, until):
            if not has_time() or removed >= MAX_OBJECTS or looked_at >= MAX_ASSETS:
                reached = instant(entry.updated_at)
                break
            if entry.attempt == 1 and (
                entry.status == AssetStatus.COMPLETE or entry.error_code == REFUSED_CODE
            ):
                # Refused uploads may be a million a day, and none of them ever had an output.
                continue
            looked_at += 1
            try:
                more, whole = self._remove(entry.asset_id, limit=MAX_OBJECTS - removed)
            except MediaPipelineError as error:
                logger.warning("Leftovers stay for now", asset_id=entry.asset_id, reason=str(error))
                reached = instant(entry.updated_at)
                break
            removed += more
            if not whole:
                reached = instant(entry.updated_at)
                break
        if since is None or reached > since:
            self.checkpoint.save(ReachedTime(reached=timestamp(reached)))
        return {"leftovers_removed": removed}

    def _ended(self, since: datetime | None, until: datetime) -> Iterable[IndexEntry]:
        per_status = [
            self.table.by_status(status, after=since, before=until, page_size=_PAGE_SIZE)
            for status in sorted(TERMINAL_STATUSES)
        ]
        return merge(*per_status, key=lambda entry: entry.updated_at)

    def _remove(self, asset_id: str, *, limit: int) -> tuple[int, bool]:
        """Remove an asset's leftovers; return how many objects they were, and whether that was all."""
        asset = self.table.get(asset_id)
        removed = 0
        if asset is None:
            return 0, True
        for attempt in leftover_attempts(asset):
            removed += self.outputs.remove(f"{asset.folder_of(attempt)}/", limit=limit - removed)
            if removed >= limit:
                return removed, False
        if removed:
            logger.info("Outputs that are no longer needed were removed", asset_id=asset_id, objects=removed)
        return removed, True
