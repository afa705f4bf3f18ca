"""Authorize requests on the resources that they name, each of them, as AWS does.

MiniStack finds no resource in these requests and authorizes on `*`, where a role that may use some resources
is refused. Source: Service Authorization Reference, "Actions, resources, and condition keys",
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html and
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from ministack.core import iam_actions, iam_evaluator


class Arns(str):
    """The ARN of the first resource, with those of the others."""

    __slots__ = ("others",)
    others: tuple[str, ...]

    def __new__(cls, first: str, *others: str) -> Arns:
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
        found = _ARNS.get((service, operation))
        if found is not None:
            return found(body, region, account_id)
        return str(extract(service, method, path, headers, body, query, region, account_id))

    def enforce_each(
        access_key_id: str,
        iam_action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: dict[str, Any] | None = None,
    ) -> Any:
        arns = (str(resource_arn), *resource_arn.others) if isinstance(resource_arn, Arns) else None
        for arn in arns or (resource_arn,):
            denied = enforce(access_key_id, iam_action, service, region, arn, service_context)
            if denied is not None:
                return denied
        return None

    iam_actions.extract_resource_arn = extract_resource_arn
    iam_evaluator.enforce = enforce_each


def named_parameters(body: bytes, region: str, account_id: str) -> str:
    """Return the ARNs of a request's parameters, `*` where it names none."""
    names = [name.partition(":")[0].lstrip("/") for name in _names(body, "Names")]
    return _each(f"arn:aws:ssm:{region}:{account_id}:parameter/", names)


def parameters_by_path(body: bytes, region: str, account_id: str) -> str:
    """Return the ARN of a request's path, `*` where it names none."""
    try:
        named = json.loads(body)["Path"]
    except (ValueError, KeyError, TypeError):
        return "*"
    return f"arn:aws:ssm:{region}:{account_id}:parameter{str(named).rstrip('/')}"


def named_alarms(body: bytes, region: str, account_id: str) -> str:
    """Return the ARNs of a request's alarms, `*` where it names none."""
    return _each(f"arn:aws:cloudwatch:{region}:{account_id}:alarm:", _names(body, "AlarmNames"))


def _names(body: bytes, field: str) -> list[str]:
    try:
        return [str(name) for name in json.loads(body)[field]]
    except (ValueError, KeyError, TypeError):
        return []


def _each(prefix: str, names: list[str]) -> str:
    return Arns(*(f"{prefix}{name}" for name in names)) if names else "*"


_ARNS: Mapping[tuple[str, str], Callable[[bytes, str, str], str]] = {
    ("ssm", "GetParameters"): named_parameters,
    ("ssm", "GetParametersByPath"): parameters_by_path,
    ("monitoring", "DescribeAlarms"): named_alarms,
}
