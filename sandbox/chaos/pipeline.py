"""The deployed pipeline: the names of its parts, and clients that outlast a restart of the local AWS."""

from __future__ import annotations

import collections
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer

from sandbox.chaos.settings import Repair
from sandbox.deployment.deploy import Deployment
from sandbox.runtime.endpoints import Endpoints
from sandbox.runtime.errors import SandboxError

if TYPE_CHECKING:
    from mypy_boto3_sqs.literals import QueueAttributeNameType

Record = dict[str, Any]

TERMINAL = ("COMPLETE", "FAILED", "CANCELED")
STATUS_INDEX = "by_status_shard"
# The index has so many partitions of each status, in which an asset's id puts it.
STATUS_SHARDS = 8
# The local AWS is away for some seconds, and throttled calls are tried again too.
_ATTEMPTS = 8
# Source: DynamoDB API, BatchGetItem: up to 100 items, which the local AWS answers at once
_BATCH = 100
_COUNTS: tuple[QueueAttributeNameType, ...] = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)


@dataclass(frozen=True, slots=True)
class QueueDepth:
    """How many messages a queue holds: those that wait, and all, in flight and delayed ones included."""

    waiting: int
    total: int


class Pipeline:
    """Look at the deployed pipeline through AWS's APIs alone."""

    def __init__(self, endpoints: Endpoints, deployment: Deployment) -> None:
        output = deployment.output
        self.uploads = output("uploads_bucket")
        self.outputs = output("outputs_bucket")
        self.table = output("assets_table")
        self.processing_queue = output("processing_queue_url")
        self.processing_dlq = output("processing_dlq_url")
        self.captions_queue = output("captions_queue_url")
        self.captions_dlq = output("captions_dlq_url")
        self.job_events_queue = output("job_events_queue_url")
        self.job_events_dlq = output("job_events_dlq_url")
        self.job_queue_arn = output("mediaconvert_queue_arn")
        self.reconciler = output("reconciler_function")
        self.orchestrator = output("ingest_orchestrator_function")
        self.api = self.reconciler.replace("reconciler", "api")
        self.name = output("pipeline_name")
        self.webhooks_queue = output("webhooks_queue_url")
        self.webhooks_dlq = output("webhooks_dlq_url")
        self.presets_path = output("presets_path")
        clients = endpoints.session(attempts=_ATTEMPTS)
        self.s3 = clients.s3()
        self.sqs = clients.sqs()
        self.logs = clients.logs()
        self.functions = clients.functions()
        self.ssm = clients.any("ssm")
        self.dynamodb = clients.dynamodb()
        self.mediaconvert = clients.mediaconvert()

    @property
    def queues(self) -> tuple[str, ...]:
        """Return the queues that the functions consume."""
        return self.processing_queue, self.captions_queue, self.job_events_queue, self.webhooks_queue

    @property
    def dead_letter_queues(self) -> tuple[str, ...]:
        """Return where those queues' messages end that can't be consumed."""
        return self.processing_dlq, self.captions_dlq, self.job_events_dlq, self.webhooks_dlq

    def depth(self, queue_url: str) -> QueueDepth:
        """Count a queue's messages."""
        found = self.sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=list(_COUNTS))["Attributes"]
        waiting, in_flight, delayed = (int(found[name]) for name in _COUNTS)
        return QueueDepth(waiting, waiting + in_flight + delayed)

    def records(self, **parameters: Any) -> Iterator[Record]:
        """Yield the records that a query of the assets table, or a scan without one, finds."""
        operation: Any = "query" if "KeyConditionExpression" in parameters else "scan"
        pages = self.dynamodb.get_paginator(operation).paginate(TableName=self.table, **parameters)
        for page in pages:
            yield from (plain(item) for item in page["Items"])

    def changed(self, status: str, since: str) -> Iterator[Record]:
        """Yield the key, version and time of the assets of a status that changed since a moment."""
        found: dict[str, Record] = {}
        for shard in range(STATUS_SHARDS):
            entries = self.records(
                IndexName=STATUS_INDEX,
                KeyConditionExpression="status_shard = :shard AND updated_at >= :since",
                ProjectionExpression="asset_id, updated_at",
                ExpressionAttributeValues={":shard": {"S": f"{status}#{shard}"}, ":since": {"S": since}},
            )
            found |= {entry["asset_id"]: entry for entry in entries}
        ids = list(found)
        for start in range(0, len(ids), _BATCH):
            wanted: Any = {
                "Keys": [{"asset_id": {"S": asset_id}} for asset_id in ids[start : start + _BATCH]],
                "ProjectionExpression": "asset_id, #key, version_id",
                "ExpressionAttributeNames": {"#key": "key"},
            }
            answer = self.dynamodb.batch_get_item(RequestItems={self.table: wanted})
            for item in answer["Responses"][self.table]:
                record = plain(item)
                yield {**found[record["asset_id"]], **record}

    def record(self, asset_id: str) -> Record:
        """Return the record of an asset that has one."""
        return plain(self.dynamodb.get_item(TableName=self.table, Key={"asset_id": {"S": asset_id}})["Item"])

    def counted(self, day: str) -> int:
        """Return what the jobs of a day in UTC were counted at, in millionths of a dollar."""
        key = {"asset_id": {"S": f"spending#{day}"}}
        found = self.dynamodb.get_item(TableName=self.table, Key=key, ConsistentRead=True)
        return int(plain(found.get("Item", {})).get("micro_usd", 0))

    def forget_raised_cap(self, day: str) -> None:
        """Let the setting alone cap a day, whatever an operator raised it to before."""
        self.dynamodb.update_item(
            TableName=self.table,
            Key={"asset_id": {"S": f"spending#{day}"}},
            UpdateExpression="REMOVE raised_micro_usd",
        )

    def repair(self, interval_seconds: int) -> Repair:
        """Read from what is deployed how soon losses are repaired.

        Raises:
            SandboxError: The reconciler has no setting that says when an asset is overdue.
        """
        variables = self.variables(self.reconciler)
        if "STUCK_AFTER_SECONDS" not in variables:
            raise SandboxError(f"{self.reconciler} has no variable STUCK_AFTER_SECONDS.")
        visible = self.sqs.get_queue_attributes(
            QueueUrl=self.processing_queue, AttributeNames=["VisibilityTimeout"]
        )["Attributes"]["VisibilityTimeout"]
        return Repair(
            overdue_seconds=int(variables["STUCK_AFTER_SECONDS"]),
            interval_seconds=interval_seconds,
            visibility_seconds=int(visible),
        )

    @property
    def api_prefix(self) -> str:
        """Return what the keys of all uploads through the API begin with, a folder for each person."""
        return self.variables(self.api)["API_UPLOAD_PREFIX"]

    def variables(self, function: str) -> dict[str, str]:
        """Return a function's environment."""
        found = self.functions.get_function_configuration(FunctionName=function)
        return dict(found["Environment"]["Variables"])

    def repairs_since(self, moment: float) -> dict[str, int]:
        """Count what the reconciler repaired since then (epoch seconds), by kind, as its log tells."""
        pages = self.logs.get_paginator("filter_log_events").paginate(
            logGroupName=f"/aws/lambda/{self.reconciler}", startTime=int(moment * 1000)
        )
        return repairs_in(event["message"] for page in pages for event in page["events"])


def plain(item: Mapping[str, Any]) -> Record:
    """Return an item of DynamoDB as Python values."""
    read = TypeDeserializer().deserialize
    return {name: read(value) for name, value in item.items()}


def repairs_in(lines: Iterable[str]) -> dict[str, int]:
    """Count the repairs that the lines of a log tell of, by kind."""
    counted: collections.Counter[str] = collections.Counter()
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict) and entry.get("message") == "Repaired":
            counted[str(entry.get("kind"))] += 1
    return dict(sorted(counted.items()))
