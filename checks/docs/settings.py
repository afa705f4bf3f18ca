"""Every setting, with its value in each environment and what is allowed, as the rules say it."""

import ast
import inspect
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from checks.docs.regions import table
from constructs_lib.observability.alarms import AlarmThresholds
from stacks.delivery_settings import ApiSettings, PlaybackSettings, WebhookSettings
from stacks.settings import ENVIRONMENTS, Settings, StateSettings
from stacks.settings_rules import find_faults

_NESTED: dict[str, type[Any]] = {
    "state": StateSettings,
    "playback": PlaybackSettings,
    "api": ApiSettings,
    "webhooks": WebhookSettings,
    "alarm_thresholds": AlarmThresholds,
}
# Lists that have a place of their own in the documentation.
_ELSEWHERE = {
    "media_suffixes": "see [supported inputs](encoding.md#supported-inputs)",
    "ignored_names": "see [ignored names](failures.md#ignored-names)",
}
# No setting of its type may be one of these.
_BAD: dict[type[Any], tuple[Any, ...]] = {
    int: (-1,),
    str: ("?", "/", ""),
    type(None): ("?",),
    tuple: (("",),),
    bool: (),
}


def settings_table() -> str:
    """Return a row for each setting, those of nested settings by their dotted names."""
    return table(
        "setting | value | allowed",
        (
            (f"`{name}`<br>{meaning}" if meaning else f"`{name}`", _value(name), allowed(name))
            for name, meaning in _names()
        ),
    )


def overrides_table() -> str:
    """Return the variables that override a setting for one synthesis."""
    from main import OVERRIDES

    return table(
        "parameter | variable | setting | allowed",
        (
            (_parameter(variable), f"`{variable}`", f"`{name}`", allowed(name))
            for variable, name in OVERRIDES.items()
        ),
    )


def _parameter(variable: str) -> str:
    """Return what people call the setting of a variable: its words without spaces."""
    return variable.title().replace("_", "").replace("Mediaconvert", "MediaConvert")


def allowed(name: str) -> str:
    """Return what the rules say is allowed, by breaking them; an empty text where there is no rule."""
    settings = ENVIRONMENTS["dev"]
    if isinstance(_get(settings, name), bool):
        return "`True` or `False`"
    for bad in _BAD[type(_get(settings, name))]:
        for fault in find_faults(_with(settings, name, bad)):
            if fault.field == name:
                return fault.allowed
    return ""


def _names() -> Iterator[tuple[str, str]]:
    for field, meaning in _documented(Settings):
        if field in _NESTED:
            yield from ((f"{field}.{inner}", words) for inner, words in _documented(_NESTED[field]))
        else:
            yield field, meaning


def _documented(owner: type[Any]) -> Iterator[tuple[str, str]]:
    """Yield each field of a dataclass with the first paragraph of the docstring below it."""
    (body,) = ast.parse(inspect.getsource(owner)).body
    assert isinstance(body, ast.ClassDef)
    assert is_dataclass(owner)
    meanings = {}
    for node, after in zip(body.body, [*body.body[1:], None], strict=True):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            is_text = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
            text = inspect.cleandoc(str(after.value.value)) if is_text else ""  # type: ignore[union-attr]
            meanings[node.target.id] = text.split("\n\n")[0]
    for field in fields(owner):
        yield field.name, meanings[field.name]


def _get(settings: Settings, name: str) -> Any:
    value: Any = settings
    for part in name.split("."):
        value = getattr(value, part)
    return value


def _with(settings: Settings, name: str, value: Any) -> Settings:
    """Return settings in which one has another value, of whatever type."""
    outer, _, inner = name.partition(".")
    changes: dict[str, Any] = {outer: replace(getattr(settings, outer), **{inner: value}) if inner else value}
    return replace(settings, **changes)


def _value(name: str) -> str:
    """Return a setting's value, or one for each environment where they differ."""
    if name in _ELSEWHERE:
        return _ELSEWHERE[name]
    of = {environment: _shown(_get(settings, name)) for environment, settings in ENVIRONMENTS.items()}
    if len(set(of.values())) == 1:
        return next(iter(of.values()))
    alike: dict[str, list[str]] = {}
    for environment, value in of.items():
        alike.setdefault(value, []).append(environment)
    return "<br>".join(f"{', '.join(names)}: {value}" for value, names in alike.items())


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(f"`{part}`" for part in value)
    if isinstance(value, bool) or value is None:
        return f"`{value}`"
    return f"{value:,}" if isinstance(value, int) else f"`{value or '(empty)'}`"
