"""A pipeline's resources on a local AWS, without its functions: nothing moves but by the command line."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import boto3
import pytest

from media_pipeline.adapters.asset_table import AssetTable
from media_pipeline.domain.asset import Asset, AssetStatus
from media_pipeline.domain.failures.failure import AssetError
from media_pipeline.domain.monitoring.dead_letters import QUEUES
from media_pipeline.domain.transitions import Transition
from media_pipeline.domain.uploads.upload import UploadedObject
from sandbox.runtime import servers
from sandbox.runtime.endpoints import Endpoints
from sandbox.runtime.folder import Folder
from tests.support.local_resources import new_assets_table
from tools.ops.command_line import main


@pytest.fixture(scope="session")
def endpoints(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoints]:
    """Run the local AWS and the MediaConvert endpoint for the session."""
    with servers.running(Folder(tmp_path_factory.mktemp("sandbox")), print) as running:
        running.wait()
        yield running.endpoints


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Hold how a command ended."""

    code: int
    out: str
    err: str


class Operated:
    """An empty pipeline, and its operator."""

    def __init__(self, endpoints: Endpoints, capture: pytest.CaptureFixture[str]) -> None:
        make: Any = boto3.client  # typed for literal names alone
        self._capture = capture
        self.name = f"pipeline-{uuid4()}"
        self.s3, self.sqs, self.ssm, self._dynamodb = (
            make(service, endpoint_url=endpoints.aws) for service in ("s3", "sqs", "ssm", "dynamodb")
        )
        self.mediaconvert = make("mediaconvert", endpoint_url=endpoints.mediaconvert)
        self.cloudwatch = make("cloudwatch", endpoint_url=endpoints.aws)
        sns = make("sns", endpoint_url=endpoints.aws)
        self.topic: str = sns.create_topic(Name=self.name)["TopicArn"]
        self.outputs = f"{self.name}-outputs"
        self.s3.create_bucket(Bucket=self.outputs)
        self.s3.put_bucket_versioning(Bucket=self.outputs, VersioningConfiguration={"Status": "Enabled"})
        self.news_queue = self._subscribed(sns)
        self.uploads = f"{self.name}-uploads"
        self.s3.create_bucket(Bucket=self.uploads)
        self.s3.put_bucket_versioning(Bucket=self.uploads, VersioningConfiguration={"Status": "Enabled"})
        self.queues = {
            name: str(self.sqs.create_queue(QueueName=f"{self.name}-{name}")["QueueUrl"])
            for name in (f"{queue}{end}" for queue in QUEUES for end in ("", "-dlq"))
        }
        new_assets_table(self._dynamodb, self.name)
        self.table = AssetTable(self._dynamodb, self.name)
        queue = self.mediaconvert.create_queue(Name=self.name)["Queue"]
        self.resources = {
            "pipeline_name": self.name,
            "assets_table": self.name,
            "uploads_bucket": self.uploads,
            "outputs_bucket": f"{self.name}-outputs",
            "processing_queue_url": self.queues["processing"],
            "processing_dlq_url": self.queues["processing-dlq"],
            "captions_queue_url": self.queues["captions"],
            "captions_dlq_url": self.queues["captions-dlq"],
            "job_events_queue_url": self.queues["job-events"],
            "job_events_dlq_url": self.queues["job-events-dlq"],
            "mediaconvert_queue_arn": queue["Arn"],
            "presets_path": f"/{self.name}/presets",
            "profiles_parameter": f"/{self.name}/profiles",
            "notifications_topic_arn": self.topic,
            "metrics_namespace": "MediaPipeline",
            "upload_key_prefix": "",
            "media_suffixes": ".mp4,.mov",
            "caption_suffixes": ".srt,.vtt",
            "ignored_names": "._*,*.part",
            "asset_retention_days": "30",
        }
        self.publish(self.resources)

    def _subscribed(self, sns: Any) -> str:
        """Return a queue that receives what is published on the topic."""
        url = str(self.sqs.create_queue(QueueName=f"{self.name}-news")["QueueUrl"])
        arn = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"][
            "QueueArn"
        ]
        allows = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allows]})
        self.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        raw = {"RawMessageDelivery": "true"}
        sns.subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=arn, Attributes=raw)
        return url

    def publish(self, resources: object) -> None:
        """Write the parameter that the stack deploys."""
        self.ssm.put_parameter(
            Name=f"/{self.name}/resources", Type="String", Value=json.dumps(resources), Overwrite=True
        )

    def run(self, *arguments: str, pipeline: str | None = None) -> Run:
        """Run a command as the program would, without a terminal."""
        try:
            code = main(arguments, default_pipeline=self.name if pipeline is None else pipeline)
        except SystemExit as ended:  # argparse's own way
            code = int(ended.code or 0)
        said = self._capture.readouterr()
        return Run(code=code, out=said.out, err=said.err)

    def put(self, key: str, body: bytes = b"video") -> UploadedObject:
        """Upload an object without an event."""
        answer = self.s3.put_object(Bucket=self.uploads, Key=key, Body=body)
        return UploadedObject(
            bucket=self.uploads,
            key=key,
            version_id=answer["VersionId"],
            etag=answer["ETag"].strip('"'),
            size_bytes=len(body),
            sequencer="",
        )

    def received(self, key: str, *, minutes_ago: float = 5) -> Asset:
        """Return an asset of a new upload that is not processed."""
        upload, then = self.put(key), datetime.now(tz=UTC) - timedelta(minutes=minutes_ago)
        assert self.table.register(upload, now=then, detail="The upload was announced")
        return self.read(upload.asset_id)

    def failed(
        self, key: str, *, code: str = "INVALID_SOURCE", minutes_ago: float = 5, replay_helps: bool = True
    ) -> Asset:
        """Return an asset that has failed."""
        asset = self.received(key, minutes_ago=minutes_ago)
        step = Transition(
            to=AssetStatus.FAILED,
            attempt=1,
            at=datetime.now(tz=UTC) - timedelta(minutes=minutes_ago),
            detail="It is no video",
            error=AssetError(
                code=code,
                category="source",
                message="The file is no video. Upload one.",
                replay_helps=replay_helps,
            ),
        )
        assert self.table.advance(asset.asset_id, step)
        return self.read(asset.asset_id)

    def read(self, asset_id: str) -> Asset:
        """Return an asset as of now."""
        asset = self.table.get(asset_id)
        assert asset is not None
        return asset

    def send(self, queue: str, body: str) -> None:
        """Put a message on a queue."""
        self.sqs.send_message(QueueUrl=self.queues[queue], MessageBody=body)

    def bodies(self, queue: str) -> list[str]:
        """Return all messages of a queue that are visible, and leave them there."""
        answer = self.sqs.receive_message(
            QueueUrl=self.queues[queue], MaxNumberOfMessages=10, VisibilityTimeout=0
        )
        return sorted(message["Body"] for message in answer.get("Messages", []))


@pytest.fixture
def operated(
    endpoints: Endpoints, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Operated:
    """Return an empty pipeline that this process's AWS configuration reaches, on 80 columns."""
    for name, value in {**endpoints.environment(), "COLUMNS": "80"}.items():
        monkeypatch.setenv(name, value)
    return Operated(endpoints, capsys)


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Sit down at a terminal, and type an answer to each question."""

    def type_(text: str) -> None:
        monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        monkeypatch.setattr("builtins.input", lambda *_: text)

    return type_
