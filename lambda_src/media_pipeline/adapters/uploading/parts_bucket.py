"""The uploads bucket, as it takes uploads in parts: S3's multipart uploads, with signed URLs for parts."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import boto3
from botocore.config import Config

from media_pipeline.adapters.clients import aws_errors
from media_pipeline.adapters.uploads_bucket import PROFILE_METADATA
from media_pipeline.domain.uploads.in_parts import StoredPart, UploadInParts
from media_pipeline.domain.uploads.upload import UploadedObject, normalize_version_id

# S3 puts 10,000 parts together in seconds; the function has 20 to answer in.
_CONNECT_TIMEOUT_SECONDS, _READ_TIMEOUT_SECONDS = 2, 14


def parts_client(endpoint_url: str | None = None) -> Any:
    """Return a client for uploads in parts, or one that signs them for an endpoint.

    Signature version 4 alone signs headers, and for the oldest regions it is not the default of signed URLs.
    Unless the bucket stands in the host, they name S3's global endpoint, which redirects requests for buckets
    of other regions: a browser that asked whether it may does not follow. Sources:
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/PresignedUrlUploadObject.html and
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/Redirects.html
    """
    config = Config(
        signature_version="s3v4",
        s3={"addressing_style": "virtual"},
        connect_timeout=_CONNECT_TIMEOUT_SECONDS,
        read_timeout=_READ_TIMEOUT_SECONDS,
        # What took so long is asked for again by the caller, who finds it done.
        retries={"mode": "standard", "total_max_attempts": 1},
    )
    return boto3.client("s3", config=config, endpoint_url=endpoint_url)


class S3PartsBucket:
    """Begin, sign, list, complete and abort multipart uploads.

    Raises TransientError and its kin where S3 can't answer, NotFoundError where it knows no such upload.
    """

    def __init__(
        self, client: Any, bucket: str, *, signing_client: Any = None, valid_seconds: int = 3_600
    ) -> None:
        self._client = client
        self.name = bucket
        self._signing_client = signing_client or client
        self._valid_seconds = valid_seconds

    def begin(self, key: str, *, content_type: str, profile: str | None) -> str:
        """Begin an upload and return S3's id of it."""
        metadata = {PROFILE_METADATA: profile} if profile is not None else {}
        with aws_errors("beginning an upload"):
            answer = self._client.create_multipart_upload(
                Bucket=self.name, Key=key, ContentType=content_type, Metadata=metadata
            )
        return str(answer["UploadId"])

    def sign_part(self, upload: UploadInParts, number: int, *, size_bytes: int) -> str:
        """Return a URL by which whoever has it may send this part, of just this size, for a while.

        The length is a signed header, which S3 compares with the body's. The URL ends with the role's
        session, if that is sooner. Source:
        https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html
        """
        with aws_errors("signing a part"):
            url: str = self._signing_client.generate_presigned_url(
                "upload_part",
                Params={**self._named(upload), "PartNumber": number, "ContentLength": size_bytes},
                ExpiresIn=self._valid_seconds,
            )
        return url

    def parts(self, upload: UploadInParts) -> Sequence[StoredPart]:
        """Return the parts that are there, by number."""
        with aws_errors("listing the parts"):
            return [
                StoredPart(number=part["PartNumber"], size_bytes=part["Size"], etag=part["ETag"].strip('"'))
                for page in self._client.get_paginator("list_parts").paginate(**self._named(upload))
                for part in page.get("Parts", ())
            ]

    def complete(self, upload: UploadInParts, parts: Sequence[StoredPart]) -> UploadedObject:
        """Make the object of its parts."""
        listed = [{"PartNumber": part.number, "ETag": f'"{part.etag}"'} for part in parts]
        with aws_errors("completing the upload"):
            answer = self._client.complete_multipart_upload(
                **self._named(upload), MultipartUpload={"Parts": listed}
            )
        return UploadedObject(
            bucket=self.name,
            key=upload.key,
            version_id=normalize_version_id(answer.get("VersionId")),
            etag=str(answer["ETag"]).strip('"'),
            size_bytes=sum(part.size_bytes for part in parts),
            sequencer="",
        )

    def abort(self, upload: UploadInParts) -> None:
        """Give an upload up, with the parts that are there.

        A part that is being sent may stay until the bucket's lifecycle removes it. Source:
        https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html
        """
        with aws_errors("aborting the upload"):
            self._client.abort_multipart_upload(**self._named(upload))

    def keys_in_progress(self, prefix: str) -> Collection[str]:
        """Return the keys below a prefix of uploads that were begun and not ended, once for each of them."""
        return list(self._in_progress(prefix))

    def _in_progress(self, prefix: str) -> Iterator[str]:
        with aws_errors("listing uploads"):
            pages = self._client.get_paginator("list_multipart_uploads")
            for page in pages.paginate(Bucket=self.name, Prefix=prefix):
                yield from (upload["Key"] for upload in page.get("Uploads", ()))

    def _named(self, upload: UploadInParts) -> Mapping[str, str]:
        return {"Bucket": self.name, "Key": upload.key, "UploadId": upload.s3_id}
