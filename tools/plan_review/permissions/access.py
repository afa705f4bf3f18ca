"""Who may do what: changes of IAM, of policies of keys, buckets, queues, topics, and of public access."""

from __future__ import annotations

from dataclasses import dataclass

from tools.plan_review.attributes import AttributeChange, attribute_changes
from tools.plan_review.permissions.policies import StatementChange, policy_changes, policy_statements
from tools.plan_review.plans import Action, ResourceChange, mapping
from tools.plan_review.sensitive import holds_sealed

# Beside all of IAM, and whatever has an attribute that is a policy document.
_ABOUT_ACCESS = {
    "aws_kms_grant",
    "aws_lambda_function_url",
    "aws_lambda_permission",
    "aws_s3_account_public_access_block",
    "aws_s3_bucket_acl",
    "aws_s3_bucket_cors_configuration",
    "aws_s3_bucket_ownership_controls",
    "aws_s3_bucket_public_access_block",
}
_NO_ACCESS = {"id", "arn", "unique_id", "create_date", "tags", "tags_all", "description"}
_POLICY_ATTRIBUTES = {"policy", "assume_role_policy", "access_policy", "policy_document", "inline_policy"}


@dataclass(frozen=True, slots=True)
class AccessChange:
    """What changes of the access that one resource grants or refuses."""

    resource: ResourceChange
    statements: tuple[StatementChange, ...]
    attributes: tuple[AttributeChange, ...]
    unknown: tuple[str, ...]  # policies that are known only after the apply
    sensitive: tuple[str, ...] = ()  # policies that change, and can't be shown

    @property
    def widens(self) -> bool:
        """Return whether something may be allowed that was not, or whether that can't be known."""
        return (
            any(each.widens for each in self.statements)
            or (bool(self.unknown or self.sensitive) and self.resource.action is not Action.ADD)
            or (self.resource.type.endswith("public_access_block") and self._public_access_is_freed)
        )

    @property
    def for_anyone(self) -> bool:
        """Return whether a statement is added or changed that allows everybody, under no condition."""
        return any(each.after is not None and each.after.for_anyone for each in self.statements)

    @property
    def covered(self) -> frozenset[str]:
        """Return the attributes that are shown here and need not be shown again."""
        return frozenset(each.root for each in self.attributes) | _POLICY_ATTRIBUTES

    @property
    def _public_access_is_freed(self) -> bool:
        return self.resource.action is Action.DESTROY or any(
            each.before == "true" for each in self.attributes
        )


def access_change(resource: ResourceChange) -> AccessChange | None:
    """Return what a change does to access; None where it has nothing to do with it."""
    if resource.action in (Action.NOTHING, Action.FORGET):
        return None
    statements: list[StatementChange] = []
    unknown: list[str] = []
    sensitive: list[str] = []
    policies = set()
    for name in sorted({*resource.before, *resource.after, *mapping(resource.change.unknown)}):
        values = resource.before.get(name), resource.after.get(name)
        if any(map(holds_sealed, values)) and name in _POLICY_ATTRIBUTES:
            policies.add(name)
            if values[0] != values[1]:
                sensitive.append(name)
            continue
        before, after = map(policy_statements, values)
        if mapping(resource.change.unknown).get(name) is True:
            if before is not None or (name in _POLICY_ATTRIBUTES and _grants(resource)):
                policies.add(name)
                unknown.append(name)
        elif before is not None or after is not None:
            policies.add(name)
            statements += policy_changes(before or [], after or [])
    attributes = [
        each for each in _attributes(resource) if each.root not in policies and each.root not in _NO_ACCESS
    ]
    if not (statements or unknown or sensitive or attributes):
        return None
    return AccessChange(resource, tuple(statements), tuple(attributes), tuple(unknown), tuple(sensitive))


def _grants(resource: ResourceChange) -> bool:
    return resource.type.startswith("aws_iam_") or resource.type.endswith("_policy")


def _attributes(resource: ResourceChange) -> list[AttributeChange]:
    if not (resource.type.startswith("aws_iam_") or resource.type in _ABOUT_ACCESS):
        return []
    return [each for each in attribute_changes(resource.change) if not each.unknown]
