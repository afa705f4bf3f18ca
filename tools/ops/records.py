"""Whole asset records, found by id, by `s3://` URI or by key."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from media_pipeline.adapters.clients import aws_errors
from media_pipeline.adapters.dynamodb import from_item
from media_pipeline.domain.uploads.listing import UploadsPage
from media_pipeline.domain.uploads.upload import UploadedObject
from tools.ops.errors import UsageError

_ASSET_ID = re.compile(r"[0-9a-f]{32}")


class RecordTable:
    """Read records as they are, with what the functions have no need of."""

    def __init__(self, client: Any, table_name: str) -> None:
        self._client = client
        self._table_name = table_name

    def record(self, asset_id: str) -> Mapping[str, Any] | None:
        """Return a record as of now (consistent read), or None."""
        with aws_errors("reading the asset"):
            answer = self._client.get_item(
                TableName=self._table_name, Key={"asset_id": {"S": asset_id}}, ConsistentRead=True
            )
        return from_item(answer["Item"]) if "Item" in answer else None


class ListedBucket(Protocol):
    """What lists the uploads bucket."""

    def page(self, *, prefix: str, key_marker: str | None, version_marker: str | None) -> UploadsPage:
        """Return the page of versions after the markers."""
        ...


def asset_ids(reference: str, *, bucket: ListedBucket, bucket_name: str) -> list[str]:
    """Return the ids that a reference stands for: its own, or those of all versions of a key, newest first.

    A key that looks like an id is given as a URI. Raises UsageError for a URI of another bucket.
    """
    if _ASSET_ID.fullmatch(reference):
        return [reference]
    key = reference
    if reference.startswith("s3://"):
        named, _, key = reference.removeprefix("s3://").partition("/")
        if named != bucket_name:
            raise UsageError(f"{reference} is not in the uploads bucket, which is {bucket_name}.")
    return [upload.asset_id for upload in _versions(key, bucket)]


def _versions(key: str, bucket: ListedBucket) -> Iterator[UploadedObject]:
    markers: tuple[str | None, str | None] = (None, None)
    while True:
        page = bucket.page(prefix=key, key_marker=markers[0], version_marker=markers[1])
        for stored in page.uploads:
            # Of all keys with this prefix, the key itself comes first.
            if stored.upload.key != key:
                return
            yield stored.upload
        markers = (page.key_marker, page.version_marker)
        if page.key_marker is None:
            return
