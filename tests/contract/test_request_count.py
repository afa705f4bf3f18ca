"""How many requests the functions make for one asset: a new one is no accident.

The functions run here as they are, against the local AWS and the MediaConvert endpoint; `make bench` counts
the same on a deployed sandbox.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest

from media_pipeline.adapters.asset_table import AssetTable
from media_pipeline.adapters.clients import aws_client
from media_pipeline.domain.asset import Asset, AssetStatus
from media_pipeline.domain.outputs import PlannedOutput
from media_pipeline.domain.uploads.upload import UploadedObject
from media_pipeline.handlers import ingest_orchestrator, job_status_processor
from media_pipeline.services.redelivery import Message
from stacks.encoding import read_encoding_documents
from stacks.event_routes import JOB_STATUSES
from tests.support.ingest_world import message
from tests.support.lambda_invocation import ENVIRONMENT, Context, sqs_event
from tests.support.local_resources import new_assets_table, new_versioned_bucket
from tests.support.made_outputs import made_outputs
from tests.unit.sandbox.mediaconvert.api import endpoint as endpoints
from tests.unit.sandbox.mediaconvert.api.endpoint import ROLE, Endpoint
from tests.unit.sandbox.mediaconvert.api.fakes import ACCOUNT, fake_inspect

KEY = "incoming/film.mp4"
PRESETS_FOLDER = Path(__file__).resolve().parents[2] / "stacks" / "presets"
# What each function asks, the first time that it runs at all.
ORCHESTRATOR = {
    "dynamodb:PutItem": 1,  # the claim
    "s3:HeadObject": 1,  # is it still what the key holds?
    "ssm:GetParametersByPath": 1,  # presets, once a minute
    "ssm:GetParameter": 1,  # profiles, once a minute
    "mediaconvert:GetQueue": 1,  # jobs in flight, every 15 seconds
    "mediaconvert:Probe": 1,
    "dynamodb:UpdateItem": 2,  # the plan before the job, its id after it
    "mediaconvert:CreateJob": 1,
}
PROGRESS = {"dynamodb:GetItem": 1, "dynamodb:UpdateItem": 1}
END = {
    "dynamodb:GetItem": 1,
    "mediaconvert:GetJob": 1,  # an event is no proof
    "s3:HeadObject": 1,  # was the source replaced meanwhile?
    "dynamodb:UpdateItem": 3,  # VERIFYING, COMPLETE, announced
    "s3:ListObjectsV2": 2,  # what the job made, and captions beside the source
    # The master playlist, one for each of five rungs and the sound, the MPD, the MP4's head, the images.
    "s3:GetObject": 10,
    "s3:PutObject": 1,  # the storyboard
    "sns:Publish": 1,
}
IMAGE_PLAYLIST = (
    "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:40\n#EXT-X-IMAGES-ONLY\n"
    "#EXT-X-TILES:RESOLUTION=320x180,LAYOUT=2x2,DURATION=1\n#EXTINF:4,\ni_1.jpg\n#EXT-X-ENDLIST\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """Hold what stands in for a deployment, and count what the functions ask of it."""

    endpoint: Endpoint
    s3: Any
    table: AssetTable
    uploads: str
    outputs: str
    asked: Counter[str]

    def invoke(self, handler: Callable[[dict[str, Any], Any], Any], body: str) -> Mapping[str, int]:
        """Give a function one message; return what it asked for."""
        self.asked.clear()
        sent = Message(body=body, receipt_handle="handle", receive_count=1, renewals=0, first_sent_at=0)
        answer = handler(sqs_event(sent, account=ACCOUNT.id), Context())
        assert answer == {"batchItemFailures": []}
        return dict(self.asked)

    def tell(self, detail: Mapping[str, Any]) -> Mapping[str, int]:
        """Give the status processor an event of a job; return what it asked for."""
        event = {
            "source": "aws.mediaconvert",
            "detail-type": "MediaConvert Job State Change",
            "account": ACCOUNT.id,
            "detail": detail,
        }
        return self.invoke(job_status_processor.handler, json.dumps(event))

    def upload(self) -> UploadedObject:
        """Upload a film."""
        put = self.s3.put_object(Bucket=self.uploads, Key=KEY, Body=b"media")
        self.endpoint.s3.objects[self.uploads, KEY] = b"media"
        return UploadedObject(
            bucket=self.uploads,
            key=KEY,
            version_id=put["VersionId"],
            etag=put["ETag"].strip('"'),
            size_bytes=5,
            sequencer="0",
        )

    def produce(self, asset: Asset) -> None:
        """Put what the job is to make into the outputs bucket, with images for seeking."""
        planned = [PlannedOutput.from_record(record) for record in asset.planned_outputs]
        objects = made_outputs(planned, seconds=4.0)
        master = next(output.key for output in planned if output.format == "HLS")
        folder = master.rpartition("/")[0]
        images = '#EXT-X-IMAGE-STREAM-INF:BANDWIDTH=1,RESOLUTION=320x180,URI="images.m3u8"\n'
        objects[master] += images.encode()
        objects |= {f"{folder}/images.m3u8": IMAGE_PLAYLIST.encode(), f"{folder}/i_1.jpg": b"jpg"}
        for key, body in objects.items():
            self.s3.put_object(Bucket=self.outputs, Key=key, Body=body)


@pytest.fixture
def deployed(
    local_aws: Callable[[str], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Deployed]:
    """Make the resources that both functions use, and let them find these by their environment."""
    monkeypatch.setattr(endpoints, "fake_inspect", full_hd)
    s3, dynamodb, ssm = (local_aws(service) for service in ("s3", "dynamodb", "ssm"))
    uploads, outputs, table = new_versioned_bucket(s3), new_versioned_bucket(s3), new_assets_table(dynamodb)
    pipeline = f"media-pipeline-{uuid4()}"
    encoding = read_encoding_documents(PRESETS_FOLDER)
    for name, text in encoding.presets.items():
        ssm.put_parameter(Name=f"/{pipeline}/presets/{name}", Value=text, Type="String")
    ssm.put_parameter(Name=f"/{pipeline}/profiles", Value=encoding.profiles, Type="String")
    topic = local_aws("sns").create_topic(Name=pipeline)["TopicArn"]
    with Endpoint(tmp_path).running() as endpoint:
        endpoint.transcoder.go_on.clear()
        environment = {
            **ENVIRONMENT,
            "PIPELINE_NAME": pipeline,
            "ASSETS_TABLE": table,
            "UPLOADS_BUCKET": uploads,
            "OUTPUTS_BUCKET": outputs,
            "PRESETS_PATH": f"/{pipeline}/presets",
            "PROFILES_PARAMETER": f"/{pipeline}/profiles",
            "NOTIFICATIONS_TOPIC_ARN": topic,
            "MEDIACONVERT_QUEUE_ARN": endpoint.client.create_queue(Name=pipeline)["Queue"]["Arn"],
            "MEDIACONVERT_ROLE_ARN": ROLE,
            "AWS_ENDPOINT_URL": s3.meta.endpoint_url,
            "AWS_ENDPOINT_URL_MEDIACONVERT": endpoint.url,
            "AWS_DEFAULT_REGION": ACCOUNT.region,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
        # The first client makes the session from which all others come.
        store = AssetTable(aws_client("dynamodb"), table)
        asked: Counter[str] = Counter()
        assert boto3.DEFAULT_SESSION is not None
        boto3.DEFAULT_SESSION.events.register("before-call", _noted_in(asked))
        _forget()
        yield Deployed(endpoint=endpoint, s3=s3, table=store, uploads=uploads, outputs=outputs, asked=asked)
        endpoint.transcoder.go_on.set()
        endpoint.until_idle()
    _forget()


def _noted_in(asked: Counter[str]) -> Callable[..., None]:
    def note(model: Any, **_: Any) -> None:
        asked[f"{model.service_model.service_name}:{model.name}"] += 1

    return note


def _forget() -> None:
    """Let the functions start anew, as after a deployment."""
    for function in (ingest_orchestrator, job_status_processor):
        function._wired.cache_clear()


def full_hd(*arguments: Any) -> Any:
    """Describe every file as the same 1080p clip."""
    source = fake_inspect(*arguments)
    (video,) = source.videos
    return replace(source, videos=(replace(video, width=1920, height=1080),))


def test_an_asset_takes_so_many_requests_and_no_more(deployed: Deployed) -> None:
    """From the upload's message to the end: a request more, or one that is saved, changes this test."""
    upload = deployed.upload()
    assert deployed.invoke(ingest_orchestrator.handler, message(upload)) == ORCHESTRATOR
    asset = deployed.table.get(upload.asset_id)
    assert asset is not None
    assert asset.job_id is not None
    deployed.produce(asset)
    deployed.endpoint.transcoder.go_on.set()
    deployed.endpoint.finished(asset.job_id)
    deployed.endpoint.until_idle()
    told = [each for each in deployed.endpoint.events(asset.job_id) if each["status"] in JOB_STATUSES]
    assert [each["status"] for each in told][:: len(told) - 1] == ["PROGRESSING", "COMPLETE"]
    requests = [deployed.tell(detail) for detail in told]
    assert requests[:-1] == [PROGRESS] * (len(told) - 1)
    assert requests[-1] == END
    ended = deployed.table.get(upload.asset_id)
    assert ended is not None
    assert (ended.status, ended.notified_at is not None) == (AssetStatus.COMPLETE, True)
    assert [entry["format"] for entry in ended.outputs if entry["format"] == "STORYBOARD"]
    # Deliveries repeat: what is done already is found out with one read.
    assert deployed.tell(told[-1]) == {"dynamodb:GetItem": 1}


def test_a_warm_function_asks_less(deployed: Deployed) -> None:
    """Presets, profiles and the queue's jobs are not asked for again with the next upload."""
    deployed.invoke(ingest_orchestrator.handler, message(deployed.upload()))
    second = deployed.invoke(ingest_orchestrator.handler, message(deployed.upload()))
    cached = {"ssm:GetParametersByPath", "ssm:GetParameter", "mediaconvert:GetQueue"}
    assert second == {name: count for name, count in ORCHESTRATOR.items() if name not in cached}
