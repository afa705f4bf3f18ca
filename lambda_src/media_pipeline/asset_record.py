"""What an asset's record begins with, and what of it belongs to one attempt alone."""

from datetime import datetime
from typing import Any

from media_pipeline.assets import AssetStatus, UploadedObject, history_entry, timestamp
from media_pipeline.status_index import SHARD_ATTRIBUTE, status_shard


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
