"""One run of the whole pipeline: from arrivals to ends, and what was counted on the way."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import simpy

from checks.capacity.model.ingest import Ingest
from checks.capacity.model.job_events import JobEvents
from checks.capacity.model.mediaconvert import MediaConvert, News
from checks.capacity.model.queueing import Letter, after
from checks.capacity.model.reconciler import Reconciler
from checks.capacity.model.world import Draw, Job, Scenario, Stage, Tally, Upload


class EndedTwiceError(Exception):
    """Report an upload that came to two ends: an error of the model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Hold what became of a scenario. Numbers are of the simulated system: multiply by its weight.

    Attributes:
        arrived: When each upload that has ended arrived; seconds, as `seconds_to_end`, which it pairs with.
        seconds_to_end: From each upload's arrival until its asset had ended, in the order of the ends.
        open: Uploads that had not ended at the horizon.
        dead: Messages of uploads in the dead-letter queue, and of events.
        deepest: Most messages of uploads that waited, and of events.
        oldest_seconds: Longest time that a message of an upload was there before it was received.
        in_flight: Most messages of uploads that were received and not deleted, the hidden ones among them.
        uploads_busy: Seconds that executions for uploads worked; `events_busy` those for events.
        jobs_busy: Seconds that jobs ran.
        jobs_at_once: Most jobs that ran at a time.
        jobs_waiting: Most jobs that waited for a slot.
        ended_at: When the last upload ended, or the horizon.
    """

    arrived: Sequence[float]
    seconds_to_end: Sequence[float]
    open: int
    dead: int
    dead_events: int
    deepest: int
    deepest_events: int
    oldest_seconds: float
    in_flight: int
    uploads_busy: float
    events_busy: float
    jobs_busy: float
    jobs_at_once: int
    jobs_waiting: int
    ended_at: float
    counts: Mapping[str, int]
    by_stretch: Mapping[tuple[str, int], int]


def simulate(scenario: Scenario) -> Outcome:
    """Run a scenario to its end or horizon; the same scenario has the same outcome."""
    return _Run(scenario).outcome()


class _Run:
    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._env = simpy.Environment()
        self._draw = Draw(scenario.seed)
        self._tally = Tally()
        self._open: dict[int, Upload] = {}
        self._ended: list[Upload] = []
        setup, limits = scenario.scaled()
        env, times, faults, draw, tally = (
            *(self._env, scenario.times, scenario.faults),
            *(self._draw, self._tally),
        )
        self._events = JobEvents(
            env,
            setup=setup,
            times=times,
            faults=faults,
            draw=draw,
            tally=tally,
            end=self._end,
            slowness=scenario.slowness,
        )
        self._mediaconvert = MediaConvert(
            env, limits=limits, times=times, faults=faults, draw=draw, tally=tally, emit=self._emit
        )
        self._events.mediaconvert = self._mediaconvert
        self._ingest = Ingest(
            env,
            setup=setup,
            times=times,
            faults=faults,
            mediaconvert=self._mediaconvert,
            draw=draw,
            tally=tally,
            end=self._end,
            slowness=scenario.slowness,
        )
        self._reconciler = Reconciler(
            env,
            setup=setup,
            times=times,
            queue=self._ingest.queue,
            mediaconvert=self._mediaconvert,
            open_uploads=self._open.values,
            tally=tally,
            end=self._end,
            weight=scenario.weight,
        )
        self._done = env.event()

    def outcome(self) -> Outcome:
        env, scenario = self._env, self._scenario
        env.process(self._arrivals())
        env.process(self._reconciler.run())
        for at, seconds in scenario.faults.away:
            for queue in (self._ingest.queue, self._events.queue):
                after(env, at, partial(queue.pause, seconds))
        env.run(until=env.any_of([self._done, env.timeout(scenario.horizon_seconds)]))
        uploads, events, mediaconvert = self._ingest.queue, self._events.queue, self._mediaconvert
        return Outcome(
            arrived=[each.arrived_at for each in self._ended],
            seconds_to_end=[(each.ended_at or 0.0) - each.arrived_at for each in self._ended],
            open=len(scenario.arrivals) - len(self._ended),
            dead=len(uploads.dead),
            dead_events=len(events.dead),
            deepest=uploads.deepest,
            deepest_events=events.deepest,
            oldest_seconds=uploads.oldest_seconds,
            in_flight=uploads.most_in_flight,
            uploads_busy=uploads.busy_seconds,
            events_busy=events.busy_seconds,
            jobs_busy=mediaconvert.busy_seconds,
            jobs_at_once=mediaconvert.most_at_once,
            jobs_waiting=mediaconvert.slots.deepest,
            ended_at=env.now,
            counts=dict(self._tally.total),
            by_stretch=dict(self._tally.by_stretch),
        )

    def _arrivals(self) -> Generator[simpy.Event, Any, None]:
        env, faults, draw = self._env, self._scenario.faults, self._draw
        for number, at in enumerate(self._scenario.arrivals):
            if at > env.now:
                yield env.timeout(at - env.now)
            upload = Upload(number, env.now, without_job=draw.strikes(faults.without_job))
            self._open[number] = upload
            self._tally.count("uploaded", env.now)
            if draw.strikes(faults.drop_uploads):
                upload.announced = False
                continue
            for _ in range(2 if draw.strikes(faults.duplicate_uploads) else 1):
                late = faults.delay_seconds if draw.strikes(faults.delay_uploads) else 0.0
                after(env, self._scenario.times.delivery + late, partial(self._announce, upload))

    def _announce(self, upload: Upload) -> None:
        self._tally.count("event delivered", self._env.now)
        self._ingest.queue.put(Letter(upload, self._env.now))

    def _emit(self, job: Job, news: News) -> None:
        faults, draw = self._scenario.faults, self._draw
        if draw.strikes(faults.drop_events):
            return
        for _ in range(2 if draw.strikes(faults.duplicate_events) else 1):
            late = faults.delay_seconds if draw.strikes(faults.delay_events) else 0.0
            after(self._env, self._scenario.times.delivery + late, partial(self._tell, job, news))

    def _tell(self, job: Job, news: News) -> None:
        self._tally.count("event delivered", self._env.now)
        self._events.queue.put(Letter((job, news), self._env.now))

    def _end(self, upload: Upload) -> None:
        if upload.stage is Stage.ENDED or upload.number not in self._open:
            raise EndedTwiceError(f"upload {upload.number} has ended already")
        has_job = upload.job is not None
        self._tally.count("ended" if has_job else "ended without a job", self._env.now)
        upload.stage = Stage.ENDED
        upload.ended_at = self._env.now
        del self._open[upload.number]
        self._ended.append(upload)
        if len(self._ended) == len(self._scenario.arrivals):
            self._done.succeed()
