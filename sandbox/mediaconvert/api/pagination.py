"""Cut lists into pages, as ``maxResults`` and ``nextToken`` ask for."""

import base64
import binascii

from sandbox.mediaconvert.api.errors import BadRequest
from sandbox.mediaconvert.api.wire import Document

# Source: the model's shape __integerMin1Max20.
PAGE_SIZE = 20


def page_token(position: int) -> str:
    """Write a position as an opaque token."""
    return base64.urlsafe_b64encode(f"after:{position}".encode()).decode()


def token_position(token: str | None) -> int | None:
    """Read the position from a token.

    Raises:
        BadRequest: This endpoint never gave that token.
    """
    if token is None:
        return None
    try:
        word, _, digits = base64.urlsafe_b64decode(token.encode()).decode().partition(":")
        if word == "after" and digits.isascii() and digits.isdigit() and len(digits) < 19:
            return int(digits)
    except (binascii.Error, UnicodeError):
        pass
    raise BadRequest("/nextToken: Is not a token that a response gave.")


def listed_page(documents: list[Document], parameters: Document, member: str) -> Document:
    """Answer a list operation over queues or templates from all of them, in order of their names."""
    ordered = list(documents)
    if parameters.get("listBy") == "CREATION_DATE":
        ordered.sort(key=lambda document: (document["createdAt"], document["name"]))
    if parameters.get("order") == "DESCENDING":
        ordered.reverse()
    start = token_position(parameters.get("nextToken")) or 0
    end = start + parameters.get("maxResults", PAGE_SIZE)
    page: Document = {member: ordered[start:end]}
    if end < len(ordered):
        page["nextToken"] = page_token(end)
    return page
