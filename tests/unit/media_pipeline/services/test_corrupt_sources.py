"""A corrupt or truncated source fails once: no delivery, no reconciler and no operator tries it for ever."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.clock import utc_now
from media_pipeline.domain.events import upload_event
from media_pipeline.domain.failures import CATALOGUE
from media_pipeline.services.ingest import PROBE_PATIENCE
from media_pipeline.services.operations.replay import Replay
from tests.property.pipeline_world import PipelineWorld
from tests.property.simulated_aws import Conditions, Delivery, Upload
from tests.property.weather import refusal

Arrange = Callable[[PipelineWorld], None]


def _nothing(world: PipelineWorld) -> None:
    pass


def _probe_finds_nothing(world: PipelineWorld) -> None:
    world.aws.mediaconvert.probe = lambda **_: {  # type: ignore[method-assign]
        "ProbeResults": [{"Container": {"Format": "mp4", "Tracks": [{"TrackType": "data"}]}}]
    }


def _probe_stumbles(world: PipelineWorld) -> None:
    def probe(**_: Any) -> Any:
        raise refusal(500, "InternalServerErrorException")

    world.aws.mediaconvert.probe = probe  # type: ignore[method-assign]


def _work_off(world: PipelineWorld, error_code: int) -> None:
    """Deliver what can be received; whatever job runs finds the source damaged."""
    aws = world.aws
    while aws.processing_queue.has_visible or aws.job_events_queue.has_visible or aws.jobs_alive():
        for job in aws.jobs_alive():
            aws.begin_job(job, Delivery.TWICE)
            aws.end_job(job, "ERROR", Delivery.TWICE, error_code=error_code)
        world.ingest()
        world.follow_jobs()


_OF_JOBS = [
    (code, _nothing, int(code.removeprefix("MEDIACONVERT_")), 5)
    for code, known in CATALOGUE.items()
    if known.quarantines and code.startswith("MEDIACONVERT_")
]


@pytest.mark.parametrize(
    ("code", "arrange", "job_error", "size_bytes"),
    [
        *_OF_JOBS,
        ("EMPTY_FILE", _nothing, 1010, 0),
        ("NOT_A_MEDIA_FILE", _probe_finds_nothing, 1010, 5),
        # Probe, too, may fail at such a file, for ever: after its patience the job says what is wrong.
        ("MEDIACONVERT_1010", _probe_stumbles, 1010, 5),
    ],
)
def test_a_damaged_source_is_never_tried_again(
    code: str, arrange: Arrange, job_error: int, size_bytes: int
) -> None:
    """In a month of repeated events and runs of the reconciler it has one attempt, at most one job.

    It is announced once and quarantined, no message is left, and an operator's replay leaves it alone.
    """
    world = PipelineWorld(Conditions())
    aws = world.aws
    arrange(world)
    aws.upload(Upload(key="in/a.mp4", content="a", size_bytes=size_bytes, delivery=Delivery.TWICE))
    (upload,) = aws.admitted()
    began = aws.time()
    while aws.time() - began < 2 * PROBE_PATIENCE:
        _work_off(world, job_error)
        world.pass_time(30)
    ended = world.asset(0)
    assert (ended.status, ended.error and ended.error.code) == (AssetStatus.FAILED, code)
    for _ in range(30):
        aws.processing_queue.queue.send(upload_event(upload))
        for job in aws.mediaconvert.jobs.values():
            aws.end_job(job, "ERROR", Delivery.ONCE, error_code=job_error)
        for _ in range(4):
            _work_off(world, job_error)
            world.reconcile()
            world.pass_time(timedelta(hours=6).total_seconds())
    assert world.asset(0).history == ended.history
    assert len(aws.mediaconvert.jobs) <= 1
    assert [news["error"]["code"] for _, news in aws.publisher.published] == [code]
    assert aws.is_quarantined(ended.asset_id)
    assert aws.processing_queue.is_empty
    assert aws.job_events_queue.is_empty
    assert world.soundness.violations == []
    replay = Replay(table=aws.table, queue=aws.processing_queue.queue, clock=utc_now)
    assert not replay.intention(world.asset(0)).acts
