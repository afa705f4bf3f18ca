"""The outputs bucket's manifests and captions, under S3's conditional writes."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from media_pipeline.adapters.clients import aws_errors, http_status
from media_pipeline.domain.errors import TransientError
from media_pipeline.domain.ports import Document

# Another object, one that is being written, none any more.
# Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
_REFUSED = (412, 409, 404)


class DocumentStore:
    """Read and write documents. Raises TransientError and its kin where S3 can't answer."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def etags(self, prefix: str) -> Mapping[str, str]:
        """Return the ETag of every object whose key begins so."""
        found: dict[str, str] = {}
        with aws_errors(f"listing {prefix}"):
            pages = self._client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self._bucket, Prefix=prefix):
                found |= {entry["Key"]: entry["ETag"].strip('"') for entry in page.get("Contents", ())}
        return found

    def read(self, key: str) -> Document | None:
        """Return an object, None where there is none."""
        try:
            with aws_errors(f"reading {key}"):
                answer = self._client.get_object(Bucket=self._bucket, Key=key)
                return Document(
                    body=answer["Body"].read(),
                    etag=answer["ETag"].strip('"'),
                    content_type=answer["ContentType"],
                )
        except TransientError as error:
            if _status(error) == 404:
                return None
            raise

    def begin(self, key: str, *, length: int) -> bytes:
        """Return an object's first bytes, none where there is none."""
        try:
            with aws_errors(f"reading {key}"):
                answer = self._client.get_object(Bucket=self._bucket, Key=key)
                with answer["Body"] as body:
                    first: bytes = body.read(length)
                    return first
        except TransientError as error:
            if _status(error) == 404:
                return b""
            raise

    def write(self, key: str, body: bytes, *, content_type: str, replaces: str | None) -> bool:
        """Replace the object with this ETag, or none; return False where another state is the current one."""
        condition = {"IfNoneMatch": "*"} if replaces is None else {"IfMatch": f'"{replaces}"'}
        try:
            with aws_errors(f"writing {key}"):
                self._client.put_object(
                    Bucket=self._bucket, Key=key, Body=body, ContentType=content_type, **condition
                )
        except TransientError as error:
            if _status(error) in _REFUSED:
                return False
            raise
        return True


def _status(error: TransientError) -> int:
    return http_status(error.__cause__) if isinstance(error.__cause__, ClientError) else 0
