"""A bare Lambda function behind an HTTP API of its own: what the local AWS itself takes for a request."""

from __future__ import annotations

import contextlib
import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

from sandbox.api_load.schedule import Request
from sandbox.runtime.endpoints import ACCOUNT_ID, Endpoints
from sandbox.runtime.environment import REGION

NAME = "api-load-bare"
_CODE = 'def handler(event, context):\n    return {"statusCode": 200, "body": "{}"}\n'
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


@contextlib.contextmanager
def bare_function(endpoints: Endpoints) -> Iterator[Request]:
    """Provide the request that invokes the function, for the length of a block."""
    clients = endpoints.session()
    iam, functions, apis = clients.any("iam"), clients.functions(), clients.any("apigatewayv2")
    _delete(iam, functions, apis)
    try:
        role = iam.create_role(RoleName=NAME, AssumeRolePolicyDocument=json.dumps(_TRUST))["Role"]
        function = functions.create_function(
            FunctionName=NAME,
            Runtime="python3.13",
            Role=role["Arn"],
            Handler="bare.handler",
            Code={"ZipFile": _archive()},
            MemorySize=512,
        )
        api = apis.create_api(Name=NAME, ProtocolType="HTTP")
        integration = apis.create_integration(
            ApiId=api["ApiId"],
            IntegrationType="AWS_PROXY",
            IntegrationUri=function["FunctionArn"],
            PayloadFormatVersion="2.0",
        )
        target = f"integrations/{integration['IntegrationId']}"
        apis.create_route(ApiId=api["ApiId"], RouteKey="$default", Target=target)
        apis.create_stage(ApiId=api["ApiId"], StageName="$default", AutoDeploy=True)
        functions.add_permission(
            FunctionName=NAME,
            StatementId="api",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:aws:execute-api:{REGION}:{ACCOUNT_ID}:{api['ApiId']}/*",
        )
        host = f"{api['ApiId']}.execute-api.127.0.0.1"
        yield Request(name="bare function", path="/", headers={"Host": host})
    finally:
        _delete(iam, functions, apis)


def _delete(iam: Any, functions: Any, apis: Any) -> None:
    """Delete what a run has made, also one that was killed."""
    for api in apis.get_apis()["Items"]:
        if api["Name"] == NAME:
            apis.delete_api(ApiId=api["ApiId"])
    with contextlib.suppress(functions.exceptions.ResourceNotFoundException):
        functions.delete_function(FunctionName=NAME)
    with contextlib.suppress(iam.exceptions.NoSuchEntityException):
        iam.delete_role(RoleName=NAME)


def _archive() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("bare.py", _CODE)
    return packed.getvalue()
