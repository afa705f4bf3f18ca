"""One contract for documents and for what lies beside a source, in S3 and in the fakes."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from media_pipeline.adapters.outputs_bucket import S3OutputsBucket
from media_pipeline.adapters.uploads_bucket import S3UploadsBucket
from media_pipeline.domain.errors import OperatorError
from media_pipeline.domain.ports import OutputsBucket, UploadsBucket
from media_pipeline.domain.uploads.limits import MAX_CAPTION_BYTES
from tests.support.fakes import (
    FakeOutputs,
    FakeUploads,
)
from tests.support.local_resources import new_versioned_bucket

KEY = "id/1/hls/a b+%25é.m3u8"


@pytest.fixture(params=["fake", "s3"])
def documents(request: pytest.FixtureRequest) -> OutputsBucket:
    """Return an empty bucket of documents, first the fake, then the real one."""
    if request.param == "fake":
        return FakeOutputs()
    client = request.getfixturevalue("local_aws")("s3")
    return S3OutputsBucket(client, new_versioned_bucket(client))


def test_a_document_is_made_once(documents: OutputsBucket) -> None:
    """Where there should be none, the first who writes it wins."""
    assert documents.read(KEY) is None
    assert documents.write(KEY, b"one", content_type="text/vtt", replaces=None)
    assert not documents.write(KEY, b"two", content_type="text/vtt", replaces=None)
    document = documents.read(KEY)
    assert document is not None
    assert (document.body, document.content_type) == (b"one", "text/vtt")


def test_a_document_is_replaced_as_it_was_read(documents: OutputsBucket) -> None:
    """Who read an older state is refused; the newer one stays."""
    assert documents.write(KEY, b"one", content_type="text/vtt", replaces=None)
    first = documents.read(KEY)
    assert first is not None
    assert documents.write(KEY, b"two", content_type="text/plain", replaces=first.etag)
    assert not documents.write(KEY, b"three", content_type="text/vtt", replaces=first.etag)
    second = documents.read(KEY)
    assert second is not None
    assert (second.body, second.content_type) == (b"two", "text/plain")
    assert second.etag != first.etag


def test_the_begin_of_an_object_is_read(documents: OutputsBucket) -> None:
    """So many bytes come, or as many as there are, with the ETag of the whole."""
    assert documents.begin(KEY, length=3) is None
    assert documents.write(KEY, b"0123456", content_type="video/mp2t", replaces=None)
    whole = documents.read(KEY)
    assert whole is not None
    assert documents.begin(KEY, length=3) == replace(whole, body=b"012")
    assert documents.begin(KEY, length=99) == whole


def test_what_is_gone_is_not_replaced(documents: OutputsBucket) -> None:
    """A document that was removed meanwhile is not brought back by who read it."""
    assert not documents.write(KEY, b"one", content_type="text/vtt", replaces="0" * 32)
    assert documents.read(KEY) is None


def test_a_listing_tells_every_state(documents: OutputsBucket) -> None:
    """The ETags below a prefix are those that reading tells."""
    for key in (KEY, "id/1/captions/en.vtt", "id/10/captions/en.vtt"):
        assert documents.write(key, key.encode(), content_type="text/vtt", replaces=None)
    etags = documents.etags("id/1/")
    assert set(etags) == {KEY, "id/1/captions/en.vtt"}
    for key, etag in etags.items():
        document = documents.read(key)
        assert document is not None
        assert document.etag == etag


def test_a_bucket_that_is_not_there_is_the_operators(local_aws: Callable[[str], Any]) -> None:
    """What S3 refuses otherwise is an error, and no answer."""
    documents = S3OutputsBucket(local_aws("s3"), "no-such-bucket")
    with pytest.raises(OperatorError):
        documents.etags("id/")
    with pytest.raises(OperatorError):
        S3UploadsBucket(local_aws("s3"), "no-such-bucket").etags("a.")


class LocalSidecars:
    """Drive a bucket of the local AWS."""

    def __init__(self, s3: Any) -> None:
        self._s3 = s3
        self._name = new_versioned_bucket(s3)
        self.store = S3UploadsBucket(s3, self._name)

    def put(self, key: str, body: bytes) -> None:
        """Upload a file."""
        self._s3.put_object(Bucket=self._name, Key=key, Body=body)

    def delete(self, key: str) -> None:
        """Put a delete marker over a key."""
        self._s3.delete_object(Bucket=self._name, Key=key)


class Fakes:
    """Drive the fake."""

    def __init__(self) -> None:
        self.store = FakeUploads()

    def put(self, key: str, body: bytes) -> None:
        """Upload a file."""
        self.store.put_caption(key, body)

    def delete(self, key: str) -> None:
        """Delete what lies under a key."""
        self.store.delete(key)


@pytest.fixture(params=["fake", "s3"])
def uploads(request: pytest.FixtureRequest) -> Fakes | LocalSidecars:
    """Return an empty uploads bucket, first the fake, then the real one."""
    return Fakes() if request.param == "fake" else LocalSidecars(request.getfixturevalue("local_aws")("s3"))


def test_what_lies_beside_is_what_is_there_now(uploads: Fakes | LocalSidecars) -> None:
    """Keys come as they are; what was deleted is gone, however it is asked for."""
    store: UploadsBucket = uploads.store
    for key in ("d/a b+%25é.en.srt", "d/a b+%25é.mp4", "d/a b+%25é2.mp4", "d/gone.srt"):
        uploads.put(key, b"x")
    uploads.delete("d/gone.srt")
    assert sorted(store.etags("d/a b+%25é.")) == ["d/a b+%25é.en.srt", "d/a b+%25é.mp4"]
    assert not store.etags("d/gone.")
    beside = store.current_version("d/a b+%25é.en.srt")
    assert beside is not None
    assert store.etags("d/a b+%25é.en.")["d/a b+%25é.en.srt"] == beside.etag
    assert store.read_caption("d/gone.srt") is None
    assert store.current_version("d/gone.srt") is None


def test_a_folder_is_listed_without_what_lies_deeper(uploads: Fakes | LocalSidecars) -> None:
    """What lies in a folder has no other slash; other folders that begin alike are others."""
    store: UploadsBucket = uploads.store
    for key in ("d/a.srt", "d/b.mp4", "d/e/c.srt", "d2/a.srt", "a.srt"):
        uploads.put(key, b"x")
    in_folder = store.folder_etags("d/")
    assert in_folder is not None
    assert set(in_folder) == {"d/a.srt", "d/b.mp4"}
    assert in_folder == {key: etag for key, etag in store.etags("d/").items() if key in in_folder}
    at_root = store.folder_etags("")
    assert at_root is not None
    assert set(at_root) == {"a.srt"}
    assert store.folder_etags("nowhere/") == {}


def test_the_newest_version_is_read(uploads: Fakes | LocalSidecars) -> None:
    """Its content, its ETag and its version are those of what the key holds now."""
    store: UploadsBucket = uploads.store
    uploads.put("a.srt", b"one")
    first = store.current_version("a.srt")
    uploads.put("a.srt", b"three")
    second = store.current_version("a.srt")
    held = store.read_caption("a.srt")
    assert held is not None
    assert first is not None
    assert second is not None
    assert held == (b"three", second.etag)
    assert second.size_bytes == 5
    assert first.asset_id != second.asset_id
    uploads.put("a.srt", b"")
    empty = store.read_caption("a.srt")
    assert empty is not None
    assert empty[0] == b""


def test_no_more_is_read_than_is_accepted(local_aws: Callable[[str], Any]) -> None:
    """Of a large file just so much comes that it is known to be too large."""
    uploads = LocalSidecars(local_aws("s3"))
    uploads.put("a.srt", bytes(MAX_CAPTION_BYTES + 100))
    held = uploads.store.read_caption("a.srt")
    assert held is not None
    assert len(held[0]) == MAX_CAPTION_BYTES + 1
