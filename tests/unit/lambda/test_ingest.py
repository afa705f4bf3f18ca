"""What becomes of an upload's message: a job, a failed asset, or a return to the queue."""

import json
from dataclasses import replace
from typing import Any

import pytest

from media_pipeline.assets import Asset, AssetStatus
from media_pipeline.errors import (
    ClaimHeldError,
    MalformedEventError,
    OperatorError,
    PermanentError,
    PresetsInvalidError,
    SourceError,
    ThrottledError,
    TransientError,
)
from media_pipeline.ingest import Ingest, SourceLimits
from media_pipeline.lifecycle import Lifecycle
from media_pipeline.sources import AudioTrack, SourceInfo, UnknownSource, VideoTrack
from tests.fakes import (
    FakeAssetTable,
    FakeClock,
    FakeMetrics,
    FakePresets,
    FakePublisher,
    FakeTranscoder,
)
from tests.strategies import shipped_presets, shipped_profiles

SOURCE = SourceInfo(
    container="mp4",
    duration_ms=10_000,
    video=VideoTrack(
        codec="AVC",
        display_width=1280,
        display_height=720,
        rotation_degrees=0,
        frame_rate_numerator=30,
        frame_rate_denominator=1,
    ),
    audio=(AudioTrack(codec="AAC", channels=2, language="eng"),),
)


class World:
    """Hold an orchestrator with everything around it."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.table = FakeAssetTable()
        self.transcoder = FakeTranscoder(SOURCE)
        self.presets = FakePresets(shipped_presets(), shipped_profiles())
        self.publisher = FakePublisher()
        self.metrics = FakeMetrics()
        self.ingest = Ingest(
            table=self.table,
            transcoder=self.transcoder,
            presets=self.presets,
            lifecycle=Lifecycle(
                pipeline="media-pipeline-test",
                table=self.table,
                metrics=self.metrics,
                publisher=self.publisher,
                retention_days=30,
                clock=self.clock,
            ),
            metrics=self.metrics,
            limits=SourceLimits(max_size_bytes=1000, suffixes=(".mp4", ".mov")),
            uploads_bucket="uploads",
            outputs_bucket="outputs",
            claim_seconds=60,
            clock=self.clock,
        )

    @property
    def asset(self) -> Asset:
        """Return the only asset."""
        (asset_id,) = self.table.records
        asset = self.table.get(asset_id)
        assert asset is not None
        return asset


@pytest.fixture
def world() -> World:
    """Return a world in which nothing has happened."""
    return World()


def message(key: str = "a.mp4", size: int = 5, version_id: str = "v1") -> str:
    """Return the message that announces an upload."""
    return json.dumps(
        {
            "source": "aws.s3",
            "detail-type": "Object Created",
            "detail": {
                "bucket": {"name": "uploads"},
                "object": {"key": key, "size": size, "etag": "e", "version-id": version_id, "sequencer": "0"},
            },
        }
    )


@pytest.mark.parametrize(
    "key", ["a b.mp4", "a+b.mp4", "100%25 50%.mp4", 'it\'s "q".mov', "dir/ü/日本語 🎬.MP4", "../a//b.mp4"]
)
def test_an_upload_becomes_a_job(world: World, key: str) -> None:
    """Whatever its key, the object is submitted under that very key, to an ASCII folder of its own."""
    world.ingest.handle(message(key))
    asset = world.asset
    assert (asset.status, asset.job_id, asset.profile) == (AssetStatus.SUBMITTED, "job-1", "default")
    assert asset.upload.key == key
    settings = world.transcoder.settings["job-1"]
    assert settings["Inputs"][0]["FileInput"] == f"s3://uploads/{key}"
    group = settings["OutputGroups"][0]["OutputGroupSettings"]["HlsGroupSettings"]
    assert group["Destination"] == f"s3://outputs/{asset.asset_id}/1/hls/master"
    assert asset.source_info["video"]["display_width"] == 1280
    assert {output["format"] for output in asset.planned_outputs} == {"HLS", "DASH", "MP4", "THUMBNAIL"}
    assert world.metrics.counted == [("received",), ("submitted",)]


def test_a_redelivery_changes_nothing(world: World) -> None:
    """The same event a second time leaves record, jobs and metrics as they were."""
    world.ingest.handle(message())
    before, counted = dict(world.table.records[world.asset.asset_id]), list(world.metrics.counted)
    world.clock.advance(3600)
    world.ingest.handle(message())
    assert world.table.records[world.asset.asset_id] == before
    assert len(world.transcoder.jobs) == 1
    assert world.metrics.counted == counted


def test_a_new_version_is_a_new_asset(world: World) -> None:
    """An overwritten object is processed on its own, under its own id."""
    world.ingest.handle(message(version_id="v1"))
    world.ingest.handle(message(version_id="v2"))
    assert len(world.table.records) == len(world.transcoder.jobs) == 2


@pytest.mark.parametrize(
    ("key", "size", "code"),
    [
        ("a.mp4", 0, "EMPTY_FILE"),
        ("a.mp4", 1001, "FILE_TOO_LARGE"),
        ("a.txt", 5, "UNSUPPORTED_FILE_TYPE"),
        ("mp4", 5, "UNSUPPORTED_FILE_TYPE"),
    ],
)
def test_an_unusable_file_fails_with_a_reason(world: World, key: str, size: int, code: str) -> None:
    """The asset says what is wrong and what to do; nothing is submitted, and the news is sent."""
    world.ingest.handle(message(key, size))
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


def test_a_file_that_is_no_video_fails(world: World) -> None:
    """What Probe finds to be no video is not submitted."""
    world.transcoder.failures["probe"] = [SourceError("NOT_A_MEDIA_FILE", "This is not a media file.")]
    world.ingest.handle(message())
    assert world.asset.status is AssetStatus.FAILED
    assert world.transcoder.jobs == {}


def test_an_unknown_source_gets_the_safe_choice(world: World) -> None:
    """Where Probe does not answer, the job keeps the source's size and the asset says why."""
    world.transcoder.source = UnknownSource(reason="Probe did not answer: timeout")
    world.ingest.handle(message())
    assert world.asset.source_info == {"fallback": "Probe did not answer: timeout"}
    for group in world.transcoder.settings["job-1"]["OutputGroups"]:
        for output in group["Outputs"]:
            assert "Width" not in output.get("VideoDescription", {})


def test_refused_settings_fail_the_asset(world: World) -> None:
    """A job that MediaConvert will never take is the asset's end, as a fault of the settings."""
    world.transcoder.failures["create_job"] = [PermanentError("JOB_REFUSED", "settings", "Refused.")]
    world.ingest.handle(message())
    assert world.asset.error is not None
    assert world.asset.error.category == "settings"


@pytest.mark.parametrize(
    ("call", "error"),
    [
        ("probe", ThrottledError("slow down")),
        ("create_job", ThrottledError("slow down")),
        ("create_job", TransientError("500")),
        ("create_job", OperatorError("403")),
    ],
)
def test_a_passing_fault_is_tried_again(world: World, call: str, error: TransientError) -> None:
    """The message goes back, the asset stays RECEIVED and unclaimed, the next delivery succeeds at once."""
    world.transcoder.failures[call] = [error]
    with pytest.raises(type(error)):
        world.ingest.handle(message())
    waiting = world.asset
    world.clock.advance(0.001)
    world.ingest.handle(message())
    assert (waiting.status, world.asset.status) == (AssetStatus.RECEIVED, AssetStatus.SUBMITTED)
    assert len(world.transcoder.jobs) == 1
    assert world.metrics.counted == [("received",), ("submitted",)]


def test_bad_presets_keep_uploads_waiting(world: World) -> None:
    """A fault in the presets fails no asset: uploads wait in the queue until it is repaired."""
    world.presets.failure = PresetsInvalidError(["hls gop_seconds is 0"])
    with pytest.raises(PresetsInvalidError):
        world.ingest.handle(message())
    world.presets.failure = None
    world.clock.advance(1)
    world.ingest.handle(message())
    assert world.asset.status is AssetStatus.SUBMITTED


def test_a_lost_answer_does_not_submit_twice(world: World) -> None:
    """Where CreateJob's answer was lost, the next delivery finds the job instead of making a second."""
    world.transcoder.failures["create_job_after"] = [TransientError("read timeout")]
    with pytest.raises(TransientError):
        world.ingest.handle(message())
    world.clock.advance(1)
    world.ingest.handle(message())
    assert (world.asset.status, world.asset.job_id) == (AssetStatus.SUBMITTED, "job-1")
    assert len(world.transcoder.jobs) == 1
    assert world.metrics.counted == [("received",), ("submitted",)]


def test_a_crash_after_the_submission_does_not_submit_twice(world: World) -> None:
    """Where the invocation died before recording the job, the claim expires and the job is found."""
    world.transcoder.failures["create_job_after"] = [SystemExit()]  # type: ignore[list-item]
    with pytest.raises(SystemExit):
        world.ingest.handle(message())
    with pytest.raises(ClaimHeldError):
        world.ingest.handle(message())
    world.clock.advance(61)
    world.ingest.handle(message())
    assert world.asset.job_id == "job-1"
    assert len(world.transcoder.jobs) == 1


def test_a_concurrent_delivery_waits(world: World) -> None:
    """While one invocation works on an asset, another delivery of its event goes back to the queue."""
    held: list[type[Exception]] = []
    create_job = world.transcoder.create_job

    class Meanwhile(FakeTranscoder):
        def create_job(self, asset: Asset, settings: Any) -> str:
            with pytest.raises(ClaimHeldError) as raised:
                world.ingest.handle(message())
            held.append(raised.type)
            return create_job(asset, settings)

    ingest = replace(world.ingest, transcoder=Meanwhile(SOURCE))
    ingest.handle(message())
    assert held == [ClaimHeldError]
    assert len(world.transcoder.jobs) == 1


def test_unsent_news_is_sent_by_the_next_delivery(world: World) -> None:
    """Where the notification failed after the asset's end was written, the message's retry sends it, once."""
    world.publisher.failures = [TransientError("SNS is down")]
    with pytest.raises(TransientError):
        world.ingest.handle(message(size=0))
    assert world.asset.status is AssetStatus.FAILED
    for _ in range(2):
        world.ingest.handle(message(size=0))
    assert len(world.publisher.published) == 1
    assert [name for name, *_ in world.metrics.counted] == ["received", "failed"]


def test_a_foreign_event_is_never_dropped(world: World) -> None:
    """An event of another bucket is an error, so that its message ends in the DLQ, and makes no asset."""
    with pytest.raises(MalformedEventError, match="bucket"):
        world.ingest.handle(message().replace('"uploads"', '"elsewhere"'))
    assert world.table.records == {}
