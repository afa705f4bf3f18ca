"""Ends without a notification are announced, whatever happened to the function that should have."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from media_pipeline.adapters.checkpoints import PENDING_NOTIFICATIONS, DynamoCheckpoint
from media_pipeline.domain.clock import timestamp
from media_pipeline.domain.errors import TransientError
from media_pipeline.domain.events import JobStatus
from media_pipeline.domain.ports import Checkpoint
from media_pipeline.domain.status_index import ReachedTime
from media_pipeline.domain.uploads.upload import UploadedObject
from media_pipeline.services.pending_notifications import LOOK_BACK, PendingNotifications
from tests.support.asset_world import UPLOAD, AssetWorld, change
from tests.support.fakes import FakeCheckpoint, FakeClock
from tests.support.local_resources import new_assets_table

OVERDUE_SECONDS = 600


class EndsWorld(AssetWorld):
    """Hold a submitted asset, and what looks for ends without a notification."""

    def __init__(self) -> None:
        super().__init__()
        self.submit()
        self.ends = PendingNotifications(
            table=self.table,
            checkpoint=FakeCheckpoint[ReachedTime](),
            lifecycle=self.lifecycle,
            metrics=self.metrics,
            overdue_seconds=OVERDUE_SECONDS,
            clock=self.clock,
        )

    def tell(self, *, has_time: Callable[[], bool] = lambda: True) -> int:
        """Run once; return how many ends were announced."""
        return self.ends.run(has_time=has_time)["ends_told"]

    def end_silently(self) -> None:
        """End the asset as a function does that is killed before it sends the notification."""
        self.publisher.failures = [SystemExit()]  # type: ignore[list-item]
        with pytest.raises(SystemExit):
            self.changes.apply(change(JobStatus.CANCELED))

    def end_more(self, number: int) -> None:
        """Let more assets be as the first one is."""
        record = self.table.records[UPLOAD.asset_id]
        for version in range(number):
            upload = replace(UPLOAD, version_id=f"more-{version}")
            self.table.records[upload.asset_id] = record | _names(upload)

    @property
    def notifications(self) -> Sequence[str]:
        """Return the statuses that were announced."""
        return [news["status"] for _, news in self.publisher.published]


def _names(upload: UploadedObject) -> dict[str, str | None]:
    return {"asset_id": upload.asset_id, "version_id": upload.version_id}


@pytest.fixture
def world() -> EndsWorld:
    """Return a world with one submitted asset."""
    return EndsWorld()


def test_an_end_without_a_notification_is_announced_once(world: EndsWorld) -> None:
    """Where the sender died between an asset's end and its news, the news is sent, once its time is over."""
    world.end_silently()
    assert world.tell() == 0
    world.clock.advance(OVERDUE_SECONDS + 1)
    assert [world.tell(), world.tell()] == [1, 0]
    assert world.notifications == ["CANCELED"]
    assert world.metrics.counted.count(("repaired", "end_announced")) == 1


def test_an_announced_end_is_left_alone(world: EndsWorld) -> None:
    """An asset's end is not announced a second time."""
    world.changes.apply(change(JobStatus.CANCELED))
    world.clock.advance(OVERDUE_SECONDS + 1)
    assert world.tell() == 0
    assert len(world.notifications) == 1


def test_no_pause_between_runs_leaves_a_gap(world: EndsWorld) -> None:
    """However long no run succeeded, the next one tells of what ended meanwhile."""
    world.tell()
    world.clock.advance(1)
    world.end_silently()
    world.clock.advance(3 * 86_400)
    assert world.tell() == 1


def test_what_was_looked_at_is_not_read_again(world: EndsWorld) -> None:
    """A run begins where the one before it stopped: it doesn't read all assets that ever ended."""
    world.end_silently()
    world.clock.advance(OVERDUE_SECONDS + 1)
    world.tell()
    world.clock.advance(1)
    looked_for = []
    by_status = world.table.by_status

    class Watching(type(world.table)):  # type: ignore[misc]
        def by_status(self, status, **bounds):  # type: ignore[no-untyped-def]
            found = list(by_status(status, **bounds))
            looked_for.extend(found)
            return iter(found)

    watching = Watching()
    watching.records = world.table.records
    assert replace(world.ends, table=watching).run(has_time=lambda: True) == {"ends_told": 0}
    assert looked_for == []


def test_very_old_ends_are_left_alone(world: EndsWorld) -> None:
    """What could not be announced for a week is no news any more, and is not read for ever."""
    world.end_silently()
    world.clock.advance(LOOK_BACK.total_seconds() + OVERDUE_SECONDS + 1)
    assert world.tell() == 0


def test_an_end_that_cant_be_announced_is_tried_again(world: EndsWorld) -> None:
    """Where SNS does not answer, the run goes on with the others, and a later one tries again."""
    world.end_silently()
    world.end_more(2)
    world.clock.advance(OVERDUE_SECONDS + 1)
    world.publisher.failures = [TransientError("SNS is down")]
    assert world.tell() == 2
    world.clock.advance(86_400)
    assert world.tell() == 1


def test_a_run_without_time_leaves_the_rest_to_the_next(world: EndsWorld) -> None:
    """Where the function's time is nearly over, the next run goes on from there."""
    world.end_silently()
    world.end_more(3)
    world.clock.advance(OVERDUE_SECONDS + 1)
    times = iter([True, True, False])
    assert world.tell(has_time=lambda: next(times, False)) == 2
    world.clock.advance(86_400)
    assert world.tell() == 2
    assert len(world.notifications) == 4


@pytest.mark.parametrize("kind", ["fake", "dynamodb"])
def test_the_time_is_remembered(kind: str, request: pytest.FixtureRequest) -> None:
    """There is none at first; then it is the last one that was saved, to the millisecond."""
    if kind == "fake":
        checkpoint: Checkpoint[ReachedTime] = FakeCheckpoint[ReachedTime]()
    else:
        dynamodb = request.getfixturevalue("dynamodb")
        table = new_assets_table(dynamodb)
        checkpoint = DynamoCheckpoint(dynamodb, table, PENDING_NOTIFICATIONS, state=ReachedTime)
    assert checkpoint.load() is None
    now = FakeClock()()
    for at in (now, now + timedelta(days=1)):
        reached = ReachedTime(reached=timestamp(at))
        checkpoint.save(reached)
        assert checkpoint.load() == reached
