"""What an asset's record begins with, and what of it belongs to one attempt alone."""

from datetime import datetime
from typing import Any

from media_pipeline.domain.asset import (
    AssetError,
    AssetStatus,
    UploadedObject,
    history_entry,
    timestamp,
)
from media_pipeline.domain.status_index import SHARD_ATTRIBUTE, status_shard


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
    "captions_seen",
    "captions_until",
    "completed_at",
    "error",
    "error_code",
    "expires_at",
    "job_id",
    "notified_at",
    "outputs",
    "planned_outputs",
    "preset_versions",
    "profile",
    "progress_percent",
    "redeliveries",
    "rejected_captions",
    "rejected_captions_left_out",
    "source_info",
    "storyboard_fault",
    "submitted_at",
    "warnings",
    "warnings_left_out",
)


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
