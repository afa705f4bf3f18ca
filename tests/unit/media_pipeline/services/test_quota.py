"""What one person may have, to the byte and the upload, at a bounded cost."""

from collections.abc import Iterator, Sequence

import pytest

from media_pipeline.domain.problems import RequestProblem
from media_pipeline.domain.uploads.in_parts import Place
from media_pipeline.domain.uploads.versions import ObjectVersion
from media_pipeline.services.uploading.quota import MAX_VERSION_PAGES, Quota, check_quota

QUOTA = Quota(max_bytes=100, max_in_progress=3)
BEGUN = Place(person="ann", folder="in/web/ann/1/", size_bytes=10, name="a.mp4")


def page(*sizes: int) -> list[ObjectVersion]:
    """Return a page of versions of these sizes."""
    return [ObjectVersion(key="k", version_id=str(size), size_bytes=size) for size in sizes]


@pytest.mark.parametrize(
    ("size_bytes", "begun", "pages", "fits"),
    [
        (100, [], [], True),
        (101, [], [], False),
        (50, [BEGUN, BEGUN], [page(10, 10), page(10)], True),
        (51, [BEGUN, BEGUN], [page(10, 10), page(10)], False),
        # What lies elsewhere has no place, and counts as one of the uploads.
        (100, [None, None], [], True),
        (1, [None, None, None], [], False),
    ],
)
def test_what_was_begun_and_what_is_stored_count(
    size_bytes: int, begun: Sequence[Place | None], pages: Sequence[Sequence[ObjectVersion]], fits: bool
) -> None:
    """All stored versions and all that was promised are together at most the quota."""
    if fits:
        check_quota(QUOTA, size_bytes=size_bytes, begun=begun, pages=pages)
    else:
        with pytest.raises(RequestProblem, match=r"^QUOTA_EXCEEDED: You (may )?have .*\.$"):
            check_quota(QUOTA, size_bytes=size_bytes, begun=begun, pages=pages)


@pytest.mark.parametrize(("more", "fits"), [(0, True), (1, False)])
def test_listing_has_an_end(more: int, fits: bool) -> None:
    """Of however many versions there are, no more pages are listed than it takes to know enough."""
    listed = 0

    def pages(count: int) -> Iterator[Sequence[ObjectVersion]]:
        nonlocal listed
        for _ in range(count):
            listed += 1
            yield page(1)

    if fits:
        check_quota(QUOTA, size_bytes=1, begun=[], pages=pages(MAX_VERSION_PAGES + more))
    else:
        with pytest.raises(RequestProblem, match="QUOTA_EXCEEDED: "):
            check_quota(QUOTA, size_bytes=1, begun=[], pages=pages(MAX_VERSION_PAGES + more + 5))
    assert listed == MAX_VERSION_PAGES + more
