"""An upload is superseded once its key holds something newer.

MediaConvert reads keys, not versions: from then on it would make the newer file's pictures under the older
one's name. The newer upload has an asset of its own, so the older one ends as CANCELED.
"""

from typing import Protocol

from media_pipeline.assets import AssetError, UploadedObject


class CurrentUploads(Protocol):
    """What tells which upload is the newest of its key."""

    def current_etag(self, key: str) -> str | None:
        """Return the ETag of what lies under a key now, None where nothing does."""
        ...


def superseded_by(current_etag: str | None, upload: UploadedObject) -> AssetError | None:
    """Return why an upload is no longer to be processed, or None where it still is what its key holds.

    A key that holds nothing supersedes nothing.
    """
    if current_etag in (None, upload.etag):
        return None
    return AssetError(
        code="SUPERSEDED",
        category="source",
        message="Before this file was done, a newer version of it was uploaded, which is processed instead.",
    )
