"""Messages as SQS and SNS take them."""

import json

import pytest

from media_pipeline.adapters.notifications import SnsNotifications
from media_pipeline.adapters.queues import SqsQueue
from tests.unit.media_pipeline.adapters.answers import Answers


def test_messages_go_to_the_queue_as_they_are() -> None:
    """The queue gets the body unchanged."""
    client = Answers({})
    SqsQueue(client, "url").send('{"a": 1}')
    assert client.requests == [("send_message", {"QueueUrl": "url", "MessageBody": '{"a": 1}'})]


@pytest.mark.parametrize(
    ("subject", "sent"),
    [("plain", "plain"), ("ü\n🎬 a", "??? a"), ("x" * 200, "x" * 99), ("   ", "Media pipeline")],
)
def test_a_subject_is_one_that_sns_takes(subject: str, sent: str) -> None:
    """Subjects are printable ASCII, not empty and below 100 characters; messages are JSON to read."""
    client = Answers({})
    SnsNotifications(client, "topic").publish(
        subject, {"source": "s3://uploads/ü.mp4"}, attributes={"status": "FAILED", "profile": "ü"}
    )
    ((_, request),) = client.requests
    assert request["MessageAttributes"] == {
        "status": {"DataType": "String", "StringValue": "FAILED"},
        "profile": {"DataType": "String", "StringValue": "ü"},
    }
    assert request["Subject"] == sent
    assert json.loads(request["Message"]) == {"source": "s3://uploads/ü.mp4"}
    assert "ü" in request["Message"]
