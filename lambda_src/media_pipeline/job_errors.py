"""Say in words what MediaConvert's job error codes mean, and where the fault lies.

Source: https://docs.aws.amazon.com/mediaconvert/latest/ug/mediaconvert_error_codes.html
"""

from media_pipeline.assets import AssetError

_UNREADABLE = (
    "source",
    "The file could not be read as a video: it is not a video, damaged or incomplete. "
    "Check that it plays on your computer, then upload it again.",
)
_BROKEN = (
    "source",
    "The file is damaged or ends too early. Export or copy it again, then upload it again.",
)
_ROLE = (
    "permission",
    "The transcoder may not use its role or the encryption key. An operator must repair the permissions; "
    "the upload is kept.",
)

_MEANINGS = {
    1010: _UNREADABLE,
    1020: ("source", "The file has no picture that could be processed. Upload a file with a video track."),
    1021: ("source", "The file has no sound although sound was expected. Upload it again with sound."),
    1030: (
        "source",
        "The file's codec or container is not supported. Export it as MP4 with H.264, then upload it again.",
    ),
    1040: (
        "settings",
        "The encoding settings do not fit this file. An operator must check the encoding presets.",
    ),
    1075: _BROKEN,
    1076: _BROKEN,
    1401: (
        "permission",
        "The transcoder was denied access to a bucket. An operator must repair the permissions; "
        "the upload is kept.",
    ),
    1404: (
        "source",
        "The file was removed before it could be processed. Upload it again.",
    ),
    1432: _ROLE,
    1433: _ROLE,
    1434: _ROLE,
    1515: _ROLE,
    1999: (
        "service",
        "The transcoder failed unexpectedly. Trying again may help; if it does not, the file may be damaged.",
    ),
}
_UNKNOWN = ("service", "The transcoder failed. Trying again may help.")


def job_error(code: int, message: str) -> AssetError:
    """Return the error that an asset records for a job that ended with this code and message."""
    category, sentence = _MEANINGS.get(code, _UNKNOWN)
    said = " ".join(message.split())
    return AssetError(
        code=f"MEDIACONVERT_{code}",
        category=category,
        message=f"{sentence} (MediaConvert {code}: {said})" if said else f"{sentence} (MediaConvert {code})",
    )
