"""Sensitive values, sealed when a plan is read: what is sealed can be compared, and can't be shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

SENSITIVE = "(sensitive)"


@dataclass(frozen=True, slots=True, repr=False)
class Sealed:
    """A sensitive value: equal to another one of the same content, and shown as `(sensitive)`."""

    _content: Any = field(hash=False)

    def __str__(self) -> str:
        return SENSITIVE

    __repr__ = __str__


def sealed(value: Any, marks: Any) -> Any:
    """Return a value whose sensitive parts are sealed.

    `marks` mirrors the value with True where something is sensitive, as Terraform writes it. Where its shape
    is another one than the value's, all of the value is sealed. None stays None: nothing is there to hide.
    """
    if value is None:
        return None
    if marks is True:
        return Sealed(value)
    if not any_marked(marks):
        return value
    if isinstance(value, dict) and isinstance(marks, dict):
        return {key: sealed(inner, marks.get(key)) for key, inner in value.items()}
    if isinstance(value, list) and isinstance(marks, list):
        return [sealed(inner, _at(marks, index)) for index, inner in enumerate(value)]
    return Sealed(value)


def either(one: Any, other: Any) -> Any:
    """Return marks with True wherever one of two has it.

    What is sensitive on one side of a change is hidden on both: what becomes sensitive is a secret already.
    """
    if one is True or other is True:
        return True
    if isinstance(one, dict) and isinstance(other, dict):
        return {key: either(one.get(key), other.get(key)) for key in {*one, *other}}
    if isinstance(one, list) and isinstance(other, list):
        return [either(_at(one, index), _at(other, index)) for index in range(max(len(one), len(other)))]
    if any_marked(one) and any_marked(other):
        return True
    return one if any_marked(one) else other


def holds_sealed(value: Any) -> bool:
    """Return whether anything in a value is sealed."""
    if isinstance(value, dict):
        return any(map(holds_sealed, value.values()))
    return any(map(holds_sealed, value)) if isinstance(value, list) else isinstance(value, Sealed)


def any_marked(marks: Any) -> bool:
    """Return whether marks have True anywhere."""
    if isinstance(marks, dict):
        return any(map(any_marked, marks.values()))
    return any(map(any_marked, marks)) if isinstance(marks, list) else marks is True


def _at(marks: list[Any], index: int) -> Any:
    return marks[index] if index < len(marks) else None
