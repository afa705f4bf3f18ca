"""Declare frozen values: the standard library's `dataclass`, at a fraction of its cost at import.

The standard one compiles six methods for each class that it makes frozen, and makes the class once more for
its slots. That took about a third of what this package adds to the cold start of its libraries. Here the
classes share the methods, which go by the fields that the standard library collects: `fields`, `replace` and
`asdict` work as ever, and mypy sees the standard decorator. An attribute that is no field can't be set either
way. What the shared methods don't do (`__post_init__`, a field's `init` and `hash`) is refused where a class
is declared. What is not frozen, slotted and keyword-only is left to the standard decorator.
"""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import MISSING, FrozenInstanceError
from functools import cache
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
    made: Any = collect(cls)
    if hasattr(made, "__post_init__"):
        raise TypeError(f"{cls.__name__}.__post_init__ would not be called")
    for field in dataclasses.fields(made):
        if not field.init or field.hash is not None:
            raise TypeError(f"{cls.__name__}.{field.name}: `init` and `hash` of a field are not supported")
    for method in _SHARED:
        # A class that is given a method of its own keeps it; one with an `__eq__` has a `__hash__` of None.
        if vars(made).get(method.__name__) is None:
            setattr(made, method.__name__, method)
    return cls


def __init__(self: Any, *positional: Any, **values: Any) -> None:
    if positional:
        raise TypeError(f"{type(self).__name__} takes its fields by their names alone")
    fields = _fields(self.__class__)
    if values.keys() != fields.keys():
        for name, field in fields.items():
            if name not in values:
                values[name] = _default(self, field)
        if unknown := values.keys() - fields.keys():
            raise TypeError(f"{type(self).__name__} has no {', '.join(sorted(unknown))}")
    vars(self).update(values)


@cache
def _fields(cls: type) -> Mapping[str, dataclasses.Field[Any]]:
    return {field.name: field for field in dataclasses.fields(cls)}


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
    return tuple(getattr(value, name) for name in _compared_names(value.__class__))


@cache
def _compared_names(cls: type) -> tuple[str, ...]:
    return tuple(name for name, field in _fields(cls).items() if field.compare)


def __setattr__(self: Any, name: str, value: Any) -> NoReturn:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def __delattr__(self: Any, name: str) -> NoReturn:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


_SHARED = (__init__, __repr__, __eq__, __hash__, __setattr__, __delattr__)
