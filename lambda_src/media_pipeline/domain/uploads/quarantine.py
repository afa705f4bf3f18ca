"""The tags that keep a damaged file apart: its object stays where it is, and says what was wrong with it.

S3 keeps a version's tags beside its content, so nothing is copied, and listings and lifecycle rules can
use them. The uploader's own tags stay.
"""

from collections.abc import Mapping

STATUS_TAG = "media-pipeline:status"
REASON_TAG = "media-pipeline:reason"
QUARANTINED = "quarantined"
MAX_TAGS = 10  # Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html

_OURS = frozenset({STATUS_TAG, REASON_TAG})


def with_quarantine(tags: Mapping[str, str], reason: str) -> Mapping[str, str]:
    """Return an object's tags with ours, or as many of ours as there is room for: the status comes first."""
    theirs = {name: value for name, value in tags.items() if name not in _OURS}
    room = MAX_TAGS - len(theirs)
    ours = {STATUS_TAG: QUARANTINED, REASON_TAG: reason}
    return {**theirs, **dict(list(ours.items())[: max(0, room)])}


def without_quarantine(tags: Mapping[str, str]) -> Mapping[str, str]:
    """Return an object's tags without ours."""
    return {name: value for name, value in tags.items() if name not in _OURS}
