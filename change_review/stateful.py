"""Resources that hold what can't be made again, and changes that leave them with less protection."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from change_review.attributes import shown
from change_review.plans import Action, ResourceChange, sequence

# What goes with the resource.
STATEFUL: Mapping[str, str] = {
    "aws_cloudwatch_log_group": "every log event in it",
    "aws_dynamodb_table": "every item in it, and its point-in-time recovery",
    "aws_kms_key": "everything that is encrypted with it, for good",
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
    "replace_because_tainted": "it is tainted: it was not made completely, or somebody marked it",
    "replace_by_request": "-replace asked for it",
    "replace_by_triggers": "replace_triggered_by says so",
}
_NAMES = ("bucket", "name", "function_name", "alarm_name", "queue_name", "description")


@dataclass(frozen=True, slots=True)
class Loss:
    """A stateful resource that a plan destroys or replaces."""

    resource: ResourceChange
    intended: bool

    @property
    def what(self) -> str:
        """Return what is lost with it."""
        return STATEFUL[self.resource.type]

    @property
    def why(self) -> list[str]:
        """Return what forces it, attribute by attribute where the plan names them."""
        if self.resource.deposed:
            return ["it is left over from a replacement that broke off"]
        forced = [_forced(self.resource, path) for path in self.resource.replace_paths]
        return forced or [_REASONS.get(self.resource.reason, "the plan doesn't say why")]


def lost(resources: tuple[ResourceChange, ...], intended: frozenset[str]) -> list[Loss]:
    """Return the stateful resources that a plan destroys or replaces; `intended` holds addresses."""
    return [
        Loss(each, each.address in intended)
        for each in resources
        if each.type in STATEFUL and each.action in (Action.DESTROY, Action.REPLACE)
    ]


def physical_name(resource: ResourceChange) -> str:
    """Return the name under which AWS knows a resource, if it has one that people chose."""
    values = resource.before or resource.after
    found = (values.get(name) for name in _NAMES)
    return next((name for name in found if isinstance(name, str) and name), "")


def _forced(resource: ResourceChange, path: tuple[str | int, ...]) -> str:
    name = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")
    before, after = _value(resource.before, path), _value(resource.after, path)
    if resource.change.before_sensitive or resource.change.after_sensitive:
        before, after = _unmarked(resource, path, before, after)
    change = "" if before is None and after is None else f": {shown(before)} → {shown(after)}"
    if before is not None and after is None:
        change = f": {shown(before)} → (another one, or known after apply)"
    return f"{name}{change}"


def _unmarked(
    resource: ResourceChange, path: tuple[str | int, ...], before: object, after: object
) -> tuple[object, object]:
    marks = (resource.change.before_sensitive, resource.change.after_sensitive)
    hidden = any(_touches(of, path) for of in marks)
    return (None, None) if hidden else (before, after)


def _touches(marks: Any, path: tuple[str | int, ...]) -> bool:
    """Tell whether anything on the path, at it or below it is sensitive."""
    for step in path:
        if marks is True:
            return True
        marks = _step(marks, step)
    stack = [marks]
    while stack:
        each = stack.pop()
        if each is True:
            return True
        stack.extend(each.values() if isinstance(each, dict) else sequence(each))
    return False


def _value(of: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        of = _step(of, step)
    return of


def _step(of: Any, step: str | int) -> Any:
    if isinstance(of, dict):
        return of.get(step)
    if isinstance(of, list) and isinstance(step, int) and 0 <= step < len(of):
        return of[step]
    return None


_Path = tuple[str | int, ...]


def _off(before: Any, after: Any) -> bool:
    return before is True and after is not True


def _on(before: Any, after: Any) -> bool:
    return after is True and before is not True


def _less(before: Any, after: Any) -> bool:
    if not (isinstance(before, int | float) and isinstance(after, int | float)):
        return False
    # For log groups 0 means for ever.
    return bool(before != after and after != 0 and (before == 0 or after < before))


def _not_enabled(before: Any, after: Any) -> bool:
    return bool(before == "Enabled" and after != "Enabled")


_GUARDS: tuple[tuple[str, _Path, Callable[[Any, Any], bool], str], ...] = (
    ("aws_cloudwatch_log_group", ("retention_in_days",), _less, "older log events go"),
    ("aws_dynamodb_table", ("deletion_protection_enabled",), _off, "it can be destroyed"),
    (
        "aws_dynamodb_table",
        ("point_in_time_recovery", 0, "enabled"),
        _off,
        "it can't be restored to a moment",
    ),
    ("aws_kms_key", ("deletion_window_in_days",), _less, "less time is left to undo its deletion"),
    ("aws_kms_key", ("enable_key_rotation",), _off, "it is not rotated any more"),
    ("aws_kms_key", ("is_enabled",), _off, "nothing can be decrypted"),
    ("aws_s3_bucket", ("force_destroy",), _on, "it can be destroyed with its objects"),
    (
        "aws_s3_bucket_versioning",
        ("versioning_configuration", 0, "status"),
        _not_enabled,
        "overwritten is lost",
    ),
    ("aws_sqs_queue", ("message_retention_seconds",), _less, "messages go sooner"),
)
_KEPT_BY: Mapping[str, str] = {
    "aws_s3_bucket_versioning": "overwritten and deleted objects are lost",
    "aws_s3_bucket_server_side_encryption_configuration": "the bucket's key is no longer used",
}


def protection_lowered(resources: tuple[ResourceChange, ...]) -> Iterator[str]:
    """Yield a line for each protection of data that a plan takes away or shortens."""
    for each in resources:
        if each.action is Action.DESTROY and each.type in _KEPT_BY:
            yield f"{each.address}: removed; {_KEPT_BY[each.type]}"
        if each.action is not Action.CHANGE:
            continue
        for type_, path, lowers, consequence in _GUARDS:
            before, after = _value(each.before, path), _value(each.after, path)
            if each.type == type_ and lowers(before, after):
                name = [step for step in path if isinstance(step, str)][-1]
                yield f"{each.address}: {name} {shown(before)} → {shown(after)}; {consequence}"
