"""Clients of AWS: time-outs, classes of errors, and timestamps as botocore reads them."""

from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError
from botocore.utils import parse_timestamp
from hypothesis import given
from hypothesis import strategies as st

from media_pipeline.adapters.clients import aws_client, aws_errors, timestamp
from media_pipeline.domain.errors import (
    ConflictError,
    NotFoundError,
    OperatorError,
    ThrottledError,
    TransientError,
)


@given(st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2100, 1, 1)))
def test_times_are_those_that_botocore_reads(moment: datetime) -> None:
    """ISO 8601 as S3 writes it, HTTP dates and seconds since 1970 mean the same to both."""
    moment = moment.replace(tzinfo=UTC)
    for text in (
        f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z",
        f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        f"{moment:%a, %d %b %Y %H:%M:%S} GMT",
        int(moment.timestamp()),
        f"{moment.timestamp():.3f}",
    ):
        assert timestamp(text) == parse_timestamp(text)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["2026-13-01T00:00:00Z", "none", ""])
def test_what_is_no_time_is_refused_as_by_botocore(text: str) -> None:
    """A text that botocore can't read is an error, and no time."""
    for read in (parse_timestamp, timestamp):
        with pytest.raises(ValueError, match="Invalid timestamp"):
            read(text)


def test_listings_are_read_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that is made where nothing has made a session reads an object's time without botocore."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    for name, value in (("DEFAULT_REGION", "us-east-1"), ("ACCESS_KEY_ID", "a"), ("SECRET_ACCESS_KEY", "b")):
        monkeypatch.setenv(f"AWS_{name}", value)
    client = aws_client("s3")
    client.meta.events.register("before-send.s3", lambda request, **_: _Answer(request.url))
    (entry,) = client.list_objects_v2(Bucket="uploads")["Contents"]
    assert entry["LastModified"] == datetime(2026, 11, 30, 15, tzinfo=UTC)
    assert entry["LastModified"].tzinfo is UTC


def test_clients_give_up_before_their_function_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """Timeouts and tries are bounded, far below boto3's own."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    config = aws_client("mediaconvert").meta.config
    assert (config.connect_timeout, config.read_timeout) == (3, 5)
    assert config.retries["total_max_attempts"] == 3
    config = aws_client(
        "mediaconvert", connect_timeout_seconds=1, read_timeout_seconds=10, attempts=1
    ).meta.config
    assert (config.connect_timeout, config.read_timeout) == (1, 10)
    assert config.retries["total_max_attempts"] == 1


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (404, "NoSuchKey", NotFoundError),
        (404, "404", NotFoundError),
        (400, "ParameterNotFound", NotFoundError),
        (409, "ConflictException", ConflictError),
        (412, "PreconditionFailed", ConflictError),
        (400, "ConditionalCheckFailedException", ConflictError),
        (403, "AccessDenied", OperatorError),
        (400, "ThrottlingException", ThrottledError),
        (429, "TooManyRequestsException", ThrottledError),
        (400, "RequestTimeout", TransientError),
        (500, "InternalError", TransientError),
    ],
)
def test_an_error_of_aws_has_its_own_class(status: int, code: str, kind: type[Exception]) -> None:
    """Status and code tell what is not there, what is in the wrong state, and what else was refused."""
    answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    with pytest.raises(kind) as raised, aws_errors("asking"):
        raise ClientError(answer, "Ask")
    assert type(raised.value) is kind


class _Answer(AWSResponse):
    """Be S3's answer to a listing."""

    def __init__(self, url: str) -> None:
        super().__init__(url, 200, HTTPHeaders(), None)

    @property
    def content(self) -> bytes:
        """Return a listing of one object."""
        return (
            b"<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a</Key>"
            b"<LastModified>2026-11-30T15:00:00.000Z</LastModified></Contents></ListBucketResult>"
        )
