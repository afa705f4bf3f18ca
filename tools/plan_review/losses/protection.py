"""Changes after which data is still there, but easier to lose."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tools.plan_review.attributes import printable, shown
from tools.plan_review.losses import lifecycle
from tools.plan_review.losses.erasures import fewer, turned_off
from tools.plan_review.losses.stateful import STATEFUL
from tools.plan_review.plans import (
    Action,
    ResourceChange,
    at_path,
    mapping,
)
from tools.plan_review.sensitive import holds_sealed

_Path = tuple[str | int, ...]


def _turned_on(before: Any, after: Any) -> bool:
    return after is True and before is not True


def _no_longer_enabled(before: Any, after: Any) -> bool:
    return bool(before == "Enabled" and after != "Enabled")


def _no_longer_active(before: Any, after: Any) -> bool:
    return bool(before == "ACTIVE" and after != "ACTIVE")


def _taken_away(before: Any, after: Any) -> bool:
    return bool(before) and not after


_GUARDS: tuple[tuple[str, _Path, Callable[[Any, Any], bool], str], ...] = (
    ("aws_dynamodb_table", ("deletion_protection_enabled",), turned_off, "it can be destroyed"),
    (
        "aws_dynamodb_table",
        ("point_in_time_recovery", 0, "enabled"),
        turned_off,
        "it can't be restored to a moment",
    ),
    (
        "aws_dynamodb_table",
        ("point_in_time_recovery", 0, "recovery_period_in_days"),
        fewer,
        "earlier moments can't be restored",
    ),
    (
        "aws_cognito_user_pool",
        ("deletion_protection",),
        _no_longer_active,
        "it can be deleted with its users",
    ),
    ("aws_kms_key", ("deletion_window_in_days",), fewer, "less time is left to undo its deletion"),
    ("aws_kms_key", ("enable_key_rotation",), turned_off, "it is not rotated any more"),
    ("aws_s3_bucket", ("force_destroy",), _turned_on, "it can be destroyed with its objects"),
    (
        "aws_s3_bucket_versioning",
        ("versioning_configuration", 0, "status"),
        _no_longer_enabled,
        "what is overwritten or deleted is lost",
    ),
    (
        "aws_s3_bucket_object_lock_configuration",
        ("rule", 0, "default_retention", 0, "days"),
        fewer,
        "objects can be deleted sooner",
    ),
    ("aws_sqs_queue", ("redrive_policy",), _taken_away, "messages that fail again and again are lost"),
    (
        "aws_cloudwatch_event_target",
        ("dead_letter_config",),
        _taken_away,
        "undelivered events are lost",
    ),
    ("aws_lambda_function", ("dead_letter_config",), _taken_away, "events that fail are lost"),
)
# Resources that protect another one; what follows when they go.
_PROTECTING: Mapping[str, str] = {
    "aws_backup_selection": "it is not backed up any more",
    "aws_s3_bucket_object_lock_configuration": "objects can be deleted sooner",
    "aws_s3_bucket_replication_configuration": "objects are not replicated any more",
    "aws_s3_bucket_server_side_encryption_configuration": "the bucket's key is no longer used",
    "aws_s3_bucket_versioning": "overwritten and deleted objects are lost",
    "aws_sqs_queue_redrive_policy": "messages that fail again and again are lost",
}


def protection_lowered(resources: tuple[ResourceChange, ...]) -> Iterator[str]:
    """Yield a line for each protection of data that changes take away or shorten."""
    for each in resources:
        if each.action in (Action.DESTROY, Action.FORGET) and each.type in _PROTECTING:
            fate = "removed" if each.action is Action.DESTROY else "no longer managed"
            yield f"{printable(each.address)}: {fate}; {_PROTECTING[each.type]}"
        if each.action is Action.FORGET and each.type in STATEFUL:
            yield f"{printable(each.address)}: no longer managed; nothing here protects it any more"
        if each.action in (Action.CHANGE, Action.REPLACE):
            yield from _guards_lowered(each)
        if each.type == "aws_s3_bucket_lifecycle_configuration" and each.action is Action.CHANGE:
            yield from (
                f"{printable(each.address)}: {line}" for line in lifecycle.freezings(each.before, each.after)
            )


def _guards_lowered(resource: ResourceChange) -> Iterator[str]:
    for type_, path, lowers, consequence in _GUARDS:
        # What is known only after the apply is there; it may be another one.
        if resource.type != type_ or (lowers is _taken_away and _unknown(resource.change.unknown, path)):
            continue
        before, after = at_path(resource.before, path), at_path(resource.after, path)
        hidden = holds_sealed(before) or holds_sealed(after)
        name = [step for step in path if isinstance(step, str)][-1]
        if hidden and before != after and after:
            what = f"{name} is sensitive, and changes"
            yield f"{printable(resource.address)}: {what}; it may be that {consequence}"
        elif lowers(before, after):
            yield f"{printable(resource.address)}: {name} {shown(before)} → {shown(after)}; {consequence}"


def _unknown(unknown: Any, path: _Path) -> bool:
    """Return whether what lies at a path is known only after the apply."""
    for step in path:
        if unknown is True:
            return True
        unknown = mapping(unknown).get(step) if isinstance(step, str) else at_path(unknown, (step,))
    return unknown is True
