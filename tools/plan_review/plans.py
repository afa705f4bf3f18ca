"""A plan as `terraform show -json` writes it, read without trusting it to be complete.

Source: https://developer.hashicorp.com/terraform/internals/json-format
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tools.plan_review.sensitive import Sealed, either, sealed

SUPPORTED_MAJOR_VERSION = "1"
# Far more than any provider's schema; beyond it a document is made to exhaust its reader.
MAX_DEPTH = 100


class PlanError(Exception):
    """The plan can't be reviewed; the message says why."""


class Action(StrEnum):
    """What becomes of a resource; the values are what people read."""

    ADD = "added"
    CHANGE = "changed in place"
    REPLACE = "replaced"
    DESTROY = "destroyed"
    FORGET = "forgotten"
    NOTHING = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Values before and after, sensitive ones sealed; `unknown` mirrors them, with True where it applies."""

    action: Action
    before: Any = None
    after: Any = None
    unknown: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceChange:
    """What a plan would do to one resource, or what happened to it outside of Terraform."""

    address: str
    type: str
    change: Change
    previous_address: str = ""
    reason: str = ""
    deposed: str = ""
    imported: bool = False
    replace_paths: tuple[tuple[str | int, ...], ...] = ()

    @property
    def action(self) -> Action:
        """Return what becomes of it."""
        return self.change.action

    @property
    def before(self) -> Mapping[str, Any]:
        """Return its attributes as they are."""
        return mapping(self.change.before)

    @property
    def after(self) -> Mapping[str, Any]:
        """Return its attributes as they would be, as far as they are known."""
        return mapping(self.change.after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything in a plan that a review is about."""

    resources: tuple[ResourceChange, ...] = ()
    # What Terraform puts off to a later plan, for want of something that it can't know yet.
    deferred: tuple[ResourceChange, ...] = ()
    drift: tuple[ResourceChange, ...] = ()
    outputs: Mapping[str, Change] = field(default_factory=dict)
    # Attributes that the configuration sets, by address: the others are only read.
    configured: Mapping[str, frozenset[str]] = field(default_factory=dict)
    complete: bool = True


def parse(text: str | bytes) -> Plan:
    """Return the plan in the output of `terraform show -json`.

    Raises:
        PlanError: It is none, of a format that is not known, or of a plan that failed.
    """
    try:
        document = json_document(text)
    except ValueError as error:
        raise PlanError(f"This is no JSON that can be read: {error}") from error
    if not isinstance(document, dict) or "format_version" not in document:
        raise PlanError("This is no plan in the format of `terraform show -json`: it has no format_version.")
    version = document["format_version"]
    if str(version).split(".")[0] != SUPPORTED_MAJOR_VERSION:
        raise PlanError(f"The plan's format is {version}; {SUPPORTED_MAJOR_VERSION}.x is understood.")
    if "values" in document and "resource_changes" not in document:
        raise PlanError("This is a state, not a plan: show a plan file with `terraform show -json FILE`.")
    if "planned_values" not in document and "resource_changes" not in document:
        raise PlanError("This holds no plan: neither planned_values nor resource_changes are in it.")
    if document.get("errored") is True:
        raise PlanError("Planning had failed: the plan is incomplete and can't be applied. Plan again.")
    return Plan(
        resources=_resources(document.get("resource_changes")),
        deferred=_resources(_deferred(document.get("deferred_changes"))),
        drift=_resources(document.get("resource_drift")),
        outputs={name: _change(of) for name, of in mapping(document.get("output_changes")).items()},
        configured=_configured(document.get("configuration")),
        complete=document.get("complete") is not False and not document.get("deferred_changes"),
    )


def json_document(text: str | bytes) -> Any:
    """Return what JSON holds.

    Raises:
        ValueError: It is none, or nested more deeply than anything that people write.
    """
    try:
        document = json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    level = [document]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return document
    raise ValueError("it is nested too deeply")


def mapping(value: Any) -> Mapping[str, Any]:
    """Return a JSON object; anything else counts as an empty one."""
    return value if isinstance(value, dict) else {}


def sequence(value: Any) -> Sequence[Any]:
    """Return a JSON list; anything else counts as an empty one."""
    return value if isinstance(value, list) else ()


def at_path(of: Any, path: Sequence[str | int]) -> Any:
    """Return what lies at a path: None where nothing does, and what is sealed where that holds it."""
    for step in path:
        if isinstance(of, Sealed):
            return of
        if isinstance(of, dict):
            of = of.get(step)
        elif isinstance(of, list) and isinstance(step, int) and 0 <= step < len(of):
            of = of[step]
        else:
            return None
    return of


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _resources(value: Any) -> tuple[ResourceChange, ...]:
    # Whatever isn't understood here might be a loss: it is never passed over.
    if not isinstance(value, list | None) or not all(map(_understood, sequence(value))):
        raise PlanError("A resource's change is not written as `terraform show -json` writes it.")
    return tuple(
        ResourceChange(
            address=each["address"],
            type=each["type"],
            change=_change(each.get("change")),
            previous_address=_text(each.get("previous_address")),
            reason=_text(each.get("action_reason")),
            deposed=_text(each.get("deposed")),
            imported=bool(mapping(each.get("change")).get("importing")),
            replace_paths=_paths(mapping(each.get("change")).get("replace_paths")),
        )
        for each in sequence(value)
        if each.get("mode") != "data"
    )


def _deferred(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    return [mapping(each).get("resource_change") for each in value]


def _understood(entry: Any) -> bool:
    named = isinstance(entry, dict) and all(isinstance(entry.get(key), str) for key in ("address", "type"))
    actions = mapping(mapping(entry).get("change")).get("actions")
    return named and isinstance(actions, list) and all(isinstance(each, str) for each in actions)


def _change(value: Any) -> Change:
    change = mapping(value)
    marks = either(change.get("before_sensitive"), change.get("after_sensitive"))
    return Change(
        action=_action(change.get("actions")),
        before=_sealed_attributes(change.get("before"), marks),
        after=_sealed_attributes(change.get("after"), marks),
        unknown=change.get("after_unknown"),
    )


def _sealed_attributes(value: Any, marks: Any) -> Any:
    # The names of a resource's attributes are no secret, and say what it is that changes.
    if marks is True and isinstance(value, dict):
        return {key: sealed(inner, True) for key, inner in value.items()}
    return sealed(value, marks)


def _action(value: Any) -> Action:
    actions = {each for each in sequence(value) if isinstance(each, str)}
    if "create" in actions:
        # With "forget" the old one is left in the account, but nothing uses it any more.
        return Action.REPLACE if actions & {"delete", "forget"} else Action.ADD
    if "delete" in actions:
        return Action.DESTROY
    if "forget" in actions:
        return Action.FORGET
    return Action.NOTHING if actions <= {"no-op", "read"} else Action.CHANGE


def _paths(value: Any) -> tuple[tuple[str | int, ...], ...]:
    # A path to the whole is written as one step, without a list.
    steps = [sequence(path) or [path] for path in sequence(value)]
    return tuple(tuple(step for step in path if isinstance(step, str | int)) for path in steps)


def _configured(value: Any) -> dict[str, frozenset[str]]:
    resources = sequence(mapping(mapping(value).get("root_module")).get("resources"))
    return {
        _text(each.get("address")): frozenset(mapping(each.get("expressions")))
        for each in map(mapping, resources)
    }
