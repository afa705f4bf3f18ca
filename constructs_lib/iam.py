"""Roles of services, policies for people, and the policy documents of everything: the only place for them.

Documents are rendered as plain JSON, not as `aws_iam_policy_document` data sources: a reviewer reads in the
synthesized JSON what AWS will be given.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol

from constructs_lib.bindings import Construct, IamPolicy, IamRole, IamRolePolicy, TerraformResource
from constructs_lib.lint import accept_finding

Conditions = Mapping[str, Mapping[str, str | Sequence[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Say where a stack is deployed, so that ARNs can be written before their resources exist."""

    account_id: str
    region: str

    def arn(self, service: str, resource: str) -> str:
        """Return the ARN of a regional resource of this account."""
        return f"arn:aws:{service}:{self.region}:{self.account_id}:{resource}"

    @property
    def root_arn(self) -> str:
        """Return the principal that stands for the account and, through IAM, for its identities."""
        return f"arn:aws:iam::{self.account_id}:root"

    @property
    def is_source(self) -> Conditions:
        """Return the condition that a service acts for this account and not for somebody else's."""
        return {"StringEquals": {"aws:SourceAccount": self.account_id}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Describe one statement of a policy; `principal` is left out in the policies of identities."""

    sid: str
    actions: Sequence[str]
    resources: Sequence[str]
    effect: Literal["Allow", "Deny"] = "Allow"
    principal: Mapping[str, str] | Literal["*"] | None = None
    conditions: Conditions = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the statement as IAM spells it, its actions sorted."""
        rendered: dict[str, Any] = {"Sid": self.sid, "Effect": self.effect}
        if self.principal is not None:
            rendered["Principal"] = self.principal
        rendered["Action"] = sorted(self.actions)
        if self.resources:
            rendered["Resource"] = list(self.resources)
        if self.conditions:
            rendered["Condition"] = self.conditions
        return rendered


def policy_document(statements: Sequence[Statement]) -> str:
    """Return the JSON text of a policy."""
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [statement.to_json() for statement in statements]}
    )


def deny_insecure_transport(action: str, resources: Sequence[str]) -> Statement:
    """Refuse a resource policy's every caller that does not use TLS."""
    return Statement(
        sid="DenyInsecureTransport",
        effect="Deny",
        principal="*",
        actions=[action],
        resources=resources,
        conditions={"Bool": {"aws:SecureTransport": "false"}},
    )


def allow_service(
    sid: str, service: str, *, actions: Sequence[str], resource: str, conditions: Conditions
) -> Statement:
    """Let an AWS service use a resource; without conditions it could be made to act for strangers."""
    return Statement(
        sid=sid,
        principal={"Service": service},
        actions=actions,
        resources=[resource],
        conditions=conditions,
    )


class Grantee(Protocol):
    """What resources grant to: a service's role, or a policy that people's roles are given."""

    def allow(self, statement: Statement) -> None:
        """Grant what a statement says; a statement of the same sid, resources and conditions is widened."""
        ...


class Grants:
    """The statements granted to one grantee, each under its sid."""

    def __init__(self, grantee_name: str) -> None:
        self._name = grantee_name
        self._statements: dict[str, Statement] = {}

    def add(self, statement: Statement) -> str:
        """Take a statement in, widening one of the same scope; return the whole document.

        Raises ValueError where the sid stands for something else already.
        """
        known = self._statements.get(statement.sid)
        if known is not None:
            same_scope = (known.resources, known.conditions) == (statement.resources, statement.conditions)
            if not same_scope:
                raise ValueError(f"two different statements of {self._name} are called {statement.sid}")
            statement = replace(statement, actions=sorted({*known.actions, *statement.actions}))
        self._statements[statement.sid] = statement
        return policy_document(list(self._statements.values()))


class ServiceRole(Construct):
    """A role that one AWS service assumes, with one inline policy that grows with each grant."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        service: str,
        description: str,
        trust_conditions: Conditions | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self._name = name
        self._grants = Grants(name)
        self._policy: IamRolePolicy | None = None
        self._role = IamRole(
            self,
            "Role",
            name=name,
            description=description,
            assume_role_policy=policy_document(
                [
                    Statement(
                        sid="AssumedByService",
                        principal={"Service": service},
                        actions=["sts:AssumeRole"],
                        # A trust policy is about the role that it belongs to.
                        resources=[],
                        conditions=trust_conditions or {},
                    )
                ]
            ),
        )
        self.arn: str = self._role.arn
        accept_finding(
            self._role,
            "CREDENTIALS_EXPOSURE",
            about="sts:assumerole",
            reason="It is the role's trust and no permission of its own: the service alone gets credentials.",
        )

    @property
    def permissions(self) -> list[TerraformResource]:
        """Return what a resource depends on that must not be created before the permissions are in force.

        Raises ValueError where nothing was granted yet.
        """
        return [self._granted_policy()]

    def accept_finding(self, check: str, *, reason: str, about: str) -> None:
        """Accept one check's finding on the role's permissions, as `lint.accept_finding` does on a resource.

        Raises ValueError where nothing was granted yet.
        """
        accept_finding(self._granted_policy(), check, reason=reason, about=about)

    def allow(self, statement: Statement) -> None:
        """Grant what a statement says; a statement of the same sid, resources and conditions is widened.

        Raises ValueError where the sid stands for something else already.
        """
        document = self._grants.add(statement)
        if self._policy is None:
            self._policy = IamRolePolicy(
                self, "Policy", name="permissions", role=self._role.name, policy=document
            )
        else:
            self._policy.policy = document

    def _granted_policy(self) -> IamRolePolicy:
        if self._policy is None:
            raise ValueError(f"nothing is granted to the role {self._name}")
        return self._policy


class ManagedPolicy(Construct):
    """A policy for people's roles, attached by the administrator of access; each grant extends it."""

    def __init__(self, scope: Construct, id_: str, *, name: str, description: str) -> None:
        super().__init__(scope, id_)
        self._name = name
        self._description = description
        self._grants = Grants(name)
        self._policy: IamPolicy | None = None

    @property
    def arn(self) -> str:
        """Return the policy's ARN. Raises ValueError where nothing was granted yet."""
        if self._policy is None:
            raise ValueError(f"nothing is granted by the policy {self._name}")
        return str(self._policy.arn)

    def allow(self, statement: Statement) -> None:
        """Grant what a statement says; a statement of the same sid, resources and conditions is widened.

        Raises ValueError where the sid stands for something else already.
        """
        document = self._grants.add(statement)
        if self._policy is None:
            self._policy = IamPolicy(
                self, "Policy", name=self._name, description=self._description, policy=document
            )
        else:
            self._policy.policy = document
