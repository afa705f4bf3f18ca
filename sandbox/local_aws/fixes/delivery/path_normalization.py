"""Choose a cache behavior by the path in its normal form, and ask the origin for it as it was written.

MiniStack compares the path as it came, so that `/x/../media/a` would be answered by the behavior of the page,
without a signature. CloudFront normalizes it as RFC 3986 lays down, drops doubled slashes, and sends the raw
path to the origin. Source: Amazon CloudFront Developer Guide, "Cache behavior settings", Path normalization.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote_to_bytes

from ministack.services import cloudfront

_UNRESERVED = re.compile(rb"[A-Za-z0-9._~-]")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")


def apply() -> None:
    """Wrap the serving of a viewer's request."""
    serve = cloudfront.handle_viewer_request

    async def serve_normalized(
        dist: dict[str, Any], method: str, path: str, raw_uri: str, *rest: Any, **named: Any
    ) -> Any:
        # The function at the edge and the origin are given the raw path; the first one only chooses.
        return await serve(dist, method, normalized(raw_uri), raw_uri, *rest, **named)

    cloudfront.handle_viewer_request = serve_normalized


def normalized(raw_path: str) -> str:
    """Return a path in normal form: unreserved characters unescaped, no dot segments, no doubled slashes.

    Source: RFC 3986, section 6.2.2.
    """
    text = _ESCAPE.sub(lambda found: _plain(found[0]), raw_path)
    kept: list[str] = []
    segments = re.sub("/{2,}", "/", text).split("/")
    for segment in segments:
        if segment == "..":
            kept = kept[:-1] if len(kept) > 1 else kept
        elif segment != ".":
            kept.append(segment)
    ends_open = segments[-1] in (".", "..") and kept[-1:] != [""]
    return "/".join([*kept, ""] if ends_open else kept) or "/"


def _plain(escape: str) -> str:
    """Return the character of an escape where it is unreserved, else the escape in capitals."""
    octet = unquote_to_bytes(escape)
    return octet.decode() if _UNRESERVED.fullmatch(octet) else escape.upper()
