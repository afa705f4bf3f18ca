"""Evaluate policy documents as AWS does, as far as the project's policies go.

A statement speaks for a request where its principal, action, resource and every condition match. A request is
allowed where some statement allows it and none denies it. Anything that isn't understood raises an error, so
that no policy passes by being unreadable.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Policy = Mapping[str, Any]
Statement = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Say who asks for what, and in which circumstances.

    `principal` is a service (`events.amazonaws.com`) or an ARN; an identity policy has no principals and is
    asked with an empty one. `context` holds condition keys in any letter case.
    """

    action: str
    resource: str = "*"
    principal: str = ""
    context: Mapping[str, str] = field(default_factory=dict)


def allows(policies: Policy | Sequence[Policy], request: Request) -> bool:
    """Tell whether the policies together allow a request."""
    documents = [policies] if isinstance(policies, Mapping) else policies
    effects = {
        statement["Effect"]
        for document in documents
        for statement in statements(document)
        if speaks_for(statement, request)
    }
    return effects == {"Allow"}


def statements(policy: Policy) -> list[Statement]:
    """Return a document's statements, also where it has a single one without a list."""
    found = policy["Statement"]
    return [found] if isinstance(found, Mapping) else list(found)


def listed(value: str | Sequence[str] | None) -> list[str]:
    """Return a policy's "one or several" as a list."""
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)


def principals(statement: Statement, kind: str) -> list[str]:
    """Return a statement's principals of one kind (`Service`, `AWS`)."""
    named = statement.get("Principal", {})
    return ["*"] if named == "*" else listed(named.get(kind))


def speaks_for(statement: Statement, request: Request) -> bool:
    """Tell whether a statement applies to a request, whatever its effect."""
    unknown = set(statement) - {"Sid", "Effect", "Principal", "Action", "Resource", "Condition"}
    if unknown:
        raise ValueError(f"statement elements that the evaluator does not know: {sorted(unknown)}")
    # A trust policy alone has no resource; AWS refuses any other statement without one.
    if "Resource" not in statement and listed(statement["Action"]) != ["sts:AssumeRole"]:
        raise ValueError(f"a statement without a resource: {statement}")
    return (
        _principal_matches(statement, request.principal)
        and any(like(p.lower(), request.action.lower()) for p in listed(statement["Action"]))
        and any(like(p, request.resource) for p in listed(statement.get("Resource", "*")))
        and all(
            _condition_holds(operator, key, listed(_as_text(values)), request.context)
            for operator, tests in statement.get("Condition", {}).items()
            for key, values in tests.items()
        )
    )


def like(pattern: str, value: str) -> bool:
    """Match AWS's wildcards: `*` is any text, `?` any one character."""
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, value, re.DOTALL) is not None


def _principal_matches(statement: Statement, principal: str) -> bool:
    if "Principal" not in statement:
        return principal == ""
    everyone = [*principals(statement, "AWS"), *principals(statement, "Service")]
    if "*" in everyone or principal in everyone:
        return True
    account = principal.split(":")[4] if principal.startswith("arn:") else None
    # The root of an account stands for every identity in it, as far as their own policies go.
    return account is not None and f"arn:aws:iam::{account}:root" in everyone


def _as_text(values: Any) -> str | list[str]:
    if isinstance(values, bool):
        return str(values).lower()
    return values if isinstance(values, str) else [str(value) for value in values]


def _condition_holds(operator: str, key: str, expected: list[str], context: Mapping[str, str]) -> bool:
    name = operator.removeprefix("ForAnyValue:").removeprefix("ForAllValues:")
    optional = name.endswith("IfExists")
    name = name.removesuffix("IfExists")
    actual = {k.lower(): v for k, v in context.items()}.get(key.lower())
    if name == "Null":
        return (actual is None) == (expected == ["true"])
    if actual is None:
        return optional or "Not" in name or operator.startswith("ForAllValues:")
    match name:
        case "StringEquals":
            return actual in expected
        case "StringNotEquals":
            return actual not in expected
        case "StringLike" | "ArnLike" | "ArnEquals":
            return any(like(pattern, actual) for pattern in expected)
        case "StringNotLike" | "ArnNotLike" | "ArnNotEquals":
            return not any(like(pattern, actual) for pattern in expected)
        case "Bool":
            return actual in expected
        case "NumericLessThan":
            return float(actual) < float(expected[0])
        case _:
            raise ValueError(f"condition operator that the evaluator does not know: {operator}")
