"""Roles on the local AWS, and clients that act in them."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import uuid4

import boto3
from botocore.exceptions import ClientError

from sandbox.runtime.endpoints import Endpoints
from sandbox.runtime.environment import SERVICE, SERVICE_ACCESS_KEY_ID
from tests.support.local_clients import Client, clients_of

ACCOUNT_ID = "000000000000"
REGION = "us-east-1"
ROLE_POLICY = "permissions"
REFUSALS = {"AccessDenied", "AccessDeniedException", "ForbiddenException"}


def statement(actions: Sequence[str], resource: str, **more: object) -> dict[str, object]:
    """Return a statement that allows some actions on one resource."""
    return {"Effect": "Allow", "Action": actions, "Resource": resource, **more}


def make_role(
    client: Client, *allowed: Mapping[str, object], service: str = SERVICE, source_account: str = ACCOUNT_ID
) -> str:
    """Make a role that a service may assume, with the given statements; return its ARN."""
    name = f"role-{uuid4()}"
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": source_account}},
    }
    trust_document = json.dumps({"Version": "2012-10-17", "Statement": trust})
    made = client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust_document)
    if allowed:
        document = json.dumps({"Version": "2012-10-17", "Statement": list(allowed)})
        client("iam").put_role_policy(RoleName=name, PolicyName=ROLE_POLICY, PolicyDocument=document)
    return str(made["Role"]["Arn"])


def act(endpoints: Endpoints, role_arn: str, name: str) -> Any:
    """Return a client that acts in a role, as MediaConvert does in a job's."""
    service = clients_of(endpoints, SERVICE_ACCESS_KEY_ID)
    keys = service("sts").assume_role(RoleArn=role_arn, RoleSessionName="job")["Credentials"]
    make: Any = boto3.client  # typed for literal names alone
    return make(
        name,
        endpoint_url=endpoints.mediaconvert if name == "mediaconvert" else endpoints.aws,
        region_name=REGION,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
        verify=endpoints.ca_bundle,
    )


def refused(call: Callable[..., object], **parameters: object) -> bool:
    """Return whether a call is refused for want of a permission."""
    try:
        call(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"] in REFUSALS
    return False
