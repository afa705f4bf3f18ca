"""Apply what MediaConvert says of a job to its asset, whether an event brought it or the reconciler asked.

Late, repeated and reordered news changes nothing: each write is conditional on attempt, job and status.

An event is no proof: those who may send to its queue can write any. So MediaConvert is asked (GetJob) before
an event ends an asset, or names the job of an asset that has none yet; what GetJob says is then applied.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from media_pipeline.domain.asset import Asset, AssetStatus
from media_pipeline.domain.asset_store import AssetStore
from media_pipeline.domain.errors import UnconfirmedEventError, UnknownAssetError
from media_pipeline.domain.events import JobStateChange, JobStatus, state_change_of_job
from media_pipeline.domain.failures import failure
from media_pipeline.domain.failures.failure import AssetError
from media_pipeline.domain.failures.mediaconvert_errors import job_error, words_of_job
from media_pipeline.domain.outputs import PlannedOutput, finished_output, output_minutes
from media_pipeline.domain.ports import Clock, OutputsBucket, Transcoder, UploadsBucket
from media_pipeline.domain.source import has_video, source_from_record
from media_pipeline.domain.transitions import Transition
from media_pipeline.domain.uploads.current import superseded_by
from media_pipeline.domain.values import dataclass
from media_pipeline.encoding.pricing.quote import Quote, usd_text
from media_pipeline.manifests.file_kinds import FileKind, kind_of
from media_pipeline.publishing.caption_publisher import CaptionPublisher, Published
from media_pipeline.publishing.known_state import KnownState
from media_pipeline.publishing.storyboard_publisher import StoryboardPublisher
from media_pipeline.services.lifecycle import Lifecycle
from media_pipeline.services.verification import verify
from media_pipeline.telemetry import logger

_ENDS = frozenset({JobStatus.COMPLETE, JobStatus.ERROR, JobStatus.CANCELED})


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStateChanges:
    """Move assets along as their jobs do."""

    pipeline: str
    table: AssetStore
    jobs: Transcoder
    uploads: UploadsBucket
    outputs: OutputsBucket
    storyboards: StoryboardPublisher
    captions: CaptionPublisher
    lifecycle: Lifecycle
    clock: Clock

    def apply(self, change: JobStateChange) -> bool:
        """Apply what GetJob said of a job; return whether the asset's status changed.

        Raises UnknownAssetError where the asset has no record, so that the news ends in the DLQ rather than
        nowhere, and TransientError where AWS can't answer; applying the same news again then resumes.
        """
        asset = self._concerned(change)
        return asset is not None and self._apply_change(asset, change)

    def apply_event(self, event: JobStateChange) -> bool:
        """Apply an event; return whether the asset's status changed. One GetJob for each end.

        Raises UnconfirmedEventError where MediaConvert doesn't say so, and errors as `apply` does.
        """
        asset = self._concerned(event)
        if asset is None:
            return False
        is_believed = event.status not in _ENDS and asset.job_id is not None
        return self._apply_change(asset, event if is_believed else self._confirmed(event))

    def _confirmed(self, event: JobStateChange) -> JobStateChange:
        """Return what MediaConvert itself says of an event's job."""
        job = self.jobs.get_job(event.job_id)
        if job is None:
            raise UnconfirmedEventError(f"MediaConvert knows no job {event.job_id}, of which an event tells")
        told = state_change_of_job(job)
        if (told.pipeline, told.asset_id, told.attempt) != (event.pipeline, event.asset_id, event.attempt):
            raise UnconfirmedEventError(f"job {event.job_id} is not of the asset that its event names")
        if event.status in _ENDS and told.status not in _ENDS:
            raise UnconfirmedEventError(
                f"an event says that job {event.job_id} is {event.status}; MediaConvert says {told.status}"
            )
        return told

    def _concerned(self, change: JobStateChange) -> Asset | None:
        """Return the asset that news is about; None where it changes nothing any more."""
        if change.asset_id is None or change.pipeline != self.pipeline:
            logger.info("Not a job of this pipeline: started by hand on its queue", job_id=change.job_id)
            return None
        asset = self.table.get(change.asset_id)
        if asset is None:
            if self.table.was_removed(change.asset_id):
                logger.info("News of an asset that an operator removed changes nothing")
                return None
            raise UnknownAssetError(f"job {change.job_id} names asset {change.asset_id}, which has no record")
        if asset.attempt != change.attempt or asset.job_id not in (None, change.job_id):
            logger.info("News of another attempt or job changes nothing", current_job_id=asset.job_id)
            return None
        if asset.is_terminal:
            self.lifecycle.announce(asset)
            return None
        return asset

    def _apply_change(self, asset: Asset, change: JobStateChange) -> bool:
        match change.status:
            case JobStatus.COMPLETE:
                return self._end_as_superseded(asset, change) or self._verify(asset, change)
            case JobStatus.ERROR:
                return self._fail(asset, change, self._diagnosed(asset, change))
            case JobStatus.CANCELED if asset.status is AssetStatus.VERIFYING:
                logger.warning("The job was complete before: it can't have been cancelled")
                return False
            case JobStatus.CANCELED:
                return self.lifecycle.finish(
                    asset, self._step(AssetStatus.CANCELED, change, "The job was cancelled")
                )
            case JobStatus.NEW_WARNING:
                self.table.note_warnings(asset, change.warnings, left_out=change.warnings_left_out)
                return False
            case JobStatus.SUBMITTED | JobStatus.QUEUE_HOP:
                return self._note_submission(asset, change)
            case JobStatus.PROGRESSING | JobStatus.STATUS_UPDATE | JobStatus.INPUT_INFORMATION:
                return self._progress(asset, change)

    def _diagnosed(self, asset: Asset, change: JobStateChange) -> AssetError:
        """Return why the job failed; of some codes the source itself tells more."""
        upload = asset.upload
        kind = None
        if change.error_code in DOUBTFUL_CODES:
            kind = kind_of(upload.size_bytes, partial(self.uploads.read, upload))
        source = source_from_record(asset.source_info)
        return diagnosed_error(
            change.error_code, change.error_message, has_video=has_video(source, upload.uri), kind=kind
        )

    def _note_submission(self, asset: Asset, change: JobStateChange) -> bool:
        """Learn of a job whose submitter did not live to record it."""
        step = self._step(AssetStatus.SUBMITTED, change, f"Job {change.job_id} was found submitted")
        return self._advance(asset, step) is not None

    def _progress(self, asset: Asset, change: JobStateChange) -> bool:
        if asset.status is AssetStatus.PROCESSING:
            self.table.note_progress(asset, percent=change.percent, now=self.clock())
            return False
        step = self._step(AssetStatus.PROCESSING, change, f"Job {change.job_id} is being processed")
        return self._advance(asset, replace(step, percent=change.percent)) is not None

    def _end_as_superseded(self, asset: Asset, change: JobStateChange) -> bool:
        """Cancel an asset whose job may have read something newer than the asset's own upload."""
        if asset.status is AssetStatus.VERIFYING:
            # The job was done before: what came later it did not read.
            return False
        superseded = superseded_by(self.uploads.current(asset.upload.key), asset.upload)
        if superseded is None:
            return False
        step = self._step(AssetStatus.CANCELED, change, superseded.message, error=superseded)
        return self.lifecycle.finish(asset, replace(step, billed_usd=_billed_usd(asset, change)))

    def _verify(self, asset: Asset, change: JobStateChange) -> bool:
        """Complete the asset where all that was planned is there; resume a try that was cut short."""
        verifying = self._step(AssetStatus.VERIFYING, change, "The job is complete; verifying outputs")
        self._advance(asset, replace(verifying, billed_usd=_billed_usd(asset, change)))
        planned = [PlannedOutput.from_record(record) for record in asset.planned_outputs]
        verification = verify(
            folder=asset.folder,
            planned=planned,
            source=source_from_record(asset.source_info),
            groups=change.groups,
            outputs=self.outputs,
        )
        if verification.error is not None:
            logger.error(
                "The outputs are not what was planned",
                missing=len(verification.missing),
                invalid=len(verification.invalid),
            )
            return self._fail(asset, change, verification.error)
        source_duration_ms = int(asset.source_info.get("duration_ms", 0))
        entries: list[Mapping[str, Any]] = [
            finished_output(
                output,
                change.groups,
                source_duration_ms=source_duration_ms,
                found_ms=verification.durations_ms.get(output.key, 0),
            )
            for output in planned
        ]
        # What is no rendition comes last: it is made of what was verified.
        storyboard = self.storyboards.publish(
            asset.folder, entries, verification.sizes, manifests=verification.manifests
        )
        entries += storyboard.outputs
        known = KnownState(manifests=verification.manifests, keys=verification.sizes)
        published = self.captions.publish(asset, entries, known=known)
        detail = f"{len(planned)} outputs verified, {verification.objects} objects"
        step = self._step(
            AssetStatus.COMPLETE,
            change,
            detail,
            outputs=[*entries, *published.outputs],
            published=published,
            storyboard_fault=storyboard.fault,
        )
        return self.lifecycle.finish(asset, step, output_minutes=output_minutes(change.groups))

    def _fail(self, asset: Asset, change: JobStateChange, error: AssetError) -> bool:
        return self.lifecycle.finish(
            asset, self._step(AssetStatus.FAILED, change, error.message, error=error)
        )

    def _advance(self, asset: Asset, step: Transition) -> Asset | None:
        if not step.is_admitted_by(asset):
            return None
        return self.table.advance(asset.asset_id, step)

    def _step(
        self,
        to: AssetStatus,
        change: JobStateChange,
        detail: str,
        *,
        error: AssetError | None = None,
        outputs: Sequence[Mapping[str, Any]] | None = None,
        published: Published | None = None,
        storyboard_fault: str | None = None,
    ) -> Transition:
        rejected = published if published and published.rejected else None
        return Transition(
            to=to,
            attempt=change.attempt,
            at=self.clock(),
            detail=detail,
            job_id=change.job_id,
            error=error,
            outputs=outputs,
            rejected_captions=rejected.rejected if rejected else None,
            rejected_captions_left_out=rejected.rejected_left_out if rejected else None,
            captions_seen=(published.seen or None) if published else None,
            storyboard_fault=storyboard_fault,
            warnings=change.warnings or None,
            warnings_left_out=change.warnings_left_out or None,
        )


def _billed_usd(asset: Asset, change: JobStateChange) -> str | None:
    """Return what a complete job is billed by the durations that it reports, None where it was not quoted."""
    return usd_text(Quote.from_record(asset.quote).billed_usd(change.groups)) if asset.quote else None


_UNSUPPORTED = 1030
_PLAYLIST_CODE = "MEDIACONVERT_3400"
# What MediaConvert may say of a source that is encrypted, or of a playlist under another name.
DOUBTFUL_CODES = frozenset({1010, 1020, 1021, _UNSUPPORTED, 1056, 1075, 1076, 1092, 1999})


def diagnosed_error(code: int, message: str, *, has_video: bool, kind: FileKind | None) -> AssetError:
    """Return the error that an asset records for a job that ended with this code and message.

    `has_video` tells whether its source is a video, `kind` what was found in the source, if anything.
    """
    said = words_of_job(code, message)
    match kind:
        case FileKind.ENCRYPTED:
            return failure("ENCRYPTED_FILE").error(said=said)
        case FileKind.PLAYLIST:
            return failure(_PLAYLIST_CODE).error(said=said)
    # Source: MediaConvert User Guide, "Error codes", 1030: "Audio codec [...] for track [...] is not ..."
    if code == _UNSUPPORTED and (not has_video or "audio codec" in message.lower()):
        return failure("UNSUPPORTED_SOUND").error(said=said)
    return job_error(code, message)
