"""Versions of objects in a bucket that keeps them."""

from media_pipeline.domain.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectVersion:
    """Describe one version of an object, or a marker of deletion; the ETag is without quotes."""

    key: str
    version_id: str
    size_bytes: int
    etag: str = ""
    is_marker: bool = False
