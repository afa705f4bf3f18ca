"""The deployed pipeline from outside: through S3, SQS, DynamoDB and MediaConvert, as on AWS."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from sandbox.deployment.deploy import Deployment

TERMINAL = {"COMPLETE", "FAILED", "CANCELED"}
WAIT_SECONDS = 120.0
POLL_SECONDS = 0.3

Record = dict[str, Any]


class Pipeline:
    """Give uploads to the deployed pipeline and look at what becomes of them."""

    def __init__(self, client: Callable[[str], Any], deployment: Deployment) -> None:
        self.s3 = client("s3")
        self.sqs = client("sqs")
        self.mediaconvert = client("mediaconvert")
        self._dynamodb = client("dynamodb")
        self._deployment = deployment
        self.uploads = deployment.output("uploads_bucket")
        self.outputs = deployment.output("outputs_bucket")
        self.table = deployment.output("assets_table")
        self.key_arn = deployment.output("key_arn")
        self.processing_queue = deployment.output("processing_queue_url")
        self.processing_dlq = deployment.output("processing_dlq_url")
        self.job_queue = deployment.output("mediaconvert_queue_arn")

    @property
    def captions_queue(self) -> str:
        """Return the queue of caption files, which the earlier release of the upgrade has not."""
        return self._deployment.output("captions_queue_url")

    @property
    def captions_dlq(self) -> str:
        """Return where its messages end that can't be consumed."""
        return self._deployment.output("captions_dlq_url")

    def put(self, key: str, body: bytes, **headers: str) -> str:
        """Upload with PutObject; return the version id."""
        return str(self.s3.put_object(Bucket=self.uploads, Key=key, Body=body, **headers)["VersionId"])

    def put_in_parts(self, key: str, parts: list[bytes]) -> str:
        """Upload with a multipart upload; return the version id."""
        place = {"Bucket": self.uploads, "Key": key}
        upload = {**place, "UploadId": self.s3.create_multipart_upload(**place)["UploadId"]}
        done = [
            {
                "PartNumber": number,
                "ETag": self.s3.upload_part(**upload, PartNumber=number, Body=part)["ETag"],
            }
            for number, part in enumerate(parts, start=1)
        ]
        return str(self.s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": done})["VersionId"])

    def records(self, key: str) -> list[Record]:
        """Return the asset records of a key, of all its versions."""
        read = TypeDeserializer().deserialize
        pages = self._dynamodb.get_paginator("scan").paginate(
            TableName=self.table,
            ConsistentRead=True,
            FilterExpression="#key = :key",
            ExpressionAttributeNames={"#key": "key"},
            ExpressionAttributeValues={":key": {"S": key}},
        )
        return [
            {name: read(value) for name, value in item.items()} for page in pages for item in page["Items"]
        ]

    def indexed(self, status: str) -> set[str]:
        """Return the ids of the assets that the index over statuses has for one."""
        return {
            item["asset_id"]["S"]
            for shard in range(8)
            for item in self._dynamodb.query(
                TableName=self.table,
                IndexName="by_status_shard",
                KeyConditionExpression="status_shard = :shard",
                ExpressionAttributeValues={":shard": {"S": f"{status}#{shard}"}},
            )["Items"]
        }

    def record(self, asset_id: str) -> Record | None:
        """Return the record of an asset, or None."""
        read = TypeDeserializer().deserialize
        answer = self._dynamodb.get_item(
            TableName=self.table, Key={"asset_id": {"S": asset_id}}, ConsistentRead=True
        )
        return {name: read(value) for name, value in answer["Item"].items()} if "Item" in answer else None

    def versions(self, bucket: str, prefix: str) -> list[dict[str, Any]]:
        """Return every version and every marker of a deletion of the keys that begin so."""
        pages = self.s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix)
        return [
            each for page in pages for each in (*page.get("Versions", []), *page.get("DeleteMarkers", []))
        ]

    def ended(self, key: str, version_id: str, *, patience_seconds: float = WAIT_SECONDS) -> Record:
        """Wait for a terminal status and return the record."""

        def look() -> Record | None:
            found = [record for record in self.records(key) if record["version_id"] == version_id]
            return found[0] if found and found[0]["status"] in TERMINAL else None

        record: Record = wait_for(look, f"{key} to end", lambda: self.records(key), patience_seconds)
        return record

    def announce(self, record: Record, queue_url: str | None = None) -> None:
        """Put the upload's event on the processing queue once more, as EventBridge may do, or on another."""
        event = {
            "version": "0",
            "id": "00000000-0000-0000-0000-000000000000",
            "detail-type": "Object Created",
            "source": "aws.s3",
            "detail": {
                "version": "0",
                "bucket": {"name": record["bucket"]},
                "object": {
                    "key": record["key"],
                    "size": int(record["size_bytes"]),
                    "etag": record["etag"],
                    "version-id": record["version_id"],
                    "sequencer": record.get("sequencer", "00"),
                },
                "reason": "PutObject",
            },
        }
        self.sqs.send_message(QueueUrl=queue_url or self.processing_queue, MessageBody=json.dumps(event))

    def depth(self, queue_url: str) -> int:
        """Return how many messages a queue holds, visible or in flight."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)["Attributes"]
        return sum(int(found[name]) for name in names)

    def jobs(self, asset_id: str) -> list[dict[str, Any]]:
        """Return MediaConvert's jobs of an asset."""
        pages = self.mediaconvert.get_paginator("list_jobs").paginate(Queue=self.job_queue)
        return [job for page in pages for job in page["Jobs"] if job["UserMetadata"]["asset_id"] == asset_id]


def wait_for(
    look: Callable[[], Any],
    what: str,
    state: Callable[[], Any] = lambda: "",
    patience_seconds: float = WAIT_SECONDS,
) -> Any:
    """Look until there is something to see."""
    until = time.monotonic() + patience_seconds
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(POLL_SECONDS)
    raise AssertionError(f"waited {patience_seconds:.0f} s in vain for {what}; last seen: {state()}")


@contextmanager
def paused_jobs(pipeline: Pipeline, name: str) -> Iterator[None]:
    """Let MediaConvert's queue take jobs and begin none."""
    pipeline.mediaconvert.update_queue(Name=name, Status="PAUSED")
    try:
        yield
    finally:
        pipeline.mediaconvert.update_queue(Name=name, Status="ACTIVE")
