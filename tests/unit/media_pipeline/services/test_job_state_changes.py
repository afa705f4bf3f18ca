"""What MediaConvert's news does to an asset."""

from dataclasses import replace
from typing import Any

import pytest

from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.asset_record import tombstone
from media_pipeline.domain.errors import (
    OperatorError,
    ThrottledError,
    TransientError,
    UnconfirmedEventError,
    UnknownAssetError,
)
from media_pipeline.domain.events import JobStatus
from media_pipeline.publishing.caption_publisher import CaptionPublisher, Published
from tests.support.asset_world import (
    FOLDER,
    GROUPS,
    HLS,
    THUMBNAIL,
    UPLOAD,
    AssetWorld,
    change,
)


@pytest.fixture
def world() -> AssetWorld:
    """Return a world with one submitted asset."""
    world = AssetWorld()
    world.submit()
    return world


@pytest.fixture
def unsubmitted() -> AssetWorld:
    """Return a world with one asset whose job was not recorded."""
    return AssetWorld()


def test_a_complete_job_completes_its_asset(world: AssetWorld) -> None:
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


def test_a_job_without_details_is_completed_from_the_plan(world: AssetWorld) -> None:
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
    assert world.asset.outputs[1] == {
        "format": "THUMBNAIL",
        "key": THUMBNAIL["key"],
        "width": 0,
        "height": 0,
        "duration_ms": 59_000,
    }


def test_an_output_is_as_long_as_it_was_found(world: AssetWorld) -> None:
    """Where the job reports the picture's duration alone, the record tells that of the longer sound."""
    world.produce()
    groups = tuple(
        replace(group, outputs=tuple(replace(output, duration_ms=4_000) for output in group.outputs))
        for group in GROUPS
    )
    assert world.changes.apply(change(JobStatus.COMPLETE, groups=groups))
    assert [entry["duration_ms"] for entry in world.asset.outputs] == [59_000, 4_000]


@pytest.mark.parametrize("rejected", [(), ({"key": "in/a.xx.srt", "message": "It has no lines."},)])
def test_a_record_tells_of_captions_that_could_not_be_used(
    world: AssetWorld, monkeypatch: pytest.MonkeyPatch, rejected: tuple[Any, ...]
) -> None:
    """Rejected files are listed, with how many are not named; what lay beside the source is noted anyway."""
    published = Published(rejected=rejected, rejected_left_out=7, seen="hash of all")
    monkeypatch.setattr(CaptionPublisher, "publish", lambda *_, **__: published)
    world.produce()
    world.changes.apply(change(JobStatus.COMPLETE, groups=GROUPS))
    asset = world.asset
    assert asset.status is AssetStatus.COMPLETE
    assert (tuple(asset.rejected_captions), asset.rejected_captions_left_out) == (rejected, 7 * len(rejected))
    assert asset.captions_seen == "hash of all"


@pytest.mark.parametrize("content", [None, b""], ids=["gone", "empty"])
@pytest.mark.parametrize("name", ["hls/master_720p.m3u8", "hls/master_720p_00003.ts"])
def test_missing_outputs_fail_the_asset(world: AssetWorld, name: str, content: bytes | None) -> None:
    """A success of which a file is missing or empty is a failure that names the file, planned or not."""
    world.produce()
    missing = f"{FOLDER}/{name}"
    del world.outputs.objects[missing]
    if content is not None:
        world.outputs.objects[missing] = content
    world.changes.apply(change(JobStatus.COMPLETE, groups=GROUPS))
    assert world.asset.status is AssetStatus.FAILED
    assert world.asset.error is not None
    assert (world.asset.error.code, world.asset.error.category) == ("OUTPUTS_MISSING", "service")
    assert f"Missing or empty: {missing}." in world.asset.error.message


def test_outputs_of_another_length_fail_the_asset(world: AssetWorld) -> None:
    """A success whose manifest ends before the source does is a failure that says so."""
    world.produce()
    playlist = HLS["files"][0]
    lines = world.outputs.objects[playlist].decode().splitlines()
    world.outputs.objects[playlist] = "\n".join([*lines[:-5], lines[-1]]).encode()
    world.changes.apply(change(JobStatus.COMPLETE, groups=GROUPS))
    assert world.asset.status is AssetStatus.FAILED
    assert world.asset.error is not None
    assert world.asset.error.code == "OUTPUTS_INVALID"
    assert "hls/master_720p.m3u8 lasts 48.0 s instead of 59.0 s" in world.asset.error.message


def test_a_verification_that_was_cut_short_is_resumed(world: AssetWorld) -> None:
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
def test_a_failed_job_fails_its_asset_in_words(world: AssetWorld, code: int, category: str) -> None:
    """Each error code becomes a category and a sentence, with MediaConvert's own words behind it."""
    world.changes.apply(change(JobStatus.ERROR, error_code=code, error_message="Demuxer:\n [x]"))
    error = world.asset.error
    assert error is not None
    assert (error.code, error.category) == (f"MEDIACONVERT_{code}", category)
    assert error.message.endswith(f"(MediaConvert {code}: Demuxer: [x])")
    assert world.metrics.counted == [("failed", f"MEDIACONVERT_{code}", 0.0)]


def test_a_cancelled_job_cancels_its_asset(world: AssetWorld) -> None:
    """A cancelled job is no failure, and the news of it is sent."""
    world.changes.apply(change(JobStatus.CANCELED))
    assert world.asset.status is AssetStatus.CANCELED
    assert world.metrics.counted == [("canceled",)]
    assert len(world.publisher.published) == 1


def test_a_job_that_was_complete_can_not_be_cancelled(world: AssetWorld) -> None:
    """An asset whose outputs are being verified is not cancelled by late or forged news."""
    world.produce()
    world.outputs.failures = [TransientError("S3 is down")]
    with pytest.raises(TransientError):
        world.changes.apply(change(JobStatus.COMPLETE, groups=GROUPS))
    assert not world.changes.apply(change(JobStatus.CANCELED))
    assert world.asset.status is AssetStatus.VERIFYING


def test_the_first_event_may_be_faster_than_the_orchestrator(unsubmitted: AssetWorld) -> None:
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
def test_news_of_other_jobs_changes_nothing(world: AssetWorld, strange: dict[str, Any]) -> None:
    """News of other attempts, jobs and pipelines leaves the whole record as it was, progress and all."""
    world.changes.apply(change(JobStatus.PROGRESSING))
    before = dict(world.table.records[UPLOAD.asset_id])
    world.clock.advance(1)
    for status in JobStatus:
        news = change(status, percent=99, warnings=({"code": 1, "count": 1},), **strange)
        assert not world.changes.apply(news)
    assert world.table.records[UPLOAD.asset_id] == before


def test_news_of_an_asset_without_record_is_an_error(world: AssetWorld) -> None:
    """News that belongs nowhere goes to the DLQ rather than nowhere."""
    with pytest.raises(UnknownAssetError):
        world.changes.apply(change(JobStatus.COMPLETE, asset_id="0" * 32))


def test_an_asset_without_a_plan_is_never_complete(world: AssetWorld) -> None:
    """Where nothing was planned nothing can be verified: the asset fails instead of passing unseen."""
    world.table.records[UPLOAD.asset_id]["planned_outputs"] = []
    world.changes.apply(change(JobStatus.COMPLETE, groups=GROUPS))
    assert world.asset.status is AssetStatus.FAILED
    assert world.asset.error is not None
    assert "no outputs were planned" in world.asset.error.message


def test_unsent_news_of_the_end_is_sent_by_the_next_event(world: AssetWorld) -> None:
    """Where the notification failed after the asset's end was written, the event's retry sends it, once."""
    world.publisher.failures = [TransientError("SNS is down")]
    with pytest.raises(TransientError):
        world.changes.apply(change(JobStatus.CANCELED))
    for _ in range(2):
        world.changes.apply(change(JobStatus.CANCELED))
    assert len(world.publisher.published) == len(world.metrics.counted) == 1


def test_news_after_the_end_changes_nothing(world: AssetWorld) -> None:
    """Late and repeated news finds the asset at its end and leaves it there, announced once."""
    world.produce()
    for status in (JobStatus.COMPLETE, JobStatus.COMPLETE, JobStatus.PROGRESSING, JobStatus.ERROR):
        world.changes.apply(change(status, groups=GROUPS))
    assert world.asset.status is AssetStatus.COMPLETE
    assert len(world.publisher.published) == len(world.metrics.counted) == 1


def test_progress_and_warnings_are_recorded(world: AssetWorld) -> None:
    """An operator sees how far a job is and what it warned of; neither moves the status on its own."""
    world.changes.apply(change(JobStatus.STATUS_UPDATE, percent=40))
    world.changes.apply(change(JobStatus.NEW_WARNING, warnings=({"code": 1, "count": 2},)))
    record = world.table.records[UPLOAD.asset_id]
    assert (record["status"], record["progress_percent"]) == ("PROCESSING", 40)
    assert record["warnings"] == [{"code": 1, "count": 2}]


@pytest.mark.parametrize("status", [JobStatus.COMPLETE, JobStatus.ERROR, JobStatus.CANCELED])
def test_a_forged_end_changes_nothing(world: AssetWorld, status: JobStatus) -> None:
    """An event that ends a job which MediaConvert says is running leaves the whole record as it was."""
    world.produce()
    world.transcoder.jobs["job-1"]["Status"] = "PROGRESSING"
    before = dict(world.table.records[UPLOAD.asset_id])
    with pytest.raises(UnconfirmedEventError, match="MediaConvert says PROGRESSING"):
        world.changes.apply_event(change(status, groups=GROUPS, error_code=1010))
    assert world.table.records[UPLOAD.asset_id] == before
    assert world.publisher.published == []


@pytest.mark.parametrize("status", [JobStatus.PROGRESSING, JobStatus.COMPLETE])
@pytest.mark.parametrize("job", ["forged-1", "job-of-another"])
def test_a_forged_job_is_not_recorded(unsubmitted: AssetWorld, status: JobStatus, job: str) -> None:
    """An asset without a job gets none from an event of a job that isn't there, or is another's."""
    unsubmitted.transcoder.jobs["job-of-another"] = {
        "Id": "job-of-another",
        "Status": status.value,
        "UserMetadata": {"pipeline": "media-pipeline-test", "asset_id": "0" * 32, "attempt": "1"},
    }
    with pytest.raises(UnconfirmedEventError):
        unsubmitted.changes.apply_event(change(status, job_id=job))
    assert unsubmitted.asset.job_id is None


def test_an_end_is_what_mediaconvert_says_it_is(world: AssetWorld) -> None:
    """Of an end that is confirmed, the reason comes from GetJob and not from the event."""
    world.transcoder.jobs["job-1"] |= {"Status": "ERROR", "ErrorCode": 1401, "ErrorMessage": "denied"}
    assert world.changes.apply_event(change(JobStatus.ERROR, error_code=1010, error_message="forged"))
    assert world.asset.error is not None
    assert (world.asset.error.code, "forged" in world.asset.error.message) == ("MEDIACONVERT_1401", False)


@pytest.mark.parametrize("trouble", [ThrottledError("slow down"), OperatorError("not allowed")])
def test_an_end_that_cannot_be_asked_for_waits(world: AssetWorld, trouble: Exception) -> None:
    """Where GetJob is throttled or refused the event comes back, and then ends the asset."""
    world.transcoder.jobs["job-1"]["Status"] = "CANCELED"
    world.transcoder.failures["get_job"] = [trouble]
    with pytest.raises(type(trouble)):
        world.changes.apply_event(change(JobStatus.CANCELED))
    waiting = world.asset.status
    assert world.changes.apply_event(change(JobStatus.CANCELED))
    assert (waiting, world.asset.status) == (AssetStatus.SUBMITTED, AssetStatus.CANCELED)


def test_only_ends_and_unknown_jobs_cost_a_request(world: AssetWorld) -> None:
    """Progress of a known job is believed, and so is what comes after the end: neither asks MediaConvert."""
    world.transcoder.failures["get_job"] = [AssertionError("asked")]
    world.changes.apply_event(change(JobStatus.PROGRESSING, percent=40))
    world.transcoder.failures["get_job"] = []
    world.transcoder.jobs["job-1"]["Status"] = "CANCELED"
    world.changes.apply_event(change(JobStatus.CANCELED))
    world.transcoder.failures["get_job"] = [AssertionError("asked")]
    world.changes.apply_event(change(JobStatus.CANCELED))
    assert world.asset.status is AssetStatus.CANCELED


def test_news_of_a_removed_asset_is_done(world: AssetWorld) -> None:
    """Late news of an asset that an operator removed is no dead letter; that of an unknown one is."""
    world.table.records[UPLOAD.asset_id] = tombstone(UPLOAD.asset_id, now=world.clock(), expires_at=None)
    assert not world.changes.apply(change(JobStatus.COMPLETE, groups=GROUPS))
    world.table.records.clear()
    with pytest.raises(UnknownAssetError):
        world.changes.apply(change(JobStatus.COMPLETE, groups=GROUPS))
