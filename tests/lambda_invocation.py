"""What Lambda hands a function that consumes a queue: its context, and messages in SQS's own shape.

Source of the shape: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
"""

from dataclasses import dataclass
from typing import Any

from media_pipeline.redelivery import RENEWALS_ATTRIBUTE, Message


@dataclass
class Context:
    """Stand for what Lambda tells a function of its invocation."""

    aws_request_id: str = "request-1"
    remaining_milliseconds: int = 60_000

    def get_remaining_time_in_millis(self) -> int:
        """Return how much time is left."""
        return self.remaining_milliseconds


def sqs_event(*messages: Message, account: str = "123456789012") -> dict[str, Any]:
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
                "eventSourceARN": f"arn:aws:sqs:us-east-1:{account}:media-pipeline-processing-test",
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
