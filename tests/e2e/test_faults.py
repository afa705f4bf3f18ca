"""Bad input and repeated events: a clear reason, nothing lost, nothing twice."""

import json
from pathlib import Path

import pytest

from tests.e2e.pipeline import Pipeline, wait_for

pytestmark = pytest.mark.phase("operations")


@pytest.mark.parametrize(
    ("key", "body", "reason"),
    [
        ("text.mp4", b"This is no video, whatever its name says.\n" * 40, "neither video nor sound"),
        ("empty.mp4", b"", "empty"),
    ],
)
def test_what_is_no_video_fails_with_a_reason(pipeline: Pipeline, key: str, body: bytes, reason: str) -> None:
    """A file that is no video ends FAILED, says why in a sentence, and is kept."""
    version_id = pipeline.put(key, body)
    record = pipeline.ended(key, version_id)
    assert record["status"] == "FAILED"
    assert reason in record["error"]["message"].lower(), record["error"]
    assert record["error"]["category"]
    kept = pipeline.s3.get_object(Bucket=pipeline.uploads, Key=key, VersionId=version_id)
    assert kept["Body"].read() == body


def test_a_truncated_video_fails_with_a_reason(pipeline: Pipeline, tiny_clip: Path) -> None:
    """Half a file ends FAILED, not in a loop of attempts."""
    whole = tiny_clip.read_bytes()
    record = pipeline.ended("half.mp4", pipeline.put("half.mp4", whole[: len(whole) // 2]))
    assert record["status"] == "FAILED"
    assert record["error"]["message"]
    assert len(pipeline.jobs(record["asset_id"])) <= 1


def test_a_file_of_another_kind_fails_in_words(pipeline: Pipeline) -> None:
    """A name without a media suffix has a record that says what is accepted, and no job."""
    record = pipeline.ended("notes.txt", pipeline.put("notes.txt", b"to do"))
    assert (record["status"], record["error"]["code"]) == ("FAILED", "UNSUPPORTED_FILE_TYPE")
    assert ".mp4" in record["error"]["message"]
    assert pipeline.jobs(record["asset_id"]) == []


def test_a_redelivered_event_changes_nothing(pipeline: Pipeline, tiny_clip: Path) -> None:
    """Three more deliveries of an upload's event leave the record as it is and submit no second job."""
    pipeline.ended("twice.mp4", pipeline.put("twice.mp4", tiny_clip.read_bytes()))
    # The last thing written to a record is that the notification was sent.
    wait_for(lambda: "notified_at" in pipeline.records("twice.mp4")[0], "the notification")
    [before] = pipeline.records("twice.mp4")
    for _ in range(3):
        pipeline.announce(before)
    wait_for(lambda: pipeline.depth(pipeline.processing_queue) == 0, "the queue to be empty")
    assert pipeline.records("twice.mp4") == [before]
    assert len(pipeline.jobs(before["asset_id"])) == 1
    assert pipeline.depth(pipeline.processing_dlq) == 0


def test_a_poison_message_reaches_the_dlq(pipeline: Pipeline) -> None:
    """A message that no attempt can read is set aside unchanged, while a good one beside it is handled."""
    body = json.dumps({"poison": True})
    queue = pipeline.processing_queue
    names = ["VisibilityTimeout"]
    usual = pipeline.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    # Five attempts at the usual visibility timeout would take a quarter of an hour.
    pipeline.sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "1"})
    try:
        pipeline.sqs.send_message(QueueUrl=queue, MessageBody=body)
        wait_for(lambda: pipeline.depth(pipeline.processing_dlq) == 1, "the message in the DLQ")
    finally:
        pipeline.sqs.set_queue_attributes(QueueUrl=queue, Attributes=usual)
    [message] = pipeline.sqs.receive_message(QueueUrl=pipeline.processing_dlq)["Messages"]
    assert message["Body"] == body
    pipeline.sqs.delete_message(QueueUrl=pipeline.processing_dlq, ReceiptHandle=message["ReceiptHandle"])
