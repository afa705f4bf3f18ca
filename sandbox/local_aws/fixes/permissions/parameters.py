"""Authorize GetParameters and GetParametersByPath on the parameters or the path that they name, as AWS does.

MiniStack looks for neither and authorizes on `*`, where a role that may read some parameters is refused.
Source: Service Authorization Reference, "Actions, resources, and condition keys for AWS Systems Manager",
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from ministack.core import iam_actions, iam_evaluator


class Parameters(str):
    """The ARN of the first parameter, with those of the others."""

    __slots__ = ("others",)
    others: tuple[str, ...]

    def __new__(cls, first: str, *others: str) -> Parameters:
        """Hold the ARNs."""
        made = super().__new__(cls, first)
        made.others = others
        return made


def apply() -> None:
    """Wrap what finds the resource of a request, and, around all else, the decision over it."""
    extract, enforce = iam_actions.extract_resource_arn, iam_evaluator.enforce

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
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        if service == "ssm" and operation in _ARNS:
            return _ARNS[operation](body, region, account_id)
        return str(extract(service, method, path, headers, body, query, region, account_id))

    def enforce_each(
        access_key_id: str,
        iam_action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: dict[str, Any] | None = None,
    ) -> Any:
        arns = (str(resource_arn), *resource_arn.others) if isinstance(resource_arn, Parameters) else None
        for arn in arns or (resource_arn,):
            denied = enforce(access_key_id, iam_action, service, region, arn, service_context)
            if denied is not None:
                return denied
        return None

    iam_actions.extract_resource_arn = extract_resource_arn
    iam_evaluator.enforce = enforce_each


def named(body: bytes, region: str, account_id: str) -> str:
    """Return the ARNs of a request's parameters, `*` where it names none."""
    try:
        names = [str(name).partition(":")[0].lstrip("/") for name in json.loads(body)["Names"]]
    except (ValueError, KeyError, TypeError):
        return "*"
    if not names:
        return "*"
    return Parameters(*(f"arn:aws:ssm:{region}:{account_id}:parameter/{name}" for name in names))


def by_path(body: bytes, region: str, account_id: str) -> str:
    """Return the ARN of a request's path, `*` where it names none."""
    try:
        named = json.loads(body)["Path"]
    except (ValueError, KeyError, TypeError):
        return "*"
    return f"arn:aws:ssm:{region}:{account_id}:parameter{str(named).rstrip('/')}"


_ARNS: Mapping[str, Callable[[bytes, str, str], str]] = {
    "GetParameters": named,
    "GetParametersByPath": by_path,
}
