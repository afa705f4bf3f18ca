"""Redrive: what was shown is moved, at its pace, and nothing is lost or left hidden."""

import json

import pytest

from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.errors import OperatorError, TransientError
from media_pipeline.domain.events import upload_event
from media_pipeline.domain.monitoring.dead_letters import job_content, upload_content
from media_pipeline.services.operations.pace import Pace
from media_pipeline.services.operations.redrive import (
    PreviewedMessage,
    Redrive,
    Redriven,
    UnreadablePolicy,
)
from tests.support.fakes.dead_letters import FakeDeadLetterQueue
from tests.unit.tools.ops.fakes import (
    FakeTime,
    OpsWorld,
    upload,
)


@pytest.fixture
def world() -> OpsWorld:
    """Return an empty table."""
    return OpsWorld()


@pytest.fixture
def queue() -> FakeDeadLetterQueue:
    """Return an empty dead-letter queue."""
    return FakeDeadLetterQueue()


@pytest.fixture
def time() -> FakeTime:
    """Return a time that only sleeping moves."""
    return FakeTime()


def redrive_of(
    queue: FakeDeadLetterQueue,
    world: OpsWorld | None = None,
    *,
    time: FakeTime | None = None,
    rate: float = 10,
) -> Redrive:
    """Return the command on a queue of uploads' events."""
    seconds = time or FakeTime()
    return Redrive(
        queue=queue,
        assets=(world or OpsWorld()).table,
        read=lambda body: upload_content(body, bucket="uploads"),
        pace=Pace(rate, monotonic=seconds.monotonic, sleep=seconds.sleep),
    )


def shown_and_moved(
    queue: FakeDeadLetterQueue, *, unreadable: UnreadablePolicy = UnreadablePolicy.KEEP, limit: int = 100
) -> tuple[list[PreviewedMessage], Redriven]:
    """Run the whole command."""
    with redrive_of(queue) as work:
        shown = work.preview(limit=limit, on_received=lambda count: None)
        return shown, work.run(shown, unreadable=unreadable, on_done=lambda count: None)


def test_a_preview_tells_what_each_message_is(queue: FakeDeadLetterQueue, world: OpsWorld) -> None:
    """Uploads come with key and asset as it is now, foreign messages with what is wrong; oldest first."""
    asset = world.asset(AssetStatus.FAILED)
    queue.put(upload_event(asset.upload), age_seconds=10)
    queue.put(upload_event(upload("unknown.mp4")), age_seconds=20)
    queue.put("{}", age_seconds=30)
    with redrive_of(queue, world) as work:
        shown = work.preview(limit=100, on_received=lambda count: None)
    assert [(one.content.label, one.content.key, one.content.error) for one in shown] == [
        ("not an event of ours", None, "source is not aws.s3"),
        ("upload", "unknown.mp4", None),
        ("upload", "incoming/a.mp4", None),
    ]
    assert [one.asset for one in shown] == [None, None, asset]


def test_a_preview_leaves_the_queue_as_it_was(queue: FakeDeadLetterQueue) -> None:
    """A dry run ends after the preview: all messages are visible again, also those beyond its limit."""
    for number in range(25):
        queue.put(upload_event(upload(f"{number}.mp4")))
    with redrive_of(queue) as work:
        assert len(work.preview(limit=12, on_received=lambda count: None)) == 12
        assert len(queue.hidden) == 20
    assert len(queue.visible) == 25
    assert (queue.sent, queue.deleted) == ([], [])


def test_messages_are_given_back_after_an_error_and_an_interruption(queue: FakeDeadLetterQueue) -> None:
    """However the command ends, it leaves nothing hidden."""
    queue.put("{}")
    for error in (KeyboardInterrupt, RuntimeError):
        with pytest.raises(error), redrive_of(queue) as work:  # noqa: PT012
            work.preview(limit=10, on_received=lambda count: None)
            raise error
        assert queue.visible == {"m1"}


def test_each_message_is_sent_before_it_is_deleted(queue: FakeDeadLetterQueue) -> None:
    """A command that is killed in between leaves two copies, never none."""
    bodies = [upload_event(upload(f"{number}.mp4")) for number in range(3)]
    for body in bodies:
        queue.put(body)
    _, done = shown_and_moved(queue)
    assert (done.moved, done.error, queue.sent, queue.letters) == (3, None, bodies, {})
    assert queue.calls[-7:-1] == ["send m1", "delete m1", "send m2", "delete m2", "send m3", "delete m3"]


@pytest.mark.parametrize("failing", ["send", "delete"])
def test_an_error_ends_the_work_and_loses_nothing(queue: FakeDeadLetterQueue, failing: str) -> None:
    """What was not moved is visible again, and the next run goes on with it."""
    for number in range(3):
        queue.put(upload_event(upload(f"{number}.mp4")))
    queue.failures[failing] = [OperatorError("denied")]
    _, done = shown_and_moved(queue)
    assert isinstance(done.error, OperatorError)
    assert queue.visible == {"m1", "m2", "m3"}
    _, again = shown_and_moved(queue)
    assert (again.moved, queue.letters) == (3, {})


def test_a_lost_answer_gives_messages_back_later(queue: FakeDeadLetterQueue) -> None:
    """Where SQS doesn't answer to giving back, the command's result stands: SQS does it by itself in time."""
    queue.put(upload_event(upload()))
    with redrive_of(queue) as work:
        work.preview(limit=10, on_received=lambda count: None)
        queue.failures["hold"] = [TransientError("timeout")]
    assert queue.hidden == {"m1"}


@pytest.mark.parametrize(
    ("policy", "sent", "deleted"),
    [("keep", 1, ["good"]), ("move", 2, ["bad", "good"]), ("drop", 1, ["bad", "good"])],
)
def test_foreign_messages_go_where_the_operator_says(
    queue: FakeDeadLetterQueue, policy: str, sent: int, deleted: list[str]
) -> None:
    """What no function can read stays by default, since moving it would only bring it back."""
    queue.put("{}", message_id="bad", age_seconds=5)
    queue.put(upload_event(upload()), message_id="good")
    _, done = shown_and_moved(queue, unreadable=UnreadablePolicy(policy))
    assert (len(queue.sent), queue.deleted, done.moved) == (sent, deleted, sent)
    assert done.dropped == (1 if policy == "drop" else 0)
    assert queue.visible == {"bad", "good"} - set(deleted)


def test_only_what_was_shown_is_moved(queue: FakeDeadLetterQueue) -> None:
    """A message that arrives after the preview is for the next run."""
    queue.put(upload_event(upload()))
    with redrive_of(queue) as work:
        shown = work.preview(limit=10, on_received=lambda count: None)
        queue.put(upload_event(upload("late.mp4")), message_id="late")
        work.run(shown, unreadable=UnreadablePolicy.KEEP, on_done=lambda count: None)
    assert queue.visible == {"late"}


def test_what_can_no_longer_be_held_is_left(queue: FakeDeadLetterQueue) -> None:
    """Where the question stood open too long another consumer may have the message: it is not sent twice."""
    queue.put(upload_event(upload("a.mp4")))
    queue.put(upload_event(upload("b.mp4")))
    queue.lost = {"m1"}
    _, done = shown_and_moved(queue)
    assert (done.moved, done.expired, queue.deleted) == (1, 1, ["m2"])


def test_messages_are_moved_at_the_given_pace(queue: FakeDeadLetterQueue, time: FakeTime) -> None:
    """At 4 per second, nine messages take two seconds: the first needs no wait."""
    for number in range(9):
        queue.put(upload_event(upload(f"{number}.mp4")))
    with redrive_of(queue, time=time, rate=4) as work:
        shown = work.preview(limit=100, on_received=lambda count: None)
        work.run(shown, unreadable=UnreadablePolicy.KEEP, on_done=lambda count: None)
    assert time.slept == [0.25] * 8


def test_more_than_can_be_held_is_known_beforehand(queue: FakeDeadLetterQueue) -> None:
    """SQS holds a message for twelve hours at most; what takes longer says how long."""
    work = redrive_of(queue, rate=0.1)
    assert work.hours_beyond_hold(3000) is None
    assert work.hours_beyond_hold(10_000) == pytest.approx(27.8, abs=0.1)


def test_news_of_jobs_are_read_too() -> None:
    """Job events name their asset and status; jobs of others and foreign messages are distinguished."""

    def event(**detail: object) -> str:
        return json.dumps(
            {
                "source": "aws.mediaconvert",
                "detail-type": "MediaConvert Job State Change",
                "detail": {"jobId": "1", "status": "COMPLETE", **detail},
            }
        )

    ours = event(userMetadata={"pipeline": "p", "asset_id": "a", "attempt": "1"})
    contents = [job_content(body, pipeline="p") for body in (ours, event(), "no JSON")]
    assert [(content.label, content.asset_id) for content in contents] == [
        ("job COMPLETE", "a"),
        ("job COMPLETE, not the pipeline's", None),
        ("not an event of ours", None),
    ]
    assert [content.error is None for content in contents] == [True, True, False]
