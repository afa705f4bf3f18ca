"""The uploads bucket as S3 lists it, which of its keys are the pipeline's, and how far a sweep has come."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product

from media_pipeline.assets import UploadedObject
from media_pipeline.ignored_names import IgnoredNames

# The bucket gives up uploads in parts that are not done by then.
LONGEST_UPLOAD = timedelta(days=3)


def spellings(suffixes: Iterable[str]) -> list[str]:
    """Return suffixes in every letter case, which an event rule tells apart where it says what a key is not.

    A suffix may be matched in any case, but `anything-but` takes none that is. Source: Amazon EventBridge
    User Guide, "Comparison operators for use in event patterns".
    """
    return [
        "".join(letters)
        for suffix in suffixes
        for letters in product(*(sorted({letter.lower(), letter.upper()}) for letter in suffix))
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadFilter:
    """Say which keys are the pipeline's; suffixes are lower case, with their dot.

    Each of them is an upload that gets a record, or a caption file, or passed over as the module
    `ignored_names` says.
    """

    prefix: str
    caption_suffixes: tuple[str, ...]
    ignored: IgnoredNames

    def admits(self, key: str) -> bool:
        """Tell whether an upload under this key gets a record."""
        return self._is_ours(key) and not self._ends_as_caption(key)

    def is_caption(self, key: str) -> bool:
        """Tell whether a key is that of a caption file."""
        return self._is_ours(key) and self._ends_as_caption(key)

    def _is_ours(self, key: str) -> bool:
        return key.startswith(self.prefix) and not self.ignored.cover(key)

    def _ends_as_caption(self, key: str) -> bool:
        return key.lower().endswith(self.caption_suffixes)


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
