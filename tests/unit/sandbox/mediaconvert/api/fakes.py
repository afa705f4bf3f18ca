"""Stand in for S3, EventBridge and the transcoder."""

import hashlib
import threading
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from sandbox.mediaconvert.execution.aws_clients import StoredObject, split_uri
from sandbox.mediaconvert.model import (
    Account,
    Cancelled,
    JobError,
    JobWarning,
    OutputDetail,
    OutputGroupDetail,
    Phase,
    ProducedFile,
    Progress,
    TranscodeResult,
)
from sandbox.mediaconvert.probing.source import AudioTrack, Source, VideoTrack
from sandbox.mediaconvert.request import TranscodeRequest
from sandbox.mediaconvert.resources.outbox import PublishError

ACCOUNT = Account("000000000000", "us-east-1")


class FakeBus:
    """Collect events in order; ``away`` makes it refuse them."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []
        self.away = False
        self.attempts = 0

    def put_events(self, entries: Sequence[dict[str, Any]]) -> None:
        """Take the entries, or none."""
        self.attempts += 1
        if self.away:
            raise PublishError("EventBridge is away")
        self.entries += entries


class FakeS3:
    """Hold objects in memory, as bytes by (bucket, key)."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], bytes] = {
            ("in", "clip.mp4"): b"media",
            ("in", "notes.mp4"): b"text",
        }
        self.denied_buckets: set[str] = set()
        self.roles: list[str | None] = []
        self.refused_roles: set[str] = set()
        self.downloads = 0
        self.hold: threading.Event | None = None

    def assume_role(self, role: str | None, session_name: str) -> "FakeS3":
        """Let every role in but the refused."""
        if role in self.refused_roles:
            raise JobError(1432, f"Unable to assume the role {role}: session {session_name}")
        self.roles.append(role)
        return self

    def describe(self, uri: str) -> StoredObject:
        """Describe an object."""
        bucket, key = split_uri(uri)
        if bucket in self.denied_buckets:
            raise JobError(1401, f"Unable to open input file [{uri}]: Access Denied")
        if (bucket, key) not in self.objects:
            raise JobError(1404, f"Unable to open input file [{uri}]: Not Found")
        content = self.objects[bucket, key]
        return StoredObject(hashlib.md5(content).hexdigest(), len(content), 1_700_000_000, "video/mp4")

    def download(self, uri: str, path: Path, cancelled: threading.Event) -> StoredObject:
        """Copy an object to a file."""
        stored = self.describe(uri)
        self.downloads += 1
        path.write_bytes(self.objects[split_uri(uri)])
        return stored

    def upload(self, bucket: str, key: str, path: Path) -> None:
        """Copy a file to an object, once a test lets it."""
        if self.hold is not None:
            assert self.hold.wait(10), "held for too long"
        self.objects[bucket, key] = path.read_bytes()


def fake_inspect(path: Path, cancelled: threading.Event) -> Source:
    """Describe everything but a text as the same 720p clip."""
    if path.read_bytes() == b"text":
        raise JobError(1010, "The file is not a media file that can be opened.")
    if path.read_bytes() == b"no index":
        raise JobError(1075, "Failed probe/open: [no moov box found in file].")
    video = VideoTrack(index=0, codec="AVC", width=1280, height=720, frame_rate=Fraction(24))
    audio = AudioTrack(index=1, codec="AAC", channels=2, sample_rate=48_000, language="eng")
    return Source(
        format="mp4",
        size_bytes=path.stat().st_size,
        duration_seconds=4.0,
        videos=(video,),
        audios=(audio,),
    )


class FakeTranscoder:
    """Make one small file per job; a test can hold it back or make it fail by setting its fields."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Let every job finish at once again."""
        self.go_on = threading.Event()
        self.go_on.set()
        self.failure: Exception | None = None
        self.failure_when_cancelled: Exception = Cancelled()
        self.warnings: list[JobWarning] = []
        self.started: list[dict[str, Any]] = []
        self.inputs: list[Mapping[str, Path]] = []
        self.running = self.most_running = 0
        self._lock = threading.Lock()

    def __call__(self, request: TranscodeRequest) -> TranscodeResult:
        """Report progress while held back, then make one file in the first group's destination."""
        with self._lock:
            self.started.append(request.settings)
            self.inputs.append(request.inputs)
            self.running += 1
            self.most_running = max(self.most_running, self.running)
        try:
            request.progress(Progress(Phase.TRANSCODING, 40, 96))
            while not self.go_on.wait(0.01):
                request.progress(Progress(Phase.TRANSCODING, 50, 120))
                if request.cancelled.is_set():
                    raise self.failure_when_cancelled
            if self.failure is not None:
                raise self.failure
            return self._result(request.settings, request.work_dir)
        finally:
            with self._lock:
                self.running -= 1

    def _result(self, settings: dict[str, Any], work_dir: Path) -> TranscodeResult:
        made = work_dir / "made.mp4"
        made.write_bytes(b"made")
        (work_dir / "list.m3u8").write_text("#EXTM3U")
        return TranscodeResult(
            groups=[
                OutputGroupDetail(
                    "FILE_GROUP", [], [OutputDetail(["s3://out/a/clip_720p.mp4"], 4000, 1280, 720, 900_000)]
                ),
                OutputGroupDetail(
                    "DASH_ISO_GROUP", ["s3://out/a/clip.mpd"], [OutputDetail([], 4000, 1280, 720)]
                ),
            ],
            files=[
                ProducedFile("out", "a/clip.m3u8", work_dir / "list.m3u8"),
                ProducedFile("out", "a/clip_720p.mp4", made),
            ],
            warnings=self.warnings,
        )
