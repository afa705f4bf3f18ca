"""One contract for the outputs bucket in S3 and for the fake that stands for it elsewhere."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from media_pipeline.adapters.outputs_bucket import S3OutputsBucket
from media_pipeline.domain.errors import OperatorError
from media_pipeline.domain.ports import OutputsBucket
from tests.support.fakes import FakeOutputs

Put = Callable[[str, bytes], Any]


@pytest.fixture(params=["fake", "s3"])
def bucket(request: pytest.FixtureRequest) -> tuple[OutputsBucket, Put]:
    """Return an empty store and how to put objects into it, first the fake, then the real one."""
    if request.param == "fake":
        fake = FakeOutputs()
        return fake, fake.objects.__setitem__
    client, name = request.getfixturevalue("local_aws")("s3"), f"outputs-{uuid4()}"
    client.create_bucket(Bucket=name)
    return S3OutputsBucket(client, name), lambda key, body: client.put_object(Bucket=name, Key=key, Body=body)


def test_a_listing_has_every_size_below_a_prefix(bucket: tuple[OutputsBucket, Put]) -> None:
    """Keys come as they are in the bucket, empty objects with their size of 0, and none of other folders."""
    outputs, put = bucket
    for key, body in {
        "id/1/hls/a b+%25é.ts": b"12345",
        "id/1/empty": b"",
        "id/10/hls/a.ts": b"1",
        "other": b"1",
    }.items():
        put(key, body)
    assert outputs.sizes("id/1/") == {"id/1/hls/a b+%25é.ts": 5, "id/1/empty": 0}
    assert outputs.sizes("nothing/") == {}


def test_parts_of_an_object_are_read(bucket: tuple[OutputsBucket, Put]) -> None:
    """From any offset so many bytes come, or as many as there are."""
    outputs, put = bucket
    put("a b+%25é", b"0123456789")
    assert outputs.read_range("a b+%25é", offset=0, length=10) == b"0123456789"
    assert outputs.read_range("a b+%25é", offset=3, length=4) == b"3456"
    assert outputs.read_range("a b+%25é", offset=8, length=64) == b"89"


def test_what_is_not_there_is_an_error(bucket: tuple[OutputsBucket, Put]) -> None:
    """An object that was listed and is gone, or shorter than it was, is looked at again later."""
    outputs, put = bucket
    put("a", b"0123")
    for key, offset in (("b", 0), ("a", 4)):
        with pytest.raises(OperatorError):
            outputs.read_range(key, offset=offset, length=1)


def test_more_than_a_page_is_listed(bucket: tuple[OutputsBucket, Put]) -> None:
    """S3 answers with a thousand keys at most; a listing has them all."""
    outputs, put = bucket
    for number in range(1003):
        put(f"id/1/{number}", b"1")
    assert len(outputs.sizes("id/1/")) == 1003


def test_a_folder_is_removed_in_parts(bucket: tuple[OutputsBucket, Put]) -> None:
    """Up to the limit objects below the prefix go, and none beside it; an empty one is no error."""
    outputs, put = bucket
    for number in range(1003):
        put(f"id/1/a b+%25é{number}", b"1")
    put("id/10/kept", b"1")
    assert outputs.remove("id/1/", limit=1001) == 1001
    assert outputs.remove("id/1/", limit=1001) == 2
    assert outputs.remove("id/1/", limit=1001) == 0
    assert outputs.sizes("id/") == {"id/10/kept": 1}
