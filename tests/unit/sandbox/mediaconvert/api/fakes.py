"""Stand in for S3, EventBridge and the transcoder, and run the endpoint on a free port."""

import asyncio
import hashlib
import json
import socket
import threading
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from sandbox.mediaconvert.execution.aws_clients import StoredObject, split_uri
from sandbox.mediaconvert.execution.runner import Media
from sandbox.mediaconvert.faults.server import faulty_service
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
from sandbox.mediaconvert.server import MediaConvert, ServiceSettings
from sandbox.runtime.fault_injection import Faults
from sandbox.runtime.folder import write_json
from tests.support.waiting import wait_for

ROLE = "arn:aws:iam::000000000000:role/media"
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


@dataclass
class Endpoint:
    """Run the endpoint on its own thread, with fakes around it and a real boto3 client before it."""

    state_dir: Path
    concurrent_jobs: int = 2
    bus: FakeBus = field(default_factory=FakeBus)
    s3: FakeS3 = field(default_factory=FakeS3)
    transcoder: FakeTranscoder = field(default_factory=FakeTranscoder)
    faults: dict[str, Any] = field(default_factory=dict)

    @contextmanager
    def running(self) -> Iterator["Endpoint"]:
        """Serve until the end of the block."""
        self.port = free_port()
        service = self.service(self.port)
        loop, stop = asyncio.new_event_loop(), asyncio.Event()
        thread = threading.Thread(target=lambda: loop.run_until_complete(service.serve(stop)), daemon=True)
        thread.start()
        wait_for(self._answers)
        self.client = client(self.url)
        try:
            yield self
        finally:
            loop.call_soon_threadsafe(stop.set)
            thread.join(15)
            assert not thread.is_alive(), "the endpoint didn't stop"
            loop.close()

    def service(self, port: int) -> MediaConvert:
        """Put the endpoint together around the fakes, and its faults around it."""
        self.inject(**self.faults)
        settings = ServiceSettings(
            port=port, state_dir=self.state_dir, account=ACCOUNT, concurrent_jobs=self.concurrent_jobs
        )
        media = Media(transcode=self.transcoder, inspect=fake_inspect, assume_role=self.s3.assume_role)
        faults = Faults(self.faults_path, "mediaconvert", self.state_dir / "injected.json")
        return faulty_service(settings, media, self.bus.put_events, faults)

    @property
    def faults_path(self) -> Path:
        """Return the path of the file that tells the endpoint what to do wrong."""
        return self.state_dir / "faults.json"

    def until_struck(self, kind: str, number: int) -> None:
        """Wait until so many faults of a kind struck in this run."""
        wait_for(lambda: self.health()["faults"].get(kind) == number)

    def inject(self, *, run: str = "", **faults: Any) -> None:
        """Switch faults on; without arguments, off."""
        write_json(self.faults_path, {"run": run, "mediaconvert": faults})

    @property
    def url(self) -> str:
        """Return the endpoint's URL."""
        return f"http://127.0.0.1:{self.port}"

    def submit(self, **parameters: Any) -> dict[str, Any]:
        """Create a job, with usual parameters where none are given."""
        job: dict[str, Any] = self.client.create_job(
            **{"Role": ROLE, "Settings": job_settings(), **parameters}
        )["Job"]
        return job

    def finished(self, id_: str, timeout_seconds: float = 10) -> dict[str, Any]:
        """Wait for a job's end and give the job."""
        return self.in_status(id_, "COMPLETE", "ERROR", "CANCELED", timeout_seconds=timeout_seconds)

    def in_status(self, id_: str, *statuses: str, timeout_seconds: float = 10) -> dict[str, Any]:
        """Wait until a job has one of these statuses and give the job."""
        found: dict[str, Any] = {}

        def reached() -> bool:
            found.update(self.client.get_job(Id=id_)["Job"])
            return found["Status"] in statuses

        wait_for(reached, timeout_seconds)
        return found

    def until_idle(self) -> None:
        """Wait until no job waits or runs and every event was sent."""
        wait_for(lambda: self.health()["jobs"] == {"SUBMITTED": 0, "PROGRESSING": 0})
        wait_for(lambda: self.health()["unsentEvents"] == 0)

    def health(self) -> dict[str, Any]:
        """Ask for the endpoint's health."""
        with urllib.request.urlopen(f"{self.url}/health", timeout=5) as response:
            answer: dict[str, Any] = json.load(response)
            return answer

    def events(self, id_: str) -> list[dict[str, Any]]:
        """List the details of a job's events, in the order of their arrival."""
        details = [json.loads(entry["Detail"]) for entry in list(self.bus.entries)]
        return [detail for detail in details if detail["jobId"] == id_]

    def statuses(self, id_: str) -> list[str]:
        """List the statuses of a job's events."""
        return [detail["status"] for detail in self.events(id_)]

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=1) as response:
                return bool(response.status == 200)
        except OSError:
            return False


@contextmanager
def application_of(endpoint: Endpoint) -> Iterator[Any]:
    """Return an endpoint's application alone: no server, and no job ever runs."""
    yield endpoint.service(0).application


def client(url: str, read_timeout: float = 60) -> Any:
    """Make a boto3 client of the endpoint that never retries."""
    return boto3.client(
        "mediaconvert",
        endpoint_url=url,
        region_name=ACCOUNT.region,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(read_timeout=read_timeout, retries={"total_max_attempts": 1}),
    )


def job_settings(uri: str = "s3://in/clip.mp4") -> dict[str, Any]:
    """Return the least settings that make an MP4, in boto3's spelling."""
    return {
        "Inputs": [{"FileInput": uri}],
        "OutputGroups": [
            {
                "OutputGroupSettings": {
                    "Type": "FILE_GROUP_SETTINGS",
                    "FileGroupSettings": {"Destination": "s3://out/a/clip"},
                },
                "Outputs": [
                    {
                        "NameModifier": "_720p",
                        "ContainerSettings": {"Container": "MP4"},
                        "VideoDescription": {
                            "Width": 1280,
                            "Height": 720,
                            "CodecSettings": {
                                "Codec": "H_264",
                                "H264Settings": {"RateControlMode": "QVBR", "MaxBitrate": 3_000_000},
                            },
                        },
                    }
                ],
            }
        ],
    }


def free_port() -> int:
    """Find a port without a listener."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
