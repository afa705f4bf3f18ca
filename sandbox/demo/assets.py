"""Videos on their way through the deployed pipeline, seen from outside: upload, follow, download."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer
from botocore.exceptions import BotoCoreError, ClientError

from sandbox.demo.report import (
    AssetError,
    AssetReport,
    Output,
    Seconds,
)
from sandbox.runtime.console import some
from sandbox.runtime.errors import SandboxError, StalledError
from sandbox.runtime.folder import Folder

if TYPE_CHECKING:
    from sandbox.runtime.endpoints import Clients

TERMINAL = frozenset({"COMPLETE", "FAILED", "CANCELED"})
# Longest time without any visible progress; a job's percentage counts as progress.
STALL_SECONDS = 300.0
_POLL_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Names:
    """The deployed resources that a producer of videos meets."""

    uploads: str
    outputs: str
    table: str


@dataclass(slots=True)
class Upload:
    """A video that was uploaded, and what the pipeline says of it."""

    source: Path
    key: str
    version_id: str
    uploaded_at: float
    record: dict[str, Any] = field(default_factory=dict)
    percent: int = 0

    @property
    def status(self) -> str:
        """The asset's status; empty before the pipeline knows it."""
        return str(self.record.get("status", ""))

    @property
    def share(self) -> float:
        """How far the asset is, from 0 to 1."""
        return 1.0 if self.status in TERMINAL else self.percent / 100


def upload(clients: Clients, bucket: str, source: Path, key: str, progress: Callable[[int], None]) -> Upload:
    """Upload a video under a key.

    Raises:
        SandboxError: S3 refused it.
    """
    s3 = clients.s3()
    try:
        s3.upload_file(str(source), bucket, key, Callback=progress)
        head = s3.head_object(Bucket=bucket, Key=key)
    except (ClientError, BotoCoreError, OSError) as error:
        raise SandboxError(f"{source} could not be uploaded to {bucket}: {error}") from error
    return Upload(source, key, head["VersionId"], time.time())


def follow(
    clients: Clients,
    names: Names,
    uploads: Sequence[Upload],
    folder: Folder,
    show: Callable[[], None],
    check: Callable[[], None],
) -> None:
    """Wait until every upload's asset has a terminal status.

    Args:
        clients: Of the sandbox.
        names: The deployed resources.
        uploads: Updated in place.
        folder: Its logs are named when an asset stalls.
        show: Called after each look.
        check: Raises when a server has ended.

    Raises:
        StalledError: An asset made no progress for five minutes.
    """
    seen: dict[str, object] = {}
    moved_at = time.monotonic()
    while any(each.status not in TERMINAL for each in uploads):
        check()
        for each in uploads:
            _refresh(clients, names.table, each)
        show()
        now = {each.version_id: (each.status, each.percent) for each in uploads}
        if now != seen:
            seen, moved_at = dict(now), time.monotonic()
        elif time.monotonic() - moved_at > STALL_SECONDS:
            raise StalledError(_stalled(uploads, folder))
        time.sleep(_POLL_SECONDS)


def download(clients: Clients, bucket: str, each: Upload, folder: Folder) -> int:
    """Download all that was written for an asset, and return the number of files.

    Everything under the asset's prefix comes: a manifest names files that the record doesn't.
    """
    asset_id = each.record["asset_id"]
    s3 = clients.s3()
    count = 0
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{asset_id}/"):
        for found in page.get("Contents", []):
            target = local_path(folder, found["Key"])
            target.parent.mkdir(parents=True, exist_ok=True)
            s3.download_file(bucket, found["Key"], str(target))
            count += 1
    return count


def local_path(folder: Folder, key: str) -> Path:
    """Return where an output is downloaded to.

    Raises:
        SandboxError: The key would lead out of the outputs folder.
    """
    target = (folder.outputs / key).resolve()
    if not target.is_relative_to(folder.outputs.resolve()):
        raise SandboxError(f"The output {key!r} would be written outside {folder.outputs}: not downloaded.")
    return target


def describe(each: Upload, folder: Folder) -> AssetReport:
    """Return the report of one asset, from its record."""
    record = each.record
    error = record.get("error")
    return AssetReport(
        asset_id=str(record.get("asset_id", "")),
        source=str(each.source),
        status=each.status,
        error=AssetError(str(error.get("code", "")), str(error.get("message", ""))) if error else None,
        outputs=[
            Output(
                format=str(output["format"]),
                key=str(output["key"]),
                path=folder.relative(local_path(folder, str(output["key"]))),
                width=_whole(output.get("width")),
                height=_whole(output.get("height")),
                duration_ms=_whole(output.get("duration_ms")),
            )
            for output in record.get("outputs") or []
        ],
        seconds=Seconds(
            to_submitted=_since(each.uploaded_at, record.get("submitted_at")),
            to_terminal=_since(each.uploaded_at, record.get("completed_at") or record.get("updated_at")),
        ),
    )


def _refresh(clients: Clients, table: str, each: Upload) -> None:
    if each.status in TERMINAL:
        return
    if each.record:
        found = clients.dynamodb().get_item(
            TableName=table, Key={"asset_id": {"S": each.record["asset_id"]}}, ConsistentRead=True
        )
        items = [found["Item"]] if "Item" in found else []
    else:
        # By what we know of the object, not by an id that only the pipeline may compute. The table is small.
        pages = clients.dynamodb().get_paginator("scan").paginate(
            TableName=table,
            ConsistentRead=True,
            FilterExpression="#key = :key AND version_id = :version",
            ExpressionAttributeNames={"#key": "key"},
            ExpressionAttributeValues={":key": {"S": each.key}, ":version": {"S": each.version_id}},
        )  # fmt: skip
        items = [item for page in pages for item in page["Items"]]
    if items:
        each.record = _plain(items[0])
    if each.record.get("job_id") and each.status not in TERMINAL:
        job = clients.mediaconvert().get_job(Id=each.record["job_id"])["Job"]
        each.percent = int(job.get("JobPercentComplete") or each.percent)


def _plain(item: Mapping[str, Any]) -> dict[str, Any]:
    read = TypeDeserializer().deserialize
    return {name: read(value) for name, value in item.items()}


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


def _since(start: float, moment: Any) -> float | None:
    if not moment:
        return None
    return max(round(datetime.fromisoformat(str(moment)).timestamp() - start, 3), 0.0)


def _stalled(uploads: Sequence[Upload], folder: Folder) -> str:
    waiting = [
        f"{each.source.name} ({each.status or 'not received'}, {each.percent}%)"
        for each in uploads
        if each.status not in TERMINAL
    ]
    logs = ", ".join(folder.relative(folder.log(name)) for name in ("functions", "mediaconvert", "aws"))
    return f"No progress for {STALL_SECONDS:.0f} seconds: {some(waiting)}. The logs: {logs}."
