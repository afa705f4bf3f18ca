"""An upload is superseded once its key holds something newer.

MediaConvert reads keys, not versions: from then on it would make the newer file's pictures under the older
one's name. The newer upload has an asset of its own, so the older one ends as CANCELED.
"""

from media_pipeline.domain.failures import Unreadable, failure
from media_pipeline.domain.failures.failure import AssetError
from media_pipeline.domain.uploads.upload import UploadedObject
from media_pipeline.domain.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentUpload:
    """Describe what a key holds now; `profile` is what its metadata ask for.

    Of what S3 does not give away, `unreadable` says why, and nothing else but the ETag may be known.
    """

    etag: str
    version_id: str | None = None
    profile: str | None = None
    unreadable: Unreadable | None = None


def superseded_by(current: CurrentUpload | None, upload: UploadedObject) -> AssetError | None:
    """Return why an upload is no longer to be processed, or None where it still is what its key holds.

    A key that holds nothing supersedes nothing.
    """
    if current is None or current.etag == upload.etag:
        return None
    return failure("SUPERSEDED").error()
