"""One version of an uploaded object, and the id of its asset."""

import hashlib

from media_pipeline.domain.values import dataclass

_NULL_VERSION = "null"


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadedObject:
    """Identify one version of an object, as its `Object Created` event tells it; `key` is raw, as in S3."""

    bucket: str
    key: str
    version_id: str | None
    etag: str
    size_bytes: int
    sequencer: str

    @property
    def asset_id(self) -> str:
        """Return the same id for every delivery of this version's event.

        Where the event carries no version id, the etag stands for it.
        """
        parts = (self.bucket, self.key, self.version_id or self.etag)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]

    @property
    def uri(self) -> str:
        """Return the object's `s3://` URI, its key unescaped."""
        return f"s3://{self.bucket}/{self.key}"


def normalize_version_id(told: str | None) -> str | None:
    """Return a version's id, None where it has none: S3 calls so what was put while versioning was suspended.

    Events of such objects leave the id out, or name it "null".
    """
    return None if told in (None, "", _NULL_VERSION) else told
