"""Destroyed and added resources that are probably one, under a new construct id."""

from __future__ import annotations

from dataclasses import dataclass

from tools.plan_review.losses.stateful import physical_name
from tools.plan_review.plans import Action, ResourceChange

# Of the attributes that are known on both sides, so many must agree where there is no name to go by.
_LIKE = 0.8
_FEWEST_ATTRIBUTES = 3


@dataclass(frozen=True, slots=True)
class Rename:
    """A pair that looks like one resource under two addresses."""

    old: ResourceChange
    new: ResourceChange


def renames(resources: tuple[ResourceChange, ...]) -> list[Rename]:
    """Pair destroyed with added resources of the same type, the likest first, each at most once."""
    ranked = sorted(
        (
            (_likeness(old, new), old.address, new.address, old, new)
            for old in resources
            if old.action is Action.DESTROY and not old.deposed
            for new in resources
            if new.action is Action.ADD and new.type == old.type
        ),
        key=lambda each: (-each[0], each[1], each[2]),
    )
    found: dict[str, Rename] = {}
    taken: set[str] = set()
    for likeness, old_address, new_address, old, new in ranked:
        if likeness >= _LIKE and old_address not in found and new_address not in taken:
            found[old_address] = Rename(old, new)
            taken.add(new_address)
    return list(found.values())


def _likeness(old: ResourceChange, new: ResourceChange) -> float:
    name = physical_name(old)
    if name and name == physical_name(new):
        return 2.0
    known = {key: value for key, value in new.after.items() if value not in (None, "", [], {})}
    known = {key: value for key, value in known.items() if key not in ("tags", "tags_all")}
    if len(known) < _FEWEST_ATTRIBUTES:
        return 0.0
    alike = [key for key, value in known.items() if old.before.get(key) == value]
    return len(alike) / len(known)
