"""Declare frozen values: the standard library's `dataclass`, at a fraction of its cost at import.

The standard one compiles six methods for each class that it makes frozen, and makes the class once more for
its slots. For some eighty classes that took half of what a function's cold start added to that of its
libraries. Here the classes share the methods, which go by the fields that the standard library collects:
`fields`, `replace` and `asdict` work as ever, and mypy sees the standard decorator. An attribute that is no
field can't be set either way. What is not frozen, slotted and keyword-only is left to the standard one.
"""

import dataclasses
from collections.abc import Callable
from dataclasses import MISSING, FrozenInstanceError
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(**flags: bool) -> Callable[[type], type]:
        """Return the decorator that makes a class a dataclass with these flags."""
        if flags == {"frozen": True, "slots": True, "kw_only": True}:
            return _frozen
        return dataclasses.dataclass(**flags)


def _frozen(cls: type) -> type:
    collect = dataclasses.dataclass(init=False, repr=False, eq=False, kw_only=True)
    made: type = collect(cls)
    for method in _SHARED:
        # A class that is given a method of its own keeps it.
        if getattr(made, method.__name__) is getattr(object, method.__name__):
            setattr(made, method.__name__, method)
    return made


def __init__(self: Any, **values: Any) -> None:
    fields = dataclasses.fields(self)
    for field in fields:
        if field.name not in values:
            values[field.name] = _default(self, field)
    if len(values) > len(fields):
        unknown = values.keys() - {field.name for field in fields}
        raise TypeError(f"{type(self).__name__} has no {', '.join(sorted(unknown))}")
    vars(self).update(values)


def _default(value: Any, field: dataclasses.Field[Any]) -> Any:
    if field.default is not MISSING:
        return field.default
    if field.default_factory is not MISSING:
        return field.default_factory()
    raise TypeError(f"{type(value).__name__} is made without {field.name}")


def __repr__(self: Any) -> str:
    shown = (
        f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr
    )
    return f"{type(self).__qualname__}({', '.join(shown)})"


def __eq__(self: Any, other: object) -> bool:
    return _compared(self) == _compared(other) if type(other) is type(self) else NotImplemented


def __hash__(self: Any) -> int:
    return hash(_compared(self))


def _compared(value: Any) -> tuple[Any, ...]:
    return tuple(getattr(value, name) for name in _names(value, "compare"))


def _names(value: Any, use: str) -> list[str]:
    return [field.name for field in dataclasses.fields(value) if getattr(field, use)]


def __setattr__(self: Any, name: str, value: Any) -> NoReturn:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def __delattr__(self: Any, name: str) -> NoReturn:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


_SHARED = (__init__, __repr__, __eq__, __hash__, __setattr__, __delattr__)
