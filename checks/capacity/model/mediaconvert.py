"""MediaConvert as the pipeline meets it: requests that may be throttled, jobs in slots, and their events."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from functools import partial

import simpy

from checks.capacity.model.queueing import Slots, TokenBucket, after
from checks.capacity.model.world import Draw, Faults, Job, Limits, Measured, Tally, Upload

CREATE, PROBE, SEARCH, GET, COUNT = "CreateJob", "Probe", "SearchJobs", "GetJob", "GetQueue"


class Answer(Enum):
    """What a request came to."""

    DONE = "done"
    REFUSED = "refused"  # throttled, or an error of the server's: nothing was done
    UNKNOWN = "unknown"  # carried out, and not answered


class News(Enum):
    """What an event tells of a job."""

    PROGRESS = "progress"
    END = "end"


Emit = Callable[[Job, News], None]


class MediaConvert:
    """Answer requests within their rates, run jobs, emit their events.

    Attributes:
        in_flight: Jobs that wait or run.
        most_at_once: Most jobs that ran at a time.
        busy_seconds: How long all jobs ran together.
    """

    def __init__(
        self,
        env: simpy.Environment,
        *,
        limits: Limits,
        times: Measured,
        faults: Faults,
        draw: Draw,
        tally: Tally,
        emit: Emit,
    ) -> None:
        self._env = env
        self._times = times
        self._faults = faults
        self._draw = draw
        self._tally = tally
        self._emit = emit
        self.slots = Slots(limits.mediaconvert_jobs)
        self._buckets = {
            operation: TokenBucket(limits.read_rate, limits.read_burst)
            for operation in (PROBE, SEARCH, GET, COUNT)
            if limits.read_rate
        }
        if limits.create_job_rate:
            self._buckets[CREATE] = TokenBucket(limits.create_job_rate, limits.create_job_burst)
        self.in_flight = 0
        self.running = 0
        self.most_at_once = 0
        self.busy_seconds = 0.0

    def ask(self, operation: str) -> bool:
        """Make a request; return False where it was refused."""
        now = self._env.now
        self._tally.count(operation, now)
        bucket = self._buckets.get(operation)
        if bucket is not None and not bucket.take(now):
            self._tally.count(f"{operation} throttled", now)
            return False
        faults = self._faults
        return not (self._draw.strikes(faults.throttle) or self._draw.strikes(faults.server_error))

    def create(self, upload: Upload) -> Answer:
        """Make a request for a job; a job that was made shows as the upload's."""
        if not self.ask(CREATE):
            return Answer.REFUSED
        upload.job = Job(upload)
        self.in_flight += 1
        self._submit(upload.job)
        is_lost = self._draw.strikes(self._faults.timeout_after_accept)
        return Answer.UNKNOWN if is_lost else Answer.DONE

    def _submit(self, job: Job) -> None:
        self.slots.take(partial(self._begin, job))

    def _begin(self, job: Job) -> None:
        self.running += 1
        self.most_at_once = max(self.most_at_once, self.running)
        seconds = self._draw.seconds(self._times.job)
        self.busy_seconds += seconds
        # That it begins, and what its inputs are.
        self._emit(job, News.PROGRESS)
        self._emit(job, News.PROGRESS)
        interval = self._times.progress_interval
        for number in range(1, int(seconds // interval) + 1):
            after(self._env, number * interval, partial(self._emit, job, News.PROGRESS))
        faults = self._faults
        if self._draw.strikes(faults.endless_jobs):
            self._hang(job, faults.endless_seconds)
        elif self._draw.strikes(faults.slow_jobs):
            self._hang(job, faults.slow_seconds + seconds)
        else:
            after(self._env, seconds, partial(self._end, job, True))

    def _hang(self, job: Job, seconds: float) -> None:
        """Let only time pass: the endpoint lends such a job's slot to others."""
        self.slots.free()
        after(self._env, seconds, partial(self._end, job, False))

    def _end(self, job: Job, has_slot: bool) -> None:
        self.running -= 1
        self.in_flight -= 1
        job.has_ended = True
        self._emit(job, News.END)
        if has_slot:
            self.slots.free()
