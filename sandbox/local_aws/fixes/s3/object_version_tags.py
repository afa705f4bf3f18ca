"""Let the tags of a version below a delete marker be read and written, as on AWS.

MiniStack looks whether the key holds anything before it looks at the version that is asked for. A deleted key
holds nothing, so a version of it that is there all the same can't be tagged.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ministack.services import s3

Answer = tuple[int, dict[str, str], bytes]


def apply() -> None:
    """Wrap the two operations of MiniStack's S3."""
    s3._get_object_tagging = _for_any_version(s3._get_object_tagging)
    s3._put_object_tagging = _for_any_version(s3._put_object_tagging)


def _for_any_version(operation: Callable[..., Answer]) -> Callable[..., Answer]:
    def for_any_version(bucket_name: str, key: str, *rest: Any) -> Answer:
        bucket, query = s3._ensure_bucket(bucket_name), rest[-1] or {}
        if bucket is None or key in bucket["objects"] or not query.get("versionId"):
            return operation(bucket_name, key, *rest)
        if s3._no_such_version(bucket_name, key, query) is not None:
            return operation(bucket_name, key, *rest)
        # For the length of this call, in which nothing else runs, the key holds something.
        bucket["objects"][key] = {}
        try:
            return operation(bucket_name, key, *rest)
        finally:
            del bucket["objects"][key]

    return for_any_version
