"""One contract for the uploads bucket in S3 and for the fake that stands for it elsewhere."""

from datetime import timedelta

import pytest

from media_pipeline.domain.clock import utc_now
from media_pipeline.domain.failures import Reason
from media_pipeline.domain.uploads.listing import UploadsPage
from tests.contract.buckets import PAGE_SIZE, Bucket, listed, pages

KEYS = ["a.mp4", "a b+c%20.mp4", "ä/日本 🎬.mp4", "quote'\"<&>.mp4", "deep/er/x.mp4", "Z.mp4"]


UNKNOWN_VERSION = "2b7daaa9-3e70-43c8-8a34-3654bb2f84ca"


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
