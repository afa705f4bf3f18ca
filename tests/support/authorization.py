"""Which permissions AWS asks for when an API is called: what a caller's policies must allow.

Each service's entry in the service authorization reference says which actions and resources a call is checked
against, https://docs.aws.amazon.com/service-authorization/latest/reference/; what is encrypted with a
customer's key asks for the key's actions as well, in the caller's name and through the service. A call that
is not known here is an error, never a pass.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.infrastructure.policies import Request

# Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
_TABLE_KEY_ACTIONS = ("Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey", "ReEncryptFrom", "ReEncryptTo")
# Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions
_PUTS = ("PutObject", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload")
_OBJECT_READS = {"GetObject": "GetObject", "HeadObject": "GetObject", "DeleteObject": "DeleteObject"}


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an API, in boto3's spelling."""

    service: str
    operation: str
    parameters: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.service}.{self.operation}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """Know the account, the region and the key with which all data are encrypted."""

    account_id: str
    region: str
    key_arn: str

    def requests(self, call: Call) -> list[Request]:
        """Return everything that must be allowed for a call. Raises ValueError where it isn't known."""
        found = list(self._requests(call))
        if not found:
            raise ValueError(f"it isn't known what {call} asks for")
        return found

    def _requests(self, call: Call) -> Iterator[Request]:
        match call.service:
            case "ssm":
                yield from self._of_parameters(call)
            case "dynamodb":
                yield from self._of_tables(call)
            case "s3":
                yield from self._of_buckets(call)
            case "sqs":
                yield from self._of_queues(call)
            case "mediaconvert":
                yield from self._of_jobs(call)
            case "sns":
                yield from self._of_topics(call)
            case "cloudwatch":
                yield from self._of_metrics(call)

    def _of_parameters(self, call: Call) -> Iterator[Request]:
        name = {"GetParameter": "Name", "GetParametersByPath": "Path"}.get(call.operation)
        if name is not None:
            resource = self._arn("ssm", f"parameter{call.parameters[name]}")
            yield Request(action=f"ssm:{call.operation}", resource=resource)

    def _of_tables(self, call: Call) -> Iterator[Request]:
        match call.operation:
            case "GetItem" | "PutItem" | "UpdateItem" | "DeleteItem":
                tables = [call.parameters["TableName"]]
            case "Query":
                tables = [f"{call.parameters['TableName']}/index/{call.parameters['IndexName']}"]
            case "BatchGetItem":
                tables = list(call.parameters["RequestItems"])
            case _:
                return
        for table in tables:
            resource = self._arn("dynamodb", f"table/{table}")
            yield Request(action=f"dynamodb:{call.operation}", resource=resource)
        yield from self._of_key("dynamodb", *_TABLE_KEY_ACTIONS)

    def _of_buckets(self, call: Call) -> Iterator[Request]:
        bucket = f"arn:aws:s3:::{call.parameters['Bucket']}"
        match call.operation:
            case "ListObjectVersions":
                yield Request(action="s3:ListBucketVersions", resource=bucket)
            case "ListObjectsV2":
                yield Request(action="s3:ListBucket", resource=bucket)
            case "DeleteObjects":
                # Each object is checked as its own deletion is; one with a version asks for another right.
                for each in call.parameters["Delete"]["Objects"]:
                    action = "s3:DeleteObjectVersion" if "VersionId" in each else "s3:DeleteObject"
                    yield Request(action=action, resource=f"{bucket}/{each['Key']}")
            case "AbortMultipartUpload":
                resource = f"{bucket}/{call.parameters['Key']}"
                yield Request(action="s3:AbortMultipartUpload", resource=resource)
            case operation if operation in _PUTS:
                yield Request(action="s3:PutObject", resource=f"{bucket}/{call.parameters['Key']}")
                # The parts are decrypted to be put together.
                key_actions = (
                    ["GenerateDataKey"] if operation == "PutObject" else ["Decrypt", "GenerateDataKey"]
                )
                yield from self._of_key("s3", *key_actions)
            case operation if operation in _OBJECT_READS:
                resource = f"{bucket}/{call.parameters['Key']}"
                yield Request(action=f"s3:{_OBJECT_READS[operation]}", resource=resource)

    def _of_queues(self, call: Call) -> Iterator[Request]:
        queue = self._arn("sqs", call.parameters["QueueUrl"].rpartition("/")[2])
        match call.operation:
            case "SendMessage":
                yield Request(action="sqs:SendMessage", resource=queue)
                yield from self._of_key("sqs", "Decrypt", "GenerateDataKey")
            case "ReceiveMessage":
                yield Request(action="sqs:ReceiveMessage", resource=queue)
                yield from self._of_key("sqs", "Decrypt")
            case "DeleteMessage" | "ChangeMessageVisibility" | "ChangeMessageVisibilityBatch":
                # A batch is checked as its single calls are.
                action = call.operation.removesuffix("Batch")
                yield Request(action=f"sqs:{action}", resource=queue)

    def _of_jobs(self, call: Call) -> Iterator[Request]:
        match call.operation:
            case "SearchJobs":
                yield Request(action="mediaconvert:SearchJobs", resource=call.parameters["Queue"])
            case "CancelJob" | "GetJob":
                resource = self._arn("mediaconvert", f"jobs/{call.parameters['Id']}")
                yield Request(action=f"mediaconvert:{call.operation}", resource=resource)

    def _of_topics(self, call: Call) -> Iterator[Request]:
        if call.operation == "Publish":
            yield Request(action="sns:Publish", resource=call.parameters["TopicArn"])
            yield from self._of_key("sns", "Decrypt", "GenerateDataKey")

    def _of_metrics(self, call: Call) -> Iterator[Request]:
        if call.operation == "PutMetricData":
            context = {"cloudwatch:namespace": call.parameters["Namespace"]}
            yield Request(action="cloudwatch:PutMetricData", resource="*", context=context)

    def _of_key(self, via: str, *actions: str) -> Iterator[Request]:
        context = {"kms:ViaService": f"{via}.{self.region}.amazonaws.com"}
        for action in actions:
            yield Request(action=f"kms:{action}", resource=self.key_arn, context=context)

    def _arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:{self.region}:{self.account_id}:{resource}"
