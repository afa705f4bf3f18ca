"""Why grants stay that no run of the sandbox uses, and what its local AWS does not ask for. All of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from checks.iam.grants import Grant, component
from tests.infrastructure.policies import like

FUNCTIONS = ("ingest-orchestrator", "job-status-processor", "reconciler")
# Of a pipeline with delivery.
API, FAN_OUT, SENDER = DELIVERY_FUNCTIONS = ("api", "fan-out", "webhook-sender")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Explain some grants, by their statements and their actions (`*` stands for any text).

    Attributes:
        sids: The statements.
        actions: Of them, the actions.
        components: Of these parts of the pipeline.
        sentence: Why the grant stays.
    """

    sids: Sequence[str]
    actions: Sequence[str]
    components: Sequence[str]
    sentence: str

    def is_about(self, grant: Grant) -> bool:
        """Return whether the reason explains a grant."""
        return (
            component(grant.role) in self.components
            and any(like(sid, grant.sid) for sid in self.sids)
            and any(like(action, grant.action) for action in self.actions)
        )


REASONS: Sequence[Reason] = (
    Reason(
        sids=["UseKeyForEnvironment"],
        actions=["kms:Decrypt"],
        components=[*FUNCTIONS, *DELIVERY_FUNCTIONS],
        sentence="Lambda decrypts the function's environment in the role's name; here it lies in the clear.",
    ),
    Reason(
        sids=["UseKeyThroughS3", "UseKeyThroughSqs", "UseKeyThroughSns"],
        actions=["kms:Decrypt", "kms:GenerateDataKey"],
        components=[*FUNCTIONS, API],
        sentence="S3, SQS and SNS use the key in the caller's name; here S3 alone asks, unnoted.",
    ),
    Reason(
        sids=["UseKeyThroughSqs"],
        actions=["kms:Decrypt", "kms:GenerateDataKey"],
        components=[FAN_OUT, SENDER],
        sentence="SQS uses the key in the caller's name; here it encrypts nothing.",
    ),
    Reason(
        sids=["UseKeyThroughSsm"],
        actions=["kms:Decrypt"],
        components=[SENDER],
        sentence="SSM decrypts an endpoint's secrets in the caller's name; here it does not ask.",
    ),
    Reason(
        sids=["UseKeyThroughS3"],
        actions=["kms:Decrypt", "kms:GenerateDataKey"],
        components=["mediaconvert"],
        sentence="S3 asks for the key in the role's name, and refuses without it; here that is not noted.",
    ),
    Reason(
        sids=["UseKeyThroughDynamodb"],
        actions=["kms:*"],
        components=[*FUNCTIONS, API, SENDER],
        sentence="DynamoDB uses the key in the caller's name, with all of these; here it encrypts nothing.",
    ),
    Reason(
        sids=["UseKeyThroughDynamodb"],
        actions=["kms:Decrypt"],
        components=[FAN_OUT],
        sentence="The stream's records are decrypted in their reader's name; here nothing is encrypted.",
    ),
    Reason(
        sids=["ListUploads"],
        actions=["s3:ListBucket"],
        components=["mediaconvert"],
        sentence="Without it S3 answers 403 to a missing source, and the role is blamed; here it says 404.",
    ),
    Reason(
        sids=["WriteOutputs"],
        actions=["s3:AbortMultipartUpload"],
        components=["mediaconvert"],
        sentence="A job that ends in the middle of a large output takes its parts back; no run here has one.",
    ),
    Reason(
        sids=["PostponeCaptionsQueue", "PostponeProcessingQueue"],
        actions=["sqs:SendMessage"],
        components=["ingest-orchestrator"],
        sentence="A wait that has used up half of its receives is sent anew; few runs here last that long.",
    ),
    Reason(
        sids=["PostponeCaptionsQueue"],
        actions=["sqs:ChangeMessageVisibility"],
        components=["ingest-orchestrator"],
        sentence="A caption waits while another one of its video is published, or the video is verified; a "
        "run may have no such pair.",
    ),
    Reason(
        sids=["SendToCaptionsQueue"],
        actions=["sqs:SendMessage"],
        components=["reconciler"],
        sentence="The sweep announces captions whose event was lost; a run may lose none of them.",
    ),
    Reason(
        sids=["PostponeJobEventsQueue"],
        actions=["sqs:ChangeMessageVisibility", "sqs:SendMessage"],
        components=["job-status-processor"],
        sentence="News that meet a throttled table or S3 wait and are sent anew; here neither throttles.",
    ),
    Reason(
        sids=["TagVersionsUploads"],
        actions=["s3:GetObjectVersionTagging", "s3:PutObjectVersionTagging"],
        components=["reconciler"],
        sentence="It quarantines a damaged source where the news of its job's failure got lost; a rare pair.",
    ),
    Reason(
        sids=["DeleteOutputs"],
        actions=["s3:DeleteObject"],
        components=["reconciler"],
        sentence="It removes what failed attempts left behind days ago; no run here lasts that long.",
    ),
    Reason(
        sids=["WriteLogs"],
        actions=["logs:CreateLogStream", "logs:PutLogEvents"],
        components=[*FUNCTIONS, *DELIVERY_FUNCTIONS],
        sentence="Lambda writes a function's output in the role's name; here it does so by a back door.",
    ),
    Reason(
        sids=["WriteTraces"],
        actions=["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
        components=[*FUNCTIONS, *DELIVERY_FUNCTIONS],
        sentence="Lambda sends traces in the role's name, as tracing is on; here there is no X-Ray daemon.",
    ),
    Reason(
        sids=["Consume*"],
        actions=["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
        components=["ingest-orchestrator", "job-status-processor", SENDER],
        sentence="Lambda's event source mapping polls in the role's name; here it does so by a back door.",
    ),
    Reason(
        sids=["ReadStreamAssets", "FindStreamAssets"],
        actions=[
            "dynamodb:DescribeStream",
            "dynamodb:GetRecords",
            "dynamodb:GetShardIterator",
            "dynamodb:ListStreams",
        ],
        components=[FAN_OUT],
        sentence="Lambda reads the table's stream in the role's name; here it does so by a back door.",
    ),
    Reason(
        sids=["GiveUpToWebhooksQueue"],
        actions=["sqs:SendMessage"],
        components=[FAN_OUT],
        sentence="Lambda names discarded changes in the DLQ in the role's name; here by a back door.",
    ),
    Reason(
        sids=["PostponeWebhooksQueue"],
        actions=["sqs:ChangeMessageVisibility", "sqs:SendMessage"],
        components=[SENDER],
        sentence="What an endpoint does not take waits, and is sent anew before its receives are used up; "
        "a run's endpoints may take everything.",
    ),
    Reason(
        sids=["WriteWebhooks"],
        actions=["ssm:PutParameter"],
        components=[SENDER],
        sentence="An endpoint that answers 410 is disabled; a run may have none.",
    ),
    Reason(
        sids=["SearchJobs", "CancelJobs"],
        actions=["mediaconvert:SearchJobs", "mediaconvert:CancelJob"],
        components=[API],
        sentence="An operator cancels an asset at the API; a run may hold no such request.",
    ),
    Reason(
        sids=["CountJobs", "ReadMetrics", "Watch*"],
        actions=[
            "cloudwatch:DescribeAlarms",
            "cloudwatch:GetMetricData",
            "mediaconvert:GetQueue",
            "sqs:GetQueueAttributes",
        ],
        components=[API],
        sentence="An operator looks at the health view; a run may hold no such request.",
    ),
    Reason(
        sids=["SendToCaptionsQueue", "SendToJobEventsQueue", "SendToWebhooksQueue", "TakeDeadLettersOf*"],
        actions=["sqs:*"],
        components=[API],
        sentence="An operator redrives dead letters at the API; a run may hold no such request.",
    ),
    Reason(
        sids=["SendToProcessingQueue"],
        actions=["sqs:SendMessage"],
        components=[API],
        sentence="An operator replays an asset at the API; a run may hold no such request.",
    ),
    Reason(
        sids=[
            "DeleteVersions*",
            "InvalidateDelivery",
            "ListVersionsOutputs",
            "PublishToNotifications",
        ],
        actions=[
            "s3:DeleteObjectVersion",
            "s3:ListBucketVersions",
            "cloudfront:CreateInvalidation",
            "sns:Publish",
        ],
        components=[API],
        sentence="An operator removes an asset at the API, with what CloudFront keeps of it, and people are "
        "told; a run may hold no such request.",
    ),
    Reason(
        sids=["ListPartsUploads", "ListUploadsUploads", "ListVersionsUploads", "WriteUploads"],
        actions=["s3:*"],
        components=[API],
        sentence="People upload through the API, resume and abort; a run may upload to the bucket alone.",
    ),
    Reason(
        sids=["QueryBy*", "Read*", "SignForViewers"],
        actions=["dynamodb:*", "kms:Sign", "ssm:GetParameter*"],
        components=[API],
        sentence="People list assets, look at presets and play; a run may ask the API for little.",
    ),
    Reason(
        sids=["SendToWebhooksQueue", "ReadWebhooks", "UpdateAssets"],
        actions=["sqs:SendMessage", "ssm:GetParameters", "dynamodb:GetItem", "dynamodb:UpdateItem"],
        components=[FAN_OUT, SENDER],
        sentence="Ends of assets are announced to endpoints and noted in their records; a run may have none.",
    ),
)

NOT_ENFORCED: Sequence[str] = (
    "kms:* of roles: SQS, SNS, DynamoDB, Lambda and CloudWatch Logs don't use the key in their names.",
    "The rights with which an event source mapping receives and deletes, and Lambda writes logs and traces.",
    "iam:PassRole of the deploying identity (Lambda's roles); what the functions pass on is enforced.",
    "MediaConvert's caller is known by its access key; its endpoint does not verify the signature.",
    "The rights with which Lambda reads the table's stream, and names what it gives up in a DLQ.",
    "Conditions on kms:ViaService, and on the key's encryption context for logs and environments.",
)
