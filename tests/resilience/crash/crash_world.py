"""A deployed pipeline whose functions the test invokes, one by one, and kills as it likes."""

import json
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from signal import SIGKILL
from typing import Any

from media_pipeline.adapters.asset_table import AssetTable
from media_pipeline.adapters.dynamodb import from_item
from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.clock import utc_now
from media_pipeline.domain.events import upload_event
from media_pipeline.domain.failures import failure
from media_pipeline.domain.status_index import SHARD_ATTRIBUTE
from media_pipeline.domain.transitions import Transition
from media_pipeline.domain.uploads.upload import UploadedObject
from media_pipeline.services.redelivery import Message
from tests.resilience.crash.deployment import ACCOUNT, Deployment
from tests.resilience.crash.handler_process import NEVER
from tests.support.lambda_invocation import sqs_event
from tests.support.server_process import ROOT

PATIENCE_SECONDS = 30
_READS = ("BatchGet", "Describe", "Get", "Head", "List", "Query", "Scan", "Search")


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoked:
    """Hold what a handler answered, None where it was killed, and which calls of AWS it made."""

    answer: dict[str, Any] | None
    calls: tuple[str, ...]

    @property
    def survived(self) -> bool:
        """Tell whether the handler came to its end."""
        return self.answer is not None

    @property
    def is_done(self) -> bool:
        """Tell whether the handler's message need not come back."""
        return self.answer == {"batchItemFailures": []}


def is_write(call: str) -> bool:
    """Tell whether a call may change something."""
    return not call.partition(".")[2].startswith(_READS)


def kill_points(calls: Sequence[str]) -> list[int]:
    """Return after how many calls to kill: before any, after each write, after the first and last like read.

    Reads change nothing, so what a kill leaves behind is the same wherever it falls in a row of them.
    """
    points, number = [0], 0
    for call, group in groupby(calls):
        length = len(list(group))
        calls_of_kind = range(number + 1, number + length + 1)
        points += calls_of_kind if is_write(call) else sorted({calls_of_kind[0], calls_of_kind[-1]})
        number += length
    return points


@dataclass(slots=True, kw_only=True)
class CrashWorld:
    """Invoke the functions, and look at what they leave behind."""

    deployment: Deployment
    handlers: "subprocess.Popen[str]"
    clip: bytes
    job_events: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    notified: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def invoke(
        self,
        handler: str,
        event: Mapping[str, Any] | None = None,
        *,
        kill_after: int = NEVER,
        seconds_later: float = 0,
    ) -> Invoked:
        """Invoke a handler, so much later by its clock; kill it after so many calls, or before any (0)."""
        assert self.handlers.stdin is not None
        assert self.handlers.stdout is not None
        request = {
            "handler": handler,
            "event": event or {},
            "kill_after": kill_after,
            "seconds_later": seconds_later,
        }
        print(json.dumps(request), file=self.handlers.stdin, flush=True)
        answer = json.loads(self.handlers.stdout.readline())
        if answer["signal"] == SIGKILL:
            return Invoked(answer=None, calls=tuple(answer["calls"]))
        assert (answer["signal"], answer["exit_code"]) == (0, 0)
        return Invoked(answer=answer["result"], calls=tuple(answer["calls"]))

    def deliver(self, handler: str, body: str, *, kill_after: int = NEVER) -> Invoked:
        """Invoke a handler with a message, which is to be done unless the handler is killed."""
        invoked = self.try_to_deliver(handler, body, kill_after=kill_after)
        assert invoked.is_done or not invoked.survived
        return invoked

    def try_to_deliver(
        self, handler: str, body: str, *, kill_after: int = NEVER, seconds_later: float = 0
    ) -> Invoked:
        """Invoke a handler with a message, which may be handed back to the queue that it came by."""
        message = Message(body=body, receipt_handle="receipt", receive_count=1, renewals=0)
        is_caption = handler == "ingest_orchestrator" and '.srt"' in body
        url = self.deployment.captions_queue if is_caption else self.deployment.processing_queue
        event = sqs_event(message, account=ACCOUNT, queue=url.rpartition("/")[2])
        return self.invoke(handler, event, kill_after=kill_after, seconds_later=seconds_later)

    def upload(self, key: str, body: bytes | None = None) -> UploadedObject:
        """Upload the clip, or something else."""
        body = self.clip if body is None else body
        put = self.deployment.clients["s3"].put_object(Bucket=self.deployment.uploads, Key=key, Body=body)
        return UploadedObject(
            bucket=self.deployment.uploads,
            key=key,
            version_id=put["VersionId"],
            etag=put["ETag"].strip('"'),
            size_bytes=len(body),
            sequencer="",
        )

    def remove(self, upload: UploadedObject) -> None:
        """Delete what lies under an upload's key."""
        self.deployment.clients["s3"].delete_object(Bucket=self.deployment.uploads, Key=upload.key)

    def ingest(self, upload: UploadedObject, *, kill_after: int = NEVER) -> Invoked:
        """Deliver an upload's event."""
        return self.deliver("ingest_orchestrator", upload_event(upload), kill_after=kill_after)

    def claim(self, upload: UploadedObject) -> None:
        """Leave an upload as an invocation does that was killed at once."""
        table = AssetTable(self.deployment.clients["dynamodb"], self.deployment.table)
        table.claim(upload, now=utc_now(), until=utc_now())

    def fail(self, upload: UploadedObject) -> None:
        """Leave an upload as one does that was killed when it had failed it; its job wrote one file."""
        self.claim(upload)
        table = AssetTable(self.deployment.clients["dynamodb"], self.deployment.table)
        error = failure("JOB_NOT_FOUND").error()
        step = Transition(to=AssetStatus.FAILED, attempt=1, at=utc_now(), detail=error.message, error=error)
        assert table.advance(upload.asset_id, step)
        self.deployment.clients["s3"].put_object(
            Bucket=self.deployment.outputs, Key=f"{upload.asset_id}/1/hls/1.ts", Body=b"x"
        )

    def take_out_of_index(self, upload: UploadedObject) -> None:
        """Leave a record as releases did that knew no index."""
        self.deployment.clients["dynamodb"].update_item(
            TableName=self.deployment.table,
            Key={"asset_id": {"S": upload.asset_id}},
            UpdateExpression=f"REMOVE {SHARD_ATTRIBUTE}",
        )

    def forget(self, *item_ids: str) -> None:
        """Delete items of the assets table: records, or cursors, so that what they put off is due."""
        for item_id in item_ids:
            self.deployment.clients["dynamodb"].delete_item(
                TableName=self.deployment.table, Key={"asset_id": {"S": item_id}}
            )

    def discard(self, *uploads: UploadedObject) -> None:
        """Delete uploads and their records for good."""
        for upload in uploads:
            self.deployment.clients["s3"].delete_object(
                Bucket=self.deployment.uploads, Key=upload.key, VersionId=upload.version_id
            )
            self.forget(upload.asset_id)

    def outputs(self, upload: UploadedObject) -> list[str]:
        """Return the keys of an upload's outputs."""
        pages = self.deployment.clients["s3"].get_paginator("list_objects_v2")
        found = pages.paginate(Bucket=self.deployment.outputs, Prefix=f"{upload.asset_id}/")
        return [entry["Key"] for page in found for entry in page.get("Contents", [])]

    def events_of_job(self, upload: UploadedObject) -> list[str]:
        """Return all events of an upload's job, when it has ended."""
        events = self.job_events[upload.asset_id]

        def have_all_come() -> bool:
            for body in self._received(self.deployment.job_events_queue):
                asset_id = json.loads(body)["detail"]["userMetadata"]["asset_id"]
                self.job_events[asset_id].append(body)
            return any(json.loads(event)["detail"]["status"] == "COMPLETE" for event in events)

        _wait_until(have_all_come, f"the job of {upload.key} does not end")
        return events

    def follow(self, upload: UploadedObject) -> None:
        """Deliver all events of an upload's job."""
        for event in self.events_of_job(upload):
            self.deliver("job_status_processor", event)

    def announcements(self) -> set[str]:
        """Return the keys of the uploads whose events lie in the processing queue, and take them out."""
        bodies = self._received(self.deployment.processing_queue)
        return {json.loads(body)["detail"]["object"]["key"] for body in bodies}

    def record(self, upload: UploadedObject) -> dict[str, Any]:
        """Return an upload's record."""
        answer = self.deployment.clients["dynamodb"].get_item(
            TableName=self.deployment.table, Key={"asset_id": {"S": upload.asset_id}}, ConsistentRead=True
        )
        return from_item(answer["Item"])

    def jobs(self, upload: UploadedObject) -> list[str]:
        """Return the ids of the jobs that were made for an upload."""
        pages = self.deployment.clients["mediaconvert"].get_paginator("search_jobs")
        found = pages.paginate(InputFile=upload.uri)
        return [
            job["Id"]
            for page in found
            for job in page["Jobs"]
            if job["UserMetadata"]["asset_id"] == upload.asset_id
        ]

    def notified_statuses(self, upload: UploadedObject) -> list[str]:
        """Return the ends of an upload's asset that notifications named."""
        for body in self._received(self.deployment.news_queue):
            news = json.loads(body)
            self.notified[news["asset_id"]].append(news["status"])
        return self.notified[upload.asset_id]

    def _received(self, queue_url: str) -> Iterator[str]:
        sqs = self.deployment.clients["sqs"]
        while messages := sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
                yield message["Body"]


@contextmanager
def crash_world(deployment: Deployment, clip: bytes, log: Path) -> Iterator[CrashWorld]:
    """Run the functions' handlers in a process that forks for each invocation."""
    with log.open("w") as written:
        handlers = subprocess.Popen(
            [sys.executable, "-m", "tests.resilience.crash.handler_process"],
            cwd=ROOT,
            env=dict(deployment.environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=written,
            text=True,
        )
    try:
        yield CrashWorld(deployment=deployment, handlers=handlers, clip=clip)
    finally:
        assert handlers.stdin is not None
        handlers.stdin.close()
        handlers.wait(PATIENCE_SECONDS)


def _wait_until(holds: Callable[[], bool], complaint: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, complaint
        time.sleep(0.05)
