"""Grants of the synthesized roles, and the calls that the local AWS saw, over the same ARNs."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sandbox.local_aws.iam_calls import IamCall, without_names
from sandbox.runtime.endpoints import ACCOUNT_ID as SANDBOX_ACCOUNT_ID
from tests.infrastructure.policies import like, listed, statements
from tests.infrastructure.stack import ACCOUNT_ID, Stack

# AWS chooses the ids of keys and distributions; a stack that is not deployed has made-up ones.
_CHOSEN_BY_AWS = re.compile(r"(:(?:key|distribution)/)[\w-]+$")


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """One action that a statement of a role's policy allows, on the statement's resources."""

    role: str
    sid: str
    action: str
    resources: tuple[str, ...]

    def covers(self, call: IamCall) -> bool:
        """Return whether the grant is what allows a call.

        Calls are noted without the names within a resource: where one was allowed, so may be a grant for some
        of them; where one was refused, it may have been about any other.
        """
        resources = [*self.resources, *(map(without_names, self.resources) if call.allowed else ())]
        return (
            call.role == self.role
            and like(self.action.lower(), call.action.lower())
            and any(like(resource, call.resource) for resource in resources)
        )


def grants_of(stack: Stack) -> list[Grant]:
    """Return every grant of every role of a stack, sorted."""
    found = []
    for role in stack.of("aws_iam_role"):
        for policy in stack.policies_of(stack.arn(role)):
            for statement in statements(policy):
                if statement["Effect"] != "Allow":
                    raise ValueError(f"the report knows no denials: {statement}")
                resources = tuple(_without_id(each) for each in listed(statement["Resource"]))
                found += [
                    Grant(role["name"], statement["Sid"], action, resources)
                    for action in listed(statement["Action"])
                ]
    return sorted(found)


def in_the_stacks_account(calls: Iterable[IamCall]) -> set[IamCall]:
    """Return the calls with the account that `Stack` makes up in place of the sandbox's."""
    return {
        IamCall(
            call.role,
            call.action,
            _without_id(call.resource)
            .replace(f":{SANDBOX_ACCOUNT_ID}:", f":{ACCOUNT_ID}:")
            .replace(f"-{SANDBOX_ACCOUNT_ID}-", f"-{ACCOUNT_ID}-"),
            call.allowed,
        )
        for call in calls
    }


def _without_id(arn: str) -> str:
    return _CHOSEN_BY_AWS.sub(r"\1chosen-by-aws", arn)


def component(role: str) -> str:
    """Return a role's part of the pipeline, which its name tells: `ingest-orchestrator`."""
    return role.removeprefix("media-pipeline-").rpartition("-")[0]
