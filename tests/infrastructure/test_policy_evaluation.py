"""The evaluator of policies on which the invariants rest."""

from typing import Any

import pytest

from tests.infrastructure.policies import Request, allows

QUEUE = "arn:aws:sqs:us-east-1:111122223333:q"


def _policy(**elements: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": QUEUE, **elements}
    return {"Version": "2012-10-17", "Statement": [statement]}


@pytest.mark.parametrize(
    ("elements", "request_", "expected"),
    [
        ({}, Request(action="sqs:SendMessage", resource=QUEUE), True),
        ({}, Request(action="SQS:sendmessage", resource=QUEUE), True),
        ({}, Request(action="sqs:ReceiveMessage", resource=QUEUE), False),
        ({}, Request(action="sqs:SendMessage", resource=f"{QUEUE}2"), False),
        ({"Action": ["sqs:Send*"]}, Request(action="sqs:SendMessage", resource=QUEUE), True),
        ({"Resource": "arn:aws:sqs:*:*:?"}, Request(action="sqs:SendMessage", resource=QUEUE), True),
        ({"Resource": "arn:aws:s3:::b[a]"}, Request(action="sqs:SendMessage", resource="x"), False),
        ({"Effect": "Deny"}, Request(action="sqs:SendMessage", resource=QUEUE), False),
        (
            {"Principal": {"Service": "events.amazonaws.com"}},
            Request(action="sqs:SendMessage", resource=QUEUE, principal="events.amazonaws.com"),
            True,
        ),
        (
            {"Principal": {"Service": "events.amazonaws.com"}},
            Request(action="sqs:SendMessage", resource=QUEUE, principal="s3.amazonaws.com"),
            False,
        ),
        (
            {"Principal": {"AWS": "arn:aws:iam::111122223333:root"}},
            Request(action="sqs:SendMessage", resource=QUEUE, principal="arn:aws:iam::111122223333:role/r"),
            True,
        ),
        (
            {"Principal": {"AWS": "arn:aws:iam::111122223333:root"}},
            Request(action="sqs:SendMessage", resource=QUEUE, principal="arn:aws:iam::999988887777:role/r"),
            False,
        ),
        ({"Principal": "*"}, Request(action="sqs:SendMessage", resource=QUEUE, principal="x"), True),
    ],
)  # fmt: skip
def test_statement(elements: dict[str, Any], request_: Request, expected: bool) -> None:
    """Actions ignore case, resources and wildcards match as in AWS, principals must be named."""
    assert allows(_policy(**elements), request_) is expected


@pytest.mark.parametrize(
    ("condition", "context", "expected"),
    [
        ({"StringEquals": {"aws:SourceAccount": "1"}}, {"aws:sourceaccount": "1"}, True),
        ({"StringEquals": {"aws:SourceAccount": ["2", "1"]}}, {"aws:SourceAccount": "1"}, True),
        ({"StringEquals": {"aws:SourceAccount": "1"}}, {"aws:SourceAccount": "2"}, False),
        ({"StringEquals": {"aws:SourceAccount": "1"}}, {}, False),
        ({"StringEqualsIfExists": {"aws:SourceAccount": "1"}}, {}, True),
        ({"ArnLike": {"aws:SourceArn": "arn:*:rule/a-*"}}, {"aws:SourceArn": "arn:x:rule/a-b"}, True),
        ({"ArnLike": {"aws:SourceArn": "arn:*:rule/a-*"}}, {"aws:SourceArn": "arn:x:rule/b"}, False),
        ({"Bool": {"aws:SecureTransport": "false"}}, {"aws:SecureTransport": "true"}, False),
        ({"Bool": {"aws:SecureTransport": False}}, {"aws:SecureTransport": "false"}, True),
        ({"StringNotEquals": {"k": "a"}}, {}, True),
        ({"StringNotEquals": {"k": "a"}}, {"k": "a"}, False),
        ({"Null": {"k": "true"}}, {}, True),
        ({"Null": {"k": "true"}}, {"k": "a"}, False),
        ({"StringEquals": {"a": "1"}, "StringLike": {"b": "2*"}}, {"a": "1", "b": "3"}, False),
    ],
)
def test_condition(condition: dict[str, Any], context: dict[str, str], expected: bool) -> None:
    """All conditions must hold, and a key that the request lacks fails every positive test."""
    request = Request(action="sqs:SendMessage", resource=QUEUE, context=context)
    assert allows(_policy(Condition=condition), request) is expected


def test_deny_wins_over_allow() -> None:
    """A denial in any of the documents outweighs every permission."""
    request = Request(action="sqs:SendMessage", resource=QUEUE)
    assert allows([_policy()], request)
    assert not allows([_policy(), _policy(Effect="Deny")], request)


def test_resource_is_required() -> None:
    """A statement without a resource is refused, as AWS does, unless it is about assuming a role."""
    request = Request(action="sqs:SendMessage", resource=QUEUE)
    with pytest.raises(ValueError, match="without a resource"):
        allows({"Statement": {"Effect": "Allow", "Action": "sqs:SendMessage"}}, request)
    trust = {"Effect": "Allow", "Principal": {"Service": "s"}, "Action": "sts:AssumeRole"}
    assert allows({"Statement": trust}, Request(action="sts:AssumeRole", principal="s"))


@pytest.mark.parametrize(
    "elements", [{"NotAction": "sqs:*"}, {"Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}]
)
def test_unknown_elements_are_refused(elements: dict[str, Any]) -> None:
    """What the evaluator does not understand is an error, never a pass."""
    context = {"aws:SourceIp": "10.0.0.1"}
    with pytest.raises(ValueError, match="does not know"):
        allows(_policy(**elements), Request(action="sqs:SendMessage", resource=QUEUE, context=context))
