"""A function of several queues: whatever comes by one of them waits there, and both kinds of upload may."""

import os
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest

from media_pipeline.adapters.asset_table import AssetTable
from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.clock import utc_now
from media_pipeline.domain.events import upload_event
from media_pipeline.domain.transitions import Transition
from media_pipeline.domain.uploads.upload import UploadedObject
from media_pipeline.handlers import ingest_orchestrator
from media_pipeline.services.redelivery import Message
from tests.support.lambda_invocation import ENVIRONMENT, Context, sqs_event
from tests.support.local_resources import new_assets_table, new_versioned_bucket


class TwoQueues:
    """The deployed handler, and its two queues."""

    def __init__(self, client: Callable[[str], Any], account: str) -> None:
        self._sqs, self._account = client("sqs"), account
        run = uuid4()
        self.names = {use: f"{use}-{run}" for use in ("processing", "captions")}
        # Messages come back at once, unless somebody hides them.
        visible = {"VisibilityTimeout": "0"}
        self.urls = {
            use: self._sqs.create_queue(QueueName=name, Attributes=visible)["QueueUrl"]
            for use, name in self.names.items()
        }

    def returns(self, use: str, body: str, *, receive_count: int) -> bool:
        """Send a message, receive it, hand it to the function; tell whether it returns to its queue."""
        self._sqs.send_message(QueueUrl=self.urls[use], MessageBody=body)
        (received,) = self._sqs.receive_message(QueueUrl=self.urls[use], VisibilityTimeout=30)["Messages"]
        message = Message(
            body=body, receipt_handle=received["ReceiptHandle"], receive_count=receive_count, renewals=0
        )
        event = sqs_event(message, account=self._account, queue=self.names[use])
        context: Any = Context()
        return bool(ingest_orchestrator.handler(event, context)["batchItemFailures"])

    def held(self, use: str) -> int:
        """Return how many messages a queue holds, those that are hidden or delayed too."""
        names = [
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesDelayed",
        ]
        found = self._sqs.get_queue_attributes(QueueUrl=self.urls[use], AttributeNames=names)["Attributes"]
        return sum(int(found[name]) for name in names)


@pytest.fixture
def queues(local_aws: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[TwoQueues]:
    """Return the two queues of a function that is wired to the local AWS."""
    made = TwoQueues(local_aws, "000000000000")
    s3 = local_aws("s3")
    environment = {
        **ENVIRONMENT,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": s3.meta.endpoint_url,
        "ASSETS_TABLE": new_assets_table(local_aws("dynamodb")),
        "NOTIFICATIONS_TOPIC_ARN": local_aws("sns").create_topic(Name=f"news-{uuid4()}")["TopicArn"],
        "UPLOADS_BUCKET": new_versioned_bucket(s3),
        "CONSUMED_QUEUE_URL": made.urls["processing"],
        "CAPTIONS_QUEUE_URL": made.urls["captions"],
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    ingest_orchestrator._wired.cache_clear()
    yield made
    ingest_orchestrator._wired.cache_clear()


def caption_that_waits(local_aws: Callable[[str], Any]) -> str:
    """Return the event of a caption file that lies beside a video whose outputs are being verified."""
    environment = os.environ
    bucket = environment["UPLOADS_BUCKET"]
    video, caption = (put(local_aws("s3"), bucket, key) for key in ("in/a.mp4", "in/a.en.srt"))
    table = AssetTable(local_aws("dynamodb"), environment["ASSETS_TABLE"])
    assert table.register(video, now=utc_now(), detail="")
    for status in (AssetStatus.SUBMITTED, AssetStatus.PROCESSING, AssetStatus.VERIFYING):
        job_id = "1" if status is AssetStatus.SUBMITTED else None
        step = Transition(to=status, attempt=1, at=utc_now(), detail="", job_id=job_id)
        assert table.advance(video.asset_id, step)
    return upload_event(caption)


def put(s3: Any, bucket: str, key: str) -> UploadedObject:
    """Upload something."""
    answer = s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    return UploadedObject(
        bucket=bucket,
        key=key,
        version_id=answer["VersionId"],
        etag=answer["ETag"].strip('"'),
        size_bytes=1,
        sequencer="",
    )


@pytest.mark.parametrize(("use", "other"), [("captions", "processing"), ("processing", "captions")])
def test_what_waits_stays_in_the_queue_that_it_came_by(
    queues: TwoQueues, local_aws: Callable[[str], Any], use: str, other: str
) -> None:
    """A caption is hidden in, and sent anew to, its own queue; where an earlier release left it, there."""
    body = caption_that_waits(local_aws)
    assert queues.returns(use, body, receive_count=1)
    assert (queues.held(use), queues.held(other)) == (1, 0)
    # It is done, for a copy waits in its place; Lambda deletes it.
    assert not queues.returns(use, body, receive_count=2)
    assert (queues.held(use), queues.held(other)) == (3, 0)


@pytest.mark.parametrize("use", ["captions", "processing"])
def test_either_queue_may_bring_either_kind(
    queues: TwoQueues, local_aws: Callable[[str], Any], use: str
) -> None:
    """What kind of upload it is follows from its key: a file that is no caption gets its record by both."""
    notes = put(local_aws("s3"), os.environ["UPLOADS_BUCKET"], "in/notes.txt")
    assert not queues.returns(use, upload_event(notes), receive_count=1)
    asset = AssetTable(local_aws("dynamodb"), os.environ["ASSETS_TABLE"]).get(notes.asset_id)
    assert asset is not None
    assert asset.status is AssetStatus.FAILED
    alone = put(local_aws("s3"), os.environ["UPLOADS_BUCKET"], "in/alone.en.srt")
    assert not queues.returns(use, upload_event(alone), receive_count=1)
    assert AssetTable(local_aws("dynamodb"), os.environ["ASSETS_TABLE"]).get(alone.asset_id) is None
