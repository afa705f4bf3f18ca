"""What may be spent: what settings may say of caps."""

import re
from collections.abc import Iterator, Mapping

from media_pipeline.domain.spending.caps import caps_text
from stacks.settings import Settings

# What the caps take of a function's environment variables, which have 4 KB together. Source:
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MAX_CAPS_BYTES = 600
_CAP = re.compile(r"(?P<prefix>[^=\s]+)=(?P<cents>[1-9][0-9]{0,8})")


def uploader_caps(settings: Settings) -> Mapping[str, int]:
    """Return the caps of uploaders in cents, by what their keys begin with."""
    found = (_CAP.fullmatch(cap) for cap in settings.uploader_caps)
    return {match["prefix"]: int(match["cents"]) for match in found if match}


def caps_of(settings: Settings) -> str:
    """Return the caps as functions and operators read them."""
    return caps_text(
        asset_cents=settings.asset_cap_cents,
        day_cents=settings.day_cap_cents,
        month_cents=settings.month_cap_cents,
        by_prefix=uploader_caps(settings),
        waits=settings.asset_cap_waits,
    )


def spending_faults(settings: Settings) -> Iterator[tuple[str, object, str]]:
    """Yield what is wrong with caps."""
    allowed = "a prefix of keys without white space and =, then = and cents from 1 on"
    prefixes = [cap.partition("=")[0] for cap in settings.uploader_caps]
    for cap, prefix in zip(settings.uploader_caps, prefixes, strict=True):
        if not _CAP.fullmatch(cap):
            yield "uploader_caps", cap, allowed
        elif prefixes.count(prefix) > 1:
            yield "uploader_caps", cap, "each prefix once"
    if sum(len(cap.encode()) + 4 for cap in settings.uploader_caps) > MAX_CAPS_BYTES:
        yield (
            "uploader_caps",
            f"{len(settings.uploader_caps)} caps",
            f"so many that {MAX_CAPS_BYTES} bytes of a function's environment hold them",
        )
    if settings.asset_cap_waits and settings.asset_cap_cents == 0:
        yield "asset_cap_waits", True, "False where asset_cap_cents is 0"
