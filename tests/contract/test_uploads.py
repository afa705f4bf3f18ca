"""One contract for the uploads bucket in S3 and for the fake that stands for it elsewhere."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Protocol

import pytest

from media_pipeline.adapters.uploads_bucket import S3UploadsBucket
from media_pipeline.domain.clock import utc_now
from media_pipeline.domain.failures import Reason, Unreadable
from media_pipeline.domain.uploads.listing import StoredUpload, UploadsPage
from media_pipeline.domain.uploads.quarantine import QUARANTINED, REASON_TAG, STATUS_TAG
from media_pipeline.domain.uploads.upload import UploadedObject
from tests.support.fakes import FakeUploads
from tests.support.local_resources import new_versioned_bucket

KEYS = ["a.mp4", "a b+c%20.mp4", "ä/日本 🎬.mp4", "quote'\"<&>.mp4", "deep/er/x.mp4", "Z.mp4"]
PAGE_SIZE = 3
UNKNOWN_VERSION = "2b7daaa9-3e70-43c8-8a34-3654bb2f84ca"


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


@pytest.fixture(params=["fake", "s3"])
def bucket(request: pytest.FixtureRequest) -> Bucket:
    """Return an empty bucket, first the fake, then the real one."""
    if request.param == "fake":
        return FakeBucket()
    return LocalBucket(request.getfixturevalue("local_aws")("s3"))


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


@pytest.mark.parametrize("key", KEYS)
def test_what_lies_under_a_key_is_known(bucket: Bucket, key: str) -> None:
    """The ETag is that of the newest version, and that which the listing tells."""
    assert bucket.store.current(key) is None
    bucket.put(key, b"one")
    first = bucket.store.current(key)
    assert first is not None
    assert [stored.upload.etag for stored in listed(bucket)] == [first.etag]
    assert [stored.upload.version_id for stored in listed(bucket)] == [first.version_id]
    bucket.put(key, b"two")
    second = bucket.store.current(key)
    assert second is not None
    assert second.etag != first.etag
    assert [stored.upload.etag for stored in listed(bucket)] == [second.etag, first.etag]


@pytest.mark.parametrize("key", KEYS)
def test_bytes_of_an_upload_are_read(bucket: Bucket, key: str) -> None:
    """Any piece of a file can be had, and nothing beyond its end."""
    bucket.put(key, b"0123456789")
    (upload,) = (stored.upload for stored in listed(bucket))
    pieces = [bucket.store.read(upload, offset, length) for offset, length in ((0, 4), (8, 9), (3, 0))]
    assert pieces == [b"0123", b"89", b""]
    assert bucket.store.read(upload, 10, 5) == b""


def test_bytes_of_another_file_are_never_read(bucket: Bucket) -> None:
    """What lies under the key now is no answer about the upload that was there, nor is nothing at all."""
    bucket.put("a.mp4", b"one")
    (upload,) = (stored.upload for stored in listed(bucket))
    bucket.put("a.mp4", b"two")
    assert bucket.store.read(upload, 0, 3) == b""
    bucket.delete("a.mp4")
    assert bucket.store.read(upload, 0, 3) == b""


@pytest.mark.parametrize("reason", [Reason.ARCHIVED, Reason.CUSTOMER_KEY])
@pytest.mark.parametrize("key", KEYS)
def test_what_s3_does_not_give_away_is_known(bucket: Bucket, key: str, reason: Reason) -> None:
    """An object that can't be read has the listing's ETag and a reason; a readable one takes its place."""
    bucket.put(f"{key}.more", b"one")
    bucket.put_unreadable(key, reason)
    found = bucket.store.current(key)
    assert found is not None
    assert found.unreadable is not None
    assert found.unreadable.reason is reason
    (listed_etag,) = [stored.upload.etag for stored in listed(bucket) if stored.upload.key == key]
    assert found.etag == listed_etag


def test_a_deleted_key_holds_nothing(bucket: Bucket) -> None:
    """Under a delete marker there is nothing now, but all that was there is listed, none of it the latest."""
    bucket.put("a.mp4", b"one")
    bucket.put("a.mp4", b"two")
    bucket.delete("a.mp4")
    assert bucket.store.current("a.mp4") is None
    assert [stored.is_latest for stored in listed(bucket)] == [False, False]
    bucket.put("a.mp4", b"three")
    assert bucket.store.current("a.mp4") is not None
    assert [stored.is_latest for stored in listed(bucket)] == [True, False, False]


def test_an_empty_bucket_has_one_page(bucket: Bucket) -> None:
    """Where nothing was ever uploaded, nothing is listed, and the listing ends."""
    assert pages(bucket) == [UploadsPage(uploads=[], key_marker=None, version_marker=None)]


def test_every_version_is_listed_once(bucket: Bucket) -> None:
    """Whatever the keys, all versions come on some page, by key, the newest of a key first."""
    for body in (b"1", b"22"):
        for key in KEYS:
            bucket.put(key, body)
    found = listed(bucket)
    assert [(stored.upload.key, stored.upload.size_bytes) for stored in found] == [
        (key, size) for key in sorted(KEYS, key=str.encode) for size in (2, 1)
    ]
    assert len({stored.upload.asset_id for stored in found}) == 2 * len(KEYS)
    assert [stored.is_latest for stored in found] == [True, False] * len(KEYS)
    assert [len(page.uploads) for page in pages(bucket)] == [PAGE_SIZE] * 4


def test_a_listing_may_begin_at_a_prefix(bucket: Bucket) -> None:
    """Only keys with the prefix are listed, on all pages."""
    for number in range(PAGE_SIZE + 1):
        bucket.put(f"in put/{number}+ä.mp4", b"1")
        bucket.put(f"other/{number}.mp4", b"1")
    assert [stored.upload.key for stored in listed(bucket, "in put/")] == [
        f"in put/{number}+ä.mp4" for number in range(PAGE_SIZE + 1)
    ]


def test_an_upload_tells_when_it_was_made(bucket: Bucket) -> None:
    """The time of an upload can be compared with that of now."""
    bucket.put("a.mp4", b"1")
    (stored,) = listed(bucket)
    assert abs(stored.modified_at - utc_now()) < timedelta(seconds=10)


def test_uploads_without_versions_are_listed(bucket: Bucket) -> None:
    """Where versioning was suspended, the version has no id, like its event, and the pages go on after it."""
    for key in ("a.mp4", "b.mp4", "c.mp4"):
        bucket.put(key, b"1")
    bucket.suspend_versioning()
    for body in (b"22", b"333"):
        for key in ("a.mp4", "b.mp4", "c.mp4"):
            bucket.put(key, body)
    found = [(stored.upload.key, stored.upload.size_bytes) for stored in listed(bucket)]
    assert found == [(key, size) for key in ("a.mp4", "b.mp4", "c.mp4") for size in (3, 1)]
    assert [stored.upload.version_id is None for stored in listed(bucket)] == [True, False] * 3


@pytest.mark.parametrize("key", KEYS)
def test_a_version_is_quarantined_by_itself(bucket: Bucket, key: str) -> None:
    """Its tags say so, its uploader's own stay, as often as it is done; other versions have none."""
    bucket.put(key, b"broken")
    bucket.put(key, b"good")
    good, broken = (stored.upload for stored in listed(bucket))
    bucket.tag(broken, {"team": "é +=._:/@-"})
    for reason in ("EMPTY_FILE", "MEDIACONVERT_1010", "MEDIACONVERT_1010"):
        assert bucket.store.quarantine(broken, reason=reason)
        assert bucket.tags(broken) == {"team": "é +=._:/@-", STATUS_TAG: QUARANTINED, REASON_TAG: reason}
    assert bucket.tags(good) == {}


def test_a_version_is_released(bucket: Bucket) -> None:
    """Quarantine's tags come off, the uploader's stay; without them there is nothing to take off."""
    bucket.put("a.mp4", b"one")
    (upload,) = (stored.upload for stored in listed(bucket))
    assert bucket.store.release(upload)
    bucket.tag(upload, {"team": "x"})
    bucket.store.quarantine(upload, reason="EMPTY_FILE")
    assert bucket.store.release(upload)
    assert bucket.tags(upload) == {"team": "x"}


def test_a_deleted_key_keeps_the_tags_of_its_versions(bucket: Bucket) -> None:
    """A version below a delete marker is still there: it can be quarantined like any other."""
    bucket.put("a.mp4", b"one")
    (upload,) = (stored.upload for stored in listed(bucket))
    bucket.delete("a.mp4")
    assert bucket.store.quarantine(upload, reason="EMPTY_FILE")
    assert bucket.tags(upload) == {STATUS_TAG: QUARANTINED, REASON_TAG: "EMPTY_FILE"}


def test_what_is_gone_is_not_tagged(bucket: Bucket) -> None:
    """A version that was removed for good, or that has no id, is passed over without an error."""
    bucket.put("a.mp4", b"one")
    (upload,) = (stored.upload for stored in listed(bucket))
    gone = replace(upload, version_id=UNKNOWN_VERSION)
    unversioned = replace(upload, version_id=None)
    nowhere = replace(upload, key="b.mp4")
    for missing in (gone, unversioned, nowhere):
        assert not bucket.store.quarantine(missing, reason="EMPTY_FILE")
        assert not bucket.store.release(missing)
    assert bucket.tags(upload) == {}


@pytest.mark.parametrize(("theirs", "ours"), [(8, {STATUS_TAG, REASON_TAG}), (9, {STATUS_TAG}), (10, set())])
def test_an_uploaders_tags_are_never_lost(bucket: Bucket, theirs: int, ours: set[str]) -> None:
    """S3 takes ten tags: ours take what room there is, the status first."""
    bucket.put("a.mp4", b"one")
    (upload,) = (stored.upload for stored in listed(bucket))
    own = {f"tag {number}": "x" for number in range(theirs)}
    bucket.tag(upload, own)
    for _ in range(2):
        assert bucket.store.quarantine(upload, reason="EMPTY_FILE")
        assert bucket.tags(upload).keys() == own.keys() | ours
