"""The functions, put together as their handlers do it, with every call going through one process."""

from dataclasses import dataclass
from typing import Any

from media_pipeline.adapters.mediaconvert import MediaConvertTranscoder
from media_pipeline.domain.spending.caps import Caps
from media_pipeline.domain.uploads.limits import SourceLimits
from media_pipeline.encoding.presets import PresetName
from media_pipeline.encoding.profiles import DEFAULT_PROFILE, Profile, Profiles
from media_pipeline.services.ingest import Ingest
from media_pipeline.services.job_limit import JobLimit
from media_pipeline.services.job_state_changes import JobStateChanges
from media_pipeline.services.lifecycle import Lifecycle
from media_pipeline.services.operations.cancel import Cancel
from media_pipeline.services.operations.replay import Replay
from media_pipeline.services.pending_notifications import PendingNotifications
from media_pipeline.services.redelivery import Redelivery
from media_pipeline.services.refusals import Refusals
from media_pipeline.services.spending.budget import Budget, Refunds
from media_pipeline.services.stuck_assets import StuckAssets
from media_pipeline.services.upload_sweep import UploadSweep
from tests.property.invocations import Process, Stepped
from tests.property.simulated_aws import PIPELINE, TYPES, WANTED, Conditions, SimulatedAws
from tests.property.simulated_mediaconvert import QUEUE_ARN
from tests.property.soundness import Soundness, WatchedTable
from tests.support.captioning import additions
from tests.support.fakes import (
    FakeMetrics,
    FakePresets,
)
from tests.support.pricing import SHIPPED_QUOTING
from tests.support.strategies import shipped_presets

MAX_SOURCE_SIZE_BYTES = 1000
# A request that an invocation had sent when its time was over may still arrive while its claim stands.
CLAIM_GRACE_SECONDS = 15
EMPTY_FILE_GRACE_SECONDS = 120
_PROFILE = Profile(name=DEFAULT_PROFILE, presets=(PresetName.MP4, PresetName.THUMBNAILS))
PRESETS = FakePresets(shipped_presets(), Profiles(by_name={DEFAULT_PROFILE: _PROFILE}, prefixes={}))

# Never reached, and so all is counted.
CAPS = Caps(day=10**12, month=10**12, by_prefix={"in/": 10**12})


@dataclass(slots=True)
class Slots:
    """Be the slots of the process that runs now."""

    current: JobLimit

    def take(self) -> None:
        """Take a slot for a job."""
        self.current.take()


@dataclass(frozen=True, slots=True, kw_only=True)
class Functions:
    """Hold the functions and the operator's commands."""

    ingest: Ingest
    ingest_redelivery: Redelivery
    changes: JobStateChanges
    changes_redelivery: Redelivery
    repairs: StuckAssets
    ends: PendingNotifications
    sweep: UploadSweep
    replay: Replay
    cancel: Cancel
    slots: Slots
    transcoder: MediaConvertTranscoder
    process: Process
    conditions: Conditions

    def cold_slots(self) -> JobLimit:
        """Return what a function's new process knows of the jobs in flight."""
        return JobLimit(
            self.transcoder.jobs_in_flight,
            limit=self.conditions.max_jobs_in_flight,
            monotonic=lambda: self.process.clock().timestamp(),
        )


def wired(aws: SimulatedAws, process: Process, soundness: Soundness, conditions: Conditions) -> Functions:
    """Put the functions together."""

    def stepped(service: str, target: Any) -> Any:
        return Stepped(process, service, target)

    clock, metrics = process.clock, FakeMetrics()
    table: Any = WatchedTable(process, aws.table, soundness)
    uploads = stepped("uploads", aws.uploads)
    announcements = stepped("queue", aws.processing_queue.queue)
    transcoder = MediaConvertTranscoder(
        stepped("mediaconvert", aws.mediaconvert), pipeline=PIPELINE, queue_arn=QUEUE_ARN, role_arn="role"
    )
    # In the same table.
    ledger = stepped("table", aws.ledger)
    lifecycle = Lifecycle(
        pipeline=PIPELINE,
        table=table,
        uploads=uploads,
        metrics=metrics,
        publisher=stepped("publisher", aws.publisher),
        retention_days=0,
        clock=clock,
        refund=Refunds(ledger=ledger, clock=clock).refund,
    )
    changes = JobStateChanges(
        pipeline=PIPELINE,
        table=table,
        jobs=transcoder,
        uploads=uploads,
        outputs=stepped("outputs", aws.outputs),
        **additions(
            outputs=stepped("documents", aws.outputs),
            uploads=stepped("sidecars", aws.uploads),
        ),
        lifecycle=lifecycle,
        clock=clock,
    )

    def redelivery(name: str, queue: Any) -> Redelivery:
        return Redelivery(
            queue=stepped(name, queue),
            metrics=metrics,
            max_receive_count=conditions.max_receive_count,
            max_delay_seconds=min(900, conditions.stuck_after // 2),
            random=lambda: 0.5,
        )

    refusals = Refusals(
        table=table,
        types=TYPES,
        turns=stepped("turns", aws.turns),
        announce=lifecycle.announce,
        metrics=metrics,
        retention_days=0,
        clock=clock,
    )
    cold = JobLimit(transcoder.jobs_in_flight, limit=conditions.max_jobs_in_flight)
    slots = Slots(cold)
    ingest = Ingest(
        table=table,
        transcoder=transcoder,
        uploads=uploads,
        slots=slots,  # type: ignore[arg-type]
        presets=stepped("presets", PRESETS),
        quoting=SHIPPED_QUOTING,
        budget=Budget(caps=CAPS, table=table, ledger=ledger, metrics=metrics, clock=clock),
        lifecycle=lifecycle,
        metrics=metrics,
        limits=SourceLimits(max_size_bytes=MAX_SOURCE_SIZE_BYTES, types=TYPES),
        refusals=refusals,
        empty_file_grace_seconds=EMPTY_FILE_GRACE_SECONDS,
        outputs_bucket="outputs",
        claim_seconds=conditions.function_timeout + CLAIM_GRACE_SECONDS,
        clock=clock,
    )
    repairs = StuckAssets(
        table=table,
        jobs=transcoder,
        queue=announcements,
        apply_change=changes.apply,
        lifecycle=lifecycle,
        metrics=metrics,
        stuck_after_seconds=conditions.stuck_after,
        clock=clock,
    )
    ends = PendingNotifications(
        table=table,
        checkpoint=stepped("ends_checkpoint", aws.ends_checkpoint),
        lifecycle=lifecycle,
        metrics=metrics,
        overdue_seconds=conditions.stuck_after,
        clock=clock,
    )
    sweep = UploadSweep(
        bucket=uploads,
        table=table,
        checkpoint=stepped("sweep_checkpoint", aws.sweep_checkpoint),
        queue=announcements,
        captions_queue=stepped("captions_queue", aws.captions_queue.queue),
        metrics=metrics,
        wanted=WANTED,
        refusals=refusals,
        overdue_seconds=conditions.stuck_after,
        asset_retention_days=0,
        clock=clock,
    )
    return Functions(
        ingest=ingest,
        ingest_redelivery=redelivery("processing_queue", aws.processing_queue.queue),
        changes=changes,
        changes_redelivery=redelivery("job_events_queue", aws.job_events_queue.queue),
        repairs=repairs,
        ends=ends,
        sweep=sweep,
        replay=Replay(table=table, queue=announcements, clock=clock, force=True),
        cancel=Cancel(table=table, jobs=transcoder, retention_days=0, clock=clock),
        slots=slots,
        transcoder=transcoder,
        process=process,
        conditions=conditions,
    )
