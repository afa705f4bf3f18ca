"""One contract for the tags of quarantined uploads, in S3 and in the fake."""

from dataclasses import replace

import pytest

from media_pipeline.domain.uploads.quarantine import QUARANTINED, REASON_TAG, STATUS_TAG
from tests.contract.buckets import Bucket, listed

KEYS = ["a.mp4", "a b+c%20.mp4", "ä/日本 🎬.mp4", "quote'\"<&>.mp4", "deep/er/x.mp4", "Z.mp4"]


UNKNOWN_VERSION = "2b7daaa9-3e70-43c8-8a34-3654bb2f84ca"


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
