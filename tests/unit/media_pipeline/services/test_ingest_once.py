"""One job for each attempt, whatever is lost, killed or at work twice between claim and record."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from media_pipeline.domain.asset import Asset, AssetStatus
from media_pipeline.domain.errors import ClaimHeldError, SourceError, TransientError
from media_pipeline.domain.source import Source
from media_pipeline.domain.transitions import Transition
from tests.support.fakes import FakeTranscoder
from tests.support.ingest_world import CLAIM_SECONDS, IngestWorld


@pytest.fixture
def world() -> IngestWorld:
    """Return a world in which nothing has happened."""
    return IngestWorld()


@dataclass
class Meanwhile:
    """Be MediaConvert, but let something happen once in the midst of a call, before it is answered."""

    real: FakeTranscoder
    call: str
    happens: Callable[[], None] | None

    def probe(self, source_uri: str) -> Source:
        """Look into a source."""
        self._happen("probe")
        return self.real.probe(source_uri)

    def find_job(self, asset: Asset) -> str | None:
        """Find an attempt's job."""
        found = self.real.find_job(asset)
        self._happen("find_job")
        return found

    def create_job(self, asset: Asset, settings: Mapping[str, Any]) -> str:
        """Submit a job."""
        job_id = self.real.create_job(asset, settings)
        self._happen("create_job")
        return job_id

    def get_job(self, job_id: str) -> Mapping[str, Any] | None:
        """Return a job."""
        return self.real.get_job(job_id)

    def jobs_in_flight(self) -> int:
        """Count the jobs that wait or run."""
        return self.real.jobs_in_flight()

    def _happen(self, call: str) -> None:
        if self.happens and call == self.call:
            happens, self.happens = self.happens, None
            happens()


def slow_invocation(world: IngestWorld, call: str, happens: Callable[[], None]) -> None:
    """Let an invocation handle the upload, to which something happens during one of its calls."""
    upload = world.upload()
    ingest = replace(world.ingest, transcoder=Meanwhile(world.transcoder, call, happens))
    world_ingest, world.ingest = world.ingest, ingest
    try:
        world.deliver(upload.key)
    finally:
        world.ingest = world_ingest


def lose_the_answer(world: IngestWorld) -> None:
    """Submit the upload's job, and lose the answer."""
    world.transcoder.failures["create_job_after"] = [TransientError("read timeout")]
    with pytest.raises(TransientError):
        world.deliver()
    world.clock.advance(1)


def progressing(world: IngestWorld, job_id: str) -> None:
    """Record what a job's first event tells."""
    step = Transition(
        to=AssetStatus.PROCESSING, attempt=1, at=world.clock(), detail="an event", job_id=job_id
    )
    assert world.table.advance(world.asset.asset_id, step)


def test_an_expired_claim_that_another_takes_first_is_waited_for_no_longer(
    world: IngestWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who loses the race for a claim that has run out comes back at once, to see what became of it."""
    world.transcoder.failures["create_job_after"] = [SystemExit()]  # type: ignore[list-item]
    with pytest.raises(SystemExit):
        world.deliver()
    world.clock.advance(CLAIM_SECONDS + 5)
    monkeypatch.setattr(world.table, "update_record", lambda *_: None)
    with pytest.raises(ClaimHeldError) as held:
        world.deliver()
    assert held.value.seconds_left == 0


def test_a_first_delivery_searches_for_nothing(world: IngestWorld) -> None:
    """An upload without an attempt can't have a job: MediaConvert is not asked for it."""
    world.transcoder.failures["find_job"] = [AssertionError("searched")]
    world.deliver()
    assert world.asset.status is AssetStatus.SUBMITTED


def test_a_lost_answer_does_not_submit_twice(world: IngestWorld) -> None:
    """Where CreateJob's answer was lost, the next delivery finds the job instead of making a second."""
    lose_the_answer(world)
    world.deliver()
    assert (world.asset.status, world.asset.job_id) == (AssetStatus.SUBMITTED, "job-1")
    assert len(world.transcoder.jobs) == 1
    assert world.metrics.counted == [("received",), ("submitted",)]


def test_a_crash_after_the_submission_does_not_submit_twice(world: IngestWorld) -> None:
    """Where the invocation died before recording the job, the claim expires and the job is found."""
    world.transcoder.failures["create_job_after"] = [SystemExit()]  # type: ignore[list-item]
    with pytest.raises(SystemExit):
        world.deliver()
    world.clock.advance(CLAIM_SECONDS - 1)
    with pytest.raises(ClaimHeldError):
        world.deliver()
    world.clock.advance(1)
    world.deliver()
    assert world.asset.job_id == "job-1"
    assert len(world.transcoder.jobs) == 1


def test_a_job_that_comes_to_light_late_is_found_just_before_submitting(world: IngestWorld) -> None:
    """A search that knows nothing of the job yet is repeated when the next one would be submitted."""
    lose_the_answer(world)
    hidden = dict(world.transcoder.jobs)
    world.transcoder.jobs.clear()
    slow_invocation(world, "find_job", lambda: world.transcoder.jobs.update(hidden))
    assert (world.asset.status, world.asset.job_id) == (AssetStatus.SUBMITTED, "job-1")
    assert list(world.transcoder.jobs) == ["job-1"]


def test_a_search_that_fails_submits_nothing(world: IngestWorld) -> None:
    """Where MediaConvert can't say whether there is a job, the message waits."""
    lose_the_answer(world)
    world.transcoder.failures["find_job"] = [TransientError("500")]
    with pytest.raises(TransientError):
        world.deliver()
    assert len(world.transcoder.jobs) == 1
    assert world.asset.status is AssetStatus.RECEIVED


def test_a_concurrent_delivery_waits(world: IngestWorld) -> None:
    """While one invocation works on an asset, another delivery of its event goes back to the queue."""

    def second_delivery() -> None:
        with pytest.raises(ClaimHeldError):
            world.deliver()

    slow_invocation(world, "create_job", second_delivery)
    assert world.asset.status is AssetStatus.SUBMITTED
    assert len(world.transcoder.jobs) == 1


def test_an_invocation_whose_claim_was_lost_submits_nothing(world: IngestWorld) -> None:
    """An invocation that was overtaken finds out before it submits, and comes back to find all done."""

    def overtaken() -> None:
        world.clock.advance(CLAIM_SECONDS)
        world.deliver()

    with pytest.raises(ClaimHeldError) as lost:
        slow_invocation(world, "probe", overtaken)
    assert lost.value.seconds_left <= 1
    assert (world.asset.status, world.asset.job_id) == (AssetStatus.SUBMITTED, "job-1")
    assert len(world.transcoder.jobs) == 1


def test_an_invocation_whose_claim_was_lost_fails_nothing(world: IngestWorld) -> None:
    """What an overtaken invocation thinks of the file no longer counts: another one is at it."""

    def overtaken() -> None:
        world.clock.advance(CLAIM_SECONDS)
        now = world.clock()
        world.table.claim(world.upload(), now=now, until=now + timedelta(seconds=CLAIM_SECONDS))
        world.transcoder.failures["probe"] = [SourceError("NOT_A_MEDIA_FILE", "No media file.")]

    slow_invocation(world, "probe", overtaken)
    assert world.asset.status is AssetStatus.RECEIVED
    assert (world.publisher.published, world.metrics.counted) == ([], [("received",)])


def test_a_job_that_reports_itself_is_not_failed(world: IngestWorld) -> None:
    """Where the job of a lost answer tells of itself, what its finder thinks of the file no longer counts."""
    lose_the_answer(world)
    hidden = dict(world.transcoder.jobs)
    world.transcoder.jobs.clear()

    def event() -> None:
        world.transcoder.jobs.update(hidden)
        progressing(world, "job-1")
        world.uploads.delete(world.asset.upload.key)

    slow_invocation(world, "find_job", event)
    assert (world.asset.status, world.asset.job_id) == (AssetStatus.PROCESSING, "job-1")


def test_an_event_may_be_faster_than_the_record(world: IngestWorld) -> None:
    """A job that reports itself before its submission is recorded is submitted all the same, once."""
    slow_invocation(world, "create_job", lambda: progressing(world, "job-1"))
    assert (world.asset.status, world.asset.job_id) == (AssetStatus.PROCESSING, "job-1")
    assert world.metrics.counted == [("received",), ("submitted",)]


def test_a_job_too_many_is_not_counted(world: IngestWorld) -> None:
    """Should there ever be a second job, the record stays with the first one."""
    slow_invocation(world, "create_job", lambda: progressing(world, "job-of-another"))
    assert world.asset.job_id == "job-of-another"
    assert world.metrics.counted == [("received",)]


def test_the_search_knows_the_attempt(world: IngestWorld) -> None:
    """The job of an earlier attempt is no job of this one."""
    world.deliver()
    step = Transition(to=AssetStatus.CANCELED, attempt=1, at=world.clock(), detail="", job_id="job-1")
    ended = world.table.advance(world.asset.asset_id, step)
    assert ended is not None
    world.table.replay(ended, now=world.clock(), detail="again")
    world.clock.advance(1)
    lose_the_answer(world)
    world.deliver()
    assert (world.asset.attempt, world.asset.job_id) == (2, "job-2")
    assert list(world.transcoder.jobs) == ["job-1", "job-2"]
    group = world.transcoder.settings["job-2"]["OutputGroups"][0]["OutputGroupSettings"]["CmafGroupSettings"]
    assert group["Destination"] == f"s3://outputs/{world.asset.asset_id}/2/cmaf/index"
