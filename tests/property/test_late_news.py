"""An asset's attempts, looked at closely: news of jobs comes late, twice, and in the midst of a replay."""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from tests.property.invocations import Stop
from tests.property.pipeline_world import PipelineWorld
from tests.property.simulated_aws import Conditions, Delivery, Upload
from tests.property.story import EXAMPLES, Story, batches, numbers, stops_within, tell
from tests.property.weather import Fault

UPLOAD = Upload(key="in/a.mp4", content="x", size_bytes=5, delivery=Delivery.ONCE)

# To follow a job takes so many calls.
stops = stops_within(8)
deliveries = st.sampled_from([Delivery.ONCE, Delivery.TWICE, Delivery.LATE])
mishaps = st.sampled_from(
    [None, None, Fault.NEWS_CANNOT_BE_SENT, Fault.OUTPUTS_CANNOT_BE_READ, Fault.TABLE_ANSWERS_GET_LOST]
)


class Attempts(Story):
    """Let an asset be processed again and again, by invocations that are slower than what happens to it."""

    @initialize()
    def begin(self) -> None:
        """Upload a file, and submit its job."""
        self.world = PipelineWorld(Conditions(stuck_after=180))
        self.world.aws.upload(UPLOAD)
        self.world.ingest()

    @precondition(lambda self: self.world.aws.jobs_alive())
    @rule(
        status=st.sampled_from(["PROGRESSING", "NEW_WARNING", "COMPLETE", "COMPLETE", "ERROR", "CANCELED"]),
        without=st.sampled_from([None, None, 0]),
        delivery=deliveries,
        stop=stops,
        mishap=mishaps,
    )
    def move_job(
        self, status: str, without: int | None, delivery: Delivery, stop: Stop | None, mishap: Fault | None
    ) -> None:
        """A job begins, warns or ends, which is delivered soon; a successful one may leave out a file."""
        aws, job = self.world.aws, self.world.aws.jobs_alive()[0]
        if job.status == "SUBMITTED":
            aws.begin_job(job, delivery)
        if status == "COMPLETE":
            aws.complete_job(job, delivery, without=without)
        elif status in ("ERROR", "CANCELED"):
            aws.end_job(job, status, delivery)
        else:
            aws.tell_progress(job, status, 50, delivery)
        with self.world.mishap(mishap):
            self.world.follow_jobs(first=-1, limit=1, stop=stop)

    @precondition(lambda self: self.world.aws.late_events)
    @rule(number=numbers, stop=stops, mishap=mishaps)
    def hear_late(self, number: int, stop: Stop | None, mishap: Fault | None) -> None:
        """An event arrives late."""
        self.world.aws.let_go(number)
        with self.world.mishap(mishap):
            self.world.follow_jobs(first=-1, limit=1, stop=stop)

    @precondition(lambda self: self.world.aws.job_events_queue.has_visible)
    @rule(first=numbers, limit=batches, stop=stops)
    def follow_jobs(self, first: int, limit: int, stop: Stop | None) -> None:
        """Events that came before are delivered, maybe once more."""
        self.world.follow_jobs(first=first, limit=limit, stop=stop)

    @precondition(lambda self: self.world.paused)
    @rule(number=numbers, stop=stops, mishap=mishaps)
    def resume(self, number: int, stop: Stop | None, mishap: Fault | None) -> None:
        """An invocation that was held up goes on."""
        with self.world.mishap(mishap):
            self.world.resume(number, stop)

    @rule(stop=stops)
    def replay_or_cancel(self, stop: Stop | None) -> None:
        """All news has been handled; an operator replays the asset, or cancels it where it has not ended."""
        if self.world.aws.job_events_queue.has_visible:
            self.world.follow_jobs()
        asset = self.world.asset(0)
        if asset.is_terminal:
            self.world.replay(asset, stop=stop)
        else:
            self.world.cancel(asset, stop=stop)

    @rule(stop=stops)
    def ingest(self, stop: Stop | None) -> None:
        """The upload's event is delivered, where there is one."""
        self.world.ingest(stop=stop)

    @rule(stop=stops_within(28))
    def reconcile(self, stop: Stop | None) -> None:
        """The reconciler runs."""
        self.world.reconcile(stop=stop)

    @rule(seconds=st.sampled_from([1, 20, 200]))
    def pass_time(self, seconds: int) -> None:
        """Time passes."""
        self.world.pass_time(seconds)


def test_late_news_changes_nothing() -> None:
    """Whatever comes late belongs to its own attempt, and each attempt ends once, with one notification."""
    tell(Attempts, examples=EXAMPLES // 2)
