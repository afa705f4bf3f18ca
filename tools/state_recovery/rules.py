"""Under which ids Terraform imports what a plan wants to make, and what nothing would refuse to make twice.

Only types are here that AWS refuses to make a second time, or makes a second of. Others take what is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Planned = Mapping[str, Any]
Client = Callable[[str], Any]

# What tells an environment's resources from another's, and stays.
IDENTITY_TAGS = frozenset({"Project", "Environment", "ManagedBy"})

NAMED: Mapping[str, Callable[[Planned], str]] = {
    "aws_cloudformation_stack": lambda planned: str(planned["name"]),
    "aws_cloudwatch_log_group": lambda planned: str(planned["name"]),
    "aws_dynamodb_table": lambda planned: str(planned["name"]),
    "aws_iam_role": lambda planned: str(planned["name"]),
    "aws_kms_alias": lambda planned: str(planned["name"]),
    "aws_lambda_permission": lambda planned: f"{planned['function_name']}/{planned['statement_id']}",
    "aws_media_convert_queue": lambda planned: str(planned["name"]),
    "aws_s3_bucket": lambda planned: str(planned["bucket"]),
    "aws_ssm_parameter": lambda planned: str(planned["name"]),
}


def key(planned: Planned, client: Client) -> str | None:
    """Find an enabled key with the planned description, of the same environment: a second one would be made.

    Other tags may have changed since the run that made it.
    """
    kms = client("kms")
    wanted = {
        (name, value) for name, value in (planned.get("tags_all") or {}).items() if name in IDENTITY_TAGS
    }
    for page in kms.get_paginator("list_keys").paginate():
        for each in page["Keys"]:
            key_id = str(each["KeyId"])
            metadata = kms.describe_key(KeyId=key_id)["KeyMetadata"]
            if metadata["KeyState"] != "Enabled" or metadata["Description"] != planned["description"]:
                continue
            tags = kms.list_resource_tags(KeyId=key_id)["Tags"]
            if wanted <= {(tag["TagKey"], tag["TagValue"]) for tag in tags}:
                return key_id
    return None


def managed_policy(planned: Planned, client: Client) -> str | None:
    """Find a managed policy of the planned name: its ARN has the account, which no plan tells."""
    if not planned.get("name"):
        return None
    for page in client("iam").get_paginator("list_policies").paginate(Scope="Local"):
        for each in page["Policies"]:
            if each["PolicyName"] == planned["name"]:
                return str(each["Arn"])
    return None


def function(planned: Planned, client: Client) -> str | None:
    """Find a function of the planned name: the provider would try for ten minutes to make it."""
    functions = client("lambda")
    name = str(planned["function_name"])
    try:
        functions.get_function_configuration(FunctionName=name)
    except functions.exceptions.ResourceNotFoundException:
        return None
    return name


def event_source_mapping(planned: Planned, client: Client) -> str | None:
    """Find the mapping of a function and a queue, once both are known: Lambda chose its id."""
    name, source = planned.get("function_name"), planned.get("event_source_arn")
    if not name or not source:
        return None
    found = client("lambda").list_event_source_mappings(FunctionName=name, EventSourceArn=source)
    mappings = found["EventSourceMappings"]
    return str(mappings[0]["UUID"]) if mappings else None


SILENT: Mapping[str, Callable[[Planned, Client], str | None]] = {
    "aws_kms_key": key,
    "aws_lambda_function": function,
}
LOOKED_UP = {
    **SILENT,
    "aws_iam_policy": managed_policy,
    "aws_lambda_event_source_mapping": event_source_mapping,
}


def created(plan: Mapping[str, Any]) -> Iterator[tuple[str, str, Planned]]:
    """Yield address, type and values of what a plan, as `terraform show -json` gives it, would make."""
    for change in plan.get("resource_changes", []):
        if change["change"]["actions"] == ["create"]:
            yield change["address"], change["type"], change["change"]["after"]
