"""Turn S3's and MediaConvert's events, as SQS carries them, into typed values.

Whatever the text, each function returns a value or raises MalformedEventError. S3's keys arrive raw in
EventBridge events (not form-encoded, unlike in S3's own notifications), so they are never unquoted.
"""

import json
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from media_pipeline.domain.errors import MalformedEventError
from media_pipeline.domain.uploads.upload import UploadedObject, normalize_version_id
from media_pipeline.domain.values import dataclass

MAX_KEY_BYTES = 1024  # Source: S3 User Guide, object key naming
# More than a record keeps of it; a message of SQS could be one of 1 MiB.
MAX_ERROR_MESSAGE_CHARACTERS = 2_000
MAX_WARNINGS = 20
_IDENTIFIER = re.compile(r"[0-9A-Za-z-]{1,64}")
MAX_OBJECT_BYTES = 50 * 1024**4  # Source: S3 User Guide, maximum object size: 50 TB since 2025


class JobStatus(StrEnum):
    """Name what MediaConvert says of a job."""

    SUBMITTED = "SUBMITTED"
    INPUT_INFORMATION = "INPUT_INFORMATION"
    PROGRESSING = "PROGRESSING"
    STATUS_UPDATE = "STATUS_UPDATE"
    QUEUE_HOP = "QUEUE_HOP"
    NEW_WARNING = "NEW_WARNING"
    COMPLETE = "COMPLETE"
    ERROR = "ERROR"
    CANCELED = "CANCELED"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProducedOutput:
    """Describe one output of a finished job; sizes are 0 where it has no picture or none is reported."""

    width: int
    height: int
    duration_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProducedGroup:
    """Describe one output group that a finished job reports, in the order of the job's settings."""

    outputs: tuple[ProducedOutput, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStateChange:
    """Say what became of a job, as an event or as GetJob tells it.

    `asset_id` is None for jobs that this pipeline did not submit (started by hand on its queue).
    """

    job_id: str
    status: JobStatus
    pipeline: str | None
    asset_id: str | None
    attempt: int
    error_code: int = 0
    error_message: str = ""
    percent: int | None = None
    groups: tuple[ProducedGroup, ...] = ()
    warnings: tuple[Mapping[str, int], ...] = ()
    warnings_left_out: int = 0


def parse_upload(body: str, *, bucket: str, queue_arn: str = "") -> UploadedObject:
    """Read an EventBridge `Object Created` event of this bucket, which came by a queue if one is named.

    Raises MalformedEventError, naming the field at fault, also where the event is of another origin.
    """
    event = _object(body)
    check_origin(event, queue_arn=queue_arn)
    _require(event.get("source") == "aws.s3", "source is not aws.s3")
    _require(event.get("detail-type") == "Object Created", "detail-type is not Object Created")
    detail = _mapping(event, "detail")
    name = _text(_mapping(detail, "bucket"), "name", 63)
    _require(name == bucket, f"bucket is {name!r}, not {bucket!r}")
    entry = _mapping(detail, "object")
    key = _text(entry, "key", MAX_KEY_BYTES)
    size_bytes = entry.get("size")
    if type(size_bytes) is not int or not 0 <= size_bytes <= MAX_OBJECT_BYTES:
        raise MalformedEventError("object.size is not a size in bytes")
    # Emulators of AWS leave the version id out.
    version_id = _text(entry, "version-id", 1024) if entry.get("version-id") else None
    return UploadedObject(
        bucket=name,
        key=key,
        version_id=normalize_version_id(version_id),
        etag=_text(entry, "etag", 256),
        size_bytes=size_bytes,
        sequencer=_text(entry, "sequencer", 256) if entry.get("sequencer") else "",
    )


def check_origin(event: Mapping[str, Any], *, queue_arn: str) -> None:
    """Check that an event is of the account and region of the queue that it came by.

    An event that names none is one of our own, sent anew. This is no proof of who sent it: nothing that an
    event says is believed but that there is something to look at.

    Raises MalformedEventError where it is another's.
    """
    _, _, _, region, account, *_ = [*queue_arn.split(":"), *[""] * 5]
    for field, ours in (("account", account), ("region", region)):
        told = event.get(field)
        _require(told is None or not ours or told == ours, f"{field} is not that of its queue")


def upload_event(upload: UploadedObject) -> str:
    """Return an event that announces an upload once more, in the shape that `parse_upload` reads."""
    entry: dict[str, Any] = {"key": upload.key, "size": upload.size_bytes, "etag": upload.etag}
    if upload.version_id:
        entry["version-id"] = upload.version_id
    if upload.sequencer:
        entry["sequencer"] = upload.sequencer
    return json.dumps(
        {
            "version": "0",
            "id": upload.asset_id,
            "detail-type": "Object Created",
            "source": "aws.s3",
            "detail": {
                "version": "0",
                "bucket": {"name": upload.bucket},
                "object": entry,
                "reason": "Redelivery",
            },
        }
    )


def parse_job_state_change(body: str, *, queue_arn: str = "") -> JobStateChange:
    """Read an EventBridge `MediaConvert Job State Change` event, which came by a queue if one is named.

    Raises MalformedEventError, naming the field at fault, also where the event is of another origin.
    """
    event = _object(body)
    check_origin(event, queue_arn=queue_arn)
    _require(event.get("source") == "aws.mediaconvert", "source is not aws.mediaconvert")
    _require(
        event.get("detail-type") == "MediaConvert Job State Change",
        "detail-type is not MediaConvert Job State Change",
    )
    detail = _mapping(event, "detail")
    progress = detail.get("jobProgress")
    percent = progress.get("jobPercentComplete") if isinstance(progress, dict) else None
    return JobStateChange(
        job_id=_text(detail, "jobId", 256),
        status=_status(detail.get("status")),
        error_code=_count(detail.get("errorCode")),
        error_message=_words(detail.get("errorMessage")),
        percent=_percent(detail.get("jobPercentComplete") if percent is None else percent),
        groups=_groups(
            detail.get("outputGroupDetails"), "outputDetails", "videoDetails", "durationInMs", "InPx"
        ),
        **_warnings(detail.get("warnings"), "code", "count"),
        **_owner(detail.get("userMetadata")),
    )


def state_change_of_job(job: Mapping[str, Any]) -> JobStateChange:
    """Read the answer of GetJob or an entry of ListJobs (boto3's form) as if it were an event.

    Raises MalformedEventError where the job has no id or a status unknown to us.
    """
    return JobStateChange(
        job_id=_text(job, "Id", 256),
        status=_status(job.get("Status")),
        error_code=_count(job.get("ErrorCode")),
        error_message=_words(job.get("ErrorMessage")),
        percent=_percent(job.get("JobPercentComplete")),
        groups=_groups(
            job.get("OutputGroupDetails"), "OutputDetails", "VideoDetails", "DurationInMs", "InPx"
        ),
        **_warnings(job.get("Warnings"), "Code", "Count"),
        **_owner(job.get("UserMetadata")),
    )


def _object(body: str) -> Mapping[str, Any]:
    try:
        event = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedEventError(f"the message is not JSON: {error}") from error
    if not isinstance(event, dict):
        raise MalformedEventError("the message is not a JSON object")
    return event


def _require(holds: bool, complaint: str) -> None:
    if not holds:
        raise MalformedEventError(complaint)


def _mapping(data: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    value = data.get(field)
    if not isinstance(value, dict):
        raise MalformedEventError(f"{field} is not an object")
    return value


def _text(data: Mapping[str, Any], field: str, max_bytes: int) -> str:
    value = data.get(field)
    if not isinstance(value, str) or not value:
        raise MalformedEventError(f"{field} is not a text")
    try:
        size = len(value.encode())
    except UnicodeEncodeError as error:
        raise MalformedEventError(f"{field} is not Unicode text") from error
    _require(size <= max_bytes, f"{field} is longer than {max_bytes} bytes")
    return value


def _status(value: object) -> JobStatus:
    try:
        return JobStatus(str(value))
    except ValueError as error:
        raise MalformedEventError(f"status {value!r} is unknown") from error


def _owner(metadata: object) -> dict[str, Any]:
    data: Mapping[str, Any] = metadata if isinstance(metadata, dict) else {}
    pipeline, asset_id, attempt = data.get("pipeline"), data.get("asset_id"), str(data.get("attempt", ""))
    whole = isinstance(pipeline, str) and _is_identifier(asset_id) and _is_count(attempt)
    return {
        "pipeline": pipeline if whole else None,
        "asset_id": asset_id if whole else None,
        "attempt": int(attempt) if whole else 0,
    }


def _is_identifier(value: object) -> bool:
    """Tell whether a value may be an asset's id, which asks DynamoDB for a record and is logged."""
    return isinstance(value, str) and _IDENTIFIER.fullmatch(value) is not None


def _words(value: object) -> str:
    """Return a text that a record can hold: of bounded length, without lone surrogates."""
    text = value[:MAX_ERROR_MESSAGE_CHARACTERS] if isinstance(value, str) else ""
    return text.encode(errors="replace").decode()


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 9


def _groups(
    details: object, outputs: str, video: str, duration: str, pixels: str
) -> tuple[ProducedGroup, ...]:
    return tuple(
        ProducedGroup(
            outputs=tuple(_output(output, video, duration, pixels) for output in _list(group.get(outputs)))
        )
        for group in _list(details)
    )


def _output(output: Mapping[str, Any], video: str, duration: str, pixels: str) -> ProducedOutput:
    size = output.get(video)
    picture: Mapping[str, Any] = size if isinstance(size, dict) else {}
    width, height = ("width", "height") if video == "videoDetails" else ("Width", "Height")
    return ProducedOutput(
        width=_count(picture.get(width + pixels)),
        height=_count(picture.get(height + pixels)),
        duration_ms=_count(output.get(duration)),
    )


def _warnings(value: object, code: str, count: str) -> dict[str, Any]:
    warnings = _list(value)
    kept = tuple(
        {"code": _count(entry.get(code)), "count": _count(entry.get(count))}
        for entry in warnings[:MAX_WARNINGS]
    )
    return {"warnings": kept, "warnings_left_out": len(warnings) - len(kept)}


def _list(value: object) -> Sequence[Mapping[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _count(value: object) -> int:
    return value if type(value) is int and 0 <= value < 2**53 else 0


def _percent(value: object) -> int | None:
    return value if type(value) is int and 0 <= value <= 100 else None
