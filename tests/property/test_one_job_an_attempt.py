"""One job an attempt, looked at closely: what may go wrong between a claim and the record of its job."""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from media_pipeline.domain.events import upload_event
from tests.property.invocations import Stop
from tests.property.pipeline_world import PipelineWorld
from tests.property.simulated_aws import Conditions, Delivery, Upload
from tests.property.story import EXAMPLES, Story, numbers, paces, stops, tell
from tests.property.weather import Fault

UPLOAD = Upload(key="in/a.mp4", content="x", size_bytes=5, delivery=Delivery.TWICE)

conditions = st.builds(
    Conditions,
    search_lag=st.sampled_from([40, 5]),
    late_seconds=st.sampled_from([1, 14]),
    probe_is_flaky=st.booleans(),
)
mishaps = st.sampled_from(
    [
        None,
        None,
        Fault.SUBMISSIONS_TIME_OUT_ACCEPTED,
        Fault.SUBMISSIONS_ARRIVE_LATE,
        Fault.SUBMISSIONS_FAIL,
        Fault.TABLE_ANSWERS_GET_LOST,
    ]
)


class Submission(Story):
    """Let an upload's event be delivered again and again, to invocations that stumble and meet each other."""

    @initialize(conditions=conditions)
    def begin(self, conditions: Conditions) -> None:
        """Upload a file."""
        self.world = PipelineWorld(conditions)
        self.world.aws.upload(UPLOAD)

    @rule(first=numbers, stop=stops, pace=paces, mishap=mishaps)
    def ingest(self, first: int, stop: Stop | None, pace: float, mishap: Fault | None) -> None:
        """The event is delivered once more."""
        if not self.world.aws.processing_queue.has_visible:
            self.world.aws.processing_queue.queue.send(upload_event(next(self.world.aws.admitted())))
        with self.world.mishap(mishap):
            self.world.ingest(first=first, stop=stop, call_seconds=pace)

    @precondition(lambda self: self.world.paused)
    @rule(number=numbers, stop=stops, seconds=st.sampled_from([0, 10, 28]), mishap=mishaps)
    def resume(self, number: int, stop: Stop | None, seconds: int, mishap: Fault | None) -> None:
        """An invocation that was held up goes on, if it may still."""
        self.world.pass_time(seconds)
        if self.world.paused:
            with self.world.mishap(mishap):
                self.world.resume(number, stop)

    @rule(seconds=st.sampled_from([1, 5, 10, 30, 61, 80]))
    def pass_time(self, seconds: int) -> None:
        """Time passes."""
        self.world.pass_time(seconds)

    @precondition(lambda self: self.world.aws.table.records)
    @rule(stop=stops)
    def replay_or_cancel(self, stop: Stop | None) -> None:
        """An operator begins anew."""
        asset = self.world.asset(0)
        if asset.is_terminal:
            self.world.replay(asset, stop=stop)
        elif asset.job_id is not None:
            self.world.cancel(asset, stop=stop)


def test_an_attempt_has_one_job_and_one_plan() -> None:
    """However often an upload is delivered, and whatever stumbles, each attempt has one job, as planned."""
    tell(Submission, examples=EXAMPLES // 2)
