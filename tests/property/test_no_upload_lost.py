"""No upload lost, none transcoded twice: the real functions, where everything fails, in any order."""

import os
import sys
from collections.abc import Iterator
from logging import CRITICAL

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from media_pipeline.telemetry import logger
from tests.property.invocations import CALL_SECONDS, Stop, Then
from tests.property.pipeline_world import PipelineWorld
from tests.property.settling import settle
from tests.property.simulated_aws import Conditions, Delivery, Upload
from tests.property.weather import Fault

# The same examples in every run; another seed, or more of them, explore further.
_EXAMPLES = int(os.environ.get("PROPERTY_EXAMPLES", "2000"))
_SEED = int(os.environ.get("PROPERTY_SEED", "1"))
_KEYS = ("in/a.mp4", "in/b.mov", "in/c.mp4")

# MediaConvert knows a request's token for a minute, and jobs can be found sooner than that. Where they can be
# found at once, claim and search must do without the token.
# Source: MediaConvert API, CreateJobRequest.ClientRequestToken
lags_and_tokens = st.sampled_from([(0, 60), (5, 60), (40, 60), (0, 0)])


@st.composite
def conditions(draw: st.DrawFn) -> Conditions:
    """Draw what kind of AWS and deployment it is."""
    search_lag, token_life = draw(lags_and_tokens)
    return Conditions(
        search_lag=search_lag,
        token_life=token_life,
        late_seconds=draw(st.sampled_from([1, 14])),
        probe_is_flaky=draw(st.booleans()),
        max_jobs_in_flight=draw(st.sampled_from([100, 1])),
        max_receive_count=draw(st.sampled_from([5, 3])),
        function_timeout=draw(st.sampled_from([60, 30])),
        stuck_after=draw(st.sampled_from([1800, 180])),
    )


numbers = st.integers(0, 5)
deliveries = st.sampled_from([Delivery.ONCE, *Delivery])
uploads = st.builds(
    Upload,
    key=st.sampled_from([*_KEYS, *_KEYS, "in/notes.txt"]),
    content=st.sampled_from("xyz"),
    size_bytes=st.sampled_from([5, 5, 5, 5, 0, 1001]),
    delivery=deliveries,
)


def stops_within(calls: int) -> st.SearchStrategy[Stop | None]:
    """Draw where an invocation of so many calls stops, twice as often as that it does not."""
    stop = st.builds(Stop, after_calls=st.integers(0, calls - 1), then=st.sampled_from([Then.PAUSE, *Then]))
    return st.one_of(st.none(), stop, stop)


stops = stops_within(14)
paces = st.sampled_from([CALL_SECONDS, CALL_SECONDS, 3.0, 8.0])


class Pipeline(RuleBasedStateMachine):
    """Let anything happen to the pipeline that may happen to it."""

    def __init__(self) -> None:
        super().__init__()
        self.world = PipelineWorld(Conditions())

    @initialize(conditions=conditions(), uploads=st.lists(uploads, min_size=1, max_size=3))
    def begin(self, conditions: Conditions, uploads: list[Upload]) -> None:
        """Deploy the pipeline, and begin to use it."""
        self.world = PipelineWorld(conditions)
        for upload in uploads:
            self.world.aws.upload(upload)

    @rule(upload=uploads)
    def upload(self, upload: Upload) -> None:
        """Somebody uploads a file, maybe over another."""
        self.world.aws.upload(upload)

    @rule(upload=uploads, stop=stops, pace=paces)
    def upload_and_ingest(self, upload: Upload, stop: Stop | None, pace: float) -> None:
        """Somebody uploads a file, and its event is faster than everything else."""
        self.world.aws.upload(upload)
        self.world.ingest(first=-1, stop=stop, call_seconds=pace)

    @precondition(lambda self: self.world.aws.processing_queue.queue.messages)
    @rule(first=numbers, stop=stops, pace=paces)
    def ingest(self, first: int, stop: Stop | None, pace: float) -> None:
        """An upload's event is delivered."""
        self.world.wait_for_messages(self.world.aws.processing_queue)
        self.world.ingest(first=first, stop=stop, call_seconds=pace)

    @precondition(lambda self: self.world.aws.job_events_queue.queue.messages)
    @rule(first=numbers, stop=stops, pace=paces)
    def follow_jobs(self, first: int, stop: Stop | None, pace: float) -> None:
        """Events of jobs are delivered."""
        self.world.wait_for_messages(self.world.aws.job_events_queue)
        self.world.follow_jobs(first=first, stop=stop, call_seconds=pace)

    @rule(stop=stops_within(28), pace=paces)
    def reconcile(self, stop: Stop | None, pace: float) -> None:
        """The reconciler runs."""
        self.world.reconcile(stop=stop, call_seconds=pace)

    @precondition(lambda self: self.world.paused)
    @rule(number=numbers, stop=stops)
    def resume(self, number: int, stop: Stop | None) -> None:
        """An invocation that was held up goes on."""
        self.world.resume(number, stop)

    @precondition(lambda self: self.world.aws.jobs_alive())
    @rule(number=numbers, delivery=deliveries)
    def tell_of_job(self, number: int, delivery: Delivery) -> None:
        """A job begins, or says how far it is."""
        aws = self.world.aws
        job = aws.jobs_alive()[number % len(aws.jobs_alive())]
        if job.status == "SUBMITTED":
            aws.begin_job(job, delivery)
        else:
            status = ("STATUS_UPDATE", "INPUT_INFORMATION", "NEW_WARNING")[number % 3]
            aws.tell_progress(job, status, 20 * number, delivery)

    @precondition(lambda self: self.world.aws.jobs_alive())
    @rule(
        number=numbers,
        status=st.sampled_from(["COMPLETE", "COMPLETE", "COMPLETE", "ERROR", "CANCELED"]),
        without=st.sampled_from([None, None, None, 0, 1]),
        delivery=deliveries,
        stop=stops,
    )
    def end_job(
        self, number: int, status: str, without: int | None, delivery: Delivery, stop: Stop | None
    ) -> None:
        """A job ends, one way or another, which is delivered soon; a successful one may leave out a file."""
        aws = self.world.aws
        job = aws.jobs_alive()[number % len(aws.jobs_alive())]
        if status != "COMPLETE":
            aws.end_job(job, status, delivery)
        else:
            if job.status == "SUBMITTED":
                aws.begin_job(job, delivery)
            aws.complete_job(job, delivery, without=without)
        self.world.follow_jobs(stop=stop)

    @precondition(lambda self: self.world.aws.late_events)
    @rule(number=numbers)
    def let_go(self, number: int) -> None:
        """An event arrives late."""
        self.world.aws.let_go(number)

    @rule(fault=st.one_of(st.none(), st.sampled_from(Fault)))
    def change_weather(self, fault: Fault | None) -> None:
        """Something goes wrong from now on, or all is in order again."""
        self.world.faults = [*self.world.faults[-1:], fault] if fault else []

    @rule(seconds=st.sampled_from([1, 10, 30, 61, 80, 200, 700, 2000, 8 * 3600]))
    def pass_time(self, seconds: int) -> None:
        """Time passes."""
        self.world.pass_time(seconds)

    @rule(rounds=st.integers(1, 4))
    def carry_on(self, rounds: int) -> None:
        """The functions do what there is to do, as soon as it is due."""
        for _ in range(rounds):
            self.world.wait_for_messages(self.world.aws.processing_queue, self.world.aws.job_events_queue)
            self.world.ingest()
            self.world.follow_jobs()

    @precondition(lambda self: self.world.aws.table.records)
    @rule(number=numbers, stop=stops)
    def replay_or_cancel(self, number: int, stop: Stop | None) -> None:
        """An operator replays an asset that has ended, or cancels one that has not."""
        asset = self.world.asset(number)
        if asset.is_terminal:
            self.world.replay(asset, stop=stop)
        else:
            self.world.cancel(asset, stop=stop)

    @rule(key=st.sampled_from(_KEYS))
    def tidy_up(self, key: str) -> None:
        """Somebody deletes what lies under a key; an operator redrives the dead-letter queues."""
        self.world.aws.empty(key)
        self.world.aws.processing_queue.redrive()
        self.world.aws.job_events_queue.redrive()

    @invariant()
    def is_sound(self) -> None:
        """Nothing was broken on the way."""
        world = self.world
        world.soundness.records(world.aws.table.records)
        world.soundness.jobs(world.aws.mediaconvert.jobs.values())
        for queue in (world.aws.processing_queue, world.aws.job_events_queue):
            world.soundness.dead(queue.dead())
        world.soundness.news(world.aws.publisher.published, world.aws.table.records)
        assert world.soundness.violations == []

    def teardown(self) -> None:
        """Let everything come to its end, unless something is broken already."""
        if sys.exc_info()[0] is None:
            settle(self.world)
            self.is_sound()


@pytest.fixture
def _no_log() -> Iterator[None]:
    level = logger.log_level
    logger.setLevel(CRITICAL)
    yield
    logger.setLevel(level)


@pytest.mark.usefixtures("_no_log")
def test_no_upload_is_lost_and_none_is_transcoded_twice() -> None:
    """Whatever fails, in whatever order, every upload ends in one record, of one job an attempt."""
    run_state_machine_as_test(
        seed(_SEED)(Pipeline),
        settings=settings(
            max_examples=_EXAMPLES,
            stateful_step_count=50,
            database=None,
            deadline=None,
            report_multiple_bugs=False,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
