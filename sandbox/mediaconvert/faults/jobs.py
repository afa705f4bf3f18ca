"""Make jobs slow, failing or endless."""

import threading
import time
from collections.abc import Callable

from sandbox.mediaconvert.execution.slots import Slots
from sandbox.mediaconvert.model import (
    Cancelled,
    JobError,
    Phase,
    Progress,
    TranscodeResult,
)
from sandbox.mediaconvert.request import Transcode, TranscodeRequest
from sandbox.runtime.fault_injection import Faults

# One that may pass, and one that will not. Source: MediaConvert's error codes.
FAILURES = (
    JobError(1999, "Unknown error (a fault of the sandbox)."),
    JobError(1030, "Unsupported codec in the input file (a fault of the sandbox)."),
)
PROGRESS_SECONDS = 0.5


class FaultyJobs:
    """Transcode, unless a fault strikes; a job that hangs lends its slot to others meanwhile."""

    def __init__(self, transcode: Transcode, faults: Faults, slots: Slots) -> None:
        self._transcode = transcode
        self._faults = faults
        self._slots = slots
        self._failed = 0
        self._lock = threading.Lock()

    def __call__(
        self,
        request: TranscodeRequest,
    ) -> TranscodeResult:
        """Run to the end; the contract is ``request.Transcode``."""
        if self._faults.strikes("endless_jobs"):
            request.progress(Progress(Phase.TRANSCODING, 50))
            with self._slots.lent():
                request.cancelled.wait()
            raise Cancelled
        if self._faults.strikes("slow_jobs"):
            with self._slots.lent():
                _pass_time(
                    self._faults.settings.mediaconvert.slow_seconds, request.progress, request.cancelled
                )
        if self._faults.strikes("failing_jobs"):
            raise self._failure()
        return self._transcode(request)

    def _failure(self) -> JobError:
        with self._lock:
            self._failed += 1
            failure = FAILURES[self._failed % len(FAILURES)]
        return JobError(failure.code, failure.message)


def _pass_time(seconds: float, progress: Callable[[Progress], None], cancelled: threading.Event) -> None:
    begun = time.monotonic()
    while (passed := time.monotonic() - begun) < seconds:
        progress(Progress(Phase.PROBING, int(100 * passed / seconds)))
        if cancelled.wait(min(PROGRESS_SECONDS, seconds - passed)):
            raise Cancelled
