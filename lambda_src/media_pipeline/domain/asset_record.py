"""An asset's record: what it begins with, what of it belongs to one attempt, and what a write of it is.

A write is data: what must hold of the record as it stands, and what changes then. Adapters turn it into a
request; `RecordWrite.applied_to` says what it means.
"""

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime
from enum import Enum, auto
from typing import Any, NamedTuple

from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.bounds import MAX_DETAIL_BYTES, cut
from media_pipeline.domain.clock import timestamp
from media_pipeline.domain.failures.failure import AssetError
from media_pipeline.domain.indexes.creation import CREATION_SHARD_ATTRIBUTE, creation_shard
from media_pipeline.domain.redaction import redacted_text
from media_pipeline.domain.status_index import SHARD_ATTRIBUTE, status_shard
from media_pipeline.domain.uploads.upload import UploadedObject
from media_pipeline.domain.values import dataclass

_SECONDS_PER_DAY = 86_400


def new_record(
    upload: UploadedObject, *, now: datetime, claimed_until: datetime, detail: str
) -> dict[str, Any]:
    """Return the record with which an asset's life begins."""
    record: dict[str, Any] = {
        "asset_id": upload.asset_id,
        "bucket": upload.bucket,
        "key": upload.key,
        "etag": upload.etag,
        "size_bytes": upload.size_bytes,
        "sequencer": upload.sequencer,
        "status": AssetStatus.RECEIVED.value,
        SHARD_ATTRIBUTE: status_shard(AssetStatus.RECEIVED.value, upload.asset_id),
        CREATION_SHARD_ATTRIBUTE: creation_shard(timestamp(now), upload.asset_id),
        "attempt": 1,
        "created_at": timestamp(now),
        "updated_at": timestamp(now),
        "claimed_until": timestamp(claimed_until),
        "history": [history_entry(AssetStatus.RECEIVED, attempt=1, at=now, detail=detail)],
    }
    if upload.version_id:
        record["version_id"] = upload.version_id
    return record


def tombstone(asset_id: str, *, now: datetime, expires_at: int | None) -> dict[str, Any]:
    """Return what stays of a record that an operator removed: that it was, so that its upload is let alone.

    It has no status, and so is in no index, and nothing by which anybody could tell what was uploaded.
    """
    left: dict[str, Any] = {"asset_id": asset_id, "removed_at": timestamp(now)}
    return left if expires_at is None else {**left, "expires_at": expires_at}


# What a record learns in the course of one attempt; a replay forgets it all.
OF_ONE_ATTEMPT = (
    "billed_usd",
    "captions_seen",
    "captions_until",
    "completed_at",
    "error",
    "error_code",
    "expires_at",
    "is_cap_waived",
    "is_public",
    "job_id",
    "notified_at",
    "outputs",
    "planned_outputs",
    "poster",
    "preset_versions",
    "profile",
    "progress_percent",
    "quote",
    "quote_usd",
    "redeliveries",
    "rejected_captions",
    "rejected_captions_left_out",
    "source_info",
    "storyboard_fault",
    "submitted_at",
    "warnings",
    "warnings_left_out",
    "webhooks",
)


def refused_record(
    upload: UploadedObject, error: AssetError, *, now: datetime, expires_at: int | None, is_told: bool
) -> dict[str, Any]:
    """Return the record; with `is_told` its end counts as announced already."""
    record = new_record(upload, now=now, claimed_until=now, detail="The upload was found")
    failed = AssetStatus.FAILED
    record |= {
        "status": failed.value,
        SHARD_ATTRIBUTE: status_shard(failed.value, upload.asset_id),
        "error": error.as_record(),
        "error_code": error.code,
        "completed_at": timestamp(now),
        "history": [
            *record["history"],
            history_entry(failed, attempt=1, at=now, detail="Files of this type are not accepted"),
        ],
    }
    if expires_at is not None:
        record["expires_at"] = expires_at
    if is_told:
        record["notified_at"] = timestamp(now)
    return record


def expiry(now: datetime, retention_days: int) -> int | None:
    """Return when a record that ends now expires (epoch seconds), None where records are kept for ever."""
    return int(now.timestamp()) + retention_days * _SECONDS_PER_DAY if retention_days else None


def history_entry(status: AssetStatus, *, attempt: int, at: datetime, detail: str) -> dict[str, Any]:
    """Return one line of a record's history."""
    return {
        "status": status.value,
        "attempt": attempt,
        "at": timestamp(at),
        "detail": cut(redacted_text(detail), MAX_DETAIL_BYTES),
    }


class Check(Enum):
    """Name what a condition asks of an attribute."""

    EQUAL = auto()
    ONE_OF = auto()
    ABSENT = auto()
    ABSENT_OR_EQUAL = auto()
    ABSENT_OR_BELOW = auto()


class Condition(NamedTuple):
    """Ask something of one attribute of a record."""

    name: str
    check: Check
    value: Any = None

    def holds(self, record: Mapping[str, Any]) -> bool:
        """Tell whether a record has what is asked for."""
        found = _plain(record.get(self.name))
        match self.check:
            case Check.EQUAL:
                return found is not None and found == _plain(self.value)
            case Check.ONE_OF:
                return found in self.value
            case Check.ABSENT:
                return found is None
            case Check.ABSENT_OR_EQUAL:
                return found is None or found == _plain(self.value)
            case Check.ABSENT_OR_BELOW:
                return found is None or found < self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordWrite:
    """Describe a write of a record that exists: it is refused as a whole unless all conditions hold.

    `assigned_once` are attributes that keep the value they have, if any; `appended` are entries for the ends
    of lists, which begin with them where there are none.
    """

    conditions: Sequence[Condition]
    assigned: Mapping[str, Any] = field(default_factory=dict)
    assigned_once: Mapping[str, Any] = field(default_factory=dict)
    appended: Mapping[str, Any] = field(default_factory=dict)
    removed: Sequence[str] = ()

    def applied_to(self, record: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the record after the write, None where the write is refused."""
        if not all(condition.holds(record) for condition in self.conditions):
            return None
        kept = {name: value for name, value in record.items() if name not in self.removed}
        lists = {name: [*record.get(name, ()), _plain(entry)] for name, entry in self.appended.items()}
        return {**_plain(self.assigned_once), **kept, **_plain(self.assigned), **lists}


def _plain(value: Any) -> Any:
    """Return a value as a record holds it."""
    if isinstance(value, Mapping):
        return {name: _plain(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    return value
