"""All of it at once: uploads, faults, killed functions, an operator, a restart; then the audit."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.chaos.api.people import uploading_people
from sandbox.chaos.api.sender import ApiSender
from sandbox.chaos.evidence import gathered
from sandbox.chaos.fault_injector import FaultInjector
from sandbox.chaos.following import Ended, Progress, Standing
from sandbox.chaos.kinds import bodies
from sandbox.chaos.night import Night
from sandbox.chaos.operator import Operator
from sandbox.chaos.pipeline import Pipeline
from sandbox.chaos.poison import delete_poison, send_poison
from sandbox.chaos.report import Measured, Report, reported
from sandbox.chaos.settings import LoadTestSettings, Repair
from sandbox.chaos.spending.day_cap import DayCap, raising
from sandbox.chaos.uploads import Uploader, planned
from sandbox.chaos.webhooks.endpoints import KNOWN_AFTER_SECONDS, WebhookReceiver
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


class _LoadTest:
    def __init__(self, place: Place, settings: LoadTestSettings, terminal: Terminal) -> None:
        endpoints = place.running.endpoints
        self._place = place
        self._settings = settings
        self._terminal = terminal
        self._run = f"{settings.seed}-{time.strftime('%Y%m%dT%H%M%S')}"
        self._pipeline = Pipeline(endpoints, place.deployment)
        self._faults = FaultInjector(place.folder, endpoints, settings, self._run)
        people = uploading_people(endpoints, place.deployment, run=self._run, count=settings.people)
        own = f"chaos {self._run}/"
        api_prefix = self._pipeline.api_prefix
        self._prefixes = [own, *(f"{api_prefix}{person.subject}/" for person in people)]
        self._api = ApiSender([person.client for person in people], settings.mischief, self._run)
        self._uploader = Uploader(
            self._pipeline.s3,
            self._pipeline.uploads,
            self._api,
            bodies(),
            list(planned(settings, own)),
            at_once=settings.concurrent_uploads,
            per_second=settings.most_per_second,
        )
        self._killer = WorkerKiller(self._local_aws_pid, settings.kill_pause_seconds, settings.seed)
        self._operator = Operator(
            self._pipeline.mediaconvert,
            self._pipeline.job_queue_arn,
            [f"s3://{self._pipeline.uploads}/{prefix}" for prefix in self._prefixes],
            endless_seconds=settings.endless_seconds,
            early_cancels=round(settings.uploads * settings.cancel_share),
        )
        self._night = Night(
            self._pipeline, longest_chain=self._faults.longest_chain, renewals=settings.night_renewals
        )
        self._cap = DayCap(
            self._pipeline,
            self._prefixes,
            uploads=settings.uploads,
            share=settings.cap_share,
            raise_cap=raising(endpoints, self._pipeline.name),
        )
        self._receiver = WebhookReceiver(
            place.folder,
            endpoints,
            pipeline=self._pipeline.name,
            seed=settings.seed,
        )
        self._ended = Ended(self._pipeline, self._prefixes)
        self._standing = Standing(
            *(self._pipeline, self._prefixes, self._uploader, self._ended, self._faults),
            self._receiver.receipts,
            list(settings.endpoints),
        )
        self._progress = Progress()

    def run(self, reconciler_interval_seconds: int) -> Report:
        settings, terminal = self._settings, self._terminal
        repair = self._pipeline.repair(reconciler_interval_seconds)
        with contextlib.ExitStack() as stack:
            with terminal.phase("Adding endpoints of webhooks, sending unreadable messages") as phase:
                told_from = time.monotonic() + KNOWN_AFTER_SECONDS
                stack.enter_context(self._receiver.running(settings.endpoints))
                poison = send_poison(self._pipeline, settings.poison_messages, self._run)
                time.sleep(max(told_from - time.monotonic(), 0.0))
                phase.result(f"{len(settings.endpoints)} endpoints; {len(poison)} in the dead-letter queue")
            begun = time.time()
            with terminal.phase(f"Load test of {settings.uploads} uploads") as phase, self._faults_and_load():
                timed_out = self._follow(phase, repair)
                seconds = time.time() - begun
                phase.result(f"{len(self._ended)} ended, {len(self._ended) / max(seconds, 1):.1f} a second")
        with terminal.phase("Auditing") as phase:
            evidence = gathered(
                self._pipeline,
                self._uploader,
                self._prefixes,
                poison=poison,
                broken=self._api.broken,
                receipts=self._receiver.receipts.read(),
                endpoints=list(settings.endpoints),
            )
            report = reported(settings, evidence, self._measured(begun, seconds, timed_out))
            delete_poison(self._pipeline, evidence)
            self._faults.clear()
            phase.result("passed" if report.passed else "failed")
        return report

    @contextlib.contextmanager
    def _faults_and_load(self) -> Iterator[None]:
        with contextlib.ExitStack() as stack:
            stack.callback(self._faults.disable)
            stack.callback(self._night.end)
            stack.callback(self._cap.end)
            self._cap.begin()
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
        while not self._standing.is_over():
            now = time.monotonic()
            if now > deadline:
                return True
            self._place.running.check()
            self._hold_back_uploads()
            self._cap.look()
            if now - looked > _LOOK_SECONDS:
                looked, before = now, len(self._ended)
                self._ended.look()
                if len(self._ended) > before:
                    moved = now
                elif now - moved > _QUIET_SECONDS:
                    self._ended.look_at_all()
                    moved = now
            self._restart_once()
            self._progress.show(phase, self._ended, uploads=self._settings.uploads, sent=self._standing.sent)
            time.sleep(_PAUSE_SECONDS)
        return False

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
        is_due = 2 * self._standing.sent >= self._settings.uploads
        if not self._settings.restarts_local_aws or self._progress.restarts or not is_due:
            return
        begun = time.monotonic()
        # Politely: AWS's tables and queues forget nothing. A killed local AWS forgets some seconds, plans of
        # records among them, without which a job that was submitted looks as if it never had been.
        servers.restart_local_aws(self._place.folder, self._place.running)
        self._progress.restarts.append(round(time.monotonic() - begun, 1))

    def _is_night_due(self) -> bool:
        has_been = self._night.is_active or self._night.report is not None
        is_time = 4 * self._standing.sent >= self._settings.uploads
        return bool(self._settings.night_renewals) and is_time and not has_been

    def _local_aws_pid(self) -> int | None:
        try:
            return servers.local_aws_pid(self._place.folder)
        except ServerError:
            return None

    def _measured(self, begun: float, seconds: float, timed_out: bool) -> Measured:
        return Measured(
            unsent=self._uploader.refused,
            api_mischief=dict(self._api.done),
            api_repeated=self._api.repeated,
            repairs=self._pipeline.repairs_since(begun),
            faults=self._faults.counts(),
            killed=self._killer.killed,
            cancelled=self._operator.endless + self._operator.early,
            restart_seconds=self._progress.restarts,
            deepest=self._progress.deepest,
            night=self._night.report,
            cap=self._cap.report,
            seconds=round(seconds, 1),
            uploads_per_second=round(len(self._ended) / max(seconds, 1.0), 2),
            timed_out=timed_out,
        )
