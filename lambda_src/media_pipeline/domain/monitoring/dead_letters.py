"""What the messages of a dead-letter queue are, read as the functions would read them."""

from collections.abc import Callable
from datetime import datetime

from media_pipeline.domain.errors import MalformedEventError
from media_pipeline.domain.events import parse_job_state_change, parse_upload
from media_pipeline.domain.values import dataclass
from media_pipeline.domain.webhooks.message import parse_message

# Those whose dead letters an operator moves back.
QUEUES = ("processing", "captions", "job-events", "webhooks")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """Hold one message that was received and not yet dealt with."""

    message_id: str
    receipt_handle: str
    body: str
    receive_count: int
    sent_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Say what a message is; without an `error` it is an event that a function can read."""

    label: str
    asset_id: str | None = None
    key: str | None = None
    error: str | None = None


def upload_content(body: str, *, bucket: str) -> Content:
    """Read a message of the processing queue, or of the captions queue."""
    try:
        upload = parse_upload(body, bucket=bucket)
    except MalformedEventError as error:
        return Content(label="not an event of ours", error=str(error))
    return Content(label="upload", asset_id=upload.asset_id, key=upload.key)


def job_content(body: str, *, pipeline: str) -> Content:
    """Read a message of the job events queue."""
    try:
        change = parse_job_state_change(body)
    except MalformedEventError as error:
        return Content(label="not an event of ours", error=str(error))
    if change.pipeline != pipeline:
        return Content(label=f"job {change.status}, not the pipeline's")
    return Content(label=f"job {change.status}", asset_id=change.asset_id)


def webhook_content(body: str) -> Content:
    """Read a message of the webhooks queue; its DLQ also has what names changes that were given up."""
    try:
        message = parse_message(body)
    except MalformedEventError as error:
        label = "changes that fan_out gave up" if "DDBStreamBatchInfo" in body else "not a webhook of ours"
        return Content(label=label, error=str(error))
    return Content(label=f"webhook to {message.endpoint_id}", asset_id=message.asset_id)


def reader_of(queue: str, *, bucket: str, pipeline: str) -> Callable[[str], Content]:
    """Return what reads the messages of one of the `QUEUES`."""
    if queue == "job-events":
        return lambda body: job_content(body, pipeline=pipeline)
    if queue == "webhooks":
        return webhook_content
    return lambda body: upload_content(body, bucket=bucket)
