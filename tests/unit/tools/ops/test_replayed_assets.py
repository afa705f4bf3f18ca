"""A second attempt, from an operator's replay to its end, with the first one's news arriving late."""

from dataclasses import replace

import pytest

from media_pipeline.domain.asset import Asset, AssetStatus
from media_pipeline.domain.events import JobStateChange, JobStatus, parse_upload
from media_pipeline.domain.outputs import PlannedOutput
from tests.support.fakes import FakeOutputs, FakeQueue
from tests.support.ingest_world import IngestWorld
from tests.support.made_outputs import made_outputs
from tests.support.world import PIPELINE


class ReplayWorld(IngestWorld):
    """Hold an upload whose first attempt failed, and everything that happens to it from then on."""

    def __init__(self) -> None:
        super().__init__()
        self.outputs = FakeOutputs()
        self.queue = FakeQueue(self.clock)
        self.changes = self.changes_to(self.outputs)
        self.repairs = self.repairs_through(self.queue, self.changes)
        self.deliver()
        self.end_job("job-1", "ERROR")
        self.tell(JobStatus.ERROR, attempt=1)

    def replay(self) -> Asset:
        """Begin the next attempt, as the operator's command does."""
        again = self.table.replay(self.asset, now=self.clock(), detail="asked for by an operator")
        assert again is not None
        self.clock.advance(1)
        return again

    def end_job(self, job_id: str, status: str) -> None:
        """Let a job come to its end."""
        self.transcoder.jobs[job_id]["Status"] = status

    def tell(self, status: JobStatus, *, attempt: int) -> bool:
        """Tell of the job of an attempt."""
        return self.changes.apply(
            JobStateChange(
                job_id=f"job-{attempt}",
                status=status,
                pipeline=PIPELINE,
                asset_id=self.asset.asset_id,
                attempt=attempt,
                error_code=1010,
                percent=99,
                warnings=({"code": 1, "count": 1},),
            )
        )


@pytest.fixture
def world() -> ReplayWorld:
    """Return a world whose upload has failed once."""
    return ReplayWorld()


def test_a_replayed_upload_is_processed_anew(world: ReplayWorld) -> None:
    """The second attempt has its own job, folder and end, with notifications; the first one stays."""
    world.replay()
    world.ingest.handle(world.asset.upload)
    assert (world.asset.status, world.asset.job_id) == (AssetStatus.SUBMITTED, "job-2")
    planned = [PlannedOutput.from_record(record) for record in world.asset.planned_outputs]
    assert all(output.key.startswith(f"{world.asset.asset_id}/2/") for output in planned)
    world.outputs.objects |= made_outputs(planned, seconds=10.0)
    assert world.tell(JobStatus.COMPLETE, attempt=2)
    asset = world.asset
    assert (asset.status, asset.attempt, asset.error) == (AssetStatus.COMPLETE, 2, None)
    assert [(past["attempt"], past["status"], past["job_id"]) for past in asset.past_attempts] == [
        (1, "FAILED", "job-1")
    ]
    reported = [(news["attempt"], news["status"]) for _, news in world.publisher.published]
    assert reported == [(1, "FAILED"), (2, "COMPLETE")]
    assert [(entry["attempt"], entry["status"]) for entry in asset.history] == [
        (1, "RECEIVED"),
        (1, "SUBMITTED"),
        (1, "FAILED"),
        (2, "RECEIVED"),
        (2, "SUBMITTED"),
        (2, "VERIFYING"),
        (2, "COMPLETE"),
    ]


@pytest.mark.parametrize("is_submitted", [False, True])
@pytest.mark.parametrize("late", JobStatus)
def test_late_news_of_the_first_attempt_changes_nothing(
    world: ReplayWorld, late: JobStatus, is_submitted: bool
) -> None:
    """However late the first job's events come, the second attempt's record stays as it is."""
    world.replay()
    if is_submitted:
        world.ingest.handle(world.asset.upload)
    before = dict(world.table.records[world.asset.asset_id])
    world.clock.advance(1)
    assert not world.tell(late, attempt=1)
    assert world.table.records[world.asset.asset_id] == before


def test_a_late_delivery_of_the_first_announcement_submits_one_job(world: ReplayWorld) -> None:
    """The upload's own event, delivered again, finds the second attempt under way."""
    world.replay()
    world.deliver()
    world.deliver()
    assert list(world.transcoder.jobs) == ["job-1", "job-2"]


def test_a_replay_that_was_not_announced_is_overdue(world: ReplayWorld) -> None:
    """Where the operator's command is killed before it sends the message, the reconciler sends it."""
    world.replay()
    world.clock.advance(601)
    world.repairs.run(has_time=lambda: True)
    message = world.queue.receive()
    assert message is not None
    world.ingest.handle(parse_upload(message.body, bucket="uploads"))
    assert (world.asset.status, world.asset.attempt) == (AssetStatus.SUBMITTED, 2)


def test_a_late_notification_of_the_first_end_marks_nothing_in_the_second(world: ReplayWorld) -> None:
    """An end that is announced after the replay is the first attempt's: the second one's is still to come."""
    unsent = replace(world.asset, notified_at=None)
    world.replay()
    world.lifecycle.announce(unsent)
    assert world.asset.notified_at is None
    assert [news["attempt"] for _, news in world.publisher.published] == [1, 1]
