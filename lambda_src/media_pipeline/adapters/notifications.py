"""The notifications topic, which sends people JSON that they can read."""

import json
from collections.abc import Mapping
from typing import Any

from media_pipeline.adapters.clients import aws_errors
from media_pipeline.domain.bounds import within
from media_pipeline.domain.redaction import redacted, redacted_text

# Source: SNS API, Publish.Message: 262,144 bytes at most; message attributes count as well.
MAX_MESSAGE_BYTES = 200 * 1024
_MAX_SUBJECT_CHARACTERS = 100  # Source: SNS API, Publish.Subject: ASCII, less than 100 characters


class SnsNotifications:
    """Tell the notifications topic about assets that have come to their end."""

    def __init__(self, client: Any, topic_arn: str) -> None:
        self._client = client
        self._topic_arn = topic_arn

    def publish(self, subject: str, message: Mapping[str, Any], *, attributes: Mapping[str, str]) -> None:
        """Publish a message as indented JSON, which a person can read in an e-mail, without secrets.

        Of lists that make it too long only a part is sent, and how many entries were left out. `attributes`
        are what filter policies of subscriptions look at; SNS takes no empty one.
        """
        told = within(redacted(dict(message)), max_bytes=MAX_MESSAGE_BYTES, dumps=_text_of)
        with aws_errors("publishing the notification"):
            self._client.publish(
                TopicArn=self._topic_arn,
                Subject=_as_subject(redacted_text(subject)),
                Message=_text_of(told),
                MessageAttributes={
                    name: {"DataType": "String", "StringValue": redacted_text(value)}
                    for name, value in attributes.items()
                },
            )


def _text_of(message: Any) -> str:
    text = json.dumps(message, indent=2, ensure_ascii=False)
    # A lone surrogate, out of some name, has no UTF-8.
    return text.encode(errors="replace").decode()


def _as_subject(text: str) -> str:
    printable = "".join(character if " " <= character <= "~" else "?" for character in text)
    return printable[: _MAX_SUBJECT_CHARACTERS - 1].strip() or "Media pipeline"
