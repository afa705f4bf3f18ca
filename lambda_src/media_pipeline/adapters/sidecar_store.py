"""The uploads bucket as captions see it: what lies beside a file now, and what it holds."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from botocore.exceptions import ClientError

from media_pipeline.adapters.clients import aws_errors, http_status
from media_pipeline.adapters.object_access import of_object, refused_object
from media_pipeline.domain.asset import UploadedObject
from media_pipeline.domain.errors import SourceRefusedError, TransientError, UnreadableCaptionError
from media_pipeline.domain.failures import Reason
from media_pipeline.domain.uploads.limits import MAX_CAPTION_BYTES

# So many pages of 1,000 keys are listed: more files lie beside no film.
MAX_PAGES = 5

# Versions that were put while versioning was suspended have this id, and events of them none.
_NULL_VERSION = "null"


class SidecarStore:
    """Look at files beside each other. Raises TransientError and its kin where S3 can't answer."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def keys(self, prefix: str) -> Mapping[str, str]:
        """Return the keys that begin so and hold something now, with their ETags; at most 5,000."""
        found: dict[str, str] = {}
        with aws_errors(f"listing {prefix}"):
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
            for page in islice(pages, MAX_PAGES):
                found |= {entry["Key"]: entry["ETag"].strip('"') for entry in page.get("Contents", ())}
        return found

    def folder(self, prefix: str) -> Mapping[str, str] | None:
        """Return what lies in a folder now, with ETags; None where that is more than a page of 1,000."""
        with aws_errors(f"listing {prefix}"):
            page = self._client.list_objects_v2(Bucket=self._bucket, Prefix=prefix, Delimiter="/")
        if page["IsTruncated"]:
            return None
        return {entry["Key"]: entry["ETag"].strip('"') for entry in page.get("Contents", ())}

    def read(self, key: str) -> tuple[bytes, str] | None:
        """Return what a caption file holds now, and its ETag; None where it is gone.

        Of a file that is too large only so much is read that it can be told. Raises UnreadableCaptionError
        where S3 does not give away this one: it is archived, or encrypted with a key that isn't ours.
        """
        try:
            with aws_errors(f"reading {key}"):
                answer = self._client.get_object(Bucket=self._bucket, Key=key)
                with answer["Body"] as body:
                    return body.read(MAX_CAPTION_BYTES + 1), answer["ETag"].strip('"')
        except TransientError as error:
            if _is_missing(error):
                return None
            unreadable = of_object(error)
            if unreadable is None:
                raise
            raise UnreadableCaptionError(unreadable.caption_sentence) from error

    def upload(self, key: str) -> UploadedObject | None:
        """Return the version that a key holds now, None where it holds nothing, or what nobody can read.

        The asset of such a source never asks for captions: it fails. Raises SourceRefusedError where S3 does
        not let us look.
        """
        try:
            with aws_errors(f"looking at {key}"):
                answer = self._client.head_object(Bucket=self._bucket, Key=key)
        except TransientError as error:
            if _is_missing(error):
                return None
            unreadable = refused_object(self._client, self._bucket, key, error)
            if unreadable is None:
                raise
            if unreadable.reason is Reason.DENIED:
                raise SourceRefusedError(f"the source can't be read: {unreadable.said}") from error
            return None
        version_id = answer.get("VersionId")
        return UploadedObject(
            bucket=self._bucket,
            key=key,
            version_id=None if version_id == _NULL_VERSION else version_id,
            etag=answer["ETag"].strip('"'),
            size_bytes=answer["ContentLength"],
            sequencer="",
        )


def _is_missing(error: TransientError) -> bool:
    return isinstance(error.__cause__, ClientError) and http_status(error.__cause__) == 404
