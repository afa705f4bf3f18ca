"""The record of an upload that fails before anything was done for it: one write, and all is said."""

from datetime import datetime
from typing import Any

from media_pipeline.asset_record import new_record
from media_pipeline.assets import AssetError, AssetStatus, UploadedObject, history_entry, timestamp
from media_pipeline.status_index import SHARD_ATTRIBUTE, status_shard

_SECONDS_PER_DAY = 86_400


def refused_record(
    upload: UploadedObject, error: AssetError, *, now: datetime, expires_at: int | None, is_told: bool
) -> dict[str, Any]:
    """Return the record; with `is_told` nobody is to be told of its end any more."""
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
