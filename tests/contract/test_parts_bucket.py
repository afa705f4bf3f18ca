"""Uploads in parts against the local S3: what a signed URL lets through, and nothing else."""

import http.client
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest

from media_pipeline.adapters.removal.object_versions import ObjectVersions
from media_pipeline.adapters.uploading.parts_bucket import S3PartsBucket, parts_client
from media_pipeline.domain.errors import NotFoundError
from media_pipeline.domain.uploads.in_parts import MIB, UploadInParts
from media_pipeline.domain.uploads.upload import UploadedObject
from tests.support.fakes.parts import FakeParts
from tests.support.local_resources import new_versioned_bucket

KEY = "web/ann/0123456789abcdef-5242885/Ä b+c%20'🎬.mp4"
PART = b"p" * 5 * MIB


@pytest.fixture(scope="module")
def s3(local_aws: Callable[[str], Any]) -> Any:
    """Return a client of the local S3."""
    return local_aws("s3")


@pytest.fixture
def bucket(s3: Any, monkeypatch: pytest.MonkeyPatch) -> S3PartsBucket:
    """Return an empty bucket, with the client that functions have."""
    for name, value in (
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_ENDPOINT_URL", s3.meta.endpoint_url),
    ):
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    return S3PartsBucket(parts_client(), new_versioned_bucket(s3))


def begun(bucket: S3PartsBucket, key: str = KEY, size_bytes: int = 5 * MIB + 5) -> UploadInParts:
    """Begin an upload."""
    s3_id = bucket.begin(key, content_type="video/mp4", profile="audio")
    return UploadInParts(key=key, s3_id=s3_id, size_bytes=size_bytes)


def put(url: str, body: bytes) -> int:
    """Send a body to a URL as a browser does, and return the status."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    try:
        connection.request("PUT", f"{parts.path}?{parts.query}", body=body)
        return connection.getresponse().status
    finally:
        connection.close()


def test_parts_become_an_object(bucket: S3PartsBucket, s3: Any) -> None:
    """What was sent to signed URLs is listed, and is the object, with its type, profile, and asset's id."""
    upload = begun(bucket)
    assert list(bucket.keys_in_progress("web/ann/")) == [KEY]
    assert list(bucket.keys_in_progress("web/ben/")) == []
    assert put(bucket.sign_part(upload, 2, size_bytes=5), b"12345") == 200
    for _ in range(2):
        assert put(bucket.sign_part(upload, 1, size_bytes=len(PART)), PART) == 200
    parts = bucket.parts(upload)
    assert [(part.number, part.size_bytes) for part in parts] == [(1, len(PART)), (2, 5)]
    done = bucket.complete(upload, parts)
    found = s3.get_object(Bucket=done.bucket, Key=done.key)
    assert found["Body"].read() == PART + b"12345"
    assert (found["ContentType"], found["Metadata"]) == ("video/mp4", {"profile": "audio"})
    assert (found["VersionId"], found["ETag"].strip('"')) == (done.version_id, done.etag)
    (version,) = [each for page in ObjectVersions(s3, done.bucket).pages("web/ann/") for each in page]
    assert (version.version_id, version.etag, version.size_bytes) == (
        done.version_id,
        done.etag,
        done.size_bytes,
    )
    assert list(bucket.keys_in_progress("")) == []


def test_a_body_of_another_length_is_refused(bucket: S3PartsBucket) -> None:
    """The length is signed: neither a larger nor a smaller body passes, and no part is there."""
    upload = begun(bucket)
    url = bucket.sign_part(upload, 1, size_bytes=5)
    assert "content-length" in url
    for body in (b"123456", b"1234", b"", PART):
        assert put(url, body) == 403
    assert bucket.parts(upload) == []
    assert put(url, b"12345") == 200


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ("0123456789abcdef-5242885", "0000000000000000-5242885"),
        ("web/ann/", "web/ben/"),
        ("partNumber=1", "partNumber=2"),
        ("X-Amz-Expires=3600", "X-Amz-Expires=9999"),
        ("uploadId=", "uploadId=0"),
        ("content-length%3Bhost", "host"),
    ],
)
def test_a_signed_part_is_good_for_nothing_else(bucket: S3PartsBucket, written: str, instead: str) -> None:
    """Another key, another person's, another number or upload, a longer time, an unsigned length: refused."""
    upload = begun(bucket)
    url = bucket.sign_part(upload, 1, size_bytes=5)
    assert url.count(written) == 1
    assert put(url.replace(written, instead), b"12345") == 403
    assert bucket.parts(upload) == []


def test_a_signed_part_expires(bucket: S3PartsBucket) -> None:
    """After its time a URL is refused; the upload itself goes on with a new one."""
    upload = begun(bucket)
    brief = S3PartsBucket(parts_client(), bucket.name, valid_seconds=1)
    url = brief.sign_part(upload, 1, size_bytes=5)
    time.sleep(2.1)
    assert put(url, b"12345") == 403
    assert put(bucket.sign_part(upload, 1, size_bytes=5), b"12345") == 200


def test_a_signed_part_of_another_upload_makes_nothing(bucket: S3PartsBucket) -> None:
    """S3's id of an upload is good for its own key alone, whoever signs."""
    anns = begun(bucket)
    bens = replace(anns, key="web/ben/0123456789abcdef-5/a.mp4")
    assert put(bucket.sign_part(bens, 1, size_bytes=5), b"12345") == 404
    with pytest.raises(NotFoundError):
        bucket.parts(bens)


def test_urls_name_the_bucket_in_its_own_region(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an endpoint, a URL is that of the bucket's region, over TLS, in signature version 4."""
    for name, value in (
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_DEFAULT_REGION", "eu-central-1"),
    ):
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    upload = UploadInParts(key=KEY, s3_id="id", size_bytes=5)
    url = S3PartsBucket(parts_client(), "uploads-1").sign_part(upload, 1, size_bytes=5)
    assert url.startswith("https://uploads-1.s3.eu-central-1.amazonaws.com/web/ann/")
    assert "X-Amz-SignedHeaders=content-length%3Bhost" in url
    elsewhere = S3PartsBucket(
        parts_client(), "uploads-1", signing_client=parts_client("https://127.0.0.1:4566")
    )
    assert elsewhere.sign_part(upload, 1, size_bytes=5).startswith("https://127.0.0.1:4566/uploads-1/web/")


Parts = S3PartsBucket | FakeParts


@pytest.fixture(params=["fake", "s3"])
def parts(request: pytest.FixtureRequest) -> Parts:
    """Return an empty bucket, first the fake, then the real one."""
    if request.param == "fake":
        return FakeParts()
    real: S3PartsBucket = request.getfixturevalue("bucket")
    return real


def began(parts: Parts) -> UploadInParts:
    """Begin an upload of five bytes."""
    return UploadInParts(
        key=KEY, s3_id=parts.begin(KEY, content_type="video/mp4", profile=None), size_bytes=5
    )


def sent(parts: Parts, upload: UploadInParts) -> None:
    """Send the upload's one part."""
    if isinstance(parts, FakeParts):
        parts.send(upload, 1)
    else:
        assert put(parts.sign_part(upload, 1, size_bytes=5), b"12345") == 200


def test_an_upload_that_has_ended_is_unknown(parts: Parts) -> None:
    """Neither parts, nor an end, nor an abortion are there of what was completed, aborted, or never begun."""
    aborted, completed = began(parts), began(parts)
    assert sorted(parts.keys_in_progress("web/")) == [KEY, KEY]
    parts.abort(aborted)
    sent(parts, completed)
    done = parts.complete(completed, parts.parts(completed))
    assert isinstance(done, UploadedObject)
    assert list(parts.keys_in_progress("web/")) == []
    for upload in (aborted, completed, replace(completed, s3_id="never")):
        with pytest.raises(NotFoundError):
            parts.parts(upload)
        with pytest.raises(NotFoundError):
            parts.abort(upload)


def test_a_key_of_another_upload_is_unknown(parts: Parts) -> None:
    """An id is that of one key alone."""
    upload = began(parts)
    sent(parts, upload)
    for wrong in (replace(upload, key=f"{KEY}x"), replace(upload, key="web/ben/0-5/a.mp4")):
        with pytest.raises(NotFoundError):
            parts.parts(wrong)
    assert [part.size_bytes for part in parts.parts(upload)] == [5]
