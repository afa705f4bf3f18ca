"""Cancel: an asset's job ends at MediaConvert, and the record says so.

MediaConvert sends no event for a waiting job that was cancelled, so the record says it at once. Where a job
has ended before, its own events, or the reconciler, bring the truth. Where they have not for 15 minutes, the
news lies in a dead-letter queue or can't be recorded, and CANCELED is recorded: a replay then begins anew. An
asset without a job is CANCELED at once, but not while an invocation holds its claim: a submission may be on
its way.
"""

from datetime import timedelta
from math import ceil
from typing import Protocol

from media_pipeline.domain.asset import Asset, AssetStatus
from media_pipeline.domain.asset_record import expiry
from media_pipeline.domain.asset_store import AssetStore
from media_pipeline.domain.clock import instant
from media_pipeline.domain.ports import Clock
from media_pipeline.domain.transitions import Transition
from media_pipeline.domain.values import dataclass
from media_pipeline.services.operations.changes import Intention, Outcome, Refusal, Result

# An invocation takes a claim over, or a job moves on, between our look and our write: seldom twice.
_LOOKS = 3
# No invocation that works on it can be alive. Source: Lambda quotas, function timeout: 900 seconds
ABANDONED_AFTER = timedelta(seconds=900)


class Jobs(Protocol):
    """What a cancellation needs of MediaConvert."""

    def find_job(self, asset: Asset) -> str | None:
        """Return the id of the job already submitted for this attempt."""
        ...

    def cancel_job(self, job_id: str) -> bool:
        """Cancel a job; return False where it has ended."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """Cancel assets that are under way; a retention of 0 days keeps their records for ever."""

    table: AssetStore
    jobs: Jobs
    retention_days: int
    clock: Clock

    def intention(self, asset: Asset) -> Intention:
        """Say what would be cancelled."""
        if asset.is_terminal:
            text = f"left alone: it has ended already ({asset.status})"
            return Intention(asset=asset, acts=False, text=text, refusal=Refusal.ASSET_ENDED)
        if asset.status is AssetStatus.VERIFYING:
            if seconds_left := self._seconds_until_abandoned(asset):
                return Intention(
                    asset=asset,
                    acts=False,
                    text=f"left alone: its outputs are being verified. Try again in {seconds_left} s",
                    refusal=Refusal.ASSET_IN_VERIFICATION,
                    retry_after_seconds=seconds_left,
                )
            return Intention(asset=asset, acts=True, text="is cancelled; its outputs could not be verified")
        if asset.job_id is None:
            return Intention(asset=asset, acts=True, text="is cancelled; no job is known")
        return Intention(asset=asset, acts=True, text=f"is cancelled with its job {asset.job_id}")

    def apply(self, asset: Asset) -> Outcome:
        """Cancel the attempt that was looked at, and no later one."""
        for _ in range(_LOOKS):
            current = self.table.get(asset.asset_id)
            if current is None or current.attempt != asset.attempt:
                return Outcome(
                    asset_id=asset.asset_id,
                    result=Result.SKIPPED,
                    text="left alone: meanwhile its record is another one",
                    refusal=Refusal.ASSET_CHANGED,
                )
            intention = self.intention(current)
            if not intention.acts:
                return Outcome(
                    asset_id=asset.asset_id,
                    result=Result.SKIPPED,
                    text=intention.text,
                    refusal=intention.refusal,
                    retry_after_seconds=intention.retry_after_seconds,
                )
            outcome = self._try(current)
            if outcome is not None:
                return outcome
        return Outcome(
            asset_id=asset.asset_id,
            result=Result.FAILED,
            text="not cancelled: its record keeps changing. Try again",
            refusal=Refusal.ASSET_CHANGED,
            retry_after_seconds=1,
        )

    def _try(self, asset: Asset) -> Outcome | None:
        """Cancel an asset as it was just read; return None where it must be looked at anew."""
        if asset.job_id is None:
            seconds_left = ceil((instant(asset.claimed_until) - self.clock()).total_seconds())
            if seconds_left > 0:
                return Outcome(
                    asset_id=asset.asset_id,
                    result=Result.FAILED,
                    text=f"not cancelled: it is being submitted. Try again in {seconds_left} s",
                    refusal=Refusal.ASSET_IN_SUBMISSION,
                    retry_after_seconds=seconds_left,
                )
        # The submitter may have died before it recorded the job.
        job_id = asset.job_id or self.jobs.find_job(asset)
        if job_id is None:
            return self._recorded(asset, "cancelled; it had no job", claimed_until=asset.claimed_until)
        if not self.jobs.cancel_job(job_id):
            if seconds_left := self._seconds_until_abandoned(asset):
                text = f"left alone: its job {job_id} has ended, and soon its record tells how"
                return Outcome(
                    asset_id=asset.asset_id,
                    result=Result.SKIPPED,
                    text=f"{text}. If not, try again in {seconds_left} s",
                    refusal=Refusal.JOB_ENDED,
                    retry_after_seconds=seconds_left,
                )
            return self._recorded(asset, f"cancelled; its job {job_id} had ended before", job_id=job_id)
        return self._recorded(asset, f"cancelled with its job {job_id}", job_id=job_id)

    def _seconds_until_abandoned(self, asset: Asset) -> int:
        """Return for how long an invocation may still be at an asset whose job has ended."""
        return max(0, ceil((instant(asset.updated_at) + ABANDONED_AFTER - self.clock()).total_seconds()))

    def _recorded(
        self, asset: Asset, done: str, *, job_id: str | None = None, claimed_until: str | None = None
    ) -> Outcome | None:
        now = self.clock()
        step = Transition(
            to=AssetStatus.CANCELED,
            attempt=asset.attempt,
            at=now,
            detail="Cancelled by an operator",
            job_id=job_id,
            claimed_until=claimed_until,
            expires_at=expiry(now, self.retention_days),
        )
        outcome = Outcome(asset_id=asset.asset_id, result=Result.DONE, text=done)
        if self.table.advance(asset.asset_id, step) is not None:
            return outcome
        if job_id is None:
            return None
        # The job's own event may have been faster.
        current = self.table.get(asset.asset_id)
        if current is None or current.attempt != asset.attempt or current.status is not AssetStatus.CANCELED:
            return None
        return outcome
