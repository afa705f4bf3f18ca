"""The policies for people hold exactly what is written here, on exactly these resources."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.infrastructure.messaging import stream_mappings_of
from tests.infrastructure.policies import listed, statements
from tests.infrastructure.stack import (
    ACCOUNT_ID,
    REGION,
    Resource,
    Stack,
)


def policy_of(stack: Stack, component: str) -> Resource:
    """Return the managed policy of a component (`uploader`)."""
    (policy,) = (p for p in stack.of("aws_iam_policy") if f"-{component}-" in p["name"])
    return policy


def _granted(policy: Resource) -> set[tuple[str, str, str]]:
    """Return each action with its resource, and the service through which alone it is allowed."""
    found: set[tuple[str, str, str]] = set()
    for statement in statements(policy["policy"]):
        assert statement["Effect"] == "Allow"
        conditions: dict[str, Any] = statement.get("Condition", {})
        assert conditions.keys() <= {"StringEquals"}
        assert conditions.get("StringEquals", {}).keys() <= {"kms:ViaService", "cloudwatch:namespace"}
        (via,) = conditions.get("StringEquals", {}).values() or [""]
        found |= {
            (action, resource, via)
            for action in listed(statement["Action"])
            for resource in listed(statement["Resource"])
        }
    return found


def _expected(*rows: tuple[str, str, str]) -> set[tuple[str, str, str]]:
    """Return rows of actions (of one service, by spaces), a resource, and a service for the key."""
    expected = set()
    for actions, resource, via in rows:
        service, _, names = actions.partition(":")
        through = f"{via}.{REGION}.amazonaws.com" if via.islower() else via
        expected |= {(f"{service}:{name}", resource, through) for name in names.split()}
    return expected


def test_uploader_may_exactly(pipeline: Stack) -> None:
    """Put objects, abort multipart uploads, and what both need of the key, through S3 alone."""
    bucket = f"arn:aws:s3:::media-pipeline-uploads-{ACCOUNT_ID}-{pipeline.name}"
    key = pipeline.arn(pipeline.key)
    assert _granted(policy_of(pipeline, "uploader")) == _expected(
        ("s3:AbortMultipartUpload PutObject", f"{bucket}/*", ""),
        ("kms:Decrypt GenerateDataKey", key, "s3"),
    )


def _webhook_rows(
    parameters: str, named: Callable[[str], str], arn: Callable[[str, str], str], key: str
) -> list[tuple[str, str, str]]:
    """Return what operators do with webhooks: administer endpoints, announce, redrive."""
    letters = "sqs:ChangeMessageVisibility DeleteMessage ReceiveMessage"
    administers = "ssm:DeleteParameter GetParameter GetParametersByPath PutParameter"
    return [
        (administers, f"{parameters}/webhooks/*", ""),
        ("kms:Decrypt Encrypt", key, "ssm"),
        ("sqs:SendMessage", arn("sqs", named("webhooks")), ""),
        (letters, arn("sqs", named("webhooks-dlq")), ""),
    ]


def test_operator_may_exactly(pipeline: Stack) -> None:
    """What the commands do, on the pipeline's own resources; jobs have no narrower name than jobs/*."""

    def arn(service: str, resource: str) -> str:
        return f"arn:aws:{service}:{REGION}:{ACCOUNT_ID}:{resource}"

    def named(component: str) -> str:
        return f"media-pipeline-{component}-{pipeline.name}"

    key = pipeline.arn(pipeline.key)
    table = arn("dynamodb", f"table/{named('assets')}")
    parameters = arn("ssm", f"parameter/media-pipeline-{pipeline.name}")
    letters = "sqs:ChangeMessageVisibility DeleteMessage ReceiveMessage"
    assert _granted(policy_of(pipeline, "operator")) == _expected(
        ("ssm:GetParameter", f"{parameters}/resources", ""),
        ("ssm:GetParameter", f"{parameters}/profiles", ""),
        ("ssm:GetParametersByPath", f"{parameters}/presets", ""),
        ("ssm:GetParametersByPath", f"{parameters}/presets/*", ""),
        ("dynamodb:BatchGetItem GetItem PutItem UpdateItem", table, ""),
        ("dynamodb:Query", f"{table}/index/by_status_shard", ""),
        ("s3:ListBucketVersions", f"arn:aws:s3:::{named(f'uploads-{ACCOUNT_ID}')}", ""),
        ("s3:ListBucketVersions", f"arn:aws:s3:::{named(f'outputs-{ACCOUNT_ID}')}", ""),
        ("s3:DeleteObjectVersion", f"arn:aws:s3:::{named(f'uploads-{ACCOUNT_ID}')}/*", ""),
        ("s3:DeleteObjectVersion", f"arn:aws:s3:::{named(f'outputs-{ACCOUNT_ID}')}/*", ""),
        ("sns:Publish", arn("sns", named("notifications")), ""),
        ("cloudwatch:PutMetricData", "*", "MediaPipeline"),
        ("sqs:SendMessage", arn("sqs", named("processing")), ""),
        ("sqs:SendMessage", arn("sqs", named("captions")), ""),
        ("sqs:SendMessage", arn("sqs", named("job-events")), ""),
        (letters, arn("sqs", named("processing-dlq")), ""),
        (letters, arn("sqs", named("captions-dlq")), ""),
        (letters, arn("sqs", named("job-events-dlq")), ""),
        ("mediaconvert:SearchJobs", arn("mediaconvert", f"queues/{named('jobs')}"), ""),
        ("mediaconvert:CancelJob", arn("mediaconvert", "jobs/*"), ""),
        ("kms:Decrypt DescribeKey Encrypt GenerateDataKey* ReEncryptFrom ReEncryptTo", key, "dynamodb"),
        ("kms:Decrypt GenerateDataKey", key, "sqs"),
        ("kms:Decrypt GenerateDataKey", key, "sns"),
        *(
            ("cloudfront:CreateInvalidation", pipeline.arn(distribution), "")
            for distribution in pipeline.of("aws_cloudfront_distribution")
        ),
        *(_webhook_rows(parameters, named, arn, key) if stream_mappings_of(pipeline) else ()),
    )


@pytest.mark.parametrize("component", ["uploader", "operator"])
def test_policy_waits_to_be_attached(pipeline: Stack, component: str) -> None:
    """No deployment attaches a policy: the administrator of access does, by the output's ARN."""
    arn = pipeline.arn(policy_of(pipeline, component))
    assert pipeline.resolve(pipeline.document["output"][f"{component}_policy_arn"]["value"]) == arn
    attachments = [r for r in pipeline.resources if "attachment" in r.type]
    assert all(attachment["policy_arn"] != arn for attachment in attachments)
