"""What changes between two policy documents: statements, and what each gains and loses.

A document is compared as what it means: order, one-or-many, and a statement's Sid alone make no difference.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from tools.plan_review.attributes import decoded, printable
from tools.plan_review.sensitive import holds_sealed

# Statements that share less than this are two different ones.
_ALIKE = 0.3
_SCOPE = ("Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource")
_NEGATIVE = "Not"


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement in one canonical form: each element as the set of its values, as people read them."""

    sid: str
    effect: str
    elements: Mapping[str, frozenset[str]]
    conditions: Mapping[str, frozenset[str]]

    @property
    def meaning(self) -> tuple[Any, ...]:
        """Return what tells two statements apart."""
        return self.effect, frozenset(self.elements.items()), frozenset(self.conditions.items())

    @property
    def title(self) -> str:
        """Return effect, Sid and the first of its actions."""
        actions = sorted(self.elements.get("Action", ()) or self.elements.get("NotAction", ()))
        several = ", …" if len(actions) > 2 else ""
        return " ".join(
            filter(None, [self.effect, self.sid and f"“{self.sid}”", ", ".join(actions[:2]) + several])
        )

    @property
    def lines(self) -> dict[str, frozenset[str]]:
        """Return each element and condition with its values."""
        return {**self.elements, **{f"if {key}": values for key, values in self.conditions.items()}}

    @property
    def for_anyone(self) -> bool:
        """Return whether it allows everybody, under no condition."""
        everybody = self.elements.get("Principal", frozenset()) & {"*", "AWS *"}
        return self.effect == "Allow" and bool(everybody) and not self.conditions


@dataclass(frozen=True, slots=True)
class StatementChange:
    """A statement before and after; one of them is None where it was added or removed."""

    before: Statement | None
    after: Statement | None

    @property
    def gained(self) -> list[tuple[str, list[str]]]:
        """Return what each element gains: `("Action", ["s3:PutObject"])`."""
        return _beyond(self.after, self.before)

    @property
    def lost(self) -> list[tuple[str, list[str]]]:
        """Return what each element loses."""
        return _beyond(self.before, self.after)

    @property
    def widens(self) -> bool:
        """Return whether something may be allowed that was not; where it isn't certain, it counts as such."""
        if self.before is None or self.after is None:
            effect = (self.after or self.before or _NOBODYS).effect
            return (effect != "Deny") == (self.before is None)
        if self.before.effect != self.after.effect:
            return self.after.effect != "Deny"
        deny = self.after.effect == "Deny"
        old, new = (self.after, self.before) if deny else (self.before, self.after)
        return _reaches_further(old, new)


_NOBODYS = Statement("", "Allow", {}, {})


def policy_statements(value: Any) -> list[Statement] | None:
    """Return a policy document's statements; None where it is none, or holds something sensitive."""
    document = decoded(value)
    if not isinstance(document, dict) or "Statement" not in document or holds_sealed(document):
        return None
    found = document["Statement"]
    return [
        _statement(each) for each in (found if isinstance(found, list) else [found]) if isinstance(each, dict)
    ]


def policy_changes(before: list[Statement], after: list[Statement]) -> list[StatementChange]:
    """Return the statements that differ: changed ones, then removed, then added ones."""
    kept = {each.meaning for each in before} & {each.meaning for each in after}
    old = [each for each in before if each.meaning not in kept]
    new = [each for each in after if each.meaning not in kept]
    ranked = sorted(
        ((_likeness(a, b), i, j) for (i, a), (j, b) in product(enumerate(old), enumerate(new))),
        key=lambda each: (-each[0], *each[1:]),
    )
    pairs: dict[int, int] = {}
    for likeness, i, j in ranked:
        if likeness >= _ALIKE and i not in pairs and j not in pairs.values():
            pairs[i] = j
    return [
        *(StatementChange(old[i], new[j]) for i, j in sorted(pairs.items())),
        *(StatementChange(each, None) for i, each in enumerate(old) if i not in pairs),
        *(StatementChange(None, each) for j, each in enumerate(new) if j not in pairs.values()),
    ]


def _statement(document: Mapping[str, Any]) -> Statement:
    conditions = {
        f"{printable(operator)} {printable(key)}": _values(values)
        for operator, keys in _object(document.get("Condition")).items()
        for key, values in _object(keys).items()
    }
    return Statement(
        sid=printable(str(document.get("Sid") or "")),
        effect=printable(str(document.get("Effect", "Allow"))),
        elements={name: _scope(document[name]) for name in _SCOPE if name in document},
        conditions=conditions,
    )


def _scope(value: Any) -> frozenset[str]:
    if isinstance(value, dict):  # principals by their kind
        return frozenset(f"{printable(kind)} {each}" for kind, of in value.items() for each in _values(of))
    return _values(value)


def _values(value: Any) -> frozenset[str]:
    return frozenset(
        printable(each if isinstance(each, str) else json.dumps(each, sort_keys=True))
        for each in (value if isinstance(value, list) else [value])
    )


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {"": value} if value is not None else {}


def _likeness(old: Statement, new: Statement) -> float:
    if old.effect != new.effect:
        return 0.0
    if old.sid and old.sid == new.sid:
        return 2.0
    ours = {(name, value) for name, values in old.elements.items() for value in values}
    theirs = {(name, value) for name, values in new.elements.items() for value in values}
    return len(ours & theirs) / max(1, len(ours | theirs))


def _beyond(of: Statement | None, other: Statement | None) -> list[tuple[str, list[str]]]:
    known = other.lines if other else {}
    more = [
        (name, sorted(values - known.get(name, frozenset())))
        for name, values in (of.lines if of else {}).items()
    ]
    return [(name, values) for name, values in more if values]


def _reaches_further(old: Statement, new: Statement) -> bool:
    """Return whether `new` may match a request that `old` does not."""
    if set(old.elements) != set(new.elements):
        return True  # Action became NotAction, or the like
    for name, values in new.elements.items():
        was = old.elements[name]
        if (was - values) if name.startswith(_NEGATIVE) else (values - was):
            return True
    for name, values in old.conditions.items():
        now = new.conditions.get(name)
        # One of the values has to match: fewer values are stricter, unless it says what may not be.
        if now is None or (now != values and (_NEGATIVE in name or bool(now - values))):
            return True
    return False
