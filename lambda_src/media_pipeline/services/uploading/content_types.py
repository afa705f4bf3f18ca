"""Which media types an upload may have.

A browser that plays an object straight from S3 goes by it: HTML, say, is none of ours. What the file really
is, MediaConvert finds out.
"""

import re

from media_pipeline.domain.problems import RequestProblem

# Source: RFC 6838, 4.2, names of types and subtypes
_MEDIA = re.compile(r"(?:audio|video)/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}")
# What browsers and programs say of files that they have no name for, or other people's.
_OTHER_MEDIA = frozenset({"application/mxf", "application/octet-stream", "application/ogg", "image/gif"})
_CAPTIONS = frozenset({"application/octet-stream", "application/x-subrip", "text/plain", "text/vtt"})


def check_content_type(content_type: str, *, is_caption: bool) -> None:
    """Raise RequestProblem (INVALID_CONTENT_TYPE) for a media type that such a file can't have."""
    if is_caption:
        fits = content_type in _CAPTIONS
    else:
        fits = content_type in _OTHER_MEDIA or _MEDIA.fullmatch(content_type) is not None
    if not fits:
        what = ", ".join(sorted(_CAPTIONS)) if is_caption else "audio/*, video/*, application/octet-stream"
        raise RequestProblem("INVALID_CONTENT_TYPE", f"Such files are {what}.", field="content_type")
