"""Clients read timestamps as botocore does, in a fraction of the time."""

from datetime import UTC, datetime

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.utils import parse_timestamp
from hypothesis import given
from hypothesis import strategies as st

from media_pipeline.adapters.clients import aws_client, timestamp


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
