"""Indexes of tables that a plan makes and removes: no item is lost, but queries of one that goes fail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tools.plan_review.plans import (
    Action,
    ResourceChange,
    mapping,
    sequence,
)
from tools.plan_review.sensitive import holds_sealed
from tools.plan_review.wording import code

_ATTRIBUTE = "global_secondary_index"


def index_changes(resources: tuple[ResourceChange, ...]) -> Iterator[str]:
    """Yield a sentence for each index that an in-place change of a table makes, removes or makes anew.

    DynamoDB makes and removes one index at a time, so that such an apply takes minutes. Source: DynamoDB API,
    UpdateTable
    """
    for each in resources:
        if each.type != "aws_dynamodb_table" or each.action is not Action.CHANGE or _is_sealed(each):
            continue
        before, after = _indexes(each.before), _indexes(each.after)
        for name in sorted(before.keys() | after.keys()):
            place = f"{code(each.address)}: index {code(name)}"
            if name not in after:
                yield f"{place} is removed. No item is lost; what queries it fails from then on"
            elif name not in before:
                yield f"{place} is made from the items that are there, if they have its key's attributes"
            elif _keys(before[name]) != _keys(after[name]):
                yield f"{place} is removed and made anew. No item is lost; meanwhile queries of it fail"


def _indexes(values: Any) -> dict[str, Any]:
    found = map(mapping, sequence(mapping(values).get(_ATTRIBUTE)))
    return {str(index.get("name")): index for index in found}


def _keys(index: Any) -> tuple[Any, ...]:
    projected = sorted(str(name) for name in sequence(index.get("non_key_attributes")))
    return index.get("hash_key"), index.get("range_key"), index.get("projection_type"), projected


def _is_sealed(resource: ResourceChange) -> bool:
    return any(holds_sealed(mapping(values).get(_ATTRIBUTE)) for values in (resource.before, resource.after))
