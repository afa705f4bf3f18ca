"""What differs between two values of a resource, attribute by attribute, safe and short enough to show."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tools.plan_review.plans import (
    Change,
    json_document,
    mapping,
    sequence,
)
from tools.plan_review.sensitive import SENSITIVE, Sealed, any_marked

VALUE_CHARACTERS = 120
UNKNOWN = "(known after apply)"
ABSENT = "(none)"
# So much of what two long values share is shown before the place where they part.
_CONTEXT_CHARACTERS = 30
# Deeper than any resource's schema; what lies below is compared as a whole.
_MAX_DEPTH = 24
_EMPTY: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True, slots=True)
class AttributeChange:
    """One attribute's change. `before` or `after` is empty where items were only added or only taken out."""

    path: str
    before: str
    after: str

    @property
    def root(self) -> str:
        """Return the name of the resource's own attribute that this is a part of."""
        return self.path.split(".")[0].split("[")[0]

    @property
    def unknown(self) -> bool:
        """Return whether what it will be is known only after the apply."""
        return self.after == UNKNOWN


def attribute_changes(change: Change) -> list[AttributeChange]:
    """Return every attribute that differs; JSON within strings is compared as what it means."""
    found = list(_differences("", change.before, change.after, change.unknown, 0))
    tags = {(each.path, each.before, each.after) for each in found if each.root == "tags"}
    # The provider mirrors each tag.
    return [
        each
        for each in found
        if each.root != "tags_all"
        or (each.path.replace("tags_all", "tags", 1), each.before, each.after) not in tags
    ]


def shown(value: Any) -> str:
    """Return a value for people: JSON on one line, cut, with nothing in it that a terminal obeys."""
    return cut(_json(value))


def printable(text: str) -> str:
    """Return a text in which every character that isn't printable is spelled out."""
    return "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in text)


def decoded(value: Any) -> Any:
    """Return what a text of JSON holds, where that is an object or a list; else the value itself."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            return json_document(value)
        except ValueError:
            return value
    return value


def _differences(path: str, before: Any, after: Any, unknown: Any, depth: int) -> Iterator[AttributeChange]:
    if isinstance(before, Sealed) or isinstance(after, Sealed):
        yield from _sensitive_difference(path, before, after, unknown)
        return
    if unknown is True:
        yield AttributeChange(path or "value", shown(before), UNKNOWN)
        return
    before, after = _both_decoded(before, after)
    if isinstance(before, dict) and isinstance(after, dict) and depth < _MAX_DEPTH:
        for key in sorted({*before, *after, *mapping(unknown)}):
            inner = f"{path}.{_name(key)}" if path else _name(key)
            yield from _differences(inner, before.get(key), after.get(key), _at(unknown, key), depth + 1)
    elif isinstance(before, list) and isinstance(after, list) and depth < _MAX_DEPTH:
        yield from _list_differences(path, before, after, unknown, depth)
    elif before != after and not (before in _EMPTY and after in _EMPTY):
        yield AttributeChange(path or "value", *_pair(before, _with_unknown(after, unknown)))


def _sensitive_difference(path: str, before: Any, after: Any, unknown: Any) -> Iterator[AttributeChange]:
    if unknown is True or before != after:
        another = SENSITIVE if before is None else f"{SENSITIVE}, another one"
        now = UNKNOWN if unknown is True else ABSENT if after is None else another
        yield AttributeChange(path or "value", ABSENT if before is None else SENSITIVE, now)


def _list_differences(
    path: str, before: list[Any], after: list[Any], unknown: Any, depth: int
) -> Iterator[AttributeChange]:
    gone, come = list(_missing(before, after)), list(_missing(after, before))
    blocks = any(isinstance(each, dict | list) for each in [*before, *after])
    # Where items keep their places, each is compared with itself; else it may be a set, and they come and go.
    in_place = [index for index, _ in gone] == [index for index, _ in come]
    if len(before) == len(after) and in_place and (blocks or unknown):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _differences(f"{path}[{index}]", old, new, _at(unknown, index), depth + 1)
        return
    for _, old in gone:
        yield AttributeChange(path or "value", shown(old), "")
    for index, new in come:
        yield AttributeChange(path or "value", "", shown(_with_unknown(new, _at(unknown, index))))
    for index in range(len(after), len(sequence(unknown))):
        if _at(unknown, index) is True:
            yield AttributeChange(path or "value", "", UNKNOWN)


def _missing(of: Sequence[Any], elsewhere: Sequence[Any]) -> Iterator[tuple[int, Any]]:
    # Sets have no order, and a list in another order is shown as nothing rather than as everything.
    left = list(elsewhere)
    for index, item in enumerate(of):
        if item in left:
            left.remove(item)
        else:
            yield index, item


def _both_decoded(before: Any, after: Any) -> tuple[Any, Any]:
    old, new = decoded(before), decoded(after)
    return (old, new) if type(old) is type(new) else (before, after)


def _with_unknown(value: Any, unknown: Any) -> Any:
    if unknown is True:
        return UNKNOWN
    if isinstance(value, dict) and isinstance(unknown, dict):
        keys = [*value, *(key for key in unknown if key not in value and any_marked(unknown[key]))]
        return {key: _with_unknown(value.get(key), unknown.get(key)) for key in keys}
    if isinstance(value, list) and isinstance(unknown, list):
        return [_with_unknown(inner, _at(unknown, index)) for index, inner in enumerate(value)]
    return value


def _at(marks: Any, key: str | int) -> Any:
    if isinstance(marks, dict):
        return marks.get(key) if isinstance(key, str) else None
    if isinstance(marks, list) and isinstance(key, int):
        return marks[key] if key < len(marks) else None
    # True holds for all that is below.
    return marks if marks is True else None


def _name(key: str) -> str:
    plain = key.replace("-", "_").replace("/", "_").isidentifier()
    return key if plain else printable(json.dumps(key, ensure_ascii=False))


def _pair(before: Any, after: Any) -> tuple[str, str]:
    old, new = _json(before), _json(after)
    shared = next(
        (i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), len(min(old, new, key=len))
    )
    start = max(0, shared - _CONTEXT_CHARACTERS)
    if start and max(len(old), len(new)) > VALUE_CHARACTERS:
        return f"…{cut(old[start:])}", f"…{cut(new[start:])}"
    return cut(old), cut(new)


def _json(value: Any) -> str:
    if value is None:
        return ABSENT
    if isinstance(value, Sealed) or value == UNKNOWN:
        return str(value)
    return printable(json.dumps(value, ensure_ascii=False, sort_keys=True, default=str))


def cut(text: str) -> str:
    """Return the beginning of a text, and how long it is where that isn't all."""
    if len(text) <= VALUE_CHARACTERS:
        return text
    return f"{text[:VALUE_CHARACTERS]}… ({len(text):,} characters)"
