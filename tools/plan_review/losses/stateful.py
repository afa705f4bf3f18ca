"""Resources that hold what can't be made again, and what a plan takes from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tools.plan_review.attributes import shown
from tools.plan_review.losses.erasures import erased
from tools.plan_review.plans import Action, ResourceChange, at_path
from tools.plan_review.sensitive import holds_sealed

# What goes with the resource.
STATEFUL: Mapping[str, str] = {
    "aws_cloudwatch_log_group": "every log event in it",
    "aws_cognito_user_pool": "every user in it, with passwords and second factors, for good",
    "aws_dynamodb_table": "every item in it, and its point-in-time recovery",
    "aws_kms_key": "everything that is encrypted or signed with it, for good",
    "aws_s3_bucket": "every object and version in it",
    "aws_sqs_queue": "every message in it",
}

_REASONS: Mapping[str, str] = {
    "delete_because_no_resource_config": "it is no longer in the configuration",
    "delete_because_no_module": "its module is no longer in the configuration",
    "delete_because_no_move_target": "it was moved to an address that is not in the configuration",
    "delete_because_wrong_repetition": "count or for_each came or went",
    "delete_because_count_index": "count is lower",
    "delete_because_each_key": "its key is no longer in for_each",
    "replace_because_cannot_update": "it can't be changed in place",
    "replace_because_tainted": "it is tainted: it was not made completely, or was marked by hand",
    "replace_by_request": "-replace asked for it",
    "replace_by_triggers": "replace_triggered_by says so",
}
_NAMES = ("bucket", "name", "function_name", "alarm_name", "queue_name", "description")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Data that a plan deletes: with a stateful resource, or by a change of its settings."""

    resource: ResourceChange
    intended: bool
    what: str  # what goes; empty where `why` says it
    why: tuple[str, ...]


def lost(resources: tuple[ResourceChange, ...], intended: frozenset[str]) -> list[Loss]:
    """Return the losses of a plan's resources; `intended` holds addresses."""
    added = frozenset(
        name
        for each in resources
        if each.action is Action.ADD and each.type == "aws_s3_bucket"
        if (name := physical_name(each))
    )
    return [
        Loss(resource=each, intended=each.address in intended, what=what, why=why)
        for each in resources
        for what, why in _loss_of(each, added)
    ]


def _loss_of(
    resource: ResourceChange, buckets_added: frozenset[str]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    if resource.type in STATEFUL and resource.action in (Action.DESTROY, Action.REPLACE):
        yield STATEFUL[resource.type], tuple(_forcing(resource))
    elif why := tuple(erased(resource, buckets_added)):
        yield "", why


def physical_name(resource: ResourceChange) -> str:
    """Return the name under which AWS knows a resource, if it has one that people chose."""
    values = resource.before or resource.after
    found = (values.get(name) for name in _NAMES)
    return next((name for name in found if isinstance(name, str) and name), "")


def _forcing(resource: ResourceChange) -> list[str]:
    """Return what forces it, attribute by attribute where the plan names them."""
    if resource.deposed:
        return ["it is left over from a replacement that broke off"]
    forced = [_forced(resource, path) for path in resource.replace_paths]
    return forced or [_REASONS.get(resource.reason, "the plan doesn't say why")]


def _forced(resource: ResourceChange, path: tuple[str | int, ...]) -> str:
    name = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")
    before, after = (_shown_at(of, path) for of in (resource.before, resource.after))
    if before is None and after is None:
        return name
    if after is None:
        return f"{name}: {shown(before)} → (another one, or known after apply)"
    return f"{name}: {shown(before)} → {shown(after)}"


def _shown_at(of: Any, path: tuple[str | int, ...]) -> Any:
    value = at_path(of, path)
    return None if holds_sealed(value) else value
