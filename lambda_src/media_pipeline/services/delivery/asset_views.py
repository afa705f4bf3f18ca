"""What the API says of an asset: of its record what viewers may know, in stable words of its own.

Where things lie in buckets, and what invocations remember for each other, is not among it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from media_pipeline.domain.asset import Asset
from media_pipeline.domain.delivery.playback import media_path
from media_pipeline.domain.failures.failure import AssetError
from media_pipeline.domain.source import SourceInfo, source_from_record
from media_pipeline.encoding.pricing.quote import Quote, usd_text
from media_pipeline.publishing.published_caption import CAPTIONS


def asset_summary(asset: Asset) -> dict[str, Any]:
    """Return an asset's line in a listing; times are in milliseconds, prices in USD."""
    duration_ms = asset.source_info.get("duration_ms")
    percent = None if asset.is_terminal else asset.progress_percent
    return _without_none(
        {
            "id": asset.asset_id,
            "key": asset.upload.key,
            "size_bytes": asset.upload.size_bytes,
            "status": asset.status.value,
            "attempt": asset.attempt,
            "created_at": asset.created_at,
            "updated_at": asset.updated_at,
            "error_code": asset.error.code if asset.error else None,
            "progress_percent": percent,
            "duration_ms": int(duration_ms) if duration_ms else None,
            "poster": media_path(asset.poster) if asset.poster else None,
            "quote_usd": asset.quote_usd,
            "billed_usd": asset.billed_usd,
        }
    )


def asset_details(asset: Asset) -> dict[str, Any]:
    """Return all that viewers may know of an asset."""
    return {
        **asset_summary(asset),
        **_without_none(
            {
                "version_id": asset.upload.version_id,
                "profile": asset.profile,
                "submitted_at": asset.submitted_at,
                "completed_at": asset.completed_at,
                "error": error_view(asset.error) if asset.error else None,
                "source": _source(asset.source_info),
                "storyboard_fault": asset.storyboard_fault,
                "quote": quote_view(asset.quote) if asset.quote else None,
            }
        ),
        "public": asset.is_public,
        "outputs": [output_view(entry) for entry in outputs_of(asset)],
        "captions": [caption_view(entry) for entry in captions_of(asset)],
        "rejected_captions": [
            {"key": str(entry["key"]), "message": str(entry["message"])} for entry in asset.rejected_captions
        ],
        "attempts": _attempts(asset),
        "history": [
            {
                "at": str(entry["at"]),
                "attempt": int(entry.get("attempt", 1)),
                "status": str(entry["status"]),
                "detail": str(entry["detail"]),
            }
            for entry in asset.history
        ],
    }


def error_view(error: AssetError) -> dict[str, Any]:
    """Return why an asset failed: a code of the failure catalogue, and its sentence with the facts."""
    return {
        "code": error.code,
        "category": error.category,
        "message": error.message,
        "replay_helps": error.replay_helps,
    }


def quote_view(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a job was expected to cost, row by row, and what would have been cheaper."""
    quoted = Quote.from_record(record)
    return {
        "price_list": quoted.price_list,
        "billed_seconds": int(quoted.seconds),
        "rows": [
            {
                "label": row.label,
                "outputs": len(row.outputs),
                "usd_a_minute": f"{row.usd_a_minute:f}",
                "usd": usd_text(quoted.row_usd(row)),
                "is_settled": row.is_settled,
            }
            for row in quoted.rows
        ],
        "unpriced": list(quoted.unpriced),
        "cheaper": [
            {"choice": str(choice["choice"]), "usd": str(choice["usd"])} for choice in record["cheaper"]
        ],
    }


def output_view(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return something to open, by its path below the distribution; sizes of 0 are left out."""
    shown: dict[str, Any] = {"format": str(entry["format"]), "path": media_path(str(entry["key"]))}
    for name in ("width", "height", "duration_ms"):
        if entry.get(name):
            shown[name] = int(entry[name])
    if entry.get("language"):
        shown["language"] = str(entry["language"])
    return shown


def outputs_of(asset: Asset) -> Sequence[Mapping[str, Any]]:
    """Return an asset's outputs but for its captions."""
    return [entry for entry in asset.outputs if entry["format"] != CAPTIONS]


def captions_of(asset: Asset) -> Sequence[Mapping[str, Any]]:
    """Return an asset's captions."""
    return [entry for entry in asset.outputs if entry["format"] == CAPTIONS]


def caption_view(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return captions, by their path below the distribution and the file that they were made of."""
    shown: dict[str, Any] = {
        "language": str(entry["language"]),
        "label": str(entry.get("label", "")),
        "path": media_path(str(entry["key"])),
    }
    for name in ("role", "source"):
        if entry.get(name):
            shown[name] = str(entry[name])
    if entry.get("notes"):
        shown["notes"] = [str(note) for note in entry["notes"]]
    return shown


def _source(info: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what Probe found, None before it ran and where it could not tell."""
    source = source_from_record(info) if info else None
    if not isinstance(source, SourceInfo):
        return None
    video = source.video
    return _without_none(
        {
            "container": source.container,
            "duration_ms": int(source.duration_ms),
            "video": {
                "codec": video.codec,
                "width": int(video.display_width),
                "height": int(video.display_height),
            }
            if video
            else None,
            "audio": [
                {"codec": track.codec, "channels": int(track.channels), "language": track.language}
                for track in source.audio
            ],
        }
    )


def _attempts(asset: Asset) -> list[dict[str, Any]]:
    """Return every attempt, the latest last."""
    past: Sequence[Mapping[str, Any]] = asset.past_attempts
    return [
        _without_none(
            {
                "attempt": int(attempt["attempt"]),
                "status": str(attempt["status"]),
                "completed_at": attempt.get("completed_at"),
                "error": error_view(AssetError.from_record(attempt["error"]))
                if attempt.get("error")
                else None,
            }
        )
        for attempt in (*past, asset.as_past_attempt)
    ]


def _without_none(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
