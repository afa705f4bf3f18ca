"""Authorize DescribeAlarms on the alarms that it names, as AWS does.

MiniStack looks for no names and authorizes on `*`, where a role that may see some alarms is refused. Source:
Service Authorization Reference, "Actions, resources, and condition keys for Amazon CloudWatch",
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
"""

from __future__ import annotations

import json
from typing import Any

from ministack.core import iam_actions

from sandbox.local_aws.fixes.permissions.parameters import Parameters


def apply() -> None:
    """Wrap what finds the resource of a request; `parameters` asks for each of them."""
    extract = iam_actions.extract_resource_arn

    def extract_resource_arn(
        service: str,
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes,
        query: dict[str, Any],
        region: str,
        account_id: str,
    ) -> str:
        if service == "monitoring" and headers.get("x-amz-target", "").endswith(".DescribeAlarms"):
            return named(body, region, account_id)
        # As it is: it may stand for several.
        arn: str = extract(service, method, path, headers, body, query, region, account_id)
        return arn

    iam_actions.extract_resource_arn = extract_resource_arn


def named(body: bytes, region: str, account_id: str) -> str:
    """Return the ARNs of a request's alarms, `*` where it names none."""
    try:
        names = [str(name) for name in json.loads(body)["AlarmNames"]]
    except (ValueError, KeyError, TypeError):
        return "*"
    if not names:
        return "*"
    return Parameters(*(f"arn:aws:cloudwatch:{region}:{account_id}:alarm:{name}" for name in names))
