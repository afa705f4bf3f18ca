"""The ingest orchestrator: claims an upload, looks, plans and submits, or lets the message come back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar

import simpy

from checks.capacity.model.mediaconvert import PROBE, SEARCH, Answer, MediaConvert
from checks.capacity.model.queueing import Consumers, Letter
from checks.capacity.model.world import Draw, Faults, Measured, Setup, Stage, Tally, Upload
from media_pipeline.domain.errors import ClaimHeldError, MediaPipelineError, ThrottledError
from media_pipeline.handlers.ingest_orchestrator import SUBMIT_TIMEOUT_SECONDS
from media_pipeline.services.redelivery import RENEWALS_ATTRIBUTE, Message, Redelivery

T = TypeVar("T")

_THROTTLED = ThrottledError("throttled")
_HIDDEN, _RENEWED = "hidden", "renewed"


class Postponement:
    """Let a message come back when the pipeline's own redelivery says: the queue that it works with."""

    def __init__(self, setup: Setup, draw: Draw) -> None:
        self._redelivery = Redelivery(
            queue=self,
            metrics=self,
            max_receive_count=setup.max_receive_count,
            max_delay_seconds=setup.max_delay_seconds,
            random=draw.chance.random,
        )
        self._decided: tuple[str, float, int] | None = None

    def apply(self, consumers: Consumers[T], letter: Letter[T], error: MediaPipelineError) -> str:
        """Hide the message, send it anew, or leave it to the queue; return which."""
        self._decided = None
        self._redelivery.postpone(
            Message(
                body="",
                receipt_handle="",
                receive_count=letter.receives,
                renewals=letter.renewals,
            ),
            error,
        )
        if self._decided is None:
            consumers.give_back(letter)
            return "left to the queue"
        kind, seconds, renewals = self._decided
        if kind == _HIDDEN:
            consumers.hide(letter, seconds)
        else:
            consumers.renew(letter, seconds, renewals)
        return kind

    def hide(self, receipt_handle: str, *, seconds: int) -> None:
        """Note that the message is hidden for so long."""
        self._decided = (_HIDDEN, seconds, 0)

    def renew(self, body: str, *, attributes: Mapping[str, int], delay_seconds: int) -> None:
        """Note that it is sent anew."""
        self._decided = (_RENEWED, delay_seconds, attributes[RENEWALS_ATTRIBUTE])

    def send(self, body: str) -> None:
        """Send nothing: redelivery never does."""

    def waiting(self) -> int:
        """Return nothing of interest to redelivery."""
        return 0

    def message_slowed_down(self) -> None:
        """Count nothing: the tally does."""

    def event_unconfirmed(self) -> None:
        """Count nothing."""


End = Callable[[Upload], None]


class Ingest:
    """What an execution does with the message of an upload."""

    def __init__(
        self,
        env: simpy.Environment,
        *,
        setup: Setup,
        times: Measured,
        faults: Faults,
        mediaconvert: MediaConvert,
        draw: Draw,
        tally: Tally,
        end: End,
        slowness: Callable[[float], float],
    ) -> None:
        self._env = env
        self._setup = setup
        self._times = times
        self._faults = faults
        self._mediaconvert = mediaconvert
        self._draw = draw
        self._tally = tally
        self._end = end
        self._slowness = slowness
        self._postponement = Postponement(setup, draw)
        self.queue: Consumers[Upload] = Consumers(
            env,
            self.begin,
            executions=setup.processing_concurrency,
            batch=1,
            gap_seconds=times.gap,
            visibility_seconds=setup.visibility_seconds,
            max_receives=setup.max_receive_count,
        )

    def begin(self, letters: Sequence[Letter[Upload]]) -> tuple[float, Callable[[], None] | None]:
        """Handle an upload's message; return how long that takes, and what is done at its end."""
        (letter,) = letters
        upload, now = letter.subject, self._env.now
        self._tally.count("upload received", now)
        look = self._seconds(self._times.look)
        if upload.stage not in (Stage.UNSEEN, Stage.RECEIVED):
            return look, _nothing
        if upload.claimed_until > now:
            left = round(upload.claimed_until - now)
            held = ClaimHeldError("held", seconds_left=left)
            return look, partial(self._postpone, letter, held)
        upload.claimed_until = now + self._setup.claim_seconds
        self._tally.count("claimed anew" if upload.stage is Stage.UNSEEN else "claimed again", now)
        upload.stage = Stage.RECEIVED
        upload.changed_at = now
        if self._draw.strikes(self._faults.killed_uploads):
            # Half of the time after the plan was written.
            upload.has_plan |= self._draw.strikes(0.5)
            return look, None
        if upload.without_job:
            return look, partial(self._end, upload)
        if self._mediaconvert.in_flight >= self._setup.max_jobs_in_flight:
            self._tally.count("waits for a job's place", now)
            return look, partial(self._release, letter)
        return self._submit(letter)

    def _submit(self, letter: Letter[Upload]) -> tuple[float, Callable[[], None]]:
        upload, now, ask = letter.subject, self._env.now, self._mediaconvert.ask
        look = self._seconds(self._times.look)
        release = partial(self._release, letter)
        # One attempt has one plan: with one, its job is looked for, before and right before a submission.
        if upload.has_plan:
            if not ask(SEARCH):
                return look, release
            if upload.job is not None:
                return look, partial(self._record, upload)
        elif not ask(PROBE):
            return look, release
        searched_before = upload.has_plan
        upload.has_plan = True
        self._tally.count("planned", now)
        if searched_before and not ask(SEARCH):
            return look, release
        seconds = self._seconds(self._times.submit)
        match self._mediaconvert.create(upload):
            case Answer.DONE:
                return seconds, partial(self._record, upload)
            case Answer.UNKNOWN:
                return seconds + SUBMIT_TIMEOUT_SECONDS, release
            case Answer.REFUSED:
                return seconds, release

    def _seconds(self, sample: Sequence[float]) -> float:
        return self._draw.seconds(sample) * self._slowness(self._env.now)

    def _record(self, upload: Upload) -> None:
        upload.knows_job = True
        # The job's first event may have been faster.
        if upload.stage is Stage.RECEIVED:
            upload.stage = Stage.SUBMITTED
            upload.changed_at = self._env.now
            self._tally.count("submitted", self._env.now)

    def _release(self, letter: Letter[Upload]) -> None:
        upload = letter.subject
        upload.claimed_until = 0.0
        if upload.stage is Stage.RECEIVED:
            upload.changed_at = self._env.now
            self._tally.count("released", self._env.now)
        self._postpone(letter, _THROTTLED)

    def _postpone(self, letter: Letter[Upload], error: MediaPipelineError) -> None:
        how = self._postponement.apply(self.queue, letter, error)
        self._tally.count(f"upload {how}", self._env.now)


def _nothing() -> None:
    """Do nothing: the message is done."""
