"""What is left in the sandbox's account, of every service that the pipeline uses."""

from collections.abc import Callable, Iterator
from functools import partial, reduce
from typing import Any

from sandbox.runtime.endpoints import Endpoints
from tests.e2e.deployed import client_of

PROJECT = "media-pipeline"


def remains(endpoints: Endpoints) -> Iterator[str]:
    """Give the name of everything of ours that is still there, service by service."""
    client = partial(client_of, endpoints)
    for kind, names in _listings(client).items():
        yield from (f"{kind} {name}" for name in names if PROJECT in name)
    kms = client("kms")
    for key in kms.list_keys()["Keys"]:
        metadata = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
        if metadata["KeyManager"] == "CUSTOMER" and metadata["KeyState"] != "PendingDeletion":
            yield f"key {key['KeyId']}"


def _listings(client: Callable[[str], Any]) -> dict[str, list[str]]:
    def names(service: str, operation: str, items: str, name: str | None) -> list[str]:
        pages = client(service).get_paginator(operation).paginate()
        return [item if name is None else item[name] for page in pages for item in page.get(items, [])]

    alarms = client("cloudwatch").describe_alarms(AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    stacks = client("cloudformation").describe_stacks()["Stacks"]
    return {
        "bucket": [each["Name"] for each in client("s3").list_buckets()["Buckets"]],
        "table": names("dynamodb", "list_tables", "TableNames", None),
        "queue": names("sqs", "list_queues", "QueueUrls", None),
        "function": names("lambda", "list_functions", "Functions", "FunctionName"),
        "event source mapping": names(
            "lambda", "list_event_source_mappings", "EventSourceMappings", "FunctionArn"
        ),
        "rule": [each["Name"] for each in client("events").list_rules()["Rules"]],
        "role": names("iam", "list_roles", "Roles", "RoleName"),
        "topic": names("sns", "list_topics", "Topics", "TopicArn"),
        "parameter": names("ssm", "describe_parameters", "Parameters", "Name"),
        "log group": names("logs", "describe_log_groups", "logGroups", "logGroupName"),
        "alias": names("kms", "list_aliases", "Aliases", "AliasName"),
        "alarm": [each["AlarmName"] for each in alarms["MetricAlarms"] + alarms["CompositeAlarms"]],
        "dashboard": names("cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
        "CloudFormation stack": [
            each["StackName"] for each in stacks if each["StackStatus"] != "DELETE_COMPLETE"
        ],
        "MediaConvert queue": names("mediaconvert", "list_queues", "Queues", "Name"),
        "job template": names("mediaconvert", "list_job_templates", "JobTemplates", "Name"),
        "API": [each["Name"] for each in client("apigatewayv2").get_apis()["Items"]],
        "user pool": [
            each["Name"] for each in client("cognito-idp").list_user_pools(MaxResults=60)["UserPools"]
        ],
        **_at_the_edge(client("cloudfront")),
    }


def _at_the_edge(cloudfront: Any) -> dict[str, list[str]]:
    """Return what CloudFront has, each kind with what tells ours from its own."""

    def found(operation: str, list_: str, *path: str, **chosen: str) -> list[str]:
        listed = getattr(cloudfront, operation)(**chosen)[list_].get("Items", [])
        return [reduce(lambda value, name: value[name], path, each) for each in listed]

    return {
        "distribution": found("list_distributions", "DistributionList", "Comment"),
        "edge function": found("list_functions", "FunctionList", "Name"),
        "public key": found("list_public_keys", "PublicKeyList", "Name"),
        "key group": found("list_key_groups", "KeyGroupList", "KeyGroup", "KeyGroupConfig", "Name"),
        "origin access": found("list_origin_access_controls", "OriginAccessControlList", "Name"),
        "cache policy": found(
            *("list_cache_policies", "CachePolicyList", "CachePolicy", "CachePolicyConfig", "Name"),
            Type="custom",
        ),
        "response headers": found(
            *("list_response_headers_policies", "ResponseHeadersPolicyList"),
            *("ResponseHeadersPolicy", "ResponseHeadersPolicyConfig", "Name"),
            Type="custom",
        ),
    }
