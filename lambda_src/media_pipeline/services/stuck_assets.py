"""Find overdue assets and repair them from the truth: MediaConvert's word, or the upload's event once more.

A run is bounded, may be repeated, and may overlap with another: every write is conditional.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta

from media_pipeline.domain.asset import OPEN_STATUSES, Asset, AssetStatus
from media_pipeline.domain.asset_store import AssetStore
from media_pipeline.domain.clock import instant
from media_pipeline.domain.errors import MediaPipelineError
from media_pipeline.domain.events import (
    JobStateChange,
    JobStatus,
    state_change_of_job,
    upload_event,
)
from media_pipeline.domain.failures import failure
from media_pipeline.domain.ports import Clock, Metrics, Queue, Transcoder
from media_pipeline.domain.transitions import Transition
from media_pipeline.domain.values import dataclass
from media_pipeline.services.backlog import has_backlog
from media_pipeline.services.lifecycle import Lifecycle
from media_pipeline.telemetry import logger

MAX_ASSETS_PER_STATUS = 200
# Afterwards the fault is not a lost message: the asset counts as stuck, and the alarm calls an operator. It
# is still announced again, ever more seldom, so that it gets through by itself once the cause is fixed.
STUCK_REDELIVERIES = 3
LONGEST_WAIT = timedelta(hours=6)
# Two days or more after the upload; an operator can replay it.
MAX_REDELIVERIES = 12
# A job that waits or runs longer is news: the queue is paused, or the job needs an operator to cancel it.
LONGEST_JOB = timedelta(hours=24)
_ALIVE = frozenset({JobStatus.SUBMITTED, JobStatus.PROGRESSING})


@dataclass(frozen=True, slots=True, kw_only=True)
class StuckAssets:
    """Look after overdue assets."""

    table: AssetStore
    jobs: Transcoder
    queue: Queue
    apply_change: Callable[[JobStateChange], bool]
    lifecycle: Lifecycle
    metrics: Metrics
    stuck_after_seconds: int
    clock: Clock

    @property
    def _stuck_after(self) -> timedelta:
        return timedelta(seconds=self.stuck_after_seconds)

    def run(self, *, has_time: Callable[[], bool]) -> Mapping[str, int]:
        """Look into each status's overdue assets, oldest first, while there is time; count what was found.

        An asset is stuck where nothing could be done for it, and where looking into it failed; it is waiting
        where it was announced again and has time until the next try, or others are before it in the queue.
        Both stay the oldest, so they don't count towards a status's share: they must not shut others out.
        """
        backlog = has_backlog(self.queue)
        before = self.clock() - self._stuck_after
        found = {"looked_into": 0, "repaired": 0, "alive": 0, "waiting": 0, "stuck": 0}
        for status in OPEN_STATUSES:
            helped = 0
            for overdue in self.table.by_status(status, before=before):
                if helped == MAX_ASSETS_PER_STATUS or not has_time():
                    break
                with logger.append_context_keys(asset_id=overdue.asset_id):
                    outcome = self._repair(overdue.asset_id, status, backlog=backlog)
                found["looked_into"] += 1
                found[outcome] += 1
                helped += outcome not in ("waiting", "stuck")
        self.metrics.assets_stuck(found["stuck"])
        return found

    def _repair(self, asset_id: str, status: AssetStatus, *, backlog: bool) -> str:
        """Repair one asset where it needs it; return what it was found to be."""
        try:
            asset = self.table.get(asset_id)
            if asset is None or asset.status is not status:
                return "alive"  # the index lags behind, or somebody else was faster
            if asset.job_id is None:
                return "waiting" if backlog else self._announce_again(asset)
            return self._ask_for_job(asset, asset.job_id)
        except MediaPipelineError as error:
            logger.warning("Could not be repaired", error=type(error).__name__, reason=str(error))
            return "stuck"

    def _announce_again(self, asset: Asset) -> str:
        if asset.redeliveries >= MAX_REDELIVERIES:
            return self._give_up(asset)
        wait = min(self._stuck_after * 2**asset.redeliveries, LONGEST_WAIT)
        if self.clock() - instant(asset.updated_at) > wait:
            if not self.table.take_for_repair(asset, now=self.clock(), redelivery=True):
                return "alive"
            self.queue.send(upload_event(asset.upload))
            return self._repaired("upload_announced_again")
        if asset.redeliveries >= STUCK_REDELIVERIES:
            logger.warning("Stuck: announced again to no avail", redeliveries=asset.redeliveries)
            return "stuck"
        return "waiting"

    def _give_up(self, asset: Asset) -> str:
        error = failure("NEVER_SUBMITTED").error()
        step = Transition(
            to=AssetStatus.FAILED,
            attempt=asset.attempt,
            at=self.clock(),
            detail=error.message,
            claimed_until=asset.claimed_until,
            error=error,
        )
        return self._repaired("given_up") if self.lifecycle.finish(asset, step) else "alive"

    def _ask_for_job(self, asset: Asset, job_id: str) -> str:
        job = self.jobs.get_job(job_id)
        if job is None:
            error = failure("JOB_NOT_FOUND").error()
            step = Transition(
                to=AssetStatus.FAILED,
                attempt=asset.attempt,
                at=self.clock(),
                detail=error.message,
                job_id=job_id,
                error=error,
            )
            return self._repaired("job_not_found") if self.lifecycle.finish(asset, step) else "alive"
        change = state_change_of_job(job)
        if self.apply_change(change):
            return self._repaired(f"missed_{change.status.value.lower()}")
        if change.status in _ALIVE:
            if asset.submitted_at and self.clock() - instant(asset.submitted_at) > LONGEST_JOB:
                logger.warning("Stuck: its job neither ends nor fails", job_status=change.status.value)
                return "stuck"
            # Not lost, only long: to the end of the line, so that others get their turn.
            self.table.take_for_repair(asset, now=self.clock())
            return "alive"
        return "stuck"

    def _repaired(self, kind: str) -> str:
        logger.info("Repaired", kind=kind)
        self.metrics.asset_repaired(kind=kind)
        return "repaired"
