"""What one person may have in the uploads bucket: bytes in all, and uploads that are not ended.

It is checked when an upload begins, against what S3 lists: old versions count until the bucket's lifecycle
removes them. Of two uploads that begin at once both may be let in.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Protocol

from media_pipeline.domain.problems import RequestProblem
from media_pipeline.domain.uploads.in_parts import Place
from media_pipeline.domain.uploads.versions import ObjectVersion
from media_pipeline.domain.values import dataclass

# Of a person's stored versions, 1,000 a page; who has more of them has reached any quota.
MAX_VERSION_PAGES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """Say how much one person may have."""

    max_bytes: int
    max_in_progress: int


class StoredVersions(Protocol):
    """The uploads bucket, as far as its versions are listed."""

    def pages(self, prefix: str) -> Iterator[Sequence[ObjectVersion]]:
        """Yield the versions of all objects whose keys begin so, page by page."""
        ...


def check_quota(
    quota: Quota,
    *,
    size_bytes: int,
    begun: Sequence[Place | None],
    pages: Iterable[Sequence[ObjectVersion]],
) -> None:
    """Raise RequestProblem (QUOTA_EXCEEDED) where a person has no room for an upload of this size.

    `begun` are the person's uploads that are not ended, `pages` are all stored versions.
    """
    if len(begun) >= quota.max_in_progress:
        raise RequestProblem(
            "QUOTA_EXCEEDED",
            f"You have {len(begun)} uploads that are not ended, the most there may be: end or abort one.",
        )
    listed = list(islice(pages, MAX_VERSION_PAGES + 1))
    used = sum(version.size_bytes for page in listed for version in page)
    used += sum(place.size_bytes for place in begun if place is not None)
    if len(listed) > MAX_VERSION_PAGES or used + size_bytes > quota.max_bytes:
        raise RequestProblem(
            "QUOTA_EXCEEDED",
            f"You may have {quota.max_bytes:,} bytes of uploads, and have {used:,}, old ones among them.",
        )
