"""Which uploads are accepted, told by their names and sizes alone."""

from media_pipeline.domain.failures import failure
from media_pipeline.domain.failures.failure import AssetError
from media_pipeline.domain.uploads.upload import UploadedObject
from media_pipeline.domain.values import dataclass

# Of files that are not accepted for what they are.
REFUSED_CODE = "UNSUPPORTED_FILE_TYPE"
# Some 20 hours of speech, which take seconds to convert.
MAX_CAPTION_BYTES = 2 * 1024**2


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTypes:
    """Say which files are accepted; suffixes are lower case, with their dot."""

    suffixes: tuple[str, ...]

    def accept(self, key: str) -> bool:
        """Tell whether a key is that of a file that MediaConvert may take."""
        return key.lower().endswith(self.suffixes)

    @property
    def error(self) -> AssetError:
        """Return why other files fail."""
        return failure(REFUSED_CODE).error(suffixes=", ".join(self.suffixes))


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLimits:
    """Say which uploads are accepted."""

    max_size_bytes: int
    types: SourceTypes

    def check(self, upload: UploadedObject) -> None:
        """Raise SourceError for an upload that can't be a video to process."""
        if upload.size_bytes == 0:
            raise failure("EMPTY_FILE").fault()
        if upload.size_bytes > self.max_size_bytes:
            raise failure("FILE_TOO_LARGE").fault(
                size_bytes=f"{upload.size_bytes:,}", max_size_bytes=f"{self.max_size_bytes:,}"
            )
        if not self.types.accept(upload.key):
            raise failure(REFUSED_CODE).fault(suffixes=", ".join(self.types.suffixes))
