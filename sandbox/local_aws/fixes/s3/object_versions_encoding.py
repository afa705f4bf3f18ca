"""Honour ``encoding-type=url`` in ListObjectVersions.

Terraform's ``force_destroy`` asks for it and decodes the keys it gets. MiniStack ignores the parameter, so a
key with a space, ``+`` or an accent is decoded into another one: the object is never deleted and destroy
hangs.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import unescape

from ministack.services import s3

_ENCODED = re.compile(rb"<(Key|Prefix|Delimiter|KeyMarker|NextKeyMarker)>([^<]*)</")
_ROOT = re.compile(rb"(<ListVersionsResult[^>]*>)")


def apply() -> None:
    """Wrap the listing of MiniStack's S3."""
    listing = s3._list_object_versions

    def list_object_versions(bucket: str, query: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        status, headers, body = listing(bucket, query)
        if status == 200 and query.get("encoding-type") == ["url"]:
            body = url_encoded(body)
        return status, headers, body

    s3._list_object_versions = list_object_versions


def url_encoded(listing: bytes) -> bytes:
    """Encode a listing's keys and prefixes as S3 does when asked for ``url``."""

    def encode(element: re.Match[bytes]) -> bytes:
        name, text = element[1].decode(), unescape(element[2].decode(), {"&quot;": '"', "&apos;": "'"})
        return f"<{name}>{quote(text, safe='/*-._')}</".encode()

    return _ROOT.sub(rb"\1<EncodingType>url</EncodingType>", _ENCODED.sub(encode, listing), count=1)
