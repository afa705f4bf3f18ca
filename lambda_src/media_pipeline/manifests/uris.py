"""Find the object that a manifest refers to. Keys are raw, references are URIs: escaped and relative.

Source: RFC 3986, section 5, which HLS and DASH both use.
"""

import posixpath
from urllib.parse import quote, unquote, urljoin, urlsplit

from media_pipeline.domain.errors import UnreadableOutputError


def location(key: str) -> str:
    """Return an object's place as a URI, to resolve references against."""
    return "/" + quote(key)


def resolved(base: str, reference: str | None) -> str:
    """Return the URI that a reference means where it stands in something at `base`.

    Raises UnreadableOutputError where it is no URI, or none is given.
    """
    if reference is None:
        raise UnreadableOutputError("has an entry without its file's name")
    try:
        return urljoin(base, reference.strip())
    except ValueError as error:
        raise UnreadableOutputError(f"names {reference!r}, which is no URI") from error


def object_key(uri: str) -> str:
    """Return the key of the object at a resolved URI, or the URI itself where it leads out of the bucket."""
    parts = urlsplit(uri)
    if parts.scheme or parts.netloc:
        return uri
    return unquote(parts.path).removeprefix("/")


def relative_reference(from_key: str, to_key: str) -> str:
    """Return how something at one key refers to another one, whatever serves the bucket."""
    return quote(posixpath.relpath(f"/{to_key}", posixpath.dirname(f"/{from_key}")))
