"""The small doors to AWS: presets in SSM, outputs in S3, the queues of uploads, and notifications."""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from media_pipeline.adapters.clients import aws_errors, error_code
from media_pipeline.domain.bounds import within
from media_pipeline.domain.errors import OperatorError, PresetsInvalidError
from media_pipeline.domain.redaction import redacted, redacted_text
from media_pipeline.encoding.presets import Presets
from media_pipeline.encoding.profiles import PresetDocuments, Profiles

# Source: SNS API, Publish.Message: 262,144 bytes at most; message attributes count as well.
MAX_MESSAGE_BYTES = 200 * 1024
_MAX_KEYS = 1000  # Source: S3 API, DeleteObjects.Delete, ListObjectsV2.MaxKeys
_MAX_SUBJECT_CHARACTERS = 100  # Source: SNS API, Publish.Subject: ASCII, less than 100 characters


class PresetStore:
    """Read presets and profiles from SSM; a warm function reads them again once a minute.

    Those with faults it reads again sooner, for uploads wait.
    """

    def __init__(
        self,
        client: Any,
        *,
        presets_path: str,
        profiles_parameter: str,
        max_age_seconds: float = 60,
        max_fault_age_seconds: float = 15,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._presets_path = presets_path.rstrip("/")
        self._profiles_parameter = profiles_parameter
        self._max_age_seconds = max_age_seconds
        self._max_fault_age_seconds = max_fault_age_seconds
        self._monotonic = monotonic
        self._read_again_at = 0.0
        self._current: tuple[Presets, Profiles] | PresetsInvalidError | None = None

    def load(self) -> tuple[Presets, Profiles]:
        """Return the presets and profiles in force.

        Raises PresetsInvalidError where a document is missing or has faults: uploads then wait.
        """
        now = self._monotonic()
        if self._current is None or now >= self._read_again_at:
            documents = self.documents()
            try:
                self._current, age = documents.parsed(), self._max_age_seconds
            except PresetsInvalidError as invalid:
                self._current, age = invalid, self._max_fault_age_seconds
            self._read_again_at = now + age
        if isinstance(self._current, PresetsInvalidError):
            raise PresetsInvalidError(self._current.faults)
        return self._current

    def documents(self) -> PresetDocuments:
        """Return the documents as they are now."""
        with aws_errors("reading the presets"):
            pages = self._client.get_paginator("get_parameters_by_path").paginate(Path=self._presets_path)
            documents = {
                parameter["Name"].removeprefix(f"{self._presets_path}/"): parameter["Value"]
                for page in pages
                for parameter in page["Parameters"]
            }
        return PresetDocuments(presets=documents, profiles=self._profiles())

    def _profiles(self) -> str | None:
        try:
            with aws_errors("reading the profiles"):
                value = self._client.get_parameter(Name=self._profiles_parameter)["Parameter"]["Value"]
        except OperatorError as error:
            if (
                isinstance(error.__cause__, ClientError)
                and error_code(error.__cause__) == "ParameterNotFound"
            ):
                return None
            raise
        return str(value)


class OutputStore:
    """Look at the objects in the outputs bucket.

    Raises TransientError where S3 can't answer, and where an object is gone that was listed before.
    """

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def sizes(self, prefix: str) -> Mapping[str, int]:
        """Return the size in bytes of every object whose key begins so."""
        found: dict[str, int] = {}
        request: dict[str, Any] = {"Bucket": self._bucket, "Prefix": prefix}
        with aws_errors(f"listing {prefix}"):
            while True:
                answer = self._client.list_objects_v2(**request)
                found |= {entry["Key"]: entry["Size"] for entry in answer.get("Contents", ())}
                if not answer.get("IsTruncated"):
                    return found
                request["ContinuationToken"] = answer["NextContinuationToken"]

    def remove(self, prefix: str, *, limit: int) -> int:
        """Delete up to so many objects whose keys begin so; return how many were deleted.

        Their versions stay until the bucket's lifecycle removes them.
        """
        removed = 0
        while removed < limit:
            with aws_errors(f"listing {prefix}"):
                listed = self._client.list_objects_v2(
                    Bucket=self._bucket, Prefix=prefix, MaxKeys=min(_MAX_KEYS, limit - removed)
                )
            keys = [{"Key": entry["Key"]} for entry in listed.get("Contents", ())]
            if not keys:
                break
            with aws_errors(f"deleting below {prefix}"):
                answer = self._client.delete_objects(
                    Bucket=self._bucket, Delete={"Objects": keys, "Quiet": True}
                )
            if answer.get("Errors"):
                first = answer["Errors"][0]
                raise OperatorError(
                    f"deleting below {prefix}: {first.get('Code')} for {first.get('Key')}, and "
                    f"{len(answer['Errors']) - 1} more"
                )
            removed += len(keys)
        return removed

    def read(self, key: str, *, offset: int, length: int) -> bytes:
        """Return up to `length` bytes of an object; at least one lies at the offset."""
        with aws_errors(f"reading {key}"):
            answer = self._client.get_object(
                Bucket=self._bucket, Key=key, Range=f"bytes={offset}-{offset + length - 1}"
            )
            part: bytes = answer["Body"].read()
            return part


class UploadQueue:
    """Put an upload's event once more on its queue: of videos and the like, or of caption files."""

    def __init__(self, client: Any, queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def send(self, body: str) -> None:
        """Send one message."""
        with aws_errors("sending the upload's event"):
            self._client.send_message(QueueUrl=self._queue_url, MessageBody=body)

    def waiting(self) -> int:
        """Return how many messages can be received now, as SQS estimates it."""
        name = "ApproximateNumberOfMessages"
        with aws_errors("measuring the processing queue"):
            answer = self._client.get_queue_attributes(QueueUrl=self._queue_url, AttributeNames=[name])
        return int(answer["Attributes"][name])


class Notifier:
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
