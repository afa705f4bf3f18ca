"""Who calls what with which key: every edge of a pipeline, with what decides it on each of its three sides.

The tests ask the synthesized policies for each cell, and find a permission that no edge needs. `edge_tables`
writes them down.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.infrastructure.places import FUNCTIONS, PEOPLE, TRANSCODING
from tests.infrastructure.sides import (
    DeadLettersOf,
    KeyDelegates,
    KeyLets,
    KeyOfEnvironment,
    KeyThrough,
    Nothing,
    OwnPolicy,
    PlacePolicy,
    RefusesPlainHttp,
    Side,
)
from tests.infrastructure.stack import ACCOUNT_ID, REGION

INGEST, STATUS, RECONCILER = FUNCTIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A caller's actions on a place, and what lets them through on the side of each."""

    caller: str
    actions: Sequence[str]
    place: str
    identity: Side
    resource: Side
    key: Side

    @property
    def sides(self) -> dict[str, Side]:
        """Return the three sides by name."""
        return {"identity": self.identity, "resource": self.resource, "key": self.key}

    def __str__(self) -> str:
        return f"{self.caller}: {self.actions[0]} on {self.place}"


IS_A_SERVICE = Nothing(reason="a service of AWS")
HAS_NO_POLICY = Nothing(reason="has no policy of its own")
NOT_ENCRYPTED = Nothing(reason="not encrypted with it")
# SQS moves a letter as it is: both queues have the one key.
SAME_KEY = Nothing(reason="stays under the same key")
NAMES_ONLY = Nothing(reason="names are not encrypted")

READS_OBJECTS = KeyThrough(service="s3", actions=("kms:Decrypt",))
# Writers decrypt too: data keys are reused, and a multipart upload reads its parts.
WRITES_OBJECTS = KeyThrough(service="s3", actions=("kms:Decrypt", "kms:GenerateDataKey"))
SENDS = KeyThrough(service="sqs", actions=("kms:Decrypt", "kms:GenerateDataKey"))
CONSUMES = KeyThrough(service="sqs", actions=("kms:Decrypt",))
PUBLISHES = KeyThrough(service="sns", actions=("kms:Decrypt", "kms:GenerateDataKey"))
# Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
USES_TABLE = KeyThrough(
    service="dynamodb",
    actions=(
        *("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt"),
        *("kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"),
    ),
)


def role_edge(
    caller: str,
    actions: str,
    place: str,
    key: Side,
    *,
    identity: Side | None = None,
    resource: Side = HAS_NO_POLICY,
) -> Edge:
    """Return an edge whose caller has a role; `actions` are words, the first with its service."""
    service, _, names = actions.partition(":")
    return Edge(
        caller=caller,
        actions=tuple(f"{service}:{name}" for name in names.split()),
        place=place,
        identity=identity or OwnPolicy(),
        resource=resource,
        key=key,
    )


def service_edge(caller: str, action: str, place: str, resource: Side, key: Side) -> Edge:
    """Return an edge whose caller is a service of AWS, which has no role of ours."""
    return Edge(
        caller=caller, actions=(action,), place=place, identity=IS_A_SERVICE, resource=resource, key=key
    )


def _objects(caller: str) -> Iterator[Edge]:
    """Yield what every function does in the buckets."""
    tls = RefusesPlainHttp()
    # Without listing, a removed source looks like a forbidden one.
    yield role_edge(caller, "s3:ListBucket", "uploads bucket", NAMES_ONLY, resource=tls)
    yield role_edge(caller, "s3:GetObject", "an upload", READS_OBJECTS, resource=tls)
    # A damaged file is quarantined by a tag of its own version.
    tags = "s3:GetObjectVersionTagging PutObjectVersionTagging"
    yield role_edge(caller, tags, "an upload", Nothing(reason="tags are not encrypted"), resource=tls)
    yield role_edge(caller, "s3:ListBucket", "outputs bucket", NAMES_ONLY, resource=tls)
    # Outputs are verified; captions and a storyboard are added to them.
    yield role_edge(caller, "s3:GetObject PutObject", "an output", WRITES_OBJECTS, resource=tls)


def _function(caller: str) -> Iterator[Edge]:
    """Yield what is the same for the functions of uploads and jobs."""
    yield from _objects(caller)
    yield role_edge(caller, "sns:Publish", "topic for assets", PUBLISHES, resource=RefusesPlainHttp())
    yield from function_edges(caller)


def function_edges(caller: str) -> Iterator[Edge]:
    """Yield what every function has, whatever it is for: logs, traces, environment, role."""
    logs = f"logs.{REGION}.amazonaws.com"
    uses = ("Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey", "ReEncryptFrom", "ReEncryptTo")
    encrypts = KeyLets(service=logs, actions=tuple(f"kms:{use}" for use in uses), log_of=caller)
    yield role_edge(caller, "logs:CreateLogStream PutLogEvents", f"log of {caller}", encrypts)
    traces = "xray:PutTelemetryRecords PutTraceSegments"
    yield role_edge(caller, traces, "no resource (`*`)", NOT_ENCRYPTED)
    yield Edge(
        caller=caller,
        actions=("its environment variables",),
        place=f"function {caller}",
        identity=Nothing(reason="Lambda reads them in its role's name"),
        resource=Nothing(reason="belong to the function"),
        key=KeyOfEnvironment(),
    )
    # Lambda tells no source when it assumes a role; a role can't be passed to it from another account.
    trust = PlacePolicy(service="lambda.amazonaws.com", scoped=False)
    yield service_edge("Lambda", "sts:AssumeRole", f"role of {caller}", trust, NOT_ENCRYPTED)


def consumer_edges(caller: str, queue: str) -> Iterator[Edge]:
    """Yield what a function does with a queue that it consumes."""
    tls = RefusesPlainHttp()
    receives = "sqs:ReceiveMessage DeleteMessage GetQueueAttributes"
    yield role_edge(caller, receives, queue, CONSUMES, resource=tls)
    # It hides messages that must wait, and sends them anew before their receives are used up.
    yield role_edge(caller, "sqs:ChangeMessageVisibility SendMessage", queue, SENDS, resource=tls)


def _ingest() -> Iterator[Edge]:
    for queue in ("processing queue", "captions queue"):
        yield from consumer_edges(INGEST, queue)
    yield role_edge(INGEST, "dynamodb:GetItem PutItem UpdateItem", "assets table", USES_TABLE)
    yield role_edge(INGEST, "ssm:GetParametersByPath", "presets' path", NOT_ENCRYPTED)
    yield role_edge(INGEST, "ssm:GetParametersByPath", "a preset", NOT_ENCRYPTED)
    yield role_edge(INGEST, "ssm:GetParameter", "profiles", NOT_ENCRYPTED)
    yield role_edge(INGEST, "mediaconvert:Probe", "no resource (`*`)", NOT_ENCRYPTED)
    submits = "mediaconvert:CreateJob GetQueue SearchJobs"
    yield role_edge(INGEST, submits, "MediaConvert queue", NOT_ENCRYPTED)
    passes = OwnPolicy(
        when={"iam:PassedToService": "mediaconvert.amazonaws.com"},
        never={"iam:PassedToService": "lambda.amazonaws.com"},
    )
    role, trust = f"role of {TRANSCODING}", Nothing(reason="its trust: see MediaConvert's sts:AssumeRole")
    yield role_edge(INGEST, "iam:PassRole", role, NOT_ENCRYPTED, identity=passes, resource=trust)
    yield from _function(INGEST)


def _status() -> Iterator[Edge]:
    yield from consumer_edges(STATUS, "job events queue")
    yield role_edge(STATUS, "dynamodb:GetItem UpdateItem", "assets table", USES_TABLE)
    yield role_edge(STATUS, "mediaconvert:GetJob", "a MediaConvert job", NOT_ENCRYPTED)
    yield from _function(STATUS)


def _reconciler() -> Iterator[Edge]:
    # It registers uploads whose events were lost, since the table was made.
    items = "dynamodb:BatchGetItem DescribeTable GetItem PutItem Scan UpdateItem"
    yield role_edge(RECONCILER, items, "assets table", USES_TABLE)
    yield role_edge(RECONCILER, "dynamodb:Query", "index by_status_shard", USES_TABLE)
    yield role_edge(RECONCILER, "mediaconvert:GetJob", "a MediaConvert job", NOT_ENCRYPTED)
    # What attempts left behind is removed.
    no_key = Nothing(reason="nothing is decrypted")
    yield role_edge(RECONCILER, "s3:DeleteObject", "an output", no_key, resource=RefusesPlainHttp())
    announces = "sqs:GetQueueAttributes SendMessage"
    yield role_edge(RECONCILER, announces, "processing queue", SENDS, resource=RefusesPlainHttp())
    yield role_edge(RECONCILER, "sqs:SendMessage", "captions queue", SENDS, resource=RefusesPlainHttp())
    versions = "s3:ListBucketVersions"
    yield role_edge(RECONCILER, versions, "uploads bucket", NAMES_ONLY, resource=RefusesPlainHttp())
    yield from _function(RECONCILER)


def _transcoding() -> Iterator[Edge]:
    trust = PlacePolicy(service="mediaconvert.amazonaws.com")
    yield service_edge("MediaConvert", "sts:AssumeRole", f"role of {TRANSCODING}", trust, NOT_ENCRYPTED)
    tls = RefusesPlainHttp()
    # S3 answers 403 for a missing object to those who may not list: the error would blame the role.
    yield role_edge(TRANSCODING, "s3:ListBucket", "uploads bucket", NAMES_ONLY, resource=tls)
    yield role_edge(TRANSCODING, "s3:GetObject", "an upload", READS_OBJECTS, resource=tls)
    writes = "s3:PutObject AbortMultipartUpload"
    yield role_edge(TRANSCODING, writes, "an output", WRITES_OBJECTS, resource=tls)


def _people() -> Iterator[Edge]:
    """Yield what the policies for people allow to those who are given them."""
    tls = RefusesPlainHttp()
    uploader, operator = PEOPLE
    writes = "s3:PutObject AbortMultipartUpload"
    yield role_edge(uploader, writes, "an upload", WRITES_OBJECTS, resource=tls)
    for path in ("presets' path", "a preset"):
        yield role_edge(operator, "ssm:GetParametersByPath", path, NOT_ENCRYPTED)
    for parameter in ("profiles", "resources' names"):
        yield role_edge(operator, "ssm:GetParameter", parameter, NOT_ENCRYPTED)
    items = "dynamodb:BatchGetItem GetItem PutItem UpdateItem"
    yield role_edge(operator, items, "assets table", USES_TABLE)
    yield role_edge(operator, "dynamodb:Query", "index by_status_shard", USES_TABLE)
    yield role_edge(operator, "s3:ListBucketVersions", "uploads bucket", NAMES_ONLY, resource=tls)
    # remove takes all versions, tells people, and is counted.
    yield role_edge(operator, "s3:ListBucketVersions", "outputs bucket", NAMES_ONLY, resource=tls)
    deletes = Nothing(reason="nothing is decrypted")
    for place in ("an upload", "an output"):
        yield role_edge(operator, "s3:DeleteObjectVersion", place, deletes, resource=tls)
    yield role_edge(operator, "sns:Publish", "topic for assets", PUBLISHES, resource=tls)
    counts = OwnPolicy(
        when={"cloudwatch:namespace": "MediaPipeline"}, never={"cloudwatch:namespace": "AWS/Lambda"}
    )
    yield role_edge(operator, "cloudwatch:PutMetricData", "no resource (`*`)", NOT_ENCRYPTED, identity=counts)
    for name in ("processing", "captions", "job events"):
        yield role_edge(operator, "sqs:SendMessage", f"{name} queue", SENDS, resource=tls)
        takes = "sqs:ReceiveMessage ChangeMessageVisibility DeleteMessage"
        yield role_edge(operator, takes, f"{name} DLQ", CONSUMES, resource=tls)
    yield role_edge(operator, "mediaconvert:SearchJobs", "MediaConvert queue", NOT_ENCRYPTED)
    yield role_edge(operator, "mediaconvert:CancelJob", "a MediaConvert job", NOT_ENCRYPTED)


def _events() -> Iterator[Edge]:
    """Yield what services tell each other."""
    bus = Nothing(reason="takes the events of the account's services")
    yield service_edge("S3", "an upload's event", "event bus", bus, NOT_ENCRYPTED)
    yield service_edge("MediaConvert", "a job's event", "event bus", bus, NOT_ENCRYPTED)
    events = "events.amazonaws.com"
    sends = KeyLets(service=events, actions=("kms:Decrypt", "kms:GenerateDataKey"))
    for rule, name in (
        ("uploads-created", "processing"),
        ("captions-uploaded", "captions"),
        ("job-state-changed", "job events"),
    ):
        source = f"arn:aws:events:{REGION}:{ACCOUNT_ID}:rule/media-pipeline-{rule}-{{name}}"
        admits = PlacePolicy(service=events, source=source, over_tls=True)
        # What can't be delivered goes to the DLQ, under the same rule's name.
        for kind in ("queue", "DLQ"):
            yield service_edge(f"rule {rule}", "sqs:SendMessage", f"{name} {kind}", admits, sends)
        queue = f"{name} queue"
        yield service_edge("SQS", "a dead letter", f"{name} DLQ", DeadLettersOf(queue=queue), SAME_KEY)
    rule = "reconciler-schedule"
    source = f"arn:aws:events:{REGION}:{ACCOUNT_ID}:rule/media-pipeline-{rule}-{{name}}"
    invokes = PlacePolicy(service=events, source=source, source_alone=True)
    place = f"function {RECONCILER}"
    plain = Nothing(reason="an invocation is not encrypted with it")
    yield service_edge(f"rule {rule}", "lambda:InvokeFunction", place, invokes, plain)
    admits = PlacePolicy(service=events, source=source, over_tls=True)
    yield service_edge(f"rule {rule}", "sqs:SendMessage", "undelivered runs", admits, sends)
    cloudwatch = "cloudwatch.amazonaws.com"
    source = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT_ID}:alarm:media-pipeline-alarm-*-{{name}}"
    alarms = PlacePolicy(service=cloudwatch, source=source, over_tls=True)
    publishes = KeyLets(
        service=cloudwatch, actions=("kms:Decrypt", "kms:GenerateDataKey"), context_of="topic for alarms"
    )
    yield service_edge("alarms", "sns:Publish", "topic for alarms", alarms, publishes)


EDGES: tuple[Edge, ...] = (
    *_ingest(),
    *_status(),
    *_reconciler(),
    *_transcoding(),
    *_people(),
    *_events(),
    Edge(
        caller="administrators",
        actions=("kms:PutKeyPolicy",),
        place="the key",
        identity=Nothing(reason="the account's own policies"),
        resource=KeyDelegates(),
        key=Nothing(reason="it is the key"),
    ),
)
