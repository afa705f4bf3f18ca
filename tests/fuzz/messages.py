"""Messages to draw from, and a function that is given one."""

import json
from collections.abc import Callable, Mapping
from functools import partial
from io import StringIO
from logging import StreamHandler
from typing import Any

from hypothesis import strategies as st

from media_pipeline.adapters.dynamodb import to_item
from media_pipeline.domain.events import parse_upload
from media_pipeline.domain.uploads.upload import UploadedObject
from media_pipeline.handlers.sqs_batch import Parse, handle_batch
from media_pipeline.services.redelivery import Redelivery
from media_pipeline.telemetry import PipelineMetrics, logger
from tests.fuzz.fuzzing import scalars
from tests.support.asset_world import (
    UPLOAD,
)
from tests.support.fakes import FakeMetrics, FakeQueue
from tests.support.lambda_invocation import Context, sqs_event
from tests.support.strategies import json_values

ACCOUNT, REGION = "123456789012", "us-east-1"


UPLOAD_EVENT: dict[str, Any] = {
    "version": "0", "id": "17793124-05d4-b198-2fde-7ededc63b103", "detail-type": "Object Created",
    "source": "aws.s3", "account": ACCOUNT, "time": "2026-01-02T03:04:05Z", "region": REGION,
    "resources": ["arn:aws:s3:::uploads"],
    "detail": {
        "version": "0", "bucket": {"name": "uploads"},
        "object": {"key": "a.mp4", "size": 5, "etag": "b1946ac9", "version-id": "Iyz0", "sequencer": "0A"},
        "request-id": "N4N7GDK58NMKJ12R", "requester": ACCOUNT, "reason": "PutObject",
    },
}  # fmt: skip


JOB_EVENT: dict[str, Any] = {
    "version": "0", "source": "aws.mediaconvert", "detail-type": "MediaConvert Job State Change",
    "account": ACCOUNT, "region": REGION,
    "detail": {
        "timestamp": 1767323045678, "accountId": ACCOUNT, "jobId": "job-1", "status": "COMPLETE",
        "errorCode": 1010, "errorMessage": "no",
        "userMetadata": {"pipeline": "media-pipeline-test", "asset_id": UPLOAD.asset_id, "attempt": "1"},
        "outputGroupDetails": [
            {
                "type": "HLS_GROUP", "playlistFilePaths": ["s3://outputs/0/1/hls/master.m3u8"],
                "outputDetails": [
                    {"durationInMs": 60_000, "videoDetails": {"widthInPx": 1280, "heightInPx": 720}}
                ],
            },
            {"outputDetails": [{"durationInMs": 60_000, "videoDetails": {"widthInPx": 320}}]},
        ],
        "warnings": [{"code": 230001, "count": 1}], "jobProgress": {"jobPercentComplete": 12},
    },
}  # fmt: skip


texts = st.one_of(st.text(st.characters(), max_size=60), json_values.map(json.dumps), scalars.map(json.dumps))


class Log:
    """Hold what is logged within a block, as text."""

    def __init__(self) -> None:
        self._written = StringIO()

    def __enter__(self) -> "Log":
        handler = logger.registered_handler
        assert isinstance(handler, StreamHandler)
        self._handler, self._stream = handler, handler.setStream(self._written)
        return self

    def __exit__(self, *_: object) -> None:
        self._handler.setStream(self._stream)

    @property
    def unexpected(self) -> list[str]:
        """Return the log lines of unexpected exceptions."""
        lines = self._written.getvalue().strip("\n").split("\n")
        return [line for line in lines if line and "unexpected error" in json.loads(line)["message"]]


upload_of: Parse[UploadedObject] = partial(parse_upload, bucket="uploads")


def handled(body: str, handle: Callable[[Any], object], parse: Parse[Any] = upload_of) -> bool:
    """Give a message to a function; tell whether it is done. An unexpected exception fails the test."""
    queue = FakeQueue()
    queue.send(body)
    received = queue.receive()
    assert received is not None
    redelivery = Redelivery(
        queue=queue, metrics=FakeMetrics(), max_receive_count=5, max_delay_seconds=900, random=lambda: 1.0
    )
    with Log() as log:
        answer = handle_batch(
            sqs_event(received),
            Context(),  # type: ignore[arg-type]
            parse=parse,
            handle=handle,
            redelivery=lambda queue_arn: redelivery,
            metrics=PipelineMetrics(),
        )
    assert log.unexpected == []
    return answer == {"batchItemFailures": []}


def assert_writable(records: Mapping[str, Mapping[str, Any]]) -> None:
    """Check that DynamoDB can hold the records."""
    for record in records.values():
        to_item(record)
        json.dumps(record, ensure_ascii=False).encode()
