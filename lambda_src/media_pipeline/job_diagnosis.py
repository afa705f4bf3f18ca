"""Say why a job failed as precisely as can be told, by its error code and by what its source is."""

from media_pipeline.assets import AssetError
from media_pipeline.failures import failure
from media_pipeline.file_kinds import FileKind
from media_pipeline.job_errors import job_error, words_of_job

_UNSUPPORTED = 1030
_PLAYLIST_CODE = "MEDIACONVERT_3400"
# What MediaConvert may say of a source that is encrypted, or of a playlist under another name.
DOUBTFUL_CODES = frozenset({1010, 1020, 1021, _UNSUPPORTED, 1056, 1075, 1076, 1092, 1999})


def diagnosed_error(code: int, message: str, *, has_picture: bool, kind: FileKind | None) -> AssetError:
    """Return the error that an asset records for a job that ended with this code and message.

    `has_picture` tells whether its source is a video, `kind` what was found in the source, if anything.
    """
    said = words_of_job(code, message)
    match kind:
        case FileKind.ENCRYPTED:
            return failure("ENCRYPTED_FILE").error(said=said)
        case FileKind.PLAYLIST:
            return failure(_PLAYLIST_CODE).error(said=said)
    # Source: MediaConvert User Guide, "Error codes", 1030: "Audio codec [...] for track [...] is not ..."
    if code == _UNSUPPORTED and (not has_picture or "audio codec" in message.lower()):
        return failure("UNSUPPORTED_SOUND").error(said=said)
    return job_error(code, message)
