"""Which addresses functions may call, and which web pages may call the buckets."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from stacks.settings import Settings


def address_faults(settings: Settings) -> Iterator[tuple[str, object, str]]:
    """Yield addresses that are not encrypted, or hold more than scheme, host and port."""
    endpoint = settings.mediaconvert_endpoint
    if endpoint is not None and not _is_origin(endpoint):
        yield (
            "mediaconvert_endpoint",
            endpoint,
            "an https:// address without path, http:// on this machine only, or nothing",
        )
    for origin in settings.browser_origins:
        if not _is_origin(origin):
            yield (
                "browser_origins",
                origin,
                "https:// origins without path (http:// on this machine only); no wildcard",
            )


def _is_origin(text: str) -> bool:
    """Tell whether a text is scheme, host and perhaps port, over TLS unless it never leaves the machine."""
    try:
        parts = urlsplit(text)
        port_is_valid = parts.port is None or parts.port > 0
    except ValueError:
        return False
    host = parts.hostname or ""
    local = host in {"127.0.0.1", "::1", "localhost"}
    plain = text == f"{parts.scheme}://{parts.netloc}" and "@" not in parts.netloc and "*" not in text
    named = re.fullmatch(r"[a-z0-9.:-]+", host) is not None
    return (
        plain and named and port_is_valid and (parts.scheme == "https" or (parts.scheme == "http" and local))
    )
