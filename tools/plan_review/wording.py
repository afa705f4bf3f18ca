"""The pieces that a summary is written with: resources, lists and blocks in Markdown."""

from __future__ import annotations

from collections.abc import Iterable

from tools.plan_review.attributes import printable
from tools.plan_review.losses.stateful import physical_name
from tools.plan_review.plans import ResourceChange

# What a reviewer reads in a minute; what is beyond is counted. Losses are never cut.
LINES_PER_RESOURCE = 14
RESOURCES_PER_SECTION = 25


def bullets(lines: Iterable[str]) -> str:
    """Return a list in Markdown; what is beyond `RESOURCES_PER_SECTION` is counted."""
    lines = list(lines)
    return "\n".join([*(f"- {line}" for line in lines[:RESOURCES_PER_SECTION]), *more(len(lines), "- ")])


def more(number: int, mark: str = "") -> list[str]:
    """Return the line that says how many were left out; none where nothing was."""
    return [f"{mark}… and {number - RESOURCES_PER_SECTION} more"] if number > RESOURCES_PER_SECTION else []


def fenced(lines: Iterable[str], most: int = LINES_PER_RESOURCE) -> str:
    """Return lines in a block of a diff, of at most `most` lines; empty where there are none."""
    lines = list(lines)
    if not lines:
        return ""
    kept = lines[:most]
    rest = [f"  … and {len(lines) - len(kept)} lines more"] if len(lines) > len(kept) else []
    return "\n".join(["```diff", *kept, *rest, "```"])


def named(resource: ResourceChange) -> str:
    """Return a resource by its address, and by the name that AWS knows it under."""
    name = physical_name(resource)
    return code(resource.address) + (f" ({code(name)})" if name else "")


def fated(resource: ResourceChange) -> str:
    """Return a resource with what becomes of it."""
    return f"{named(resource)}: {resource.action}"


def codes(resources: Iterable[ResourceChange]) -> str:
    """Return the addresses of resources."""
    return ", ".join(code(each.address) for each in resources)


def code(text: str) -> str:
    """Return a text as it stands, as code."""
    # A backtick would end the span, and with it what keeps the text from being read as Markdown.
    return f"`{printable(text).replace('`', chr(39))}`"
