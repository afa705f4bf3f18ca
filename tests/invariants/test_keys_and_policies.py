"""Who may use the key and do what: each edge of the pipeline, and nothing beside."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.invariants.policies import Request, allows, listed, principals, statements
from tests.invariants.stack import ACCOUNT_ID, OTHER_ACCOUNT_ID, REGION, Resource, Stack

# Actions for which AWS defines no resource type, so that `*` is the only resource they can be granted on.
# Source: https://docs.aws.amazon.com/service-authorization/latest/reference/
WITHOUT_RESOURCE_TYPE = {
    "mediaconvert:DescribeEndpoints",
    "mediaconvert:Probe",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}


def _key(stack: Stack) -> Resource:
    (key,) = stack.of("aws_kms_key")
    return key


def _service_uses_key(stack: Stack, service: str, action: str, **context: str) -> bool:
    key = _key(stack)
    request = Request(
        action=action,
        resource=stack.arn(key),
        principal=service,
        context={name.replace("__", ":"): value for name, value in context.items()},
    )
    return allows(key["policy"], request)


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


@pytest.mark.parametrize("action", ["kms:GenerateDataKey", "kms:Decrypt"])
def test_rules_may_use_the_key(pipeline: Stack, action: str) -> None:
    """EventBridge may write to the encrypted queues and DLQs for each of our rules, no other account's."""
    rules = pipeline.of("aws_cloudwatch_event_rule")
    assert rules
    for rule in rules:
        arn = pipeline.arn(rule)
        events = "events.amazonaws.com"
        assert _service_uses_key(
            pipeline, events, action, aws__SourceArn=arn, aws__SourceAccount=ACCOUNT_ID
        ), rule.address
        assert not _service_uses_key(
            pipeline,
            events,
            action,
            aws__SourceArn=arn.replace(ACCOUNT_ID, OTHER_ACCOUNT_ID),
            aws__SourceAccount=OTHER_ACCOUNT_ID,
        )


@pytest.mark.parametrize("action", ["kms:GenerateDataKey", "kms:Decrypt"])
def test_alarms_may_use_the_key(pipeline: Stack, action: str) -> None:
    """CloudWatch may publish each of our alarms to the encrypted topic, and no other account's."""
    alarms = [*pipeline.of("aws_cloudwatch_metric_alarm"), *pipeline.of("aws_cloudwatch_composite_alarm")]
    for alarm in alarms:
        arn = pipeline.arn(alarm)
        assert _service_uses_key(
            pipeline,
            "cloudwatch.amazonaws.com",
            action,
            aws__SourceArn=arn,
            aws__SourceAccount=ACCOUNT_ID,
        ), alarm.address
        assert not _service_uses_key(
            pipeline,
            "cloudwatch.amazonaws.com",
            action,
            aws__SourceArn=arn.replace(ACCOUNT_ID, OTHER_ACCOUNT_ID),
            aws__SourceAccount=OTHER_ACCOUNT_ID,
        )


@pytest.mark.parametrize(
    "action",
    [
        f"kms:{a}"
        for a in ("Encrypt", "Decrypt", "GenerateDataKey", "ReEncryptTo", "ReEncryptFrom", "DescribeKey")
    ],
)
def test_logs_may_use_the_key(pipeline: Stack, action: str) -> None:
    """CloudWatch Logs may encrypt each of our log groups, and no other account's."""
    logs = f"logs.{REGION}.amazonaws.com"
    groups = pipeline.of("aws_cloudwatch_log_group")
    assert len(groups) >= 3
    for group in groups:
        arn = pipeline.arn(group)
        context = {"kms__EncryptionContext__aws__logs__arn": arn}
        assert _service_uses_key(pipeline, logs, action, **context), group.address
        foreign = {k: v.replace(ACCOUNT_ID, OTHER_ACCOUNT_ID) for k, v in context.items()}
        assert not _service_uses_key(pipeline, logs, action, **foreign)


def test_alarms_may_publish(pipeline: Stack) -> None:
    """The topic takes our alarms' messages, and those of no other account."""
    (topic,) = pipeline.of("aws_sns_topic")
    (policy,) = pipeline.of("aws_sns_topic_policy")

    def publishes(account: str) -> bool:
        context = {
            "aws:SourceArn": f"arn:aws:cloudwatch:{REGION}:{account}:alarm:any",
            "aws:SourceAccount": account,
            "aws:SecureTransport": "true",
        }
        if account == ACCOUNT_ID:
            context["aws:SourceArn"] = pipeline.arn(pipeline.of("aws_cloudwatch_metric_alarm")[0])
        request = Request(
            action="sns:Publish",
            resource=pipeline.arn(topic),
            principal="cloudwatch.amazonaws.com",
            context=context,
        )
        return allows(policy["policy"], request)

    assert policy["arn"] == pipeline.arn(topic)
    assert publishes(ACCOUNT_ID)
    assert not publishes(OTHER_ACCOUNT_ID)


def test_key_stays_manageable(pipeline: Stack) -> None:
    """The account's own policies govern the key, so that nobody is locked out of it, and it rotates."""
    key = _key(pipeline)
    assert key["enable_key_rotation"] is True
    (alias,) = pipeline.of("aws_kms_alias")
    assert alias["target_key_id"] == key.id
    admin = f"arn:aws:iam::{ACCOUNT_ID}:role/admin"
    request = Request(action="kms:PutKeyPolicy", resource=pipeline.arn(key), principal=admin)
    assert allows(key["policy"], request)


def test_services_are_trusted_for_this_account_alone(pipeline: Stack) -> None:
    """Every statement for a service is tied to our account or resources: no confused deputy.

    Lambda's trust is the exception: it sends no source when it assumes a function's role.
    """
    scoping = {"aws:sourceaccount", "aws:sourcearn", "kms:encryptioncontext:aws:logs:arn"}
    for address, policy in _resource_policies(pipeline):
        for statement in statements(policy):
            services = principals(statement, "Service")
            if not services or statement["Effect"] == "Deny" or services == ["lambda.amazonaws.com"]:
                continue
            keys = {key.lower() for tests in statement.get("Condition", {}).values() for key in tests}
            assert keys & scoping, f"{address}: {services} is not tied to a source"


def test_queues_and_topic_refuse_plain_http(pipeline: Stack) -> None:
    """Whoever is allowed to send or publish must do so over TLS."""
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


def test_nobody_outside_is_allowed(pipeline: Stack) -> None:
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


def test_pass_role_is_limited(pipeline: Stack) -> None:
    """Only MediaConvert's role can be passed, to MediaConvert only."""
    (queue_role,) = (r for r in pipeline.of("aws_iam_role") if "mediaconvert" in str(r["assume_role_policy"]))
    passing = [
        statement
        for _, policy in _identity_policies(pipeline)
        for statement in statements(policy)
        if "iam:PassRole" in listed(statement["Action"])
    ]
    assert len(passing) == 1
    assert listed(passing[0]["Resource"]) == [pipeline.arn(queue_role)]
    conditions = passing[0]["Condition"]
    assert [listed(t["iam:PassedToService"]) for t in conditions.values()] == [["mediaconvert.amazonaws.com"]]


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
