"""The reconciler: on a schedule it repairs what was lost, and announces again what nothing was heard of."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator
from typing import Any

import simpy

from checks.capacity.model.ingest import End
from checks.capacity.model.mediaconvert import GET, MediaConvert
from checks.capacity.model.queueing import Consumers, Letter
from checks.capacity.model.world import Measured, Setup, Stage, Tally, Upload
from media_pipeline.services.backlog import MAX_WAITING
from media_pipeline.services.stuck_assets import LONGEST_WAIT, MAX_ASSETS_PER_STATUS

_OPEN = (Stage.RECEIVED, Stage.SUBMITTED, Stage.PROCESSING)


class Reconciler:
    """Look every interval at the uploads that are open and overdue, and at those without a record."""

    def __init__(
        self,
        env: simpy.Environment,
        *,
        setup: Setup,
        times: Measured,
        queue: Consumers[Upload],
        mediaconvert: MediaConvert,
        open_uploads: Callable[[], Collection[Upload]],
        tally: Tally,
        end: End,
        weight: int,
    ) -> None:
        self._env = env
        self._setup = setup
        self._times = times
        self._queue = queue
        self._mediaconvert = mediaconvert
        self._open_uploads = open_uploads
        self._tally = tally
        self._end = end
        self._most = max(1, MAX_ASSETS_PER_STATUS // weight)
        self._backlog = MAX_WAITING / weight
        self._weight = weight

    def run(self) -> Generator[simpy.Event, Any, None]:
        """Run for ever: a process of the simulation. Runs never overlap."""
        interval = self._setup.reconciler_interval_seconds
        due = float(interval)
        while True:
            yield self._env.timeout(max(due - self._env.now, 0.0))
            due += interval
            yield from self._look()
            # The schedule goes on: a run that took longer is followed by the next one that is due.
            while due < self._env.now:
                due += interval

    def _look(self) -> Generator[simpy.Event, Any, None]:
        before = self._env.now - self._setup.stuck_after_seconds
        overdue = sorted(
            (each for each in self._open_uploads() if each.changed_at < before),
            key=lambda each: each.changed_at,
        )
        has_backlog = len(self._queue.waiting) > self._backlog
        for stage in _OPEN:
            helped = 0
            for upload in (each for each in overdue if each.stage is stage):
                if helped == self._most:
                    break
                # The index lags behind, or somebody else was faster.
                if upload.stage is stage and self._repair(upload, has_backlog=has_backlog):
                    helped += 1
                    yield self._env.timeout(self._times.repair / self._weight)
        if not has_backlog:
            for upload in overdue:
                if upload.stage is Stage.UNSEEN and not upload.announced:
                    self._register(upload)

    def _repair(self, upload: Upload, *, has_backlog: bool) -> bool:
        """Repair one asset; return whether anything was done for it."""
        now = self._env.now
        self._tally.count("looked into", now)
        if not upload.knows_job:
            wait = min(self._setup.stuck_after_seconds * 2**upload.redeliveries, LONGEST_WAIT.total_seconds())
            if has_backlog or now - upload.changed_at <= wait:
                return False
            upload.redeliveries += 1
            self._announce(upload)
            return True
        if not self._mediaconvert.ask(GET):
            return False
        if upload.job is not None and upload.job.has_ended:
            self._tally.count("missed end", now)
            self._end(upload)
        else:
            upload.changed_at = now
            self._tally.count("found alive", now)
        return True

    def _register(self, upload: Upload) -> None:
        upload.announced = True
        upload.stage = Stage.RECEIVED
        self._tally.count("registered", self._env.now)
        self._announce(upload)

    def _announce(self, upload: Upload) -> None:
        upload.changed_at = self._env.now
        self._tally.count("announced again", self._env.now)
        self._queue.put(Letter(upload, self._env.now))
