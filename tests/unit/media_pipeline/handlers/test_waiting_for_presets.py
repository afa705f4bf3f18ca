"""Presets with faults take nothing down: uploads wait for days, jobs in flight go on, then all is made up."""

from datetime import timedelta

import pytest

from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.errors import PresetsInvalidError
from tests.property.pipeline_world import PipelineWorld
from tests.property.simulated_aws import Conditions, Delivery, Upload
from tests.property.weather import Fault
from tests.support.ingest_world import MAX_JOBS_IN_FLIGHT, IngestWorld


def _upload(world: PipelineWorld, key: str) -> None:
    world.aws.upload(Upload(key=f"in/{key}", content=key, size_bytes=5, delivery=Delivery.ONCE))


def _statuses(world: PipelineWorld) -> list[AssetStatus]:
    return [world.asset(number).status for number in range(len(world.aws.table.records))]


def test_uploads_wait_for_presets_as_long_as_it_takes() -> None:
    """For three days nothing is lost, given up or stuck; once they are fixed each gets its one job."""
    world = PipelineWorld(Conditions())
    aws = world.aws
    _upload(world, "before.mp4")
    world.ingest()
    world.faults = [Fault.PRESETS_ARE_INVALID]
    for number in range(3):
        _upload(world, f"{number}.mp4")
    until = aws.time() + timedelta(days=3)
    while aws.time() < until:
        world.wait_for_messages(aws.processing_queue)
        world.ingest()
        world.reconcile()
        world.pass_time(60)
    assert _statuses(world) == [AssetStatus.SUBMITTED, *[AssetStatus.RECEIVED] * 3]
    # No repair was needed: each try keeps its asset alive.
    assert [world.asset(number).redeliveries for number in range(4)] == [0] * 4

    (job,) = aws.jobs_alive()
    aws.begin_job(job, Delivery.ONCE)
    aws.complete_job(job, Delivery.ONCE)
    world.follow_jobs()
    assert world.asset(0).status is AssetStatus.COMPLETE, "a job in flight is no business of the presets"

    world.faults = []
    for _ in range(3):
        world.wait_for_messages(aws.processing_queue)
        world.ingest()
    assert _statuses(world)[1:] == [AssetStatus.SUBMITTED] * 3
    assert len(aws.mediaconvert.jobs) == 4
    assert aws.processing_queue.is_empty
    assert world.soundness.violations == []


def test_what_waits_for_presets_takes_no_slot() -> None:
    """However many uploads wait, none is slowed down for jobs that were never submitted."""
    world = IngestWorld()
    world.presets.failure = PresetsInvalidError(["hls is missing"])
    for number in range(MAX_JOBS_IN_FLIGHT + 1):
        with pytest.raises(PresetsInvalidError):
            world.deliver(f"{number}.mp4")
    world.presets.failure = None
    for number in range(MAX_JOBS_IN_FLIGHT):
        world.deliver(f"{number}.mp4")
    assert len(world.transcoder.jobs) == MAX_JOBS_IN_FLIGHT
