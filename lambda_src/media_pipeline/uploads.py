"""The uploads bucket as S3 lists it, which of its keys are the pipeline's, and how far a sweep has come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from media_pipeline.assets import UploadedObject


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadFilter:
    """Say which keys are the pipeline's; suffixes are lower case, with their dot."""

    prefix: str
    suffixes: tuple[str, ...]

    def admits(self, key: str) -> bool:
        """Tell whether an upload under this key starts processing."""
        return key.startswith(self.prefix) and key.lower().endswith(self.suffixes)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredUpload:
    """Describe one version of an object as S3 lists it; `is_latest` where its key holds it now."""

    upload: UploadedObject
    modified_at: datetime
    is_latest: bool = True


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
