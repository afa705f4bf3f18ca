"""Who calls what for the API: the gateway its function, and the function what the routes need."""

from collections.abc import Iterator

from tests.infrastructure.edges import (
    CONSUMES,
    NAMES_ONLY,
    NOT_ENCRYPTED,
    PUBLISHES,
    SENDS,
    USES_TABLE,
    WRITES_OBJECTS,
    Edge,
    function_edges,
    role_edge,
    service_edge,
)
from tests.infrastructure.places import API_FUNCTION
from tests.infrastructure.sides import KeyDelegates, Nothing, OwnPolicy, PlacePolicy, RefusesPlainHttp
from tests.infrastructure.stack import ACCOUNT_ID, REGION

# As the made-up account of these tests names it; every stage and method, and what is below /api.
ROUTES = f"arn:aws:execute-api:{REGION}:{ACCOUNT_ID}:HttpApi_DD77E489/*/*/api/*"


def _gateway() -> Iterator[Edge]:
    invokes = PlacePolicy(service="apigateway.amazonaws.com", source=ROUTES, source_alone=True)
    plain = Nothing(reason="an invocation is not encrypted with it")
    place = f"function {API_FUNCTION}"
    yield service_edge("API Gateway", "lambda:InvokeFunction", place, invokes, plain)


def _reading() -> Iterator[Edge]:
    items = "dynamodb:BatchGetItem GetItem PutItem UpdateItem"
    yield role_edge(API_FUNCTION, items, "assets table", USES_TABLE)
    for index in ("by_status_shard", "by_creation_shard"):
        yield role_edge(API_FUNCTION, "dynamodb:Query", f"index {index}", USES_TABLE)
    for path in ("presets' path", "a preset"):
        yield role_edge(API_FUNCTION, "ssm:GetParametersByPath", path, NOT_ENCRYPTED)
    yield role_edge(API_FUNCTION, "ssm:GetParameter", "profiles", NOT_ENCRYPTED)
    # By the one algorithm that CloudFront verifies.
    signs = OwnPolicy(
        when={"kms:SigningAlgorithm": "RSASSA_PKCS1_V1_5_SHA_256"},
        never={"kms:SigningAlgorithm": "RSASSA_PKCS1_V1_5_SHA_512"},
    )
    its_policy = KeyDelegates(key="the signing key")
    its_own = Nothing(reason="it is the key")
    yield role_edge(API_FUNCTION, "kms:Sign", "the signing key", its_own, identity=signs, resource=its_policy)


def _uploading() -> Iterator[Edge]:
    tls = RefusesPlainHttp()
    writes = "s3:PutObject AbortMultipartUpload"
    yield role_edge(API_FUNCTION, writes, "an upload", WRITES_OBJECTS, resource=tls)
    parts = "s3:ListMultipartUploadParts"
    no_key = Nothing(reason="nothing is decrypted")
    yield role_edge(API_FUNCTION, parts, "an upload", no_key, resource=tls)
    lists = "s3:ListBucketVersions ListBucketMultipartUploads"
    yield role_edge(API_FUNCTION, lists, "uploads bucket", NAMES_ONLY, resource=tls)


def _operating() -> Iterator[Edge]:
    tls = RefusesPlainHttp()
    no_key = Nothing(reason="nothing is decrypted")
    yield role_edge(API_FUNCTION, "mediaconvert:SearchJobs", "MediaConvert queue", NOT_ENCRYPTED)
    yield role_edge(API_FUNCTION, "mediaconvert:CancelJob", "a MediaConvert job", NOT_ENCRYPTED)
    yield role_edge(API_FUNCTION, "sqs:SendMessage", "processing queue", SENDS, resource=tls)
    yield role_edge(API_FUNCTION, "s3:ListBucketVersions", "outputs bucket", NAMES_ONLY, resource=tls)
    for place in ("an upload", "an output"):
        yield role_edge(API_FUNCTION, "s3:DeleteObjectVersion", place, no_key, resource=tls)
    yield role_edge(API_FUNCTION, "sns:Publish", "topic for assets", PUBLISHES, resource=tls)
    yield role_edge(API_FUNCTION, "cloudfront:CreateInvalidation", "the distribution", NOT_ENCRYPTED)


def _monitoring() -> Iterator[Edge]:
    tls = RefusesPlainHttp()
    yield role_edge(API_FUNCTION, "cloudwatch:GetMetricData", "no resource (`*`)", NOT_ENCRYPTED)
    yield role_edge(API_FUNCTION, "cloudwatch:DescribeAlarms", "an alarm", NOT_ENCRYPTED)
    yield role_edge(API_FUNCTION, "mediaconvert:GetQueue", "MediaConvert queue", NOT_ENCRYPTED)
    counts = Nothing(reason="numbers are not encrypted")
    for name in ("processing", "captions", "job events", "webhooks"):
        for kind in ("queue", "DLQ"):
            place = f"{name} {kind}"
            yield role_edge(API_FUNCTION, "sqs:GetQueueAttributes", place, counts, resource=tls)
        takes = "sqs:ReceiveMessage ChangeMessageVisibility DeleteMessage"
        yield role_edge(API_FUNCTION, takes, f"{name} DLQ", CONSUMES, resource=tls)
        # `_operating` has the processing queue.
        if name != "processing":
            yield role_edge(API_FUNCTION, "sqs:SendMessage", f"{name} queue", SENDS, resource=tls)


API_EDGES: tuple[Edge, ...] = (
    *_gateway(),
    *_reading(),
    *_uploading(),
    *_operating(),
    *_monitoring(),
    *function_edges(API_FUNCTION),
)
