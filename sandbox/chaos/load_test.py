"""All of it at once: uploads, faults, killed functions, an operator, a restart; then the audit."""

from __future__ import annotations

import collections
import contextlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sandbox.chaos.audit import (
    audit,
    captioned,
    explanation,
    missing_captions,
    percentile,
    seconds_to_end,
    uploaded,
)
from sandbox.chaos.evidence import Evidence, asset_record, gathered, stored_versions
from sandbox.chaos.fault_injector import FaultInjector
from sandbox.chaos.following import Ended, Rate
from sandbox.chaos.kinds import Kind, bodies
from sandbox.chaos.night import Night
from sandbox.chaos.operator import Operator
from sandbox.chaos.pipeline import Pipeline
from sandbox.chaos.poison import delete_poison, send_poison
from sandbox.chaos.report import Report, Times
from sandbox.chaos.settings import LoadTestSettings, Repair
from sandbox.chaos.uploads import Uploader, planned
from sandbox.chaos.workers import WorkerKiller
from sandbox.deployment.deploy import Deployment
from sandbox.runtime import servers
from sandbox.runtime.console import Phase, Terminal
from sandbox.runtime.errors import ServerError
from sandbox.runtime.folder import Folder

_PAUSE_SECONDS = 1.0
_LOOK_SECONDS = 3.0
# While nothing ends, everything is read again this often: a look may have missed something.
_QUIET_SECONDS = 30.0
# The sandbox's schedule.
RECONCILER_INTERVAL_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Place:
    """A sandbox that runs and has the pipeline deployed."""

    folder: Folder
    running: servers.Running
    deployment: Deployment


def run_load_test(
    place: Place,
    settings: LoadTestSettings,
    terminal: Terminal,
    *,
    reconciler_interval_seconds: int = RECONCILER_INTERVAL_SECONDS,
) -> Report:
    """Load the pipeline while faults are injected, and audit what is left.

    However it ends, faults are switched off, nothing is killed any more and the servers run.

    Args:
        place: Where; other uploads there are left alone.
        settings: How bad it is.
        terminal: Shows each phase.
        reconciler_interval_seconds: How often the reconciler looks.

    Raises:
        SandboxError: The load test could not be carried through; its message says why.
    """
    return _LoadTest(place, settings, terminal).run(reconciler_interval_seconds)


@dataclass(slots=True)
class _Progress:
    """What the load test measured of itself."""

    deepest: int = 0
    restarts: list[float] = field(default_factory=list)
    rate: Rate = field(default_factory=Rate)


class _LoadTest:
    def __init__(self, place: Place, settings: LoadTestSettings, terminal: Terminal) -> None:
        self._place = place
        self._settings = settings
        self._terminal = terminal
        self._run = f"{settings.seed}-{time.strftime('%Y%m%dT%H%M%S')}"
        self._prefix = f"chaos {self._run}/"
        self._pipeline = Pipeline(place.running.endpoints, place.deployment)
        self._faults = FaultInjector(place.folder, place.running.endpoints, settings, self._run)
        self._uploader = Uploader(
            self._pipeline.s3,
            self._pipeline.uploads,
            bodies(),
            list(planned(settings, self._prefix)),
            at_once=settings.concurrent_uploads,
            per_second=settings.most_per_second,
        )
        self._killer = WorkerKiller(self._local_aws_pid, settings.kill_pause_seconds, settings.seed)
        self._operator = Operator(
            self._pipeline.mediaconvert,
            self._pipeline.job_queue_arn,
            f"s3://{self._pipeline.uploads}/{self._prefix}",
            endless_seconds=settings.endless_seconds,
            early_cancels=round(settings.uploads * settings.cancel_share),
        )
        self._night = Night(
            self._pipeline, longest_chain=self._faults.longest_chain, renewals=settings.night_renewals
        )
        self._ended = Ended(self._pipeline, self._prefix)
        self._progress = _Progress()

    def run(self, reconciler_interval_seconds: int) -> Report:
        settings, terminal = self._settings, self._terminal
        repair = self._pipeline.repair(reconciler_interval_seconds)
        with terminal.phase("Sending unreadable messages") as phase:
            poison = send_poison(self._pipeline, settings.poison_messages, self._run)
            phase.result(f"{len(poison)} in the dead-letter queue")
        begun = time.time()
        with terminal.phase(f"Load test of {settings.uploads} uploads") as phase, self._faults_and_load():
            timed_out = self._follow(phase, repair)
            seconds = time.time() - begun
            phase.result(f"{len(self._ended)} ended, {self._uploads_per_second(seconds):.1f} a second")
        with terminal.phase("Auditing") as phase:
            faults = self._faults.counts()
            evidence = gathered(
                self._pipeline,
                self._uploader.acknowledged,
                self._prefix,
                poison=poison,
                without_record=self._uploader.keys_without_record,
            )
            report = self._report(evidence, begun, seconds, faults, timed_out)
            delete_poison(self._pipeline, evidence)
            self._faults.clear()
            phase.result("passed" if report.passed else "failed")
        return report

    @contextlib.contextmanager
    def _faults_and_load(self) -> Iterator[None]:
        with contextlib.ExitStack() as stack:
            stack.callback(self._faults.disable)
            stack.callback(self._night.end)
            self._faults.enable()
            for part in (self._uploader, self._killer, self._operator):
                stack.callback(part.stop)
                part.start()
            yield

    def _follow(self, phase: Phase, repair: Repair) -> bool:
        """Watch until all has ended and nothing is on its way; return whether the load test timed out."""
        begun = time.monotonic()
        deadline = begun + repair.deadline_seconds(self._settings)
        looked = moved = begun
        while not self._is_over():
            now = time.monotonic()
            if now > deadline:
                return True
            self._place.running.check()
            self._hold_back_uploads()
            if now - looked > _LOOK_SECONDS:
                looked, before = now, len(self._ended)
                self._ended.look()
                if len(self._ended) > before:
                    moved = now
                elif now - moved > _QUIET_SECONDS:
                    self._ended.look_at_all()
                    moved = now
            self._restart_once()
            self._show(phase)
            time.sleep(_PAUSE_SECONDS)
        return False

    def _is_over(self) -> bool:
        without_record = self._uploader.keys_without_record
        sent = [each for each in self._uploader.acknowledged if each.key not in without_record]
        if not self._uploader.is_done or len(self._ended) < len(sent):
            return False
        return (
            not any(self._pipeline.depth(queue).total for queue in self._pipeline.queues)
            and self._faults.is_mediaconvert_idle()
            # An upload whose answer got lost was sent again: then S3 has one more than was acknowledged.
            and all(
                version in self._ended
                for version in stored_versions(self._pipeline, self._prefix)
                if version[0] not in without_record
            )
            and all((each.key, each.version_id) in self._ended for each in sent)
            and self._are_captions_settled()
        )

    def _are_captions_settled(self) -> bool:
        """Return whether every caption file is published or rejected: its event may have been lost, too."""
        sent = self._uploader.acknowledged
        videos = [(each.key, each.version_id) for each in sent if each.kind is Kind.CAPTIONED]
        ids = filter(None, map(self._ended.asset_id, videos))
        records = [asset_record(self._pipeline.record(each)) for each in ids]
        return not any(missing_captions(video.key, record) for video, record in captioned(sent, records))

    def _hold_back_uploads(self) -> None:
        waiting = self._pipeline.depth(self._pipeline.processing_queue).waiting
        self._progress.deepest = max(self._progress.deepest, waiting)
        settings = self._settings
        self._night.look(waiting)
        # Before a night the queue is worked off: the fewer wait, the more often each is sent anew.
        is_evening = self._is_night_due()
        few = settings.most_waiting_at_night
        if is_evening and waiting <= few:
            self._night.begin()
        self._uploader.pause(
            waiting > (few if is_evening or self._night.is_active else settings.most_waiting)
        )

    def _restart_once(self) -> None:
        is_due = 2 * len(self._uploader.acknowledged) >= self._settings.uploads
        if not self._settings.restarts_local_aws or self._progress.restarts or not is_due:
            return
        begun = time.monotonic()
        # Politely: AWS's tables and queues forget nothing. A killed local AWS forgets some seconds, plans of
        # records among them, without which a job that was submitted looks as if it never had been.
        servers.restart_local_aws(self._place.folder, self._place.running)
        self._progress.restarts.append(round(time.monotonic() - begun, 1))

    def _is_night_due(self) -> bool:
        has_been = self._night.is_active or self._night.report is not None
        is_time = 4 * len(self._uploader.acknowledged) >= self._settings.uploads
        return bool(self._settings.night_renewals) and is_time and not has_been

    def _local_aws_pid(self) -> int | None:
        try:
            return servers.local_aws_pid(self._place.folder)
        except ServerError:
            return None

    def _show(self, phase: Phase) -> None:
        now, ended = time.monotonic(), len(self._ended)
        rate = self._progress.rate.per_second(now, ended)
        left = self._settings.uploads - ended
        if left <= 0:
            phase.update(
                ended,
                self._settings.uploads,
                "all have ended; messages may be on their way still",
                counted="uploads",
            )
            return
        counts = ", ".join(f"{number} {status.lower()}" for status, number in self._ended.by_status.items())
        rest = f", {left / rate / 60:.0f} min left" if rate > 1 else ""
        sent = len(self._uploader.acknowledged)
        phase.update(
            ended, self._settings.uploads, f"{rate:.1f}/s{rest}; {sent} sent, {counts}", counted="uploads"
        )

    def _uploads_per_second(self, seconds: float) -> float:
        return len(self._ended) / max(seconds, 1.0)

    def _report(
        self,
        evidence: Evidence,
        begun: float,
        seconds: float,
        faults: Mapping[str, Mapping[str, int]],
        timed_out: bool,
    ) -> Report:
        times = seconds_to_end(evidence)
        count = collections.Counter
        return Report(
            seed=self._settings.seed,
            uploads=self._settings.uploads,
            versions=len(uploaded(evidence)),
            unsent=len(self._uploader.refused),
            statuses=dict(count(record.status for record in evidence.records).most_common()),
            errors=dict(count(record.error_code for record in evidence.records if record.error_code)),
            jobs=len(evidence.jobs),
            attempts=len({(job.asset_id, job.attempt) for job in evidence.jobs}),
            letters=dict(count(explanation(each, evidence) or "unexplained" for each in evidence.letters)),
            repairs=self._pipeline.repairs_since(begun),
            faults=faults,
            killed=self._killer.killed,
            cancelled=self._operator.endless + self._operator.early,
            restart_seconds=self._progress.restarts,
            deepest=self._progress.deepest,
            night=self._night.report,
            seconds=round(seconds, 1),
            uploads_per_second=round(self._uploads_per_second(seconds), 2),
            seconds_to_end=Times(
                p50=percentile(times, 50), p95=percentile(times, 95), p99=percentile(times, 99)
            ),
            timed_out=timed_out,
            findings=audit(evidence),
        )
