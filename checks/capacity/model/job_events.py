"""The job status processor: moves an asset along with its job, and verifies what the job has made."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial

import simpy

from checks.capacity.model.ingest import End, Postponement
from checks.capacity.model.mediaconvert import GET, MediaConvert, News
from checks.capacity.model.queueing import Consumers, Letter
from checks.capacity.model.world import Draw, Faults, Job, Measured, Setup, Stage, Tally
from media_pipeline.domain.errors import ThrottledError

Told = tuple[Job, News]


class JobEvents:
    """What an execution does with a batch of MediaConvert's events."""

    def __init__(
        self,
        env: simpy.Environment,
        *,
        setup: Setup,
        times: Measured,
        faults: Faults,
        draw: Draw,
        tally: Tally,
        end: End,
        slowness: Callable[[float], float],
    ) -> None:
        self._env = env
        self._times = times
        self._faults = faults
        self._draw = draw
        self._tally = tally
        self._end = end
        self._slowness = slowness
        self._postponement = Postponement(setup, draw)
        self.mediaconvert: MediaConvert | None = None
        self.queue: Consumers[Told] = Consumers(
            env,
            self.begin,
            executions=setup.processing_concurrency,
            batch=setup.events_per_batch,
            gap_seconds=times.gap,
            visibility_seconds=setup.visibility_seconds,
            max_receives=setup.max_receive_count,
        )

    def begin(self, letters: Sequence[Letter[Told]]) -> tuple[float, Callable[[], None] | None]:
        """Handle a batch of events; return how long that takes, and what is done at its end."""
        now = self._env.now
        self._tally.count("event batch", now)
        self._tally.count("event received", now, len(letters))
        refused: set[int] = set()
        ending: set[int] = set()
        seconds = 0.0
        for letter in letters:
            job, news = letter.subject
            upload, times = job.upload, self._times
            # A batch is handled one by one: an end that comes twice in it is known the second time.
            if upload.stage is Stage.ENDED or upload.number in ending:
                sample = times.stale
            # Before an event ends an asset, or names its job, MediaConvert is asked; else little is done.
            elif (news is News.END or not upload.knows_job) and not self._confirmed():
                refused.add(id(letter))
                sample = times.event
            elif news is News.END:
                ending.add(upload.number)
                sample = times.end
            else:
                sample = times.event
            seconds += self._draw.seconds(sample) * self._slowness(now)
        if self._draw.strikes(self._faults.killed_events):
            return seconds / 2, None
        return seconds, partial(self._apply, letters, refused)

    def _apply(self, letters: Sequence[Letter[Told]], refused: Collection[int]) -> None:
        for letter in letters:
            job, news = letter.subject
            upload = job.upload
            if id(letter) in refused:
                how = self._postponement.apply(self.queue, letter, ThrottledError("throttled"))
                self._tally.count(f"event {how}", self._env.now)
            elif upload.stage is Stage.ENDED:
                continue
            elif news is News.END:
                upload.knows_job = True
                self._end(upload)
            else:
                upload.knows_job = True
                upload.changed_at = self._env.now
                kind = "progressed" if upload.stage is Stage.PROCESSING else "began"
                self._tally.count(kind, self._env.now)
                upload.stage = Stage.PROCESSING

    def _confirmed(self) -> bool:
        assert self.mediaconvert is not None
        return self.mediaconvert.ask(GET)
