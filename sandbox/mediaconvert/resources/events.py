"""Lay out the events of a job as MediaConvert sends them to EventBridge. Pure.

Source: https://docs.aws.amazon.com/mediaconvert/latest/ug/mediaconvert_event_list.html
"""

import time
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from sandbox.mediaconvert.api.wire import Document
from sandbox.mediaconvert.model import Account, JobWarning, OutputDetail, OutputGroupDetail, Phase, Progress

SOURCE = "aws.mediaconvert"
DETAIL_TYPE = "MediaConvert Job State Change"

# The share of a job's time, in percent, that has passed when a phase begins and when it ends.
_PHASE_SPANS = {Phase.PROBING: (0, 2), Phase.TRANSCODING: (2, 92), Phase.UPLOADING: (92, 100)}


def state_change(account: Account, job: Document, status: str, **detail: Any) -> Document:
    """Lay out one event: its time (epoch milliseconds), its resources and its detail."""
    now_ms = time.time_ns() // 1_000_000
    return {
        "timeMs": now_ms,
        "resources": [job["arn"]],
        "detail": {
            "timestamp": now_ms,
            "accountId": account.id,
            "queue": job["queue"],
            "jobId": job["id"],
            "status": status,
            "userMetadata": job.get("userMetadata", {}),
            **detail,
        },
    }


def job_percent(progress: Progress) -> int:
    """Estimate how much of the whole job is done from how far its phase is."""
    start, end = _PHASE_SPANS[progress.phase]
    return start + (end - start) * max(0, min(100, progress.percent)) // 100


def job_progress(progress: Progress, retry_count: int) -> Document:
    """Describe how far a job is, as STATUS_UPDATE does."""
    phases = list(Phase)
    current = phases.index(progress.phase)
    described = {}
    for index, phase in enumerate(phases):
        if index == current:
            described[phase.value] = {"status": "PROGRESSING", "percentComplete": progress.percent}
        elif index < current:
            described[phase.value] = {"status": "COMPLETE", "percentComplete": 100}
        else:
            described[phase.value] = {"status": "PENDING", "percentComplete": 0}
    return {
        "phaseProgress": described,
        "jobPercentComplete": job_percent(progress),
        "currentPhase": progress.phase.value,
        "retryCount": retry_count,
    }


def output_group_details(groups: Sequence[OutputGroupDetail]) -> list[Document]:
    """Describe what a job made, as COMPLETE does."""
    details: list[Document] = []
    for group in groups:
        detail: Document = {"outputDetails": [_output_detail(output) for output in group.outputs]}
        if group.playlist_file_paths:
            detail["playlistFilePaths"] = list(group.playlist_file_paths)
        details.append({**detail, "type": group.type})
    return details


def job_output_group_details(groups: Sequence[OutputGroupDetail]) -> list[Document]:
    """Describe what a job made, as GetJob does: without paths."""
    details = []
    for group in groups:
        outputs = []
        for output in group.outputs:
            described: Document = {"durationInMs": output.duration_ms}
            if output.width is not None and output.height is not None:
                described["videoDetails"] = {"heightInPx": output.height, "widthInPx": output.width}
            outputs.append(described)
        details.append({"outputDetails": outputs})
    return details


def warning_groups(warnings: Sequence[JobWarning]) -> list[Document]:
    """Count a job's warnings, as COMPLETE and GetJob do."""
    return [{"code": warning.code, "count": warning.count} for warning in warnings]


def input_details(probed: Mapping[str, Document]) -> list[Document]:
    """Describe a job's inputs, as INPUT_INFORMATION does, from what Probe says of each URI."""
    details: list[Document] = []
    for id_, (uri, result) in enumerate(probed.items(), start=1):
        tracks = result.get("container", {}).get("tracks", [])
        details.append(
            {
                "id": id_,
                "uri": uri,
                "audio": [_audio_detail(track) for track in tracks if track.get("trackType") == "audio"],
                "video": [
                    _video_detail(track, PurePosixPath(uri).suffix)
                    for track in tracks
                    if track.get("trackType") == "video"
                ],
            }
        )
    return details


def _output_detail(output: OutputDetail) -> Document:
    detail: Document = {"durationInMs": output.duration_ms}
    if output.output_file_paths:
        detail["outputFilePaths"] = list(output.output_file_paths)
    if output.width is not None and output.height is not None:
        detail["videoDetails"] = {"widthInPx": output.width, "heightInPx": output.height}
        if output.average_bitrate is not None:
            detail["videoDetails"]["averageBitrate"] = output.average_bitrate
    return detail


def _audio_detail(track: Document) -> Document:
    properties = track.get("audioProperties", {})
    return {
        "channels": properties.get("channels", 0),
        "codec": track.get("codec", "UNKNOWN"),
        "language": str(properties.get("languageCode") or "UND").upper(),
        "sampleRate": properties.get("sampleRate", 0),
        "streamId": track.get("index", 0),
    }


def _video_detail(track: Document, suffix: str) -> Document:
    properties = track.get("videoProperties", {})
    codec = {"AVC": "H_264", "HEVC": "H_265"}.get(track.get("codec", ""), track.get("codec", "UNKNOWN"))
    rate = properties.get("frameRate", {})
    aspect = properties.get("sampleAspectRatio", {})
    detail = {
        "bitDepth": properties.get("bitDepth", 8),
        "codec": codec,
        "colorFormat": "YUV_420",
        "frameRate": round(rate.get("numerator", 0) / (rate.get("denominator") or 1), 3),
        "height": properties.get("height", 0),
        "interlaceMode": "PROGRESSIVE",
        "sar": f"{aspect.get('numerator', 1)}:{aspect.get('denominator', 1)}",
        "standard": "UNSPECIFIED",
        "streamId": track.get("index", 0),
        "width": properties.get("width", 0),
    }
    return detail | (
        {"fourCC": "avc1"} if codec == "H_264" and suffix.lower() in {".mp4", ".mov", ".m4v"} else {}
    )
