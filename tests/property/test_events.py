"""No message, whatever it holds, gets out of the parsers as anything but a value or a MalformedEventError."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media_pipeline.domain.errors import MalformedEventError
from media_pipeline.domain.events import (
    MAX_ERROR_MESSAGE_CHARACTERS,
    JobStateChange,
    parse_job_state_change,
    parse_upload,
    upload_event,
)
from media_pipeline.domain.uploads.upload import UploadedObject
from tests.support.strategies import damaged, json_values, uploads

UPLOAD_EVENT: dict[str, Any] = {
    "version": "0",
    "id": "17793124-05d4-b198-2fde-7ededc63b103",
    "detail-type": "Object Created",
    "source": "aws.s3",
    "account": "123456789012",
    "time": "2026-01-02T03:04:05Z",
    "region": "us-east-1",
    "resources": ["arn:aws:s3:::uploads"],
    "detail": {
        "version": "0",
        "bucket": {"name": "uploads"},
        "object": {
            "key": "a.mp4",
            "size": 5,
            "etag": "b1946ac9",
            "version-id": "Iyz0",
            "sequencer": "00617F",
        },
        "reason": "PutObject",
    },
}
JOB_EVENT: dict[str, Any] = {
    "source": "aws.mediaconvert",
    "detail-type": "MediaConvert Job State Change",
    "detail": {
        "timestamp": 1767323045678,
        "accountId": "123456789012",
        "queue": "arn:aws:mediaconvert:us-east-1:123456789012:queues/media-pipeline-transcoding-dev",
        "jobId": "1767323045678-abc",
        "status": "COMPLETE",
        "userMetadata": {"pipeline": "media-pipeline-dev", "asset_id": "0" * 32, "attempt": "1"},
        "outputGroupDetails": [
            {
                "type": "HLS_GROUP",
                "playlistFilePaths": ["s3://outputs/0/1/hls/master.m3u8"],
                "outputDetails": [
                    {
                        "outputFilePaths": ["s3://outputs/0/1/hls/master_720p.m3u8"],
                        "durationInMs": 10000,
                        "videoDetails": {"widthInPx": 1280, "heightInPx": 720},
                    }
                ],
            }
        ],
        "warnings": [{"code": 230001, "count": 1}],
        "jobProgress": {"jobPercentComplete": 12},
    },
}


@settings(max_examples=200)
@given(body=st.one_of(st.text(), json_values.map(json.dumps), damaged(UPLOAD_EVENT)))
def test_no_text_breaks_the_upload_parser(body: str) -> None:
    """Any text is an upload of our bucket whose identity can be computed and sent on, or malformed."""
    try:
        upload = parse_upload(body, bucket="uploads")
    except MalformedEventError:
        return
    assert upload.bucket == "uploads"
    assert len(upload.asset_id) == 32
    assert 0 < len(upload.key.encode()) <= 1024


@settings(max_examples=200)
@given(body=st.one_of(st.text(), json_values.map(json.dumps), damaged(JOB_EVENT)))
def test_no_text_breaks_the_job_event_parser(body: str) -> None:
    """Any text is a job state change, or malformed."""
    try:
        change = parse_job_state_change(body)
    except MalformedEventError:
        return
    assert isinstance(change, JobStateChange)


@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000,
        '{"source": "aws.s3", "detail-type": "Object Created", "detail": {"bucket": {"name": "uploads"}, '
        '"object": {"key": "\\ud800", "size": 1, "etag": "e"}}}',
        json.dumps(UPLOAD_EVENT).replace('"size": 5', '"size": ' + "9" * 5000),
        json.dumps(UPLOAD_EVENT).replace('"size": 5', '"size": NaN'),
        json.dumps(UPLOAD_EVENT).replace('"size": 5', '"size": true'),
        json.dumps(UPLOAD_EVENT).replace("a.mp4", "a" * 1025),
        json.dumps(UPLOAD_EVENT).replace('"name": "uploads"', '"name": "other"'),
    ],
    ids=["deep", "lone surrogate", "huge number", "NaN", "boolean", "long key", "other bucket"],
)
def test_hostile_upload_events_are_malformed(body: str) -> None:
    """Nesting, surrogates, numbers and keys beyond measure, and other buckets, are malformed events."""
    with pytest.raises(MalformedEventError):
        parse_upload(body, bucket="uploads")


@given(upload=uploads)
def test_a_redelivered_upload_is_the_same_asset(upload: UploadedObject) -> None:
    """The event that the reconciler sends names exactly the object that the asset was made of."""
    assert parse_upload(upload_event(upload), bucket="uploads") == upload


@given(first=uploads, second=uploads)
def test_assets_differ_as_their_objects_do(first: UploadedObject, second: UploadedObject) -> None:
    """Two objects share an asset id only where bucket, key and version (or etag) are the same."""
    same = (first.key, first.version_id or first.etag) == (second.key, second.version_id or second.etag)
    assert (first.asset_id == second.asset_id) == same


def test_the_event_of_a_job_is_read_in_full() -> None:
    """Owner, outputs and progress arrive as they were sent."""
    change = parse_job_state_change(json.dumps(JOB_EVENT))
    assert (change.pipeline, change.asset_id, change.attempt) == ("media-pipeline-dev", "0" * 32, 1)
    (output,) = change.groups[0].outputs
    assert (output.width, output.height, output.duration_ms) == (1280, 720, 10_000)
    assert change.percent == 12
    assert change.warnings == ({"code": 230001, "count": 1},)


def job_event(**detail: Any) -> str:
    """Return the event of a job with other details."""
    return json.dumps({**JOB_EVENT, "detail": {**JOB_EVENT["detail"], **detail}})


@pytest.mark.parametrize("message", ["\ud800", "a\udfff" * 5_000, 5, ["a"], None, "x" * 100_000])
def test_an_errors_words_can_be_recorded(message: object) -> None:
    """Whatever MediaConvert is said to have said, its words fit into a record and can be sent."""
    words = parse_job_state_change(job_event(errorMessage=message)).error_message
    assert len(words.encode()) <= MAX_ERROR_MESSAGE_CHARACTERS


@pytest.mark.parametrize("asset_id", ["", "a/../b", "x" * 65, "\ud800", "a\n", 5, ["a"], "\u0661"])
def test_an_event_without_a_valid_asset_id_is_ignored(asset_id: object) -> None:
    """Metadata whose asset can't exist are those of a job that was started by hand."""
    metadata = {"pipeline": "media-pipeline-dev", "asset_id": asset_id, "attempt": "1"}
    assert parse_job_state_change(job_event(userMetadata=metadata)).asset_id is None


QUEUE_ARN = "arn:aws:sqs:us-east-1:123456789012:media-pipeline-processing-dev"


@pytest.mark.parametrize(
    "other", [{"account": "999999999999"}, {"region": "eu-west-3"}, {"account": 123456789012}, {"region": []}]
)
def test_an_event_of_another_account_or_region_is_refused(other: dict[str, Any]) -> None:
    """What an event says of its origin must be the queue's own, word by word."""
    assert parse_upload(json.dumps(UPLOAD_EVENT), bucket="uploads", queue_arn=QUEUE_ARN)
    with pytest.raises(MalformedEventError, match="is not that of its queue"):
        parse_upload(json.dumps(UPLOAD_EVENT | other), bucket="uploads", queue_arn=QUEUE_ARN)
    with pytest.raises(MalformedEventError, match="is not that of its queue"):
        parse_job_state_change(json.dumps(JOB_EVENT | other), queue_arn=QUEUE_ARN)


@pytest.mark.parametrize("body", ["", "a", "[]", "5", '{"detail": {}}'])
def test_a_missing_origin_is_no_error(body: str) -> None:
    """What names no origin, as the reconciler's events don't, is judged by its other errors."""
    with pytest.raises(MalformedEventError, match=r"JSON|source"):
        parse_upload(body, bucket="uploads", queue_arn=QUEUE_ARN)
