"""Authorize GetParametersByPath on the path that it names, as AWS does.

MiniStack doesn't look for the path and authorizes on ``*``, where a role that may read one path
is refused.
"""

from __future__ import annotations

import json
from typing import Any

from ministack.core import iam_actions


def apply() -> None:
    """Wrap what finds the resource of a request."""
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
        target = headers.get("x-amz-target", "")
        if service == "ssm" and target.endswith(".GetParametersByPath"):
            return by_path(body, region, account_id)
        return str(extract(service, method, path, headers, body, query, region, account_id))

    iam_actions.extract_resource_arn = extract_resource_arn


def by_path(body: bytes, region: str, account_id: str) -> str:
    """Return the ARN of a request's path, `*` where it names none."""
    try:
        named = json.loads(body)["Path"]
    except (ValueError, KeyError, TypeError):
        return "*"
    return f"arn:aws:ssm:{region}:{account_id}:parameter{str(named).rstrip('/')}"
