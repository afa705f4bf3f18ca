"""Run jobs: at most so many at a time, by priority and then age."""

import logging
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.mediaconvert.api.wire import Document
from sandbox.mediaconvert.execution.aws_clients import (
    UNKNOWN,
    AssumeRole,
    ObjectStore,
    safe_name,
)
from sandbox.mediaconvert.execution.slots import Slots
from sandbox.mediaconvert.model import (
    Cancelled,
    JobError,
    Phase,
    Progress,
    TranscodeResult,
)
from sandbox.mediaconvert.probing.probe_result import probe_result
from sandbox.mediaconvert.probing.source import Source
from sandbox.mediaconvert.request import InspectSource, Transcode, TranscodeRequest
from sandbox.mediaconvert.resources.jobs import Jobs
from sandbox.mediaconvert.resources.outbox import Outbox

# How often a running job's progress is written; the state of a job is read far less often than it changes.
PROGRESS_SECONDS = 0.5

_MANIFESTS = (".m3u8", ".mpd")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """Hold what does the work; a test or a fault's simulation puts others in their place."""

    transcode: Transcode
    inspect: InspectSource
    assume_role: AssumeRole


class Runner:
    """Take jobs from the queues and run each on a thread of its own, as many at once as there are slots."""

    def __init__(
        self,
        jobs: Jobs,
        outbox: Outbox,
        media: Media,
        scratch: Path,
        *,
        slots: Slots,
        threads_per_job: int,
    ) -> None:
        self._jobs = jobs
        self._outbox = outbox
        self._media = media
        self._scratch = scratch
        self._slots = slots
        self._threads_per_job = threads_per_job
        self._changed = threading.Condition()
        self._stopping = False
        self._news = 0
        self._running: dict[str, threading.Event] = {}
        self._interrupted = [job["id"] for job in jobs.interrupted()]
        self._dispatcher = threading.Thread(target=self._dispatch, name="dispatcher", daemon=True)
        slots.notify(self.wake)

    def start(self) -> None:
        """Run interrupted jobs again, then those that wait."""
        self._dispatcher.start()

    def stop(self, timeout_seconds: float) -> None:
        """Stop the running jobs, which start again with the process, and leave none of their processes."""
        with self._changed:
            self._stopping = True
            for cancelled in self._running.values():
                cancelled.set()
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._running, timeout_seconds)

    def wake(self) -> None:
        """Say that a job was created or a queue changed."""
        with self._changed:
            self._news += 1
            self._changed.notify_all()

    def interrupt(self, id_: str) -> None:
        """Stop a job that was cancelled."""
        with self._changed:
            if id_ in self._running:
                self._running[id_].set()

    def _dispatch(self) -> None:
        while True:
            with self._changed:
                seen = self._news
                if self._stopping:
                    return
                job = self._next_job() if self._slots.is_free else None
                if job is None:
                    self._wait_for_news(seen)
                    continue
                self._slots.take()
                cancelled = self._running[job["id"]] = threading.Event()
            self._outbox.wake()
            name = f"job-{job['id']}"
            threading.Thread(target=self._process, args=(job, cancelled), name=name, daemon=True).start()

    def _process(self, job: Document, cancelled: threading.Event) -> None:
        try:
            self._run(job, cancelled)
        finally:
            with self._changed:
                del self._running[job["id"]]
                self._changed.notify_all()
            self._slots.free()

    def _wait_for_news(self, seen: int) -> None:
        self._changed.wait_for(lambda: self._stopping or self._news != seen)

    def _next_job(self) -> Document | None:
        while self._interrupted:
            job = self._jobs.resume(self._interrupted.pop(0))
            if job is not None:
                return job
        return self._jobs.start_next()

    def _run(self, job: Document, cancelled: threading.Event) -> None:
        work_dir = self._scratch / job["id"]
        try:
            work_dir.mkdir(parents=True)
            _Run(self._jobs, self._outbox, self._media, job, work_dir, cancelled).run(self._threads_per_job)
        except Cancelled:
            _log.info("Job %s stopped before its end.", job["id"])
        except Exception as error:  # the boundary of one job: no error of it may end its worker
            if cancelled.is_set():
                _log.info("Job %s stopped before its end, on its way to: %s", job["id"], error)
            else:
                self._fail(job["id"], error)
        finally:
            shutil.rmtree(work_dir, ignore_errors=True)
            self._outbox.wake()

    def _fail(self, id_: str, error: Exception) -> None:
        if isinstance(error, JobError):
            _log.info("Job %s failed: %s", id_, error)
            self._jobs.failed(id_, error.code, error.message)
        else:
            _log.error("Job %s failed for a reason of this endpoint.", id_, exc_info=error)
            self._jobs.failed(id_, UNKNOWN, f"Unexpected error: {type(error).__name__}: {error}")


class _Run:
    """Run one job."""

    def __init__(
        self,
        jobs: Jobs,
        outbox: Outbox,
        media: Media,
        job: Document,
        work_dir: Path,
        cancelled: threading.Event,
    ) -> None:
        self._jobs = jobs
        self._outbox = outbox
        self._media = media
        self._job = job
        self._work_dir = work_dir
        self._cancelled = cancelled
        self._interval_seconds = interval_seconds(job)
        self._written_at = self._updated_at = time.monotonic()
        self._progress = Progress(Phase.PROBING, 0)

    def run(self, threads: int) -> None:
        settings, id_ = self._job["settings"], self._job["id"]
        s3 = self._media.assume_role(self._job["role"], f"mediaconvert-{id_}")
        inputs = self._download(s3, settings)
        uris = dict.fromkeys(item["fileInput"] for item in settings["inputs"])
        sources = {uri: self._inspect(uri, inputs[uri]) for uri in uris}
        self._jobs.inputs_probed(id_, {uri: probe_result(source) for uri, source in sources.items()})
        self._outbox.wake()
        outputs = self._work_dir / "outputs"
        outputs.mkdir()
        result = self._media.transcode(
            TranscodeRequest(
                settings=settings,
                inputs=inputs,
                sources=sources,
                work_dir=outputs,
                progress=self._report,
                cancelled=self._cancelled,
                threads=threads,
            )
        )
        for warning in result.warnings:
            self._jobs.warned(id_, warning)
        self._upload(s3, result)
        self._jobs.completed(id_, result)

    def _inspect(self, uri: str, path: Path) -> Source:
        try:
            return self._media.inspect(path, self._cancelled)
        except JobError as error:
            raise JobError(error.code, f"Unable to open input file [{uri}]: {error.message}") from error

    def _download(self, s3: ObjectStore, settings: Document) -> dict[str, Path]:
        folder = self._work_dir / "inputs"
        folder.mkdir()
        inputs: dict[str, Path] = {}
        for uri in dict.fromkeys(_s3_uris(settings["inputs"])):
            inputs[uri] = folder / safe_name(len(inputs), uri)
            s3.download(uri, inputs[uri], self._cancelled)
        return inputs

    def _upload(self, s3: ObjectStore, result: TranscodeResult) -> None:
        # Manifests go last, so that one that can be read names only files that can be read.
        files = sorted(result.files, key=lambda file: file.key.endswith(_MANIFESTS))
        for done, file in enumerate(files):
            self._report(Progress(Phase.UPLOADING, 100 * done // len(files), self._progress.frames_decoded))
            s3.upload(file.bucket, file.key, file.path)
            if self._cancelled.is_set():
                raise Cancelled

    def _report(self, progress: Progress) -> None:
        if self._cancelled.is_set():
            return
        now, entered = time.monotonic(), progress.phase != self._progress.phase
        self._progress = progress
        if entered or now - self._written_at >= PROGRESS_SECONDS:
            self._written_at = now
            self._jobs.progressed(self._job["id"], progress)
        if now - self._updated_at >= self._interval_seconds:
            self._updated_at = now
            self._jobs.status_updated(self._job["id"], progress)
            self._outbox.wake()


def interval_seconds(job: Document) -> float:
    """Read how long a running job waits between two STATUS_UPDATE events from a value such as SECONDS_60."""
    return float(job["statusUpdateInterval"].rpartition("_")[2])


def _s3_uris(value: Any) -> Iterator[str]:
    """Yield every file that inputs name: sources, external audio and sidecar captions."""
    if isinstance(value, str):
        if value.startswith("s3://"):
            yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _s3_uris(item)
    elif isinstance(value, list):
        for item in value:
            yield from _s3_uris(item)
