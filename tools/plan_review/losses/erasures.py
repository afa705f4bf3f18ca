"""Changes of settings that delete data, though the resource that holds it stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tools.plan_review.attributes import shown
from tools.plan_review.losses import lifecycle
from tools.plan_review.plans import (
    Action,
    ResourceChange,
    at_path,
    mapping,
)
from tools.plan_review.sensitive import holds_sealed

_LIFECYCLES = ("aws_s3_bucket_lifecycle_configuration", "aws_s3_bucket")


@dataclass(frozen=True, slots=True)
class _Deletion:
    """A setting whose change deletes data, or makes it unreadable."""

    path: tuple[str | int, ...]
    deletes: Callable[[Any, Any], bool]
    consequence: str


def fewer(before: Any, after: Any) -> bool:
    """Return whether a number of days or seconds shrinks; 0 stands for ever, as log groups write it."""
    if not (isinstance(before, int | float) and isinstance(after, int | float)):
        return False
    return bool(before != after and after != 0 and (before == 0 or after < before))


def turned_off(before: Any, after: Any) -> bool:
    """Return whether a switch goes off."""
    return before is True and after is not True


_DELETIONS: Mapping[str, tuple[_Deletion, ...]] = {
    # Source: CloudWatch Logs, PutRetentionPolicy: older events are deleted.
    "aws_cloudwatch_log_group": (_Deletion(("retention_in_days",), fewer, "older log events are deleted"),),
    # Source: DynamoDB Streams keeps records of 24 hours while the stream is on.
    "aws_dynamodb_table": (
        _Deletion(("stream_enabled",), turned_off, "stream records that nothing has read are lost"),
    ),
    # Source: KMS guide, "Enabling and disabling keys".
    "aws_kms_key": (
        _Deletion(("is_enabled",), turned_off, "nothing that is encrypted with it can be decrypted"),
    ),
    # Source: SQS API, SetQueueAttributes: a shorter MessageRetentionPeriod can delete messages of the queue.
    "aws_sqs_queue": (
        _Deletion(("message_retention_seconds",), fewer, "messages that waited longer are deleted"),
    ),
}


def erased(resource: ResourceChange, buckets_added: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield a line for each setting of a resource that deletes data which would have stayed.

    `buckets_added` names the buckets that the same plan makes: what is empty has nothing to lose.
    """
    if resource.action in (Action.ADD, Action.REPLACE, Action.CHANGE) and resource.type in _LIFECYCLES:
        yield from _expiries(resource, buckets_added)
    if resource.action is not Action.CHANGE:
        return
    for each in _DELETIONS.get(resource.type, ()):
        before, after = at_path(resource.before, each.path), at_path(resource.after, each.path)
        if holds_sealed(before) or holds_sealed(after):
            if before != after:
                yield f"{each.path[0]} is sensitive, and changes; it may be that {each.consequence}"
        elif each.deletes(before, after):
            yield f"{each.path[0]}: {shown(before)} → {shown(after)}; {each.consequence}"
    if resource.type == "aws_dynamodb_table":
        yield from _time_to_live(resource)


def _expiries(resource: ResourceChange, buckets_added: frozenset[str]) -> Iterator[str]:
    bucket = resource.after.get("bucket")
    # A bucket whose name isn't known yet is being made; a name that is none is compared, not hashed.
    if resource.action is not Action.CHANGE and (bucket is None or bucket in [*buckets_added]):
        return
    if resource.type == "aws_s3_bucket" and resource.action is not Action.CHANGE:
        return
    if any(map(lifecycle.unreadable, (resource.before, resource.after))):
        if any(resource.before.get(name) != resource.after.get(name) for name in ("rule", "lifecycle_rule")):
            yield "its rules are sensitive, and change; it may be that they delete objects sooner"
    elif mapping(resource.change.unknown).get("rule") is True:
        yield "its rules are known only after the apply; it may be that they delete objects sooner"
    else:
        yield from lifecycle.deletions(resource.before, resource.after)


def _time_to_live(resource: ResourceChange) -> Iterator[str]:
    # Source: DynamoDB guide, "Using time to live (TTL)": items whose attribute lies in the past are deleted
    # within days, and old items may have carried it long before it was switched on.
    before, after = (at_path(of, ("ttl", 0)) for of in (resource.before, resource.after))
    if holds_sealed(before) or holds_sealed(after):
        if before != after:
            yield "ttl is sensitive, and changes; items may be deleted"
        return
    old, new = mapping(before), mapping(after)
    if new.get("enabled") is not True:
        return
    attribute = shown(new.get("attribute_name"))
    if old.get("enabled") is not True:
        yield f"ttl is switched on: items whose {attribute} lies in the past are deleted"
    elif old.get("attribute_name") != new.get("attribute_name"):
        yield (
            f"ttl moves from {shown(old.get('attribute_name'))} to {attribute}: items whose {attribute} lies "
            "in the past are deleted"
        )
