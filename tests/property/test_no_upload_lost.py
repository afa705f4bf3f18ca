"""No upload lost, none transcoded twice: the real functions, where everything fails, in any order."""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from media_pipeline.domain.failures import Reason
from tests.property.invocations import Stop
from tests.property.pipeline_world import PipelineWorld
from tests.property.simulated_aws import Conditions, Delivery, Upload
from tests.property.simulated_mediaconvert import ALIVE
from tests.property.story import EXAMPLES, Story, batches, numbers, paces, stops, stops_within, tell
from tests.property.weather import Fault

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


deliveries = st.sampled_from([Delivery.ONCE, *Delivery])
uploads = st.builds(
    Upload,
    key=st.sampled_from([*_KEYS, *_KEYS, "in/notes.txt", "in/._a.mp4", "in/a.en.srt"]),
    content=st.sampled_from("xyz"),
    size_bytes=st.sampled_from([5, 5, 5, 5, 0, 1001]),
    delivery=deliveries,
    unreadable=st.sampled_from([*[None] * 9, *Reason]),
)
# What befalls one invocation alone; above all an answer that gets lost.
mishaps = st.sampled_from(
    [None, None, None, Fault.SUBMISSIONS_TIME_OUT_ACCEPTED, Fault.SUBMISSIONS_ARRIVE_LATE, *Fault]
)


class Pipeline(Story):
    """Let anything happen to the pipeline that may happen to it."""

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

    @rule(upload=uploads, stop=stops, pace=paces, mishap=mishaps)
    def upload_and_ingest(self, upload: Upload, stop: Stop | None, pace: float, mishap: Fault | None) -> None:
        """Somebody uploads a file, and its event is faster than everything else."""
        self.world.aws.upload(upload)
        with self.world.mishap(mishap):
            self.world.ingest(first=-1, stop=stop, call_seconds=pace)

    @precondition(lambda self: self.world.aws.processing_queue.queue.messages)
    @rule(first=numbers, stop=stops, pace=paces, mishap=mishaps)
    def ingest(self, first: int, stop: Stop | None, pace: float, mishap: Fault | None) -> None:
        """An upload's event is delivered."""
        self.world.wait_for_messages(self.world.aws.processing_queue)
        with self.world.mishap(mishap):
            self.world.ingest(first=first, stop=stop, call_seconds=pace)

    @precondition(lambda self: self.world.aws.job_events_queue.queue.messages)
    @rule(first=numbers, limit=batches, stop=stops, pace=paces)
    def follow_jobs(self, first: int, limit: int, stop: Stop | None, pace: float) -> None:
        """Events of jobs are delivered."""
        self.world.wait_for_messages(self.world.aws.job_events_queue)
        self.world.follow_jobs(first=first, limit=limit, stop=stop, call_seconds=pace)

    @rule(stop=stops_within(28), pace=paces)
    def reconcile(self, stop: Stop | None, pace: float) -> None:
        """The reconciler runs."""
        self.world.reconcile(stop=stop, call_seconds=pace)

    @precondition(lambda self: self.world.paused)
    @rule(number=numbers, stop=stops, seconds=st.sampled_from([0, 0, 10, 28]))
    def resume(self, number: int, stop: Stop | None, seconds: int) -> None:
        """An invocation that was held up goes on, if it may still."""
        self.world.pass_time(seconds)
        if self.world.paused:
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
        self.world.follow_jobs(limit=1, stop=stop)

    @precondition(lambda self: self.world.aws.table.records)
    @rule(
        number=numbers,
        status=st.sampled_from(["PROGRESSING", "COMPLETE", "ERROR", "CANCELED"]),
        is_known=st.booleans(),
    )
    def forge(self, number: int, status: str, is_known: bool) -> None:
        """Somebody who may send to the queue tells of a job what is not so, or of one that never was."""
        asset = self.world.asset(number)
        job_id = asset.job_id if is_known and asset.job_id else f"forged-{number}"
        job = self.world.aws.mediaconvert.jobs.get(job_id)
        # A job that has ended may be announced by any component: it is true.
        if not is_known or (job is not None and job.status in ALIVE):
            self.world.aws.forge(asset, job_id, status)

    @precondition(lambda self: self.world.aws.late_events)
    @rule(number=numbers)
    def let_go(self, number: int) -> None:
        """An event arrives late."""
        self.world.aws.let_go(number)

    @rule(fault=st.one_of(st.none(), st.sampled_from(Fault)))
    def change_fault(self, fault: Fault | None) -> None:
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


def test_no_upload_is_lost_and_none_is_transcoded_twice() -> None:
    """Whatever fails, in whatever order, every upload ends in one record, of one job an attempt."""
    tell(Pipeline, examples=EXAMPLES)
