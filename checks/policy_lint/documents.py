"""Every IAM document of a stack, as it will be in force, for linters of policies."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.infrastructure.policies import statements
from tests.infrastructure.stack import Resource, Stack


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One policy, and the resource that holds it."""

    stack: str
    id: str
    body: Mapping[str, Any]


def documents_of(stack: Stack) -> Iterator[Document]:
    """Yield the policies of roles, people, buckets, queues, topics and keys, and the trust of roles."""
    for resource, attribute in _holders(stack):
        body = _spelled_out(stack, resource, resource[attribute])
        yield Document(stack=stack.name, id=resource.id, body=body)


def identities_in(stack: Stack) -> set[str]:
    """Return the ids of the resources that hold the policy of a role, or one for people."""
    return {r.id for r in stack.resources if r.type in ("aws_iam_role_policy", "aws_iam_policy")}


def hcl_of(stack: Stack) -> str:
    """Return the resources that hold policies in Terraform's own language, in which checkov looks into them.

    In Terraform's JSON a policy is a text, before which half of its checks of policies give up in silence; so
    they do before an ARN that is still a reference.
    """
    blocks = []
    for resource, attribute in _holders(stack):
        plain = {k: v for k, v in resource.attributes.items() if isinstance(v, str | bool | int)}
        lines = [f"  {name} = {_literal(value)}" for name, value in plain.items()]
        lines.append(f"  {attribute} = jsonencode({_literal(resource[attribute])})")
        blocks.append("\n".join([f'resource "{resource.type}" "{resource.id}" {{', *lines, "}", ""]))
    return "\n".join(blocks)


def _holders(stack: Stack) -> Iterator[tuple[Resource, str]]:
    for resource in stack.resources:
        for attribute in ("policy", "assume_role_policy"):
            if resource.get(attribute) is not None:
                yield resource, attribute


def _literal(value: object) -> str:
    """Return JSON, which is also what HCL reads, but for the beginnings of its templates."""
    return json.dumps(value).replace("${", "$${").replace("%{", "%%{")


def _spelled_out(stack: Stack, resource: Resource, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a policy in which a role's trust and a key's `*` name the role or key that they are about.

    The linter takes every policy for that of an identity, where these words would mean everything.
    """
    if resource.type not in ("aws_iam_role", "aws_kms_key"):
        return body
    itself = stack.arn(resource)
    return {**body, "Statement": [{**statement, "Resource": itself} for statement in statements(body)]}
