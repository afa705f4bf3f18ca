"""A job that is about to be done, its captions, and processes that may be killed after any of their calls."""

import json
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import m3u8  # type: ignore[import-untyped]

from media_pipeline.domain.asset import Asset, AssetStatus
from media_pipeline.domain.errors import ClaimHeldError
from media_pipeline.domain.events import (
    JobStateChange,
    JobStatus,
    ProducedGroup,
    ProducedOutput,
    parse_upload,
    upload_event,
)
from media_pipeline.domain.outputs import PlannedOutput
from media_pipeline.domain.source import SourceInfo, UnknownSource, VideoTrack
from media_pipeline.domain.transitions import Transition
from media_pipeline.domain.uploads.upload import UploadedObject
from media_pipeline.publishing.caption_publisher import CaptionPublisher
from media_pipeline.services.job_state_changes import JobStateChanges
from media_pipeline.services.late_captions import LateCaptions
from media_pipeline.services.lifecycle import Lifecycle
from media_pipeline.services.verification import verify
from tests.support.captioning import NAMES, additions
from tests.support.fakes import (
    FakeAssetTable,
    FakeClock,
    FakeMetrics,
    FakeOutputs,
    FakePublisher,
    FakeTranscoder,
    FakeUploads,
)
from tests.support.made_outputs import made_outputs

UPLOAD = UploadedObject(
    bucket="uploads", key="dir/a+b %.mp4", version_id="v1", etag="e", size_bytes=5, sequencer=""
)
STEM = "dir/a+b %"
FOLDER = f"{UPLOAD.asset_id}/1"
SECONDS = 59.0
SOURCE = SourceInfo(
    container="mp4",
    duration_ms=59_000,
    video=VideoTrack(
        codec="AVC",
        display_width=1280,
        display_height=720,
        rotation_degrees=0,
        frame_rate_numerator=30,
        frame_rate_denominator=1,
    ),
    audio=(),
)
HLS = PlannedOutput(
    format="HLS",
    key=f"{FOLDER}/hls/master.m3u8",
    group=0,
    width=1280,
    height=720,
    files=(f"{FOLDER}/hls/master_720p.m3u8",),
    sizes=((1280, 720),),
)
DASH = PlannedOutput(
    format="DASH", key=f"{FOLDER}/dash/manifest.mpd", group=1, width=1280, height=720, sizes=((1280, 720),)
)
GROUP = ProducedGroup(outputs=(ProducedOutput(width=1280, height=720, duration_ms=59_000),))
DONE = JobStateChange(
    job_id="job-1",
    status=JobStatus.COMPLETE,
    pipeline="media-pipeline-test",
    asset_id=UPLOAD.asset_id,
    attempt=1,
    groups=(GROUP, GROUP),
)


class Killed(BaseException):
    """Say that a process was killed: nothing catches it."""


class Calls:
    """Count a process's calls; `after` holds what happens after the call of a number, from 1 on."""

    def __init__(self, **after: Callable[[], Any]) -> None:
        self.count = 0
        self.after: dict[int, Callable[[], Any]] = {int(name[1:]): do for name, do in after.items()}

    def of(self, target: Any) -> Any:
        """Stand before an adapter."""
        return _Counted(self, target)


class _Counted:
    def __init__(self, calls: Calls, target: Any) -> None:
        self._calls = calls
        self._target = target

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._target, name)

        def counted(*arguments: Any, **named: Any) -> Any:
            answer = method(*arguments, **named)
            self._calls.count += 1
            self._calls.after.pop(self._calls.count, lambda: None)()
            return answer

        return counted


def srt(text: str = "Hello") -> bytes:
    """Return a caption file with one cue."""
    return f"1\n00:00:01,000 --> 00:00:02,000\n{text}\n".encode()


class CaptionWorld:
    """Hold an asset whose job is done, and everything around it."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.table = FakeAssetTable()
        self.uploads = FakeUploads()
        self.outputs = FakeOutputs()
        self.publisher = FakePublisher()
        self.metrics = FakeMetrics()
        self.messages: list[str] = []
        self.uploads.put(UPLOAD, self.clock())
        asset = self.table.claim(UPLOAD, now=self.clock(), until=self.clock()).asset
        assert self.table.record_plan(
            asset,
            profile="default",
            preset_versions={},
            source_info=SOURCE.as_record(),
            planned_outputs=[HLS.as_record(), DASH.as_record()],
        )
        self.step(AssetStatus.SUBMITTED)
        self.made = made_outputs([HLS, DASH], seconds=SECONDS, has_audio=False)
        self.outputs.objects |= self.made

    @property
    def asset(self) -> Asset:
        """Return the asset."""
        asset = self.table.get(UPLOAD.asset_id)
        assert asset is not None
        return asset

    def step(self, to: AssetStatus) -> None:
        """Take a step."""
        step = Transition(to=to, attempt=1, at=self.clock(), detail="", job_id="job-1")
        assert self.table.advance(UPLOAD.asset_id, step)

    def put(self, name: str, body: bytes | None = None) -> None:
        """Upload a caption file beside the source; its message waits in the queue."""
        upload = self.uploads.put_caption(f"{STEM}{name}", srt() if body is None else body)
        self.messages.append(upload_event(upload))

    def finish(self, calls: Calls | None = None) -> None:
        """Let the status processor handle the end of the job."""
        calls = calls or Calls()
        table = calls.of(self.table)
        lifecycle = Lifecycle(
            pipeline="media-pipeline-test",
            table=table,
            uploads=calls.of(self.uploads),
            metrics=self.metrics,
            publisher=calls.of(self.publisher),
            retention_days=0,
            clock=self.clock,
        )
        JobStateChanges(
            pipeline="media-pipeline-test",
            table=table,
            jobs=FakeTranscoder(UnknownSource(reason="")),
            uploads=calls.of(self.uploads),
            outputs=calls.of(self.outputs),
            **additions(outputs=calls.of(self.outputs), uploads=calls.of(self.uploads)),
            lifecycle=lifecycle,
            clock=self.clock,
        ).apply(DONE)

    def deliver(self, calls: Calls | None = None) -> None:
        """Let the orchestrator handle the oldest message; it is gone once it is done."""
        calls = calls or Calls()
        uploads, outputs = calls.of(self.uploads), calls.of(self.outputs)
        message = self.messages[0]
        LateCaptions(
            pipeline="media-pipeline-test",
            names=NAMES,
            uploads=uploads,
            table=calls.of(self.table),
            captions=CaptionPublisher(names=NAMES, uploads=uploads, outputs=outputs),
            publisher=calls.of(self.publisher),
            metrics=self.metrics,
            clock=self.clock,
        ).handle(parse_upload(message, bucket="uploads"))
        self.messages.remove(message)

    def settle(self) -> None:
        """Deliver what waits; what another invocation keeps waiting comes back when that must be over."""
        while self.messages:
            try:
                self.deliver()
            except ClaimHeldError as held:
                self.clock.advance(held.seconds_left + 1)

    def text(self, key: str) -> str:
        """Return an object's text."""
        return self.outputs.objects[key].decode()

    def offered(self) -> dict[str, list[str]]:
        """Return the languages that each manifest and the record offer; all that is named is there."""
        found = verify(
            folder=FOLDER, planned=[HLS, DASH], source=SOURCE, groups=DONE.groups, outputs=self.outputs
        )
        assert found.error is None, found.error
        master = m3u8.loads(self.text(HLS.key))
        tree = ElementTree.fromstring(self.text(DASH.key))
        captions = [entry for entry in self.asset.outputs if entry["format"] == "CAPTIONS"]
        assert all(self.text(entry["key"]).startswith("WEBVTT\n") for entry in captions)
        return {
            "HLS": [media.language for media in master.media if media.type == "SUBTITLES"],
            "DASH": [s.get("lang", "") for s in tree.iterfind(".//{*}AdaptationSet[@contentType='text']")],
            "record": [entry["language"] for entry in captions],
        }

    @property
    def notifications(self) -> list[dict[str, Any]]:
        """Return what was published, as it reads."""
        return [json.loads(json.dumps(message)) for _, message in self.publisher.published]


def everywhere(*languages: str) -> dict[str, list[str]]:
    """Return what is offered where all is well."""
    return {"HLS": list(languages), "DASH": list(languages), "record": list(languages)}
