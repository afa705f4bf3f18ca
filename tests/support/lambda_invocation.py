"""What Lambda hands a function that consumes a queue: its context, and messages in SQS's own shape.

Source of the shape: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
"""

from dataclasses import dataclass
from typing import Any

from media_pipeline.services.redelivery import RENEWALS_ATTRIBUTE, Message

# The environment of every function, with names that exist in no AWS account.
ENVIRONMENT = {
    "PIPELINE_NAME": "media-pipeline-test",
    "ASSETS_TABLE": "assets",
    "OUTPUTS_BUCKET": "outputs",
    "UPLOADS_BUCKET": "uploads",
    "MEDIACONVERT_QUEUE_ARN": "queue",
    "MEDIACONVERT_ROLE_ARN": "role",
    "PRESETS_PATH": "/media-pipeline-test/presets",
    "PROFILES_PARAMETER": "/media-pipeline-test/profiles",
    "NOTIFICATIONS_TOPIC_ARN": "topic",
    "MAX_SOURCE_SIZE_BYTES": "1000",
    "CAPTION_SUFFIXES": ".srt,.vtt",
    "IGNORED_NAMES": "._*,*.part",
    "EMPTY_FILE_GRACE_SECONDS": "120",
    "MEDIA_SUFFIXES": ".mp4, .MOV",
    "ASSET_RETENTION_DAYS": "0",
    "LEFTOVER_DAYS": "14",
    "CLAIM_SECONDS": "75",
    "MAX_JOBS_IN_FLIGHT": "200",
    "CONSUMED_QUEUE_URL": "url",
    "CAPTIONS_QUEUE_URL": "url",
    "MAX_RECEIVE_COUNT": "5",
    "MAX_DELAY_SECONDS": "300",
    "PROCESSING_QUEUE_URL": "url",
    "UPLOAD_KEY_PREFIX": "incoming/",
    "STUCK_AFTER_SECONDS": "600",
    "POWERTOOLS_SERVICE_NAME": "media-pipeline-test",
    "POWERTOOLS_METRICS_NAMESPACE": "MediaPipeline",
    "POWERTOOLS_LOG_LEVEL": "INFO",
}


@dataclass
class Context:
    """Stand for what Lambda tells a function of its invocation."""

    aws_request_id: str = "request-1"
    remaining_milliseconds: int = 60_000

    def get_remaining_time_in_millis(self) -> int:
        """Return how much time is left."""
        return self.remaining_milliseconds


def sqs_event(
    *messages: Message, account: str = "123456789012", queue: str = "media-pipeline-processing-test"
) -> dict[str, Any]:
    """Return a batch as Lambda's event source mapping delivers it; messages are named from `message-1` on."""
    return {
        "Records": [
            {
                "messageId": f"message-{number}",
                "receiptHandle": message.receipt_handle,
                "body": message.body,
                "attributes": {
                    "ApproximateReceiveCount": str(message.receive_count),
                    "SentTimestamp": "1767323045678",
                    "SenderId": "AIDAIENQZJOLO23YVJ4VO",
                    "ApproximateFirstReceiveTimestamp": "1767323045690",
                },
                "messageAttributes": _attributes(message),
                "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
                "eventSource": "aws:sqs",
                "eventSourceARN": f"arn:aws:sqs:us-east-1:{account}:{queue}",
                "awsRegion": "us-east-1",
            }
            for number, message in enumerate(messages, start=1)
        ]
    }


def _attributes(message: Message) -> dict[str, Any]:
    if not message.renewals:
        return {}
    return {
        RENEWALS_ATTRIBUTE: {
            "stringValue": str(message.renewals),
            "stringListValues": [],
            "binaryListValues": [],
            "dataType": "Number",
        }
    }
