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
