"""The uploads bucket: what a key holds now, what lies beside it, all versions page by page, and tags."""

from collections.abc import Callable, Mapping
from itertools import islice
from time import monotonic
from typing import Any

from botocore.exceptions import ClientError

from media_pipeline.adapters.clients import aws_errors
from media_pipeline.adapters.object_access import archived, of_object, refused_object
from media_pipeline.domain.errors import (
    NotFoundError,
    OperatorError,
    SourceRefusedError,
    TransientError,
    UnreadableCaptionError,
)
from media_pipeline.domain.failures import Reason
from media_pipeline.domain.uploads.current import CurrentUpload
from media_pipeline.domain.uploads.limits import MAX_CAPTION_BYTES
from media_pipeline.domain.uploads.listing import StoredUpload, UploadsPage
from media_pipeline.domain.uploads.quarantine import with_quarantine, without_quarantine
from media_pipeline.domain.uploads.upload import UploadedObject, normalize_version_id

# So many pages of 1,000 keys are listed: more files lie beside no film.
MAX_PAGES = 5
_MAX_PAGE_SIZE = 1000  # Source: S3 API, ListObjectVersions.MaxKeys
# A folder that was found large is taken as large for so long: no page of it is read only to be thrown away.
_LARGE_FOLDER_SECONDS = 900
_REMEMBERED_FOLDERS = 1_000
# An upload names its profile in this entry of its metadata (`x-amz-meta-profile`).
PROFILE_METADATA = "profile"

Tags = Mapping[str, str]


class S3UploadsBucket:
    """Look at the bucket's objects and tag them. Raises TransientError and its kin where S3 can't answer."""

    def __init__(self, client: Any, bucket: str, *, page_size: int = _MAX_PAGE_SIZE) -> None:
        self._client = client
        self._bucket = bucket
        self._page_size = page_size
        self._large_until: dict[str, float] = {}

    def current(self, key: str) -> CurrentUpload | None:
        """Return what lies under a key now, its ETag without quotes; None where nothing does.

        Of what S3 does not give away, the listing tells the ETag.
        """
        try:
            with aws_errors("looking at the source"):
                answer = self._client.head_object(Bucket=self._bucket, Key=key)
        except NotFoundError:
            return None
        except TransientError as error:
            return self._refused(key, error)
        return CurrentUpload(
            etag=str(answer["ETag"]).strip('"'),
            version_id=normalize_version_id(answer.get("VersionId")),
            profile=(answer.get("Metadata") or {}).get(PROFILE_METADATA),
            unreadable=archived(answer),
        )

    def _refused(self, key: str, refusal: TransientError) -> CurrentUpload | None:
        unreadable = refused_object(self._client, self._bucket, key, refusal)
        if unreadable is None:
            raise refusal
        with aws_errors("listing the source"):
            # Of all keys that begin so, the key itself comes first.
            answer = self._client.list_objects_v2(Bucket=self._bucket, Prefix=key, MaxKeys=1)
        found = next((entry for entry in answer.get("Contents", ()) if entry["Key"] == key), None)
        return CurrentUpload(etag=found["ETag"].strip('"'), unreadable=unreadable) if found else None

    def read(self, upload: UploadedObject, offset: int, length: int) -> bytes:
        """Return up to so many bytes of an upload from an offset; none where its key holds it no more.

        None either where S3 does not give them away, or the file has no such bytes.
        """
        if length <= 0:
            return b""
        try:
            with aws_errors("reading the source"):
                answer = self._client.get_object(
                    Bucket=self._bucket,
                    Key=upload.key,
                    Range=f"bytes={offset}-{offset + length - 1}",
                    IfMatch=f'"{upload.etag}"',
                )
                content: bytes = answer["Body"].read()
                return content
        except OperatorError:
            return b""

    def etags(self, prefix: str) -> Mapping[str, str]:
        """Return the ETags of the keys that begin so and hold something now; at most 5,000."""
        found: dict[str, str] = {}
        with aws_errors(f"listing {prefix}"):
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
            for page in islice(pages, MAX_PAGES):
                found |= {entry["Key"]: entry["ETag"].strip('"') for entry in page.get("Contents", ())}
        return found

    def folder_etags(self, prefix: str) -> Mapping[str, str] | None:
        """Return the ETags of what lies in a folder; None where that is more than a page of 1,000.

        A folder is taken as large for a while after it was.
        """
        if monotonic() < self._large_until.get(prefix, 0):
            return None
        with aws_errors(f"listing {prefix}"):
            page = self._client.list_objects_v2(Bucket=self._bucket, Prefix=prefix, Delimiter="/")
        if page["IsTruncated"]:
            if len(self._large_until) >= _REMEMBERED_FOLDERS:
                self._large_until.clear()
            self._large_until[prefix] = monotonic() + _LARGE_FOLDER_SECONDS
            return None
        return {entry["Key"]: entry["ETag"].strip('"') for entry in page.get("Contents", ())}

    def read_caption(self, key: str) -> tuple[bytes, str] | None:
        """Return what a caption file holds now, and its ETag; None where it is gone.

        Of a file that is too large only so much is read that it can be told. Raises UnreadableCaptionError
        where S3 does not give away this one: it is archived, or encrypted with a key that isn't ours.
        """
        try:
            with aws_errors(f"reading {key}"):
                answer = self._caption(key)
                with answer["Body"] as body:
                    return body.read(MAX_CAPTION_BYTES + 1), answer["ETag"].strip('"')
        except NotFoundError:
            return None

    def _caption(self, key: str) -> Any:
        try:
            return self._client.get_object(Bucket=self._bucket, Key=key)
        except ClientError as refusal:
            unreadable = of_object(refusal)
            if unreadable is None:
                raise
            raise UnreadableCaptionError(unreadable.caption_sentence) from refusal

    def current_version(self, key: str) -> UploadedObject | None:
        """Return the version that a key holds now, None where it holds nothing, or an unreadable object.

        The asset of such a source never asks for captions: it fails. Raises SourceRefusedError where S3 does
        not let us look.
        """
        try:
            with aws_errors(f"looking at {key}"):
                answer = self._client.head_object(Bucket=self._bucket, Key=key)
        except NotFoundError:
            return None
        except TransientError as error:
            unreadable = refused_object(self._client, self._bucket, key, error)
            if unreadable is None:
                raise
            if unreadable.reason is Reason.DENIED:
                raise SourceRefusedError(f"the source can't be read: {unreadable.said}") from error
            return None
        return UploadedObject(
            bucket=self._bucket,
            key=key,
            version_id=normalize_version_id(answer.get("VersionId")),
            etag=answer["ETag"].strip('"'),
            size_bytes=answer["ContentLength"],
            sequencer="",
        )

    def quarantine(self, upload: UploadedObject, *, reason: str) -> bool:
        """Tag an upload's version as quarantined for a reason; return False where it is gone."""
        return self._retag(upload, lambda tags: with_quarantine(tags, reason))

    def release(self, upload: UploadedObject) -> bool:
        """Take quarantine's tags off an upload's version; return False where it is gone."""
        return self._retag(upload, without_quarantine)

    def page(self, *, prefix: str, key_marker: str | None, version_marker: str | None) -> UploadsPage:
        """Return a page of versions after the markers, ordered by key, the newest of a key first."""
        markers = {"KeyMarker": key_marker, "VersionIdMarker": version_marker}
        with aws_errors("listing the uploads"):
            answer = self._client.list_object_versions(
                Bucket=self._bucket,
                Prefix=prefix,
                MaxKeys=self._page_size,
                **{name: value for name, value in markers.items() if value is not None},
            )
        more = answer.get("IsTruncated", False)
        return UploadsPage(
            uploads=[
                StoredUpload(
                    upload=UploadedObject(
                        bucket=self._bucket,
                        key=version["Key"],
                        version_id=normalize_version_id(version["VersionId"]),
                        etag=version["ETag"].strip('"'),
                        size_bytes=version["Size"],
                        sequencer="",
                    ),
                    modified_at=version["LastModified"],
                    is_latest=version["IsLatest"],
                )
                for version in answer.get("Versions", [])
            ],
            key_marker=answer.get("NextKeyMarker") if more else None,
            version_marker=answer.get("NextVersionIdMarker") if more else None,
        )

    def _retag(self, upload: UploadedObject, change: Callable[[Tags], Tags]) -> bool:
        if upload.version_id is None:
            # What lies under the key may be another file by now, and nothing else can be named.
            return False
        place = {"Bucket": self._bucket, "Key": upload.key, "VersionId": upload.version_id}
        try:
            with aws_errors("tagging the upload"):
                answer = self._client.get_object_tagging(**place)
                tags = {tag["Key"]: tag["Value"] for tag in answer["TagSet"]}
                changed = change(tags)
                if changed != tags:
                    tag_set = [{"Key": name, "Value": value} for name, value in changed.items()]
                    self._client.put_object_tagging(**place, Tagging={"TagSet": tag_set})
        except NotFoundError:
            return False
        return True
