"""A folder that is larger than a page is not listed each time to find that out."""

from typing import Any

import pytest

from media_pipeline.adapters import uploads_bucket
from media_pipeline.adapters.uploads_bucket import S3UploadsBucket


class Listings:
    """Be an S3 client that lists folders, and count its calls."""

    def __init__(self) -> None:
        self.is_truncated = True
        self.listed: list[str] = []

    def list_objects_v2(self, *, Prefix: str, **_: str) -> dict[str, Any]:
        """Return a page of one object."""
        self.listed.append(Prefix)
        return {"IsTruncated": self.is_truncated, "Contents": [{"Key": f"{Prefix}a", "ETag": '"e"'}]}


@pytest.fixture
def listings() -> Listings:
    """Return a client whose pages are truncated."""
    return Listings()


def test_a_large_folder_is_listed_once_in_a_while(
    listings: Listings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is taken as large without asking for 15 minutes, then looked at again; other folders are listed."""
    now = 100.0
    monkeypatch.setattr(uploads_bucket, "monotonic", lambda: now)
    bucket = S3UploadsBucket(listings, "uploads")
    assert bucket.folder_etags("large/") is None
    now += 899
    assert bucket.folder_etags("large/") is None
    assert listings.listed == ["large/"]
    listings.is_truncated = False
    assert bucket.folder_etags("small/") == {"small/a": "e"}
    now += 1
    assert bucket.folder_etags("large/") == {"large/a": "e"}
    assert listings.listed == ["large/", "small/", "large/"]


def test_so_many_large_folders_are_remembered_at_most(listings: Listings) -> None:
    """A process that has seen a thousand large folders begins to remember anew."""
    bucket = S3UploadsBucket(listings, "uploads")
    for number in range(1_500):
        bucket.folder_etags(f"{number}/")
    assert len(bucket._large_until) == 500
