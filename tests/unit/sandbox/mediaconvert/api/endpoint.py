"""Run the endpoint on a free port, with fakes around it and a real client before it."""

import asyncio
import json
import threading
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from sandbox.mediaconvert.api.wire import operations, service_model
from sandbox.mediaconvert.execution.runner import Media
from sandbox.mediaconvert.faults.server import faulty_service
from sandbox.mediaconvert.server import MediaConvert, ServiceSettings
from sandbox.runtime.fault_injection import Faults
from sandbox.runtime.folder import write_json
from tests.support.server_process import free_port
from tests.support.waiting import wait_for
from tests.unit.sandbox.mediaconvert.api.fakes import ACCOUNT, FakeBus, FakeS3, FakeTranscoder, fake_inspect

ROLE = "arn:aws:iam::000000000000:role/media"
INPUTS = {operation.name: operation for operation in operations(service_model())}


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


def status_of(
    app: Any,
    method: str,
    path: str,
    body: bytes,
    query: bytes = b"",
    headers: Sequence[tuple[bytes, bytes]] = (),
) -> int:
    """Send one request straight to the application and give the answer's status."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(errors="replace"),
        "query_string": query,
        "headers": list(headers),
        "root_path": "",
        "scheme": "http",
        "server": ("127.0.0.1", 80),
    }
    asyncio.run(app(scope, receive, send))
    json.loads(sent[1]["body"])
    return int(sent[0]["status"])


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
