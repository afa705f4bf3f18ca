"""Who calls what for webhooks: the stream's reader, the sender, and operators."""

from collections.abc import Iterator

from tests.infrastructure.edges import (
    CONSUMES,
    NOT_ENCRYPTED,
    SAME_KEY,
    SENDS,
    USES_TABLE,
    Edge,
    consumer_edges,
    function_edges,
    role_edge,
    service_edge,
)
from tests.infrastructure.places import PEOPLE, WEBHOOK_FUNCTIONS
from tests.infrastructure.sides import DeadLettersOf, KeyThrough, RefusesPlainHttp

FAN_OUT, SENDER = WEBHOOK_FUNCTIONS
QUEUE, DLQ = "webhooks queue", "webhooks DLQ"
# Of these no value is a secret; `by path` is about the folder, and its older spelling about what is in it.
LISTED = ("endpoints' path", "an endpoint", "disabled endpoints' path", "a disabled endpoint")
READS_SECRETS = KeyThrough(service="ssm", actions=("kms:Decrypt",))
WRITES_SECRETS = KeyThrough(service="ssm", actions=("kms:Decrypt", "kms:Encrypt"))


def _fan_out() -> Iterator[Edge]:
    reads = "dynamodb:DescribeStream GetRecords GetShardIterator ListStreams"
    yield role_edge(
        FAN_OUT, reads, "assets' stream", KeyThrough(service="dynamodb", actions=("kms:Decrypt",))
    )
    for place in LISTED:
        yield role_edge(FAN_OUT, "ssm:GetParametersByPath", place, NOT_ENCRYPTED)
    # What it gives up is named in the DLQ, in its name.
    for queue in (QUEUE, DLQ):
        yield role_edge(FAN_OUT, "sqs:SendMessage", queue, SENDS, resource=RefusesPlainHttp())
    yield from function_edges(FAN_OUT)


def _sender() -> Iterator[Edge]:
    yield from consumer_edges(SENDER, QUEUE)
    for place in ("an endpoint", "a disabled endpoint"):
        yield role_edge(SENDER, "ssm:GetParameters", place, NOT_ENCRYPTED)
    yield role_edge(SENDER, "ssm:GetParameters", "an endpoint's secrets", READS_SECRETS)
    # It disables an endpoint, and can't change where one is.
    yield role_edge(SENDER, "ssm:PutParameter", "a disabled endpoint", NOT_ENCRYPTED)
    yield role_edge(SENDER, "dynamodb:GetItem UpdateItem", "assets table", USES_TABLE)
    yield from function_edges(SENDER)


def _operator() -> Iterator[Edge]:
    _, operator = PEOPLE
    changes = "ssm:DeleteParameter GetParameter GetParametersByPath PutParameter"
    for place in LISTED:
        yield role_edge(operator, changes, place, NOT_ENCRYPTED)
    yield role_edge(operator, changes, "an endpoint's secrets", WRITES_SECRETS)
    tls = RefusesPlainHttp()
    yield role_edge(operator, "sqs:SendMessage", QUEUE, SENDS, resource=tls)
    takes = "sqs:ReceiveMessage ChangeMessageVisibility DeleteMessage"
    yield role_edge(operator, takes, DLQ, CONSUMES, resource=tls)


WEBHOOK_EDGES: tuple[Edge, ...] = (
    *_fan_out(),
    *_sender(),
    *_operator(),
    service_edge("SQS", "a dead letter", DLQ, DeadLettersOf(queue=QUEUE), SAME_KEY),
)
