"""The index over statuses: which assets are where, in so few bytes that a write of it is one write unit.

One partition of an index takes 1,000 write units and 3,000 read units a second, and all assets of a status
would be one partition. So each status is spread over SHARDS partitions, by the asset's id. An entry holds no
text of an uploader's: a longer key would make it larger. Pure: adapters write and query it.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html and
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-indexes-gsi-sharding.html
"""

from collections.abc import Mapping, Sequence
from typing import Any
from zlib import crc32

from media_pipeline.domain.indexes.creation import creation_shard
from media_pipeline.domain.values import dataclass

STATUS_INDEX = "by_status_shard"
SHARD_ATTRIBUTE = "status_shard"
SORT_ATTRIBUTE = "updated_at"
# What an entry holds besides the table's and the index's keys.
PROJECTED = ("status", "attempt", "notified_at", "error_code")
# Readers ask all of them. It may grow; what was written with fewer is still found.
SHARDS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexEntry:
    """Hold what the index knows of an asset; it lags behind the record by a moment."""

    asset_id: str
    status: str
    updated_at: str
    attempt: int
    notified_at: str | None = None
    error_code: str | None = None

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "IndexEntry":
        """Read an entry, or the same attributes of a record."""
        return cls(
            asset_id=record["asset_id"],
            status=record["status"],
            updated_at=record["updated_at"],
            attempt=record["attempt"],
            notified_at=record.get("notified_at"),
            error_code=record.get("error_code"),
        )


def status_shard(status: str, asset_id: str) -> str:
    """Return the partition of the index that an asset of this status is in."""
    return f"{status}#{crc32(asset_id.encode()) % SHARDS}"


def status_shards(status: str) -> tuple[str, ...]:
    """Return all partitions of a status."""
    return tuple(f"{status}#{shard}" for shard in range(SHARDS))


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedRecord:
    """Hold of a record what the indexes are made of; both shards are what the record says, if anything."""

    asset_id: str
    status: str
    attempt: int
    shard: str | None
    created_at: str
    creation_shard: str | None
    error_code: str | None = None
    noted_error_code: str | None = None

    @property
    def is_in_place(self) -> bool:
        """Tell whether both indexes have the record where readers look for it, with its error's code."""
        return (
            self.shard == status_shard(self.status, self.asset_id)
            and self.noted_error_code == self.error_code
            and self.creation_shard == creation_shard(self.created_at, self.asset_id)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsPage:
    """Hold a page of records, and behind which id the next one begins; None on the last one."""

    records: Sequence[IndexedRecord]
    next_after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachedTime:
    """Say up to which time (ISO 8601) the index's entries were looked at."""

    reached: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReindexingCursor:
    """Say where a pass stands: behind which id, when it began, and how many passes were finished before."""

    after: str | None = None
    began_at: str | None = None
    finished: int = 0
    finished_began_at: str | None = None
