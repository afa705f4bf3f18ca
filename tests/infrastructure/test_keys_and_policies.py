"""What holds of every policy, whatever it is about; who may do what is in `edges.py`."""

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.infrastructure.policies import (
    Request,
    allows,
    listed,
    principals,
    statements,
)
from tests.infrastructure.stack import (
    ACCOUNT_ID,
    ARNS,
    REGION,
    Resource,
    Stack,
)

# Actions for which AWS defines no resource type, so that `*` is the only resource they can be granted on.
# Source: https://docs.aws.amazon.com/service-authorization/latest/reference/
WITHOUT_RESOURCE_TYPE = {
    "cloudwatch:GetMetricData",
    "cloudwatch:PutMetricData",
    "mediaconvert:DescribeEndpoints",
    "mediaconvert:Probe",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}


def _key(stack: Stack) -> Resource:
    return stack.key


def _identity_policies(stack: Stack) -> Iterator[tuple[str, dict[str, Any]]]:
    for type_ in ("aws_iam_role_policy", "aws_iam_policy"):
        for policy in stack.of(type_):
            yield policy.address, policy["policy"]


def _resource_policies(stack: Stack) -> Iterator[tuple[str, dict[str, Any]]]:
    for type_ in ("aws_sqs_queue_policy", "aws_sns_topic_policy", "aws_s3_bucket_policy", "aws_kms_key"):
        for resource in stack.of(type_):
            yield resource.address, resource["policy"]
    for role in stack.of("aws_iam_role"):
        yield role.address, role["assume_role_policy"]


def test_key_stays_manageable(pipeline: Stack) -> None:
    """The account's own policies govern the key, so that access to it can't be lost, and it rotates."""
    key = _key(pipeline)
    assert key["enable_key_rotation"] is True
    (alias,) = (a for a in pipeline.of("aws_kms_alias") if a["target_key_id"] == key.id)
    assert alias["name"] == f"alias/media-pipeline-key-{pipeline.name}"
    admin = f"arn:aws:iam::{ACCOUNT_ID}:role/admin"
    request = Request(action="kms:PutKeyPolicy", resource=pipeline.arn(key), principal=admin)
    assert allows(key["policy"], request)


def test_services_are_trusted_for_this_account_alone(pipeline: Stack) -> None:
    """Every statement for a service is tied to our account or resources: no confused deputy.

    Lambda's trust is the exception: it sends no source when it assumes a function's role, and no identity
    can pass it a role of another account. Source:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
    """
    scoping = {
        *("aws:sourceaccount", "aws:sourcearn"),
        *("kms:encryptioncontext:aws:logs:arn", "kms:encryptioncontext:aws:sns:topicarn"),
    }
    of_functions = {pipeline.with_arn(f["role"]).address for f in pipeline.of("aws_lambda_function")}
    untied = []
    for address, policy in _resource_policies(pipeline):
        for statement in statements(policy):
            keys = {key.lower() for tests in statement.get("Condition", {}).values() for key in tests}
            if principals(statement, "Service") and statement["Effect"] == "Allow" and not keys & scoping:
                untied.append((address, principals(statement, "Service")))
    assert untied == [(address, ["lambda.amazonaws.com"]) for address, _ in untied]
    assert {address for address, _ in untied} == of_functions


def test_queues_and_topic_refuse_plain_http(pipeline: Stack) -> None:
    """Every sender and publisher that is allowed must use TLS."""
    guarded = {
        "aws_sqs_queue_policy": ("sqs:SendMessage", "queue_url", "aws_sqs_queue", "url"),
        "aws_sns_topic_policy": ("sns:Publish", "arn", "aws_sns_topic", "arn"),
    }
    for type_, (action, attribute, of, reference) in guarded.items():
        owners = {str(pipeline.resolve(f"${{{r.address}.{reference}}}")): r for r in pipeline.of(of)}
        assert {p[attribute] for p in pipeline.of(type_)} == set(owners)
        for policy in pipeline.of(type_):
            arn = pipeline.arn(owners[policy[attribute]])
            everyone_else = {"Effect": "Allow", "Principal": "*", "Action": action, "Resource": arn}
            documents = [policy["policy"], {"Statement": everyone_else}]

            def served(secure: str) -> bool:
                request = Request(
                    action=action,  # noqa: B023
                    resource=arn,  # noqa: B023
                    principal=f"arn:aws:iam::{ACCOUNT_ID}:role/any",
                    context={"aws:SecureTransport": secure},
                )
                return allows(documents, request)  # noqa: B023

            assert served("true"), policy.address
            assert not served("false"), policy.address


def test_no_other_account_is_allowed(pipeline: Stack) -> None:
    """No resource policy allows everyone or another account."""
    for address, policy in _resource_policies(pipeline):
        for statement in statements(policy):
            if statement["Effect"] == "Allow":
                for principal in principals(statement, "AWS"):
                    assert principal == f"arn:aws:iam::{ACCOUNT_ID}:root", f"{address}: {principal}"


def test_identity_policies_name_resources(pipeline: Stack) -> None:
    """`*` is a resource only of actions that know no other, and no action is granted by wildcard."""
    found = list(_identity_policies(pipeline))
    assert len(found) >= 4
    for address, policy in found:
        for statement in statements(policy):
            actions = set(listed(statement["Action"]))
            if "*" in listed(statement["Resource"]):
                assert actions <= WITHOUT_RESOURCE_TYPE, f"{address}: {actions - WITHOUT_RESOURCE_TYPE}"
            assert not [a for a in actions if a.endswith(":*") or a == "*"], address


def test_wildcards_are_below_a_resource(pipeline: Stack) -> None:
    """Where a resource ends in `*`, it is what lies below one of ours, or any job of the account's.

    A job's ARN does not name its queue.
    """
    ours = {pipeline.arn(r) for r in pipeline.resources if r.type in ARNS}
    parameters = {arn.rsplit("/", 1)[0] for arn in ours if ":parameter/" in arn}
    jobs = f"arn:aws:mediaconvert:{REGION}:{ACCOUNT_ID}:jobs"
    buckets = tuple(f"{pipeline.arn(bucket)}/" for bucket in pipeline.of("aws_s3_bucket"))
    # Parameters that operators make.
    webhooks = f"arn:aws:ssm:{REGION}:{ACCOUNT_ID}:parameter/media-pipeline-{pipeline.name}/webhooks"
    # One question for all alarms: each is of this environment.
    alarms = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT_ID}:alarm:media-pipeline-alarm-*-{pipeline.name}"
    # A stream is named by its time.
    streams = tuple(f"{pipeline.arn(table)}/stream" for table in pipeline.of("aws_dynamodb_table"))
    prefixes = (*buckets, *streams, webhooks)
    for address, policy in _identity_policies(pipeline):
        for statement in statements(policy):
            for resource in listed(statement["Resource"]):
                if "*" in resource and resource != "*":
                    above = resource.removesuffix("*").rstrip(":/")
                    is_prefix = above.startswith(prefixes)
                    assert is_prefix or above in {*ours, *parameters, jobs, alarms}, f"{address}: {resource}"


def test_policy_sizes(any_stack: Stack) -> None:
    """Every policy is smaller than its service admits, in characters without white space.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    """

    def size(policy: Any) -> int:
        return len(re.sub(r"\s", "", json.dumps(policy, separators=(",", ":"))).encode())

    for role in any_stack.of("aws_iam_role"):
        inline = [p for p in any_stack.of("aws_iam_role_policy") if p["role"] == role["name"]]
        assert sum(size(p["policy"]) for p in inline) <= 10_240, role.address
        assert size(role["assume_role_policy"]) <= 2_048, role.address
    limits = {
        "aws_iam_policy": 6_144,
        "aws_kms_key": 32_768,
        "aws_s3_bucket_policy": 20_480,
        "aws_sns_topic_policy": 30_720,
        "aws_sqs_queue_policy": 8_192,
    }
    for type_, limit in limits.items():
        for resource in any_stack.of(type_):
            assert size(resource["policy"]) <= limit, resource.address
