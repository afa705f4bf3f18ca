"""The outputs bucket: listings, parts of objects, and small documents under S3's conditional writes."""

from collections.abc import Iterator, Mapping
from typing import Any

from media_pipeline.adapters.clients import aws_errors
from media_pipeline.domain.errors import ConflictError, NotFoundError, OperatorError
from media_pipeline.domain.ports import Document

_MAX_KEYS = 1000  # Source: S3 API, DeleteObjects.Delete, ListObjectsV2.MaxKeys


class S3OutputsBucket:
    """Look at objects, delete them, and read and write documents.

    Raises TransientError and its kin where S3 can't answer, or an object is gone that was listed before.
    """

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def sizes(self, prefix: str) -> Mapping[str, int]:
        """Return the size in bytes of every object whose key begins so."""
        return {entry["Key"]: entry["Size"] for entry in self._listed(prefix)}

    def etags(self, prefix: str) -> Mapping[str, str]:
        """Return the ETag of every object whose key begins so."""
        return {entry["Key"]: entry["ETag"].strip('"') for entry in self._listed(prefix)}

    def remove(self, prefix: str, *, limit: int) -> int:
        """Delete up to so many objects whose keys begin so; return how many were deleted.

        Their versions stay until the bucket's lifecycle removes them.
        """
        removed = 0
        while removed < limit:
            with aws_errors(f"listing {prefix}"):
                listed = self._client.list_objects_v2(
                    Bucket=self._bucket, Prefix=prefix, MaxKeys=min(_MAX_KEYS, limit - removed)
                )
            keys = [{"Key": entry["Key"]} for entry in listed.get("Contents", ())]
            if not keys:
                break
            with aws_errors(f"deleting below {prefix}"):
                answer = self._client.delete_objects(
                    Bucket=self._bucket, Delete={"Objects": keys, "Quiet": True}
                )
            if answer.get("Errors"):
                first = answer["Errors"][0]
                raise OperatorError(
                    f"deleting below {prefix}: {first.get('Code')} for {first.get('Key')}, and "
                    f"{len(answer['Errors']) - 1} more"
                )
            removed += len(keys)
        return removed

    def read_range(self, key: str, *, offset: int, length: int) -> bytes:
        """Return up to `length` bytes of an object; at least one lies at the offset."""
        with aws_errors(f"reading {key}"):
            answer = self._client.get_object(
                Bucket=self._bucket, Key=key, Range=f"bytes={offset}-{offset + length - 1}"
            )
            part: bytes = answer["Body"].read()
            return part

    def read(self, key: str) -> Document | None:
        """Return an object, None where there is none."""
        return self._read(key, None)

    def begin(self, key: str, *, length: int) -> Document | None:
        """Return an object with so many of its first bytes, None where there is none."""
        return self._read(key, length)

    def _read(self, key: str, length: int | None) -> Document | None:
        try:
            with aws_errors(f"reading {key}"):
                answer = self._client.get_object(Bucket=self._bucket, Key=key)
                with answer["Body"] as body:
                    return Document(
                        body=body.read(length),
                        etag=answer["ETag"].strip('"'),
                        content_type=answer["ContentType"],
                    )
        except NotFoundError:
            return None

    def write(self, key: str, body: bytes, *, content_type: str, replaces: str | None) -> bool:
        """Replace the object with this ETag, or none; return False where another state is the current one."""
        condition = {"IfNoneMatch": "*"} if replaces is None else {"IfMatch": f'"{replaces}"'}
        try:
            with aws_errors(f"writing {key}"):
                self._client.put_object(
                    Bucket=self._bucket, Key=key, Body=body, ContentType=content_type, **condition
                )
        except (ConflictError, NotFoundError):
            # Another object, one that is being written, none any more.
            # Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
            return False
        return True

    def _listed(self, prefix: str) -> Iterator[Mapping[str, Any]]:
        with aws_errors(f"listing {prefix}"):
            pages = self._client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self._bucket, Prefix=prefix):
                yield from page.get("Contents", ())
