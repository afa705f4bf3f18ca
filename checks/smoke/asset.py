"""One upload on its way through the pipeline, and its traces, which go when the run is over."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from checks.smoke.deployed import Clients, Deployed
from media_pipeline.domain.delivery.folders import asset_folders, attempt_folder
from media_pipeline.domain.uploads.upload import UploadedObject
from tools.ops.records import RecordTable

ENDED = frozenset({"COMPLETE", "FAILED", "CANCELED"})
PROFILE = "default"
_BATCH = 500
# So long an interrupted run waits for the end of what it began.
_END_SECONDS = 90.0
_POLL_SECONDS = 1.0


class NotRemovedError(Exception):
    """Say what could not be removed."""


@dataclass(slots=True, kw_only=True)
class Asset:
    """Hold an upload and its record as it was last seen; empty before the pipeline knows it."""

    clients: Clients
    deployed: Deployed
    key: str
    asset_id: str = ""
    record: Mapping[str, Any] = field(default_factory=dict)

    @property
    def status(self) -> str:
        """Return the record's status."""
        return str(self.record.get("status", ""))

    @property
    def folder(self) -> str:
        """Return what the keys of its outputs begin with."""
        attempt, is_public = int(self.record.get("attempt", 1)), bool(self.record.get("is_public"))
        return f"{attempt_folder(self.asset_id, attempt, is_public=is_public)}/"

    def upload(self, clip: Path) -> None:
        """Put a clip into the uploads bucket."""
        s3, bucket = self.clients("s3"), self.deployed.uploads
        answer = s3.put_object(
            Bucket=bucket, Key=self.key, Body=clip.read_bytes(), Metadata={"profile": PROFILE}
        )
        self.asset_id = UploadedObject(
            bucket=bucket,
            key=self.key,
            version_id=answer["VersionId"],
            etag=answer["ETag"].strip('"'),
            size_bytes=clip.stat().st_size,
            sequencer="",
        ).asset_id

    def look(self) -> None:
        """Read the record."""
        if self.status not in ENDED:
            table = RecordTable(self.clients("dynamodb"), self.deployed.table)
            self.record = table.record(self.asset_id) or {}

    def seconds_to(self, moment: str) -> float | None:
        """Return how long after its announcement something of the record happened."""
        begun, ended = self.record.get("created_at"), self.record.get(moment)
        if not begun or not ended:
            return None
        return (_time(str(ended)) - _time(str(begun))).total_seconds()

    def job(self) -> Mapping[str, Any]:
        """Return what MediaConvert tells of the job."""
        job: Mapping[str, Any] = self.clients("mediaconvert").get_job(Id=self.record["job_id"])["Job"]
        return job

    def outputs(self) -> list[str]:
        """Return the keys of all that was written for it, below its folder."""
        pages = self.clients("s3").get_paginator("list_objects_v2")
        return [
            str(each["Key"]).removeprefix(self.folder)
            for page in pages.paginate(Bucket=self.deployed.outputs, Prefix=self.folder)
            for each in page.get("Contents", [])
        ]

    def remove(self) -> int:
        """Remove every trace: job, upload, outputs, record; return how many objects' versions there were.

        The upload goes before its record, or the reconciler would take it for one whose event was lost.

        Raises:
            NotRemovedError: S3 keeps an object.
        """
        removed = self._remove_versions(self.deployed.uploads, self.key)
        if self.asset_id:
            self._let_end()
            for folder in asset_folders(self.asset_id):
                removed += self._remove_versions(self.deployed.outputs, folder)
            self.clients("dynamodb").delete_item(
                TableName=self.deployed.table, Key={"asset_id": {"S": self.asset_id}}
            )
        return removed

    def _let_end(self) -> None:
        """Cancel what is under way, and wait for the end: a function at work would write the record anew."""
        deadline = time.monotonic() + _END_SECONDS
        while self.status not in ENDED and time.monotonic() < deadline:
            if self.record.get("job_id"):
                mediaconvert = self.clients("mediaconvert")
                # It may have ended meanwhile.
                with contextlib.suppress(mediaconvert.exceptions.ConflictException):
                    mediaconvert.cancel_job(Id=self.record["job_id"])
            time.sleep(_POLL_SECONDS)
            self.look()

    def _remove_versions(self, bucket: str, prefix: str) -> int:
        s3 = self.clients("s3")
        versions = [
            {"Key": each["Key"], "VersionId": each["VersionId"]}
            for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix)
            for each in (*page.get("Versions", []), *page.get("DeleteMarkers", []))
        ]
        for first in range(0, len(versions), _BATCH):
            batch = {"Objects": versions[first : first + _BATCH], "Quiet": True}
            errors = s3.delete_objects(Bucket=bucket, Delete=batch).get("Errors", [])
            if errors:
                message = errors[0].get("Message", errors[0].get("Code"))
                raise NotRemovedError(f"{len(errors)} objects of s3://{bucket}/{prefix} stay: {message}")
        return len(versions)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
