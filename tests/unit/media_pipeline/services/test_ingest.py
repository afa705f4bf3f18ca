"""What becomes of an upload's message: a job, a failed asset, or a return to the queue."""

import pytest

from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.asset_record import tombstone
from media_pipeline.domain.errors import (
    ClaimHeldError,
    OperatorError,
    PermanentError,
    PresetsInvalidError,
    SourceError,
    SourceRefusedError,
    ThrottledError,
    TransientError,
)
from media_pipeline.domain.failures import Reason, Unreadable
from media_pipeline.domain.source import UnknownSource
from media_pipeline.services.ingest import ACCESS_PATIENCE, PROBE_PATIENCE
from tests.fuzz.messages import handled
from tests.support.ingest_world import (
    CLAIM_SECONDS,
    MAX_JOBS_IN_FLIGHT,
    IngestWorld,
    message,
)


@pytest.fixture
def world() -> IngestWorld:
    """Return a world in which nothing has happened."""
    return IngestWorld()


@pytest.mark.parametrize(
    "key", ["a b.mp4", "a+b.mp4", "100%25 50%.mp4", 'it\'s "q".mov', "dir/ü/日本語 🎬.MP4", "../a//b.mp4"]
)
def test_an_upload_becomes_a_job(world: IngestWorld, key: str) -> None:
    """Whatever its key, the object is submitted under that very key, to an ASCII folder of its own."""
    world.deliver(key)
    asset = world.asset
    assert (asset.status, asset.job_id, asset.profile) == (AssetStatus.SUBMITTED, "job-1", "default")
    assert asset.upload.key == key
    settings = world.transcoder.settings["job-1"]
    assert settings["Inputs"][0]["FileInput"] == f"s3://uploads/{key}"
    group = settings["OutputGroups"][0]["OutputGroupSettings"]["CmafGroupSettings"]
    assert group["Destination"] == f"s3://outputs/{asset.asset_id}/1/cmaf/index"
    assert asset.source_info["video"]["display_width"] == 1280
    formats = [output["format"] for output in asset.planned_outputs]
    assert formats == ["HLS", "DASH", "MP4", "THUMBNAIL", "POSTER"]
    assert asset.preset_versions == {"cmaf": 1, "mp4": 1, "thumbnails": 2}
    assert world.metrics.counted == [("received",), ("submitted",)]


def test_a_redelivery_changes_nothing(world: IngestWorld) -> None:
    """The same event a second time leaves record, jobs and metrics as they were."""
    world.deliver()
    before, counted = dict(world.table.records[world.asset.asset_id]), list(world.metrics.counted)
    world.clock.advance(3600)
    world.deliver()
    assert world.table.records[world.asset.asset_id] == before
    assert len(world.transcoder.jobs) == 1
    assert world.metrics.counted == counted


def test_a_new_version_is_a_new_asset(world: IngestWorld) -> None:
    """An overwritten object is processed on its own, under its own id."""
    world.deliver(version_id="v1")
    world.deliver(version_id="v2")
    assert len(world.table.records) == len(world.transcoder.jobs) == 2


@pytest.mark.parametrize(
    ("key", "size", "code"),
    [
        ("a.mp4", 0, "EMPTY_FILE"),
        ("a.mp4", 1001, "FILE_TOO_LARGE"),
    ],
)
def test_an_unusable_file_fails_with_a_reason(world: IngestWorld, key: str, size: int, code: str) -> None:
    """The asset says what is wrong and what to do; nothing is submitted, and the news is sent."""
    world.deliver(key, size=size)
    asset = world.asset
    assert asset.status is AssetStatus.FAILED
    assert asset.error is not None
    assert (asset.error.code, asset.error.category) == (code, "source")
    assert "Upload" in asset.error.message
    assert world.transcoder.jobs == {}
    assert world.metrics.counted == [("received",), ("failed", code, None)]
    (subject, news) = world.publisher.published[0]
    assert subject == f"[media-pipeline-test] FAILED: {key}"
    assert news["error"]["code"] == code
    assert world.table.records[asset.asset_id]["expires_at"] > world.clock().timestamp()


def test_a_file_that_is_no_video_fails(world: IngestWorld) -> None:
    """What Probe finds to be no video is not submitted."""
    world.transcoder.failures["probe"] = [SourceError("NOT_A_MEDIA_FILE", "This is not a media file.")]
    world.deliver()
    assert world.asset.status is AssetStatus.FAILED
    assert world.transcoder.jobs == {}


def test_a_source_that_mediaconvert_stumbles_on_is_encoded_without_a_look(world: IngestWorld) -> None:
    """Probe's failures are waited out, for half an hour; then the job keeps the source's size."""
    world.transcoder.failures["probe"] = [TransientError("500")] * 2
    with pytest.raises(TransientError):
        world.deliver()
    assert world.asset.status is AssetStatus.RECEIVED
    world.clock.now += PROBE_PATIENCE
    world.deliver()
    assert (world.asset.status, world.asset.source_info) == (AssetStatus.SUBMITTED, {"fallback": "500"})
    assert world.metrics.counted == [("received",), ("source unknown",), ("submitted",)]


def test_a_source_that_may_not_be_looked_into_waits(world: IngestWorld) -> None:
    """Where Probe answers 403 the upload waits for an operator, however long, and is counted each time."""
    world.transcoder.failures["probe"] = [SourceRefusedError("403")] * 3
    for _ in range(3):
        with pytest.raises(SourceRefusedError):
            world.deliver()
        world.clock.now += ACCESS_PATIENCE
    world.deliver()
    assert (world.asset.status, "fallback" in world.asset.source_info) == (AssetStatus.SUBMITTED, False)
    assert world.metrics.counted == [("received",), *[("source refused",)] * 3, ("submitted",)]


@pytest.mark.parametrize("reason", [Reason.ARCHIVED, Reason.CUSTOMER_KEY])
def test_a_source_that_cannot_be_read_fails_at_once(world: IngestWorld, reason: Reason) -> None:
    """An archived upload, or one under its uploader's key, fails with what to do; nothing looks into it."""
    world.uploads.unreadable["a.mp4"] = Unreadable(reason=reason, said="DEEP_ARCHIVE")
    world.transcoder.failures["probe"] = [AssertionError("it was looked into")]
    world.deliver()
    assert world.asset.status is AssetStatus.FAILED
    assert world.asset.error is not None
    assert (world.asset.error.code, world.asset.error.category) == (reason.value, "source")
    assert len(world.publisher.published) == 1


def test_a_source_under_a_forbidden_key_waits_and_then_fails(world: IngestWorld) -> None:
    """An operator has two days to allow the key; then the asset fails, and a replay may help."""
    world.uploads.unreadable["a.mp4"] = Unreadable(reason=Reason.DENIED, said="AccessDenied: kms:Decrypt")
    with pytest.raises(SourceRefusedError, match="kms:Decrypt"):
        world.deliver()
    world.clock.now += ACCESS_PATIENCE
    world.deliver()
    assert world.asset.error is not None
    assert (world.asset.error.code, world.asset.error.replay_helps) == ("SOURCE_ACCESS_DENIED", True)
    assert "kms:Decrypt" in world.asset.error.message


def test_what_took_the_place_of_an_upload_may_be_unreadable(world: IngestWorld) -> None:
    """An upload that was overwritten is superseded, whatever can be read of the newer one."""
    world.upload(version_id="v2", etag="newer")
    world.uploads.stored["a.mp4"].reverse()
    upload = world.upload()
    world.uploads.stored["a.mp4"].reverse()
    world.uploads.unreadable["a.mp4"] = Unreadable(reason=Reason.CUSTOMER_KEY, said="")
    world.ingest.handle(upload)
    assert world.asset.status is AssetStatus.CANCELED


def test_an_unknown_source_gets_the_safe_choice(world: IngestWorld) -> None:
    """Where Probe does not answer, the job keeps the source's size and the asset says why."""
    world.transcoder.source = UnknownSource(reason="Probe did not answer: timeout")
    world.deliver()
    assert world.asset.source_info == {"fallback": "Probe did not answer: timeout"}
    for group in world.transcoder.settings["job-1"]["OutputGroups"]:
        for output in group["Outputs"]:
            video = output.get("VideoDescription", {})
            assert "Width" not in video or video["ScalingBehavior"] == "FIT_NO_UPSCALE"


@pytest.mark.parametrize(("head", "is_silent"), [(b"GIF89a", True), (b"\0GIF89a", False)])
def test_an_unknown_source_is_known_by_its_first_bytes(
    world: IngestWorld, head: bytes, is_silent: bool
) -> None:
    """A kind of file that has no sound gets a job without sound, whatever Probe did not say."""
    world.transcoder.source = UnknownSource(reason="timeout")
    world.uploads.contents["a.mp4"] = head
    world.deliver()
    assert world.asset.source_info.get("is_silent", False) is is_silent
    (job_input,) = world.transcoder.settings["job-1"]["Inputs"]
    assert ("AudioSelectors" in job_input) is not is_silent


def test_a_kind_of_file_that_probe_does_not_know_is_no_alarm(world: IngestWorld) -> None:
    """Where Probe answers that it knows no such kind, the job is not counted as one without a look."""
    world.transcoder.source = UnknownSource(reason="Probe returned no tracks", is_answered=True)
    world.deliver()
    assert world.asset.status is AssetStatus.SUBMITTED
    assert world.metrics.counted == [("received",), ("submitted",)]


def test_refused_settings_fail_the_asset(world: IngestWorld) -> None:
    """A job that MediaConvert will never take is the asset's end, as a fault of the settings."""
    world.transcoder.failures["create_job"] = [PermanentError("JOB_REFUSED", "settings", "Refused.")]
    world.deliver()
    assert world.asset.error is not None
    assert world.asset.error.category == "settings"


@pytest.mark.parametrize(
    ("call", "error"),
    [
        ("probe", ThrottledError("slow down")),
        ("probe", TransientError("500")),
        ("create_job", ThrottledError("slow down")),
        ("create_job", TransientError("500")),
        ("create_job", OperatorError("403")),
    ],
)
def test_a_passing_fault_is_tried_again(world: IngestWorld, call: str, error: TransientError) -> None:
    """The message goes back, the asset stays RECEIVED and unclaimed, the next delivery succeeds at once."""
    world.transcoder.failures[call] = [error]
    with pytest.raises(type(error)):
        world.deliver()
    waiting = world.asset
    world.clock.advance(0.001)
    world.deliver()
    assert (waiting.status, world.asset.status) == (AssetStatus.RECEIVED, AssetStatus.SUBMITTED)
    assert len(world.transcoder.jobs) == 1
    assert world.metrics.counted == [("received",), ("submitted",)]


def test_an_upload_waits_for_s3(world: IngestWorld) -> None:
    """Where S3 does not say whether the file is still there, nothing is submitted on a guess."""
    world.uploads.failures = [TransientError("S3 is down")]
    with pytest.raises(TransientError):
        world.deliver()
    assert (world.asset.status, world.transcoder.jobs) == (AssetStatus.RECEIVED, {})
    world.clock.advance(1)
    world.deliver()
    assert world.asset.status is AssetStatus.SUBMITTED


def test_an_upload_waits_for_a_slot(world: IngestWorld) -> None:
    """Beyond the jobs that may be in flight, uploads wait in the queue, not even probed, for one to end."""
    for number in range(MAX_JOBS_IN_FLIGHT):
        world.deliver(f"{number}.mp4")
    world.transcoder.failures["probe"] = [AssertionError("a waiting upload is not probed")]
    with pytest.raises(ThrottledError):
        world.deliver("waiting.mp4")
    assert len(world.transcoder.jobs) == MAX_JOBS_IN_FLIGHT
    world.transcoder.failures.clear()
    world.transcoder.jobs["job-1"]["Status"] = "COMPLETE"
    world.clock.advance(15)
    world.deliver("waiting.mp4")
    assert len(world.transcoder.jobs) == MAX_JOBS_IN_FLIGHT + 1


def test_a_waiting_upload_is_not_overdue(world: IngestWorld) -> None:
    """Each try touches its asset: as long as its message comes back, the upload is not announced again."""
    world.transcoder.failures["probe"] = [ThrottledError("slow down")] * 2
    for _ in range(2):
        world.clock.advance(900)
        with pytest.raises(ThrottledError):
            world.deliver()
        assert list(world.table.by_status(AssetStatus.RECEIVED, before=world.clock())) == []


def test_a_held_claim_says_how_long_it_lasts(world: IngestWorld) -> None:
    """A message that comes while another invocation is at its asset learns when to come again."""
    world.transcoder.failures["probe"] = [SystemExit()]  # type: ignore[list-item]
    with pytest.raises(SystemExit):
        world.deliver()
    world.clock.advance(9.5)
    with pytest.raises(ClaimHeldError) as held:
        world.deliver()
    assert held.value.seconds_left == CLAIM_SECONDS - 9


def test_bad_presets_keep_uploads_waiting(world: IngestWorld) -> None:
    """A fault in the presets fails no asset: uploads wait in the queue until it is repaired."""
    world.presets.failure = PresetsInvalidError(["hls gop_seconds is 0"])
    with pytest.raises(PresetsInvalidError):
        world.deliver()
    world.presets.failure = None
    world.clock.advance(1)
    world.deliver()
    assert world.asset.status is AssetStatus.SUBMITTED


def test_unsent_news_is_sent_by_the_next_delivery(world: IngestWorld) -> None:
    """Where the notification failed after the asset's end was written, the message's retry sends it, once."""
    world.publisher.failures = [TransientError("SNS is down")]
    with pytest.raises(TransientError):
        world.deliver(size=0)
    assert world.asset.status is AssetStatus.FAILED
    for _ in range(2):
        world.deliver(size=0)
    assert len(world.publisher.published) == 1
    assert [name for name, *_ in world.metrics.counted] == ["received", "failed"]


def test_a_foreign_event_is_never_dropped(world: IngestWorld) -> None:
    """An event of another bucket is an error, so that its message ends in the DLQ, and makes no asset."""
    assert not handled(message(world.upload()).replace('"uploads"', '"elsewhere"'), world.ingest.handle)
    assert world.table.records == {}


def test_an_upload_of_a_removed_asset_is_let_alone(world: IngestWorld) -> None:
    """Its late event is done: no record, no job."""
    world.deliver("a.mp4")
    asset_id = world.asset.asset_id
    jobs = dict(world.transcoder.jobs)
    left = tombstone(asset_id, now=world.clock(), expires_at=None)
    world.table.records[asset_id] = left
    world.deliver("a.mp4")
    assert world.transcoder.jobs == jobs
    assert world.table.records == {asset_id: left}
