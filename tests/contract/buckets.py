"""A bucket for uploads, as the fake and in the local AWS, driven alike."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from media_pipeline.adapters.uploads_bucket import S3UploadsBucket
from media_pipeline.domain.clock import utc_now
from media_pipeline.domain.failures import Reason, Unreadable
from media_pipeline.domain.uploads.listing import StoredUpload, UploadsPage
from media_pipeline.domain.uploads.upload import UploadedObject
from tests.support.fakes import FakeUploads
from tests.support.local_resources import new_versioned_bucket

PAGE_SIZE = 3


class Bucket(Protocol):
    """What tests do to a bucket, and what the pipeline asks of it."""

    @property
    @abstractmethod
    def store(self) -> S3UploadsBucket | FakeUploads:
        """Return the bucket as the pipeline sees it."""

    @abstractmethod
    def put(self, key: str, body: bytes) -> None:
        """Upload a version."""

    @abstractmethod
    def delete(self, key: str) -> None:
        """Put a delete marker over a key."""

    @abstractmethod
    def suspend_versioning(self) -> None:
        """Let further uploads have no version id."""

    @abstractmethod
    def put_unreadable(self, key: str, reason: Reason) -> None:
        """Upload a version that S3 does not give away."""

    @abstractmethod
    def tag(self, upload: UploadedObject, tags: Mapping[str, str]) -> None:
        """Give a version these tags, as its uploader may."""

    @abstractmethod
    def tags(self, upload: UploadedObject) -> Mapping[str, str]:
        """Return a version's tags."""


class FakeBucket(Bucket):
    """Drive the fake."""

    def __init__(self) -> None:
        self._store = FakeUploads()
        self._store.page_size = PAGE_SIZE
        self._count = 0
        self._versioned = True

    @property
    def store(self) -> FakeUploads:
        """Return the fake."""
        return self._store

    def put(self, key: str, body: bytes) -> None:
        """Upload a version."""
        self._count += 1
        upload = UploadedObject(
            bucket="uploads",
            key=key,
            version_id=f"v{self._count}" if self._versioned else None,
            etag=body.decode(),
            size_bytes=len(body),
            sequencer="",
        )
        self._store.put(upload, utc_now())
        self._store.contents[key] = body

    def delete(self, key: str) -> None:
        """Put a delete marker over a key."""
        self._store.delete(key)

    def suspend_versioning(self) -> None:
        """Let further uploads have no version id."""
        self._versioned = False

    def put_unreadable(self, key: str, reason: Reason) -> None:
        """Upload a version that S3 does not give away."""
        self.put(key, b"cold")
        self._store.unreadable[key] = Unreadable(reason=reason, said="")

    def tag(self, upload: UploadedObject, tags: Mapping[str, str]) -> None:
        """Give a version these tags."""
        self._store.tags[upload.key, upload.version_id or ""] = tags

    def tags(self, upload: UploadedObject) -> Mapping[str, str]:
        """Return a version's tags."""
        return self._store.tags_of(upload)


class LocalBucket(Bucket):
    """Drive a bucket of the local AWS, which lists so few versions a page."""

    def __init__(self, s3: Any) -> None:
        self._s3 = s3
        self._name = new_versioned_bucket(s3)
        self._store = S3UploadsBucket(s3, self._name, page_size=PAGE_SIZE)

    @property
    def store(self) -> S3UploadsBucket:
        """Return the adapter."""
        return self._store

    def put(self, key: str, body: bytes) -> None:
        """Upload a version."""
        self._s3.put_object(Bucket=self._name, Key=key, Body=body)

    def delete(self, key: str) -> None:
        """Put a delete marker over a key."""
        self._s3.delete_object(Bucket=self._name, Key=key)

    def suspend_versioning(self) -> None:
        """Let further uploads have no version id."""
        self._s3.put_bucket_versioning(Bucket=self._name, VersioningConfiguration={"Status": "Suspended"})

    def put_unreadable(self, key: str, reason: Reason) -> None:
        """Upload a version that S3 does not give away."""
        how: dict[str, str] = {"StorageClass": "DEEP_ARCHIVE"}
        if reason is Reason.CUSTOMER_KEY:
            how = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "k" * 32}
        self._s3.put_object(Bucket=self._name, Key=key, Body=b"cold", **how)

    def tag(self, upload: UploadedObject, tags: Mapping[str, str]) -> None:
        """Give a version these tags."""
        tag_set = [{"Key": name, "Value": value} for name, value in tags.items()]
        self._s3.put_object_tagging(**self._place(upload), Tagging={"TagSet": tag_set})

    def tags(self, upload: UploadedObject) -> Mapping[str, str]:
        """Return a version's tags."""
        found = self._s3.get_object_tagging(**self._place(upload))["TagSet"]
        return {tag["Key"]: tag["Value"] for tag in found}

    def _place(self, upload: UploadedObject) -> dict[str, str]:
        assert upload.version_id is not None
        return {"Bucket": self._name, "Key": upload.key, "VersionId": upload.version_id}


def pages(bucket: Bucket, prefix: str = "") -> list[UploadsPage]:
    """Return all pages of a listing."""
    found = [bucket.store.page(prefix=prefix, key_marker=None, version_marker=None)]
    while found[-1].key_marker is not None:
        assert len(found) < 100, "the listing does not end"
        last = found[-1]
        found.append(
            bucket.store.page(prefix=prefix, key_marker=last.key_marker, version_marker=last.version_marker)
        )
    return found


def listed(bucket: Bucket, prefix: str = "") -> Sequence[StoredUpload]:
    """Return all that a bucket lists."""
    return [stored for page in pages(bucket, prefix) for stored in page.uploads]
