"""The uploads bucket as S3 lists it, which of its keys are the pipeline's, and how far a sweep has come."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from media_pipeline.domain.uploads.upload import UploadedObject
from media_pipeline.domain.values import dataclass

# The bucket gives up uploads in parts that are not done by then.
LONGEST_UPLOAD = timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredUpload:
    """Describe one version of an object as S3 lists it; `is_latest` where its key holds it now."""

    upload: UploadedObject
    modified_at: datetime
    is_latest: bool = True

    @property
    def there_by(self) -> datetime:
        """Return by when the object was there at the latest: S3 dates an upload in parts from its beginning.

        Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html (Last-Modified)
        """
        in_parts = "-" in self.upload.etag
        return self.modified_at + LONGEST_UPLOAD if in_parts else self.modified_at


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadsPage:
    """Hold one page of the bucket's versions; both markers are None on the last one."""

    uploads: Sequence[StoredUpload]
    key_marker: str | None
    version_marker: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Say where a sweep goes on, and when (ISO 8601) it and the whole one before it began."""

    key_marker: str | None = None
    version_marker: str | None = None
    began_at: str | None = None
    previous_began_at: str | None = None
