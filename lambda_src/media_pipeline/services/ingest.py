"""Bring an uploaded object to a submitted job: claim, look, plan, submit, record.

What becomes of a message:

- a new version of an object: one asset, one job, or FAILED with a reason where the file can't be processed,
  or CANCELED where an even newer version has taken its place;
- a repeated delivery of an asset beyond RECEIVED: nothing changes, the message is done;
- a delivery while another invocation works on the asset, and every transient or operator's fault: an error is
  raised and the message returns to the queue; in the end to the DLQ, from where a redrive continues;
- an upload of a type that is not accepted: one record, FAILED, at the price of one write (`refusals`);
- an empty file: nothing for a while, in which its content may take its place; then FAILED;
- not an event of our bucket: its handler raises MalformedEventError, the same way to the DLQ. No message is
  dropped unrecorded.

One attempt has one job. A claim outlives the invocation that holds it, so no other one works on the asset;
and an invocation that takes over from one that may have submitted looks for its job just before submitting.
MediaConvert's token answers a second request within a minute with the first one's job: together they leave
no gap as long as a job can be found a minute after it was made.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from math import ceil

from media_pipeline.domain.asset import Asset, AssetStatus, ClaimOutcome
from media_pipeline.domain.asset_store import AssetStore
from media_pipeline.domain.clock import instant
from media_pipeline.domain.delivery.folders import attempt_folder
from media_pipeline.domain.errors import (
    ClaimHeldError,
    OperatorError,
    PermanentError,
    RemovedAssetError,
    SourceRefusedError,
    ThrottledError,
    TooEarlyError,
    TransientError,
)
from media_pipeline.domain.failures import Reason, Unreadable, failure, replay_helps
from media_pipeline.domain.failures.failure import AssetError
from media_pipeline.domain.ports import Clock, Metrics, Transcoder, UploadsBucket
from media_pipeline.domain.source import (
    Source,
    SourceInfo,
    UnknownSource,
    has_audio,
    has_video,
    source_from_record,
)
from media_pipeline.domain.transitions import Transition
from media_pipeline.domain.uploads.current import CurrentUpload, superseded_by
from media_pipeline.domain.uploads.limits import SourceLimits
from media_pipeline.domain.uploads.upload import UploadedObject
from media_pipeline.domain.values import dataclass
from media_pipeline.encoding.job_settings import groups_of, job_settings
from media_pipeline.encoding.planned_outputs import planned_outputs
from media_pipeline.encoding.profiles import PresetStore
from media_pipeline.manifests.silent_files import HEAD_BYTES, is_silent
from media_pipeline.services.job_limit import JobLimit
from media_pipeline.services.lifecycle import Lifecycle
from media_pipeline.services.refusals import Refusals
from media_pipeline.services.spending.budget import Budget
from media_pipeline.services.spending.quoting import Quoting
from media_pipeline.telemetry import logger

# Where MediaConvert fails or takes too long, a source is looked into again for so long; then it is encoded
# without.
PROBE_PATIENCE = timedelta(minutes=30)
# So long an upload waits that S3 does not let us read: for an operator, who may allow its key.
ACCESS_PATIENCE = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingest:
    """Turn announced uploads into submitted jobs, each exactly once."""

    table: AssetStore
    transcoder: Transcoder
    uploads: UploadsBucket
    slots: JobLimit
    presets: PresetStore
    quoting: Quoting
    budget: Budget
    lifecycle: Lifecycle
    metrics: Metrics
    limits: SourceLimits
    refusals: Refusals
    empty_file_grace_seconds: int
    outputs_bucket: str
    claim_seconds: int
    clock: Clock

    def handle(self, upload: UploadedObject) -> None:
        """Handle an announced upload. Errors as the module says."""
        logger.append_keys(asset_id=upload.asset_id)
        if self.refusals.refuse(upload):
            return
        now = self.clock()
        try:
            claim = self.table.claim(upload, now=now, until=now + timedelta(seconds=self.claim_seconds))
        except RemovedAssetError as removed:
            logger.info("The upload is let alone", reason=str(removed))
            return
        match claim.outcome:
            case ClaimOutcome.HELD:
                raise _held(claim.asset, now)
            case ClaimOutcome.SETTLED:
                logger.info("Delivered again; the asset is beyond this step", status=claim.asset.status)
                self.lifecycle.announce(claim.asset)
            case ClaimOutcome.NEW:
                logger.info("Received", source=upload.uri, size_bytes=upload.size_bytes)
                self.metrics.asset_received()
                self._submit_attempt(claim.asset, may_have_job=False)
            case ClaimOutcome.TAKEN_OVER:
                # The plan is written just before the submission: without one there was no submission.
                self._submit_attempt(claim.asset, may_have_job=bool(claim.asset.planned_outputs))

    def _submit_attempt(self, asset: Asset, *, may_have_job: bool) -> None:
        try:
            job_id = self._found_job(asset) if may_have_job else None
            if job_id is None:
                current = self._current(asset)
                if current is None:
                    return
                job_id = self._submit(asset, current, may_have_job=may_have_job)
        except PermanentError as fault:
            self._fail(asset, fault)
            return
        except TransientError as error:
            if isinstance(error, SourceRefusedError):
                self.metrics.source_refused()
            self.table.release(asset, now=self.clock())
            raise
        self._record(asset, job_id)

    def _found_job(self, asset: Asset) -> str | None:
        job_id = self.transcoder.find_job(asset)
        if job_id is not None:
            logger.info("Found the job of an invocation that could not record it", job_id=job_id)
        return job_id

    def _current(self, asset: Asset) -> CurrentUpload | None:
        """Return what the asset's key holds; end the asset and return None where that is something newer.

        Raises PermanentError where the key holds nothing, or what can't be read.
        """
        current = self.uploads.current(asset.upload.key)
        if current is None:
            raise failure("SOURCE_MISSING").fault()
        superseded = superseded_by(current, asset.upload)
        if superseded is not None:
            # Mounts make an empty file first: that it was replaced is no news.
            is_news = asset.upload.size_bytes > 0
            self._end(asset, AssetStatus.CANCELED, superseded, is_news=is_news)
            return None
        self._check_grace(asset)
        if current.unreadable is not None:
            raise self._refusal(asset, current.unreadable)
        return current

    def _check_grace(self, asset: Asset) -> None:
        """Raise TooEarlyError for an empty file as long as it may still be replaced by its content."""
        age = (self.clock() - instant(asset.attempt_began_at)).total_seconds()
        seconds_left = ceil(self.empty_file_grace_seconds - age)
        if asset.upload.size_bytes == 0 and seconds_left > 0:
            raise TooEarlyError("the file is empty: it may be replaced soon", seconds_left=seconds_left)

    def _refusal(self, asset: Asset, unreadable: Unreadable) -> PermanentError | SourceRefusedError:
        """Return what an upload that can't be read ends with, or waits for."""
        age = self.clock() - instant(asset.attempt_began_at)
        if unreadable.reason is Reason.DENIED and age < ACCESS_PATIENCE:
            return SourceRefusedError(f"the source can't be read: {unreadable.said}")
        return unreadable.fault()

    def _probe_source(self, asset: Asset) -> Source:
        """Return what MediaConvert says of a source; where that is nothing, its first bytes say a little."""
        source = self._probed(asset)
        if isinstance(source, SourceInfo):
            return source
        return replace(source, is_silent=is_silent(self.uploads.read(asset.upload, 0, HEAD_BYTES)))

    def _probed(self, asset: Asset) -> Source:
        try:
            return self.transcoder.probe(asset.upload.uri)
        except (ThrottledError, OperatorError):
            raise
        except TransientError as error:
            if self.clock() - instant(asset.attempt_began_at) < PROBE_PATIENCE:
                raise
            # It may be this file that MediaConvert stumbles on.
            return UnknownSource(reason=str(error))

    def _submit(self, asset: Asset, current: CurrentUpload, *, may_have_job: bool) -> str:
        self.limits.check(asset.upload)
        # Before a slot: an upload that waits for presets, or has no such profile, takes none from others.
        presets, profiles = self.presets.load()
        asked_for = profiles.chosen(key=asset.upload.key, requested=current.profile)
        self.budget.check_open(asset)
        self.slots.take()
        # One attempt has one plan: a request that may have been accepted is repeated as it was.
        source = source_from_record(asset.source_info) if may_have_job else self._probe_source(asset)
        if isinstance(source, UnknownSource):
            logger.warning("The source is encoded in its own size alone", reason=source.reason)
        profile = profiles.fitting(
            asked_for, has_video=has_video(source, asset.upload.uri), has_audio=has_audio(source)
        )
        # The profile that was asked for says who may watch, whatever one fits. A request that may have been
        # accepted goes on writing where it did.
        is_public = asset.is_public if may_have_job else asked_for.is_public
        folder = attempt_folder(asset.asset_id, asset.attempt, is_public=is_public)
        plan = planned_outputs(folder=folder, source=source, profile=profile, presets=presets)
        settings = job_settings(
            source_uri=asset.upload.uri,
            destination=f"s3://{self.outputs_bucket}/{folder}",
            source=source,
            profile=profile,
            presets=presets,
        )
        quote = self.quoting.quote_record(
            settings, source, profile=profile, profiles=profiles, presets=presets
        )
        self.budget.check_price(asset, quote)
        if not self.budget.record_plan(
            asset,
            profile=profile.name,
            is_public=is_public,
            preset_versions={
                group.preset.value: presets.version(group.preset) for group in groups_of(profile, source)
            },
            source_info=source.as_record(),
            planned_outputs=[output.as_record() for output in plan],
            quote=quote,
        ):
            raise ClaimHeldError("the claim was lost before the job was submitted", seconds_left=1)
        # Once more, since looking at the source took time in which a late submission may have come to light.
        job_id = self._found_job(asset) if may_have_job else None
        if job_id is None:
            job_id = self.transcoder.create_job(asset, settings)
            logger.info("Submitted", job_id=job_id, source_info=source.as_record())
            if isinstance(source, UnknownSource) and not source.is_answered:
                self.metrics.source_unknown()
        return job_id

    def _record(self, asset: Asset, job_id: str) -> None:
        step = Transition(
            to=AssetStatus.SUBMITTED,
            attempt=asset.attempt,
            at=self.clock(),
            detail=f"Job {job_id} was submitted",
            job_id=job_id,
        )
        # The job's first event may be faster than this write; anything else is a job too many.
        current = self.table.advance(asset.asset_id, step) or self.table.get(asset.asset_id)
        if current is None or current.job_id != job_id:
            logger.error("Another job is recorded for this attempt", job_id=job_id)
            return
        self.metrics.asset_submitted()

    def _fail(self, asset: Asset, fault: PermanentError) -> None:
        error = AssetError(
            code=fault.code,
            category=fault.category,
            message=fault.message,
            replay_helps=replay_helps(fault.code),
        )
        self._end(asset, AssetStatus.FAILED, error)

    def _end(self, asset: Asset, status: AssetStatus, error: AssetError, *, is_news: bool = True) -> None:
        step = Transition(
            to=status,
            attempt=asset.attempt,
            at=self.clock(),
            detail=error.message,
            claimed_until=asset.claimed_until,
            error=error,
            is_news=is_news,
        )
        self.lifecycle.finish(asset, step)


def _held(asset: Asset, now: datetime) -> ClaimHeldError:
    seconds_left = ceil((instant(asset.claimed_until) - now).total_seconds())
    return ClaimHeldError(
        f"held by another invocation until {asset.claimed_until}", seconds_left=max(0, seconds_left)
    )
