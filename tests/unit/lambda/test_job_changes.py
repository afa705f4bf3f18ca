"""What MediaConvert's news does to an asset, and what the reconciler does where news is missing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from media_pipeline.assets import Asset, AssetStatus, Transition, UploadedObject
from media_pipeline.errors import OperatorError, TransientError, UnknownAssetError
from media_pipeline.events import (
    JobStateChange,
    JobStatus,
    ProducedGroup,
    ProducedOutput,
    parse_upload,
)
from media_pipeline.job_changes import JobChanges
from media_pipeline.lifecycle import Lifecycle
from media_pipeline.repairs import MAX_REDELIVERIES, Repairs
from media_pipeline.sources import UnknownSource
from tests.fakes import (
    FakeAssetTable,
    FakeClock,
    FakeMetrics,
    FakeOutputs,
    FakePublisher,
    FakeQueue,
    FakeTranscoder,
)

UPLOAD = UploadedObject(
    bucket="uploads", key="dir/a+b %.mp4", version_id="v1", etag="e", size_bytes=5, sequencer="0"
)
FOLDER = f"{UPLOAD.asset_id}/1"
HLS = {
    "format": "HLS",
    "key": f"{FOLDER}/hls/master.m3u8",
    "group": 0,
    "width": 1280,
    "height": 720,
    "files": [f"{FOLDER}/hls/master_720p.m3u8"],
}
THUMBNAIL = {
    "format": "THUMBNAIL",
    "key": f"{FOLDER}/thumbnails/thumbnail_320w.0000000.jpg",
    "group": 1,
    "width": 0,
    "height": 0,
    "files": [],
}
GROUPS = (
    ProducedGroup(outputs=(ProducedOutput(width=1280, height=720, duration_ms=60_000),)),
    ProducedGroup(outputs=(ProducedOutput(width=320, height=180, duration_ms=60_000),)),
)


class World:
    """Hold a submitted asset, the status processor and the reconciler with everything around them."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.table = FakeAssetTable()
        self.outputs = FakeOutputs()
        self.publisher = FakePublisher()
        self.metrics = FakeMetrics()
        self.queue = FakeQueue()
        self.transcoder = FakeTranscoder(UnknownSource(reason=""))
        self.lifecycle = Lifecycle(
            pipeline="media-pipeline-test",
            table=self.table,
            metrics=self.metrics,
            publisher=self.publisher,
            retention_days=0,
            clock=self.clock,
        )
        self.changes = JobChanges(
            pipeline="media-pipeline-test",
            table=self.table,
            outputs=self.outputs,
            lifecycle=self.lifecycle,
            clock=self.clock,
        )
        self.repairs = Repairs(
            table=self.table,
            jobs=self.transcoder,
            queue=self.queue,
            apply_change=self.changes.apply,
            lifecycle=self.lifecycle,
            metrics=self.metrics,
            stuck_after_seconds=600,
            clock=self.clock,
        )
        asset = self.table.claim(UPLOAD, now=self.clock(), until=self.clock()).asset
        self.table.record_plan(
            asset, profile="default", source_info={"duration_ms": 59_000}, planned_outputs=[HLS, THUMBNAIL]
        )

    def submit(self) -> None:
        """Record the submission of the asset's job."""
        job_id = self.transcoder.create_job(self.asset, {})
        step = Transition(
            to=AssetStatus.SUBMITTED, attempt=1, at=self.clock(), detail="submitted", job_id=job_id
        )
        assert self.table.advance(UPLOAD.asset_id, step)

    def produce(self) -> None:
        """Put all planned outputs into the bucket."""
        for planned in (HLS, THUMBNAIL):
            for key in (planned["key"], *planned["files"]):  # type: ignore[misc]
                self.outputs.sizes[str(key)] = 100

    @property
    def asset(self) -> Asset:
        """Return the asset."""
        asset = self.table.get(UPLOAD.asset_id)
        assert asset is not None
        return asset

    def reconcile(self) -> dict[str, int]:
        """Run the reconciler once."""
        return dict(self.repairs.run(has_time=lambda: True))


@pytest.fixture
def world() -> World:
    """Return a world with one submitted asset."""
    world = World()
    world.submit()
    return world


@pytest.fixture
def unsubmitted() -> World:
    """Return a world with one asset whose job was not recorded."""
    return World()


def change(status: JobStatus, **more: Any) -> JobStateChange:
    """Return a piece of news about the asset's job."""
    given: dict[str, Any] = {
        "job_id": "job-1",
        "status": status,
        "pipeline": "media-pipeline-test",
        "asset_id": UPLOAD.asset_id,
        "attempt": 1,
    }
    return JobStateChange(**(given | more))


def test_a_complete_job_completes_its_asset(world: World) -> None:
    """Where all planned outputs are there, the record lists them as a viewer opens them."""
    world.produce()
    world.changes.apply(change(JobStatus.PROGRESSING))
    world.clock.advance(90)
    assert world.changes.apply(change(JobStatus.COMPLETE, groups=GROUPS))
    asset = world.asset
    assert asset.status is AssetStatus.COMPLETE
    assert list(asset.outputs) == [
        {"format": "HLS", "key": HLS["key"], "width": 1280, "height": 720, "duration_ms": 60_000},
        {"format": "THUMBNAIL", "key": THUMBNAIL["key"], "width": 320, "height": 180, "duration_ms": 60_000},
    ]
    assert world.metrics.counted == [("completed", 90.0, 2.0)]
    assert world.publisher.published[0][1]["outputs"] == list(asset.outputs)
    history = [entry["status"] for entry in world.table.records[asset.asset_id]["history"]]
    assert history == ["RECEIVED", "SUBMITTED", "PROCESSING", "VERIFYING", "COMPLETE"]


def test_a_job_without_details_is_completed_from_the_plan(world: World) -> None:
    """Sizes come from the plan and durations from the source where the job reports neither."""
    world.produce()
    world.changes.apply(change(JobStatus.COMPLETE))
    assert world.asset.outputs[0] == {
        "format": "HLS",
        "key": HLS["key"],
        "width": 1280,
        "height": 720,
        "duration_ms": 59_000,
    }


@pytest.mark.parametrize("size", [None, 0])
def test_missing_outputs_fail_the_asset(world: World, size: int | None) -> None:
    """A success of which a file is missing or empty is a failure that names the file."""
    world.produce()
    missing = f"{FOLDER}/hls/master_720p.m3u8"
    if size is None:
        del world.outputs.sizes[missing]
    else:
        world.outputs.sizes[missing] = size
    world.changes.apply(change(JobStatus.COMPLETE, groups=GROUPS))
    assert world.asset.status is AssetStatus.FAILED
    assert world.asset.error is not None
    assert world.asset.error.code == "OUTPUTS_MISSING"
    assert missing in world.asset.error.message


def test_a_verification_that_was_cut_short_is_resumed(world: World) -> None:
    """Where S3 did not answer, the news comes again and finishes what it began."""
    world.produce()
    world.outputs.failures = [TransientError("S3 is down")]
    with pytest.raises(TransientError):
        world.changes.apply(change(JobStatus.COMPLETE, groups=GROUPS))
    halfway = world.asset
    assert world.changes.apply(change(JobStatus.COMPLETE, groups=GROUPS))
    assert (halfway.status, world.asset.status) == (AssetStatus.VERIFYING, AssetStatus.COMPLETE)


@pytest.mark.parametrize(
    ("code", "category"),
    [
        (1010, "source"),
        (1040, "settings"),
        (1076, "source"),
        (1401, "permission"),
        (1999, "service"),
        (4711, "service"),
    ],
)
def test_a_failed_job_fails_its_asset_in_words(world: World, code: int, category: str) -> None:
    """Each error code becomes a category and a sentence, with MediaConvert's own words behind it."""
    world.changes.apply(change(JobStatus.ERROR, error_code=code, error_message="Demuxer:\n [x]"))
    error = world.asset.error
    assert error is not None
    assert (error.code, error.category) == (f"MEDIACONVERT_{code}", category)
    assert error.message.endswith(f"(MediaConvert {code}: Demuxer: [x])")
    assert world.metrics.counted == [("failed", f"MEDIACONVERT_{code}", 0.0)]


def test_a_cancelled_job_cancels_its_asset(world: World) -> None:
    """A cancelled job is no failure, and the news of it is sent."""
    world.changes.apply(change(JobStatus.CANCELED))
    assert world.asset.status is AssetStatus.CANCELED
    assert world.metrics.counted == [("canceled",)]
    assert len(world.publisher.published) == 1


def test_the_first_event_may_be_faster_than_the_orchestrator(unsubmitted: World) -> None:
    """An event of a job that is not recorded yet is known by its metadata, and records the job."""
    unsubmitted.transcoder.create_job(unsubmitted.asset, {})
    assert unsubmitted.changes.apply(change(JobStatus.PROGRESSING))
    assert (unsubmitted.asset.status, unsubmitted.asset.job_id) == (AssetStatus.PROCESSING, "job-1")
    assert unsubmitted.asset.submitted_at is not None


@pytest.mark.parametrize(
    "strange",
    [
        {"attempt": 2},
        {"job_id": "job-2"},
        {"pipeline": "another"},
        {"asset_id": None, "pipeline": None},
    ],
    ids=["another attempt", "another job", "another pipeline", "started by hand"],
)
def test_news_of_other_jobs_changes_nothing(world: World, strange: dict[str, Any]) -> None:
    """News of other attempts, jobs and pipelines leaves the whole record as it was, progress and all."""
    world.changes.apply(change(JobStatus.PROGRESSING))
    before = dict(world.table.records[UPLOAD.asset_id])
    world.clock.advance(1)
    for status in JobStatus:
        news = change(status, percent=99, warnings=({"code": 1, "count": 1},), **strange)
        assert not world.changes.apply(news)
    assert world.table.records[UPLOAD.asset_id] == before


def test_news_of_an_asset_without_record_is_an_error(world: World) -> None:
    """News that belongs nowhere goes to the DLQ rather than nowhere."""
    with pytest.raises(UnknownAssetError):
        world.changes.apply(change(JobStatus.COMPLETE, asset_id="0" * 32))


def test_an_asset_without_a_plan_is_never_complete(world: World) -> None:
    """Where nothing was planned nothing can be verified: the asset fails instead of passing unseen."""
    world.table.records[UPLOAD.asset_id]["planned_outputs"] = []
    world.changes.apply(change(JobStatus.COMPLETE, groups=GROUPS))
    assert world.asset.status is AssetStatus.FAILED
    assert world.asset.error is not None
    assert "no outputs were planned" in world.asset.error.message


def test_unsent_news_of_the_end_is_sent_by_the_next_event(world: World) -> None:
    """Where the notification failed after the asset's end was written, the event's retry sends it, once."""
    world.publisher.failures = [TransientError("SNS is down")]
    with pytest.raises(TransientError):
        world.changes.apply(change(JobStatus.CANCELED))
    for _ in range(2):
        world.changes.apply(change(JobStatus.CANCELED))
    assert len(world.publisher.published) == len(world.metrics.counted) == 1


def test_news_after_the_end_changes_nothing(world: World) -> None:
    """Late and repeated news finds the asset at its end and leaves it there, announced once."""
    world.produce()
    for status in (JobStatus.COMPLETE, JobStatus.COMPLETE, JobStatus.PROGRESSING, JobStatus.ERROR):
        world.changes.apply(change(status, groups=GROUPS))
    assert world.asset.status is AssetStatus.COMPLETE
    assert len(world.publisher.published) == len(world.metrics.counted) == 1


def test_progress_and_warnings_are_recorded(world: World) -> None:
    """An operator sees how far a job is and what it warned of; neither moves the status on its own."""
    world.changes.apply(change(JobStatus.STATUS_UPDATE, percent=40))
    world.changes.apply(change(JobStatus.NEW_WARNING, warnings=({"code": 1, "count": 2},)))
    record = world.table.records[UPLOAD.asset_id]
    assert (record["status"], record["progress_percent"]) == ("PROCESSING", 40)
    assert record["warnings"] == [{"code": 1, "count": 2}]


def test_a_quiet_pipeline_says_that_nothing_is_stuck(world: World) -> None:
    """The metric is there also when there is nothing to report: its alarm can tell quiet from dead."""
    assert world.reconcile() == {"looked_into": 0, "repaired": 0, "alive": 0, "stuck": 0}
    assert world.metrics.counted == [("stuck", 0)]


def test_an_upload_without_a_job_is_announced_again(unsubmitted: World) -> None:
    """The lost message is sent once more, a few times, one run apart; then the asset counts as stuck."""
    for _ in range(MAX_REDELIVERIES):
        unsubmitted.clock.advance(601)
        assert unsubmitted.reconcile()["repaired"] == 1
        assert unsubmitted.reconcile()["looked_into"] == 0
    unsubmitted.clock.advance(601)
    assert unsubmitted.reconcile()["stuck"] == 1
    assert unsubmitted.metrics.counted[-1] == ("stuck", 1)
    assert len(unsubmitted.queue.bodies) == MAX_REDELIVERIES
    assert parse_upload(unsubmitted.queue.bodies[0], bucket="uploads") == UPLOAD


@pytest.mark.parametrize(
    ("job", "status", "kind"),
    [
        ({"Status": "COMPLETE"}, AssetStatus.COMPLETE, "missed_complete"),
        ({"Status": "ERROR", "ErrorCode": 1010}, AssetStatus.FAILED, "missed_error"),
        ({"Status": "CANCELED"}, AssetStatus.CANCELED, "missed_canceled"),
        ({"Status": "PROGRESSING"}, AssetStatus.PROCESSING, "missed_progressing"),
    ],
)
def test_a_missed_event_is_made_up_for(
    world: World, job: dict[str, Any], status: AssetStatus, kind: str
) -> None:
    """Where an event was lost, MediaConvert's own word brings the asset to where it belongs."""
    world.produce()
    world.transcoder.jobs["job-1"] |= job
    world.clock.advance(601)
    assert world.reconcile()["repaired"] == 1
    assert world.asset.status is status
    assert ("repaired", kind) in world.metrics.counted


def test_a_job_that_is_merely_long_is_left_alone(world: World) -> None:
    """A job that MediaConvert still works on is not stuck, and is not asked for again in the next run."""
    world.clock.advance(601)
    assert world.reconcile()["alive"] == 1
    assert world.reconcile()["looked_into"] == 0
    assert world.asset.status is AssetStatus.SUBMITTED


def test_a_job_that_is_gone_fails_its_asset(world: World) -> None:
    """An asset whose job MediaConvert no longer knows comes to its end instead of waiting for ever."""
    world.transcoder.jobs.clear()
    world.clock.advance(601)
    assert world.reconcile()["repaired"] == 1
    assert world.asset.error is not None
    assert world.asset.error.code == "JOB_NOT_FOUND"


def test_one_asset_in_trouble_does_not_hold_up_the_run(world: World) -> None:
    """An asset that can't be looked into counts as stuck; the run goes on and says so."""
    world.transcoder.failures["get_job"] = [OperatorError("403")]
    world.clock.advance(601)
    assert world.reconcile()["stuck"] == 1
    assert world.metrics.counted == [("stuck", 1)]


def test_a_run_ends_in_time(world: World) -> None:
    """Where the function's time is nearly over, nothing new is begun and the metric is still sent."""
    world.clock.advance(601)
    has_no_time: Callable[[], bool] = lambda: False  # noqa: E731
    assert world.repairs.run(has_time=has_no_time)["looked_into"] == 0
    assert world.metrics.counted == [("stuck", 0)]


def test_an_asset_that_moved_meanwhile_is_left_alone(world: World) -> None:
    """An index that lags behind leads to no repair."""
    ids = world.table.overdue(AssetStatus.SUBMITTED, before=world.clock() + timedelta(seconds=1), limit=1)
    assert ids == [UPLOAD.asset_id]
    world.changes.apply(change(JobStatus.CANCELED))
    before = dict(world.table.records[UPLOAD.asset_id])
    world.clock.advance(1)
    stale = replace(world.repairs, table=_Stale(world.table))
    assert stale.run(has_time=lambda: True)["repaired"] == 0
    assert world.table.records[UPLOAD.asset_id] == before


class _Stale:
    """Show a table through an index that still has every asset as SUBMITTED."""

    def __init__(self, table: FakeAssetTable) -> None:
        self.get = table.get
        self.take_for_repair = table.take_for_repair

    def overdue(self, status: AssetStatus, *, before: Any, limit: int) -> list[str]:
        """Return the asset for SUBMITTED."""
        return [UPLOAD.asset_id] if status is AssetStatus.SUBMITTED else []
