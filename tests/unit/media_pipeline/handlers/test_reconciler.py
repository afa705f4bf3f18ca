"""The reconciler as it is deployed, wired from its environment, on a local AWS."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest

from media_pipeline.adapters.asset_table import AssetTable
from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.events import parse_upload
from media_pipeline.handlers import reconciler
from media_pipeline.services.upload_sweep import UploadSweep
from tests.support.lambda_invocation import ENVIRONMENT, Context
from tests.support.local_resources import new_assets_table, new_versioned_bucket

KEY = "in/a b+ä 🎬.mp4"
# S3 tells times in whole seconds: a little more than one of them.
SECOND = 1.1


@pytest.fixture
def aws(local_aws: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """Return the names of a pipeline's resources, and put them into the function's environment."""
    dynamodb, s3, sqs = local_aws("dynamodb"), local_aws("s3"), local_aws("sqs")
    environment = {
        **ENVIRONMENT,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": s3.meta.endpoint_url,
        "AWS_SECRET_ACCESS_KEY": "test",
        "ASSETS_TABLE": new_assets_table(dynamodb),
        "ASSET_RETENTION_DAYS": "0",
        "MEDIACONVERT_QUEUE_ARN": "arn:aws:mediaconvert:us-east-1:000000000000:queues/jobs",
        "IGNORED_NAMES": "._*",
        "MEDIA_SUFFIXES": ".mp4",
        "CAPTION_SUFFIXES": ".srt,.vtt",
        "NOTIFICATIONS_TOPIC_ARN": "arn:aws:sns:us-east-1:000000000000:topic",
        "OUTPUTS_BUCKET": "outputs",
        "PIPELINE_NAME": "media-pipeline-test",
        "PROCESSING_QUEUE_URL": sqs.create_queue(QueueName=f"processing-{uuid4()}")["QueueUrl"],
        "CAPTIONS_QUEUE_URL": sqs.create_queue(QueueName=f"captions-{uuid4()}")["QueueUrl"],
        "LEFTOVER_DAYS": "14",
        "STUCK_AFTER_SECONDS": "1",
        "UPLOADS_BUCKET": new_versioned_bucket(s3),
        "UPLOAD_KEY_PREFIX": "in/",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    reconciler._wired.cache_clear()
    yield environment
    reconciler._wired.cache_clear()


def test_an_upload_whose_event_was_lost_is_announced_once(
    aws: dict[str, str], local_aws: Callable[[str], Any]
) -> None:
    """An upload without an event gets its asset and its message, captions on their own queue."""
    s3, sqs = local_aws("s3"), local_aws("sqs")
    time.sleep(SECOND)
    version = s3.put_object(Bucket=aws["UPLOADS_BUCKET"], Key=KEY, Body=b"film")["VersionId"]
    s3.put_object(Bucket=aws["UPLOADS_BUCKET"], Key="elsewhere/a.mp4", Body=b"film")
    s3.put_object(Bucket=aws["UPLOADS_BUCKET"], Key="in/a.en.srt", Body=b"captions")
    time.sleep(2 * SECOND)
    context: Any = Context()
    runs = [reconciler.handler({}, context) for _ in range(2)]
    assert [run["registered"] for run in runs] == [1, 0]
    assert runs[0] == {
        "looked_into": 0,
        "repaired": 0,
        "alive": 0,
        "waiting": 0,
        "stuck": 0,
        "reindexed": 0,
        "ends_told": 0,
        "listed": 2,
        "registered": 1,
        "leftovers_removed": 0,
    }
    messages = sqs.receive_message(QueueUrl=aws["PROCESSING_QUEUE_URL"], MaxNumberOfMessages=10)["Messages"]
    (body,) = {message["Body"] for message in messages}
    upload = parse_upload(body, bucket=aws["UPLOADS_BUCKET"])
    assert (upload.key, upload.version_id, upload.size_bytes) == (KEY, version, 4)
    captions = sqs.receive_message(QueueUrl=aws["CAPTIONS_QUEUE_URL"], MaxNumberOfMessages=10)["Messages"]
    (caption,) = (parse_upload(message["Body"], bucket=aws["UPLOADS_BUCKET"]) for message in captions)
    assert caption.key == "in/a.en.srt"
    asset = AssetTable(local_aws("dynamodb"), aws["ASSETS_TABLE"]).get(upload.asset_id)
    assert asset is not None
    assert asset.status is AssetStatus.RECEIVED


def _finished_runs(printed: str) -> int:
    """Return how many finished runs the metrics count that a function has printed."""
    lines = [json.loads(line) for line in printed.splitlines() if "_aws" in line]
    return sum(int(line.get("ReconcilerRunsFinished", [0])[0]) for line in lines)


def test_a_run_that_came_to_its_end_is_counted(
    aws: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """The metric on whose absence an alarm rests is written by a run that ends."""
    context: Any = Context()
    reconciler.handler({}, context)
    assert _finished_runs(capsys.readouterr().out) == 1


def test_a_run_that_fails_is_not_counted(
    aws: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run that breaks off says nothing of having ended, whatever it had done before."""
    monkeypatch.setattr(UploadSweep, "run", _broken)
    context: Any = Context()
    with pytest.raises(RuntimeError):
        reconciler.handler({}, context)
    assert _finished_runs(capsys.readouterr().out) == 0


def _broken(sweep: UploadSweep, *, has_time: Callable[[], bool]) -> None:
    raise RuntimeError("the sweep broke off")


def test_a_run_without_time_touches_nothing(aws: dict[str, str], local_aws: Callable[[str], Any]) -> None:
    """Where the function's time is nearly over, the run ends at once, and says so by its counts."""
    local_aws("s3").put_object(Bucket=aws["UPLOADS_BUCKET"], Key=KEY, Body=b"film")
    context: Any = Context(remaining_milliseconds=1_000)
    assert set(reconciler.handler({}, context).values()) == {0}
