"""The index over the time of creation: all assets, newest first, a month at a time.

An entry holds keys alone, so it is written once, with the record, and never again: a step of an asset's
status costs it nothing. One partition of an index takes 1,000 write units a second, so each month is spread
over CREATION_SHARDS partitions, by the asset's id. Pure: adapters write and query it.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-indexes-gsi-sharding.html
"""

import base64
import json
import re
from collections.abc import Iterator
from zlib import crc32

from media_pipeline.domain.errors import InvalidCursorError
from media_pipeline.domain.values import dataclass

CREATION_INDEX = "by_creation_shard"
CREATION_SHARD_ATTRIBUTE = "creation_shard"
CREATION_SORT_ATTRIBUTE = "created_at"
# Readers ask all of them for each month. It may grow; what was written with fewer is still found.
CREATION_SHARDS = 4
# No release made a record before: there readers stop to look. A table's own age does not tell, since one that
# was restored from a backup is younger than its records.
FIRST_MONTH = "2025-01"
MAX_CURSOR_CHARACTERS = 256
_MONTH_CHARACTERS = len(FIRST_MONTH)
_BASE64 = re.compile(r"[A-Za-z0-9_-]+")
# A month, and what follows of an instant.
_TIME = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])(?:-[0-9T:.]+Z)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Say where in an index an asset stands: by its time (as `timestamp` writes it), and by its id."""

    time: str
    asset_id: str

    @property
    def order(self) -> tuple[str, str]:
        """Return what positions are ordered by."""
        return self.time, self.asset_id


def creation_shard(created_at: str, asset_id: str) -> str:
    """Return the partition of the index that an asset is in, by the month of its creation in UTC."""
    return f"{created_at[:_MONTH_CHARACTERS]}#{crc32(asset_id.encode()) % CREATION_SHARDS}"


def creation_shards(month: str) -> tuple[str, ...]:
    """Return all partitions of a month, which is written as `2026-01`."""
    return tuple(f"{month}#{shard}" for shard in range(CREATION_SHARDS))


def months_back(time: str) -> Iterator[str]:
    """Yield the months from that of a time back to the first one that may have records."""
    year, month = int(time[:4]), int(time[5:_MONTH_CHARACTERS])
    while (name := f"{year:04}-{month:02}") >= FIRST_MONTH:
        yield name
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)


def month_ends(month: str) -> Position:
    """Return a position behind which, newest first, a month begins with all of its entries."""
    return Position(time=f"{month}-99Z", asset_id="")


def as_cursor(position: Position, *, of: str = "") -> str:
    """Return a position of a listing (`of` a status, or of all assets) as a text that a URL takes."""
    text = json.dumps([of, position.time, position.asset_id], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def from_cursor(cursor: str, *, of: str = "") -> Position:
    """Return the position that `as_cursor` wrote. Raises InvalidCursorError where it did not."""
    if not (len(cursor) <= MAX_CURSOR_CHARACTERS and _BASE64.fullmatch(cursor)):
        raise InvalidCursorError("the cursor is none that this listing returned")
    try:
        read = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError) as error:
        raise InvalidCursorError("the cursor is none that this listing returned") from error
    match read:
        case [str(listing), str(time), str(asset_id)] if listing == of and _TIME.fullmatch(time):
            return Position(time=time, asset_id=asset_id)
    raise InvalidCursorError("the cursor is that of another listing")
