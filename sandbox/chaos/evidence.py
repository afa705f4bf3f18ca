"""Gather what a load test left: objects, records, jobs, outputs and dead letters."""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sandbox.chaos.api.sender import Completed
from sandbox.chaos.kinds import file_name
from sandbox.chaos.pipeline import TERMINAL, Pipeline, Record
from sandbox.chaos.uploads import Acknowledged, Uploader
from sandbox.chaos.webhooks.announcements import End
from sandbox.chaos.webhooks.receipts import Receipt

Version = tuple[str, str]

_DEAD_LETTER_SECONDS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetRecord:
    """What the audit reads of an asset's record; times in epoch seconds."""

    asset_id: str
    key: str
    version_id: str
    status: str
    attempt: int = 1
    job_id: str | None = None
    completed_at: float | None = None
    outputs: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()  # languages of those that were published
    rejected_captions: tuple[str, ...] = ()  # keys of those that were not
    error_code: str | None = None
    # What each attempt's job was quoted at, in millionths of a dollar.
    quotes: Mapping[str, int] = field(default_factory=dict)

    @property
    def end(self) -> End:
        """How the asset ended, as far as it has."""
        return End(asset_id=self.asset_id, attempt=self.attempt, status=self.status, at=self.completed_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job of MediaConvert's, and the attempt that its metadata names.

    Attributes:
        seconds: From its start to its end, which MediaConvert tells in whole seconds; None without both.
    """

    job_id: str
    asset_id: str
    attempt: str
    status: str
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A message in a dead-letter queue."""

    queue_url: str
    body: str
    receipt_handle: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything the audit is based on.

    Attributes:
        acknowledged: What S3 acknowledged to the uploader; the truth.
        stored: The versions that S3 lists; the truth too, where an answer got lost.
        outputs: Keys of the outputs bucket.
        poison: Bodies of messages that the load test itself put on the queues of uploads.
        without_record: What keys of uploads end with that no record has to tell of: captions, clutter.
        completed: What the API said is complete; among the acknowledged too, where S3 has it.
        broken: What the API did not keep of its promises.
        receipts: What endpoints of webhooks were sent.
        endpoints: The endpoints of webhooks.
    """

    acknowledged: Sequence[Acknowledged]
    stored: frozenset[Version]
    records: Sequence[AssetRecord]
    jobs: Sequence[Job]
    outputs: frozenset[str]
    letters: Sequence[DeadLetter] = ()
    poison: frozenset[str] = frozenset()
    without_record: frozenset[str] = frozenset()
    completed: Sequence[Completed] = ()
    broken: Sequence[str] = ()
    receipts: Sequence[Receipt] = ()
    endpoints: Sequence[str] = ()

    @property
    def ends(self) -> list[End]:
        """How assets ended, of those that have."""
        return [record.end for record in self.records if record.status in TERMINAL]


def gathered(
    pipeline: Pipeline,
    uploader: Uploader,
    prefixes: Sequence[str],
    *,
    poison: frozenset[str],
    broken: Sequence[str],
    receipts: Sequence[Receipt],
    endpoints: Sequence[str],
) -> Evidence:
    """Read it all; the load test must be over.

    Args:
        pipeline: Where.
        uploader: Knows what S3 and the API acknowledged.
        prefixes: Of the load test's keys; other uploads are left alone.
        poison: What the load test put on the queue.
        broken: What the API did not keep of its promises.
        receipts: What endpoints of webhooks were sent.
        endpoints: The endpoints of webhooks.
    """
    found = (record for record in pipeline.records() if "key" in record)
    records = [asset_record(each) for each in found if each["key"].startswith(tuple(prefixes))]
    ids = {record.asset_id for record in records}
    stored = frozenset(stored_versions(pipeline, prefixes))
    return Evidence(
        acknowledged=[*uploader.acknowledged, *in_s3(uploader.completed, stored)],
        stored=stored,
        records=records,
        jobs=[job for job in _jobs(pipeline) if job.asset_id in ids],
        outputs=frozenset(_outputs(pipeline, ids)),
        letters=[letter for url in pipeline.dead_letter_queues for letter in _letters(pipeline, url)],
        poison=poison,
        without_record=uploader.names_without_record,
        completed=uploader.completed,
        broken=broken,
        receipts=receipts,
        endpoints=endpoints,
    )


def stored_versions(pipeline: Pipeline, prefixes: Sequence[str]) -> set[Version]:
    """List the versions of the uploads whose keys begin so."""
    paginator = pipeline.s3.get_paginator("list_object_versions")
    pages = (
        page for prefix in prefixes for page in paginator.paginate(Bucket=pipeline.uploads, Prefix=prefix)
    )
    return {(each["Key"], each["VersionId"]) for page in pages for each in page.get("Versions", [])}


def in_s3(completed: Sequence[Completed], stored: Collection[Version]) -> list[Acknowledged]:
    """Return the versions that uploads through the API have become, of those that S3 has.

    The API chooses keys, which end with the files' names; no two uploads have the same.
    """
    versions = {file_name(key): (key, version_id) for key, version_id in stored}
    return [
        Acknowledged(key=key, version_id=version_id, kind=each.kind, at=each.at, through_api=True)
        for each in completed
        if each.name in versions
        for key, version_id in [versions[each.name]]
    ]


def asset_record(found: Record) -> AssetRecord:
    """Return what the audit reads of a record."""
    outputs = found.get("outputs") or ()
    ended = found.get("completed_at")
    return AssetRecord(
        asset_id=found["asset_id"],
        key=found["key"],
        version_id=str(found.get("version_id", "")),
        status=found["status"],
        attempt=int(found["attempt"]),
        job_id=found.get("job_id"),
        completed_at=datetime.fromisoformat(ended).timestamp() if ended else None,
        outputs=tuple(output["key"] for output in outputs),
        captions=tuple(output["language"] for output in outputs if output.get("format") == "CAPTIONS"),
        rejected_captions=tuple(each["key"] for each in found.get("rejected_captions") or ()),
        error_code=(found.get("error") or {}).get("code"),
        quotes={
            str(attempt["attempt"]): int(Decimal(attempt["quote_usd"]) * 1_000_000)
            for attempt in (*(found.get("past_attempts") or ()), found)
            if "quote_usd" in attempt
        },
    )


def _jobs(pipeline: Pipeline) -> list[Job]:
    found: list[Job] = []
    request: dict[str, Any] = {"Queue": pipeline.job_queue_arn, "Order": "ASCENDING", "MaxResults": 20}
    while True:
        answer: Any = pipeline.mediaconvert.list_jobs(**request)
        for job in answer["Jobs"]:
            owner = job.get("UserMetadata", {})
            found.append(
                Job(
                    job_id=job["Id"],
                    asset_id=owner.get("asset_id", ""),
                    attempt=owner.get("attempt", ""),
                    status=job["Status"],
                    seconds=_seconds(job.get("Timing", {})),
                )
            )
        if not answer.get("NextToken"):
            return found
        request["NextToken"] = answer["NextToken"]


def _seconds(timing: dict[str, Any]) -> float | None:
    began, ended = timing.get("StartTime"), timing.get("FinishTime")
    return (ended - began).total_seconds() if began and ended else None


def _outputs(pipeline: Pipeline, asset_ids: set[str]) -> set[str]:
    pages = pipeline.s3.get_paginator("list_objects_v2").paginate(Bucket=pipeline.outputs)
    keys = (each["Key"] for page in pages for each in page.get("Contents", []))
    return {key for key in keys if key.partition("/")[0] in asset_ids}


def _letters(pipeline: Pipeline, url: str) -> list[DeadLetter]:
    found: dict[str, DeadLetter] = {}
    deadline = time.monotonic() + _DEAD_LETTER_SECONDS / 2
    while time.monotonic() < deadline:
        answer = pipeline.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=_DEAD_LETTER_SECONDS, WaitTimeSeconds=0
        )
        if not answer.get("Messages"):
            break
        for message in answer["Messages"]:
            found[message["MessageId"]] = DeadLetter(
                queue_url=url, body=message["Body"], receipt_handle=message["ReceiptHandle"]
            )
    return list(found.values())


def about(letter: DeadLetter) -> tuple[str | None, Version | None]:
    """Return which asset, or which version of an object, a dead letter is about, where it says so."""
    try:
        document = json.loads(letter.body)
        if "endpoint" in document:
            return str(document["asset_id"]), None
        detail = document["detail"]
        if "userMetadata" in detail:
            return str(detail["userMetadata"]["asset_id"]), None
        uploaded = detail["object"]
        return None, (str(uploaded["key"]), str(uploaded.get("version-id", "")))
    except (ValueError, TypeError, KeyError):
        return None, None
