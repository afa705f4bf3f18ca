"""All versions of a bucket's objects, and their deletion for good."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from media_pipeline.adapters.clients import aws_errors
from media_pipeline.domain.errors import OperatorError
from media_pipeline.domain.uploads.versions import ObjectVersion

_BATCH = 1000  # Source: S3 API, DeleteObjects.Delete


class ObjectVersions:
    """List and delete versions, markers of deletion among them.

    Raises TransientError and its kin where S3 can't answer.
    """

    def __init__(self, client: Any, bucket: str, *, page_size: int = _BATCH) -> None:
        self._client = client
        self._bucket = bucket
        self._page_size = page_size

    def pages(self, prefix: str) -> Iterator[Sequence[ObjectVersion]]:
        """Yield the versions of all objects whose keys begin so, page by page, ordered by key."""
        with aws_errors(f"listing {prefix}"):
            pages = self._client.get_paginator("list_object_versions").paginate(
                Bucket=self._bucket, Prefix=prefix, MaxKeys=self._page_size
            )
            for page in pages:
                versions = [(entry, False) for entry in page.get("Versions", ())]
                versions += [(entry, True) for entry in page.get("DeleteMarkers", ())]
                if versions:
                    yield [_version(entry, is_marker=is_marker) for entry, is_marker in versions]

    def delete(self, versions: Sequence[ObjectVersion]) -> None:
        """Delete versions for good. Raises OperatorError with the first one that S3 refuses to delete."""
        for start in range(0, len(versions), _BATCH):
            batch = [
                {"Key": version.key, "VersionId": version.version_id}
                for version in versions[start : start + _BATCH]
            ]
            with aws_errors("deleting versions"):
                answer = self._client.delete_objects(
                    Bucket=self._bucket, Delete={"Objects": batch, "Quiet": True}
                )
            if answer.get("Errors"):
                first = answer["Errors"][0]
                raise OperatorError(
                    f"deleting versions: {first.get('Code')} for {first.get('Key')}: {first.get('Message')}"
                )


def _version(entry: Mapping[str, Any], *, is_marker: bool) -> ObjectVersion:
    return ObjectVersion(
        key=entry["Key"],
        version_id=entry["VersionId"],
        size_bytes=0 if is_marker else entry["Size"],
        etag="" if is_marker else entry["ETag"].strip('"'),
        is_marker=is_marker,
    )
