"""Check parameters against the shapes of botocore's service model, enums and ranges included.

botocore's own validator checks types and required members only; the service checks everything that the model
says, and so does this. Messages name the JSON path, as the service's do.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

from sandbox.mediaconvert.api.errors import BadRequest
from sandbox.mediaconvert.api.wire import wire_name

MAX_REPORTED_ERRORS = 10
# Bounds the backtracking of the model's patterns; its own longest limit on such a string is 2,048.
MAX_PATTERN_INPUT = 8192
INT_32 = 2**31
INT_64 = 2**63

Path = tuple[str | int, ...]

# Ranges of doubles appear in the model only in the names of their shapes: __doubleMinNegative60Max6.
_BOUNDS = re.compile(r"(Min|Max)(Negative)?(\d+)")


@dataclass(frozen=True, slots=True)
class InvalidMember:
    """Name what is wrong at one place of a document."""

    path: Path
    message: str

    def __str__(self) -> str:
        """Write the error as the service does: a JSON pointer and a sentence."""
        pointer = "".join(f"/{str(part)[:100].replace('~', '~0').replace('/', '~1')}" for part in self.path)
        return f"{pointer or '/'}: {self.message}"


def refuse(errors: Iterable[InvalidMember]) -> None:
    """Raise if there are errors, naming the first of them.

    Raises:
        BadRequest: There is at least one error.
    """
    found = list(islice(errors, MAX_REPORTED_ERRORS + 1))
    if found:
        more = " | and more" if len(found) > MAX_REPORTED_ERRORS else ""
        raise BadRequest(" | ".join(map(str, found[:MAX_REPORTED_ERRORS])) + more)


def shape_errors(shape: Shape, value: Any, path: Path = ()) -> Iterator[InvalidMember]:
    """Yield every way in which a value departs from its shape."""
    if isinstance(shape, StructureShape):
        yield from _structure_errors(shape, value, path)
    elif isinstance(shape, ListShape):
        if not isinstance(value, list):
            yield InvalidMember(path, "Should be array")
            return
        for index, item in enumerate(value):
            yield from shape_errors(shape.member, item, (*path, index))
    elif isinstance(shape, MapShape):
        if not isinstance(value, dict):
            yield InvalidMember(path, "Should be object")
            return
        for key, item in value.items():
            yield from shape_errors(shape.value, item, (*path, key))
    elif isinstance(shape, StringShape):
        yield from _string_errors(shape, value, path)
    elif shape.type_name == "boolean":
        if not isinstance(value, bool):
            yield InvalidMember(path, "Should be boolean")
    else:
        yield from _number_errors(shape, value, path)


def _structure_errors(shape: StructureShape, value: Any, path: Path) -> Iterator[InvalidMember]:
    if not isinstance(value, dict):
        yield InvalidMember(path, "Should be object")
        return
    members = _members(shape)
    for name in (wire_name(member, shape.members[member]) for member in shape.required_members):
        if name not in value:
            yield InvalidMember(path, f"{name} is a required property")
    for name, item in value.items():
        if name in members:
            yield from shape_errors(members[name], item, (*path, name))
        else:
            yield InvalidMember((*path, name), "Is not a property that this object has")


@cache
def _members(shape: StructureShape) -> dict[str, Shape]:
    return {wire_name(member, member_shape): member_shape for member, member_shape in shape.members.items()}


def _string_errors(shape: StringShape, value: Any, path: Path) -> Iterator[InvalidMember]:
    if not isinstance(value, str):
        yield InvalidMember(path, "Should be string")
        return
    if shape.enum and value not in shape.enum:
        yield InvalidMember(path, f"Should be one of the enumerated values: {', '.join(shape.enum)}")
    minimum, maximum = shape.metadata.get("min"), shape.metadata.get("max")
    if minimum is not None and len(value) < minimum:
        yield InvalidMember(path, f"Should be at least {minimum} characters long")
    if maximum is not None and len(value) > maximum:
        yield InvalidMember(path, f"Should be at most {maximum} characters long")
    pattern = shape.metadata.get("pattern")
    # In the service's patterns \w, \s and \d are those of ASCII, as in Java: Bokmål is no \w+.
    if pattern and (len(value) > MAX_PATTERN_INPUT or not re.search(pattern, value, re.ASCII)):
        yield InvalidMember(path, f"Should match pattern {pattern}")


def _number_errors(shape: Shape, value: Any, path: Path) -> Iterator[InvalidMember]:
    whole = shape.type_name in {"integer", "long"}
    allowed = int if whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, allowed):
        yield InvalidMember(path, "Should be integer" if whole else "Should be number")
        return
    minimum, maximum = _bounds(shape)
    if minimum is not None and value < minimum:
        yield InvalidMember(path, f"Should be greater than or equal to {minimum}")
    if maximum is not None and value > maximum:
        yield InvalidMember(path, f"Should be less than or equal to {maximum}")


@cache
def _bounds(shape: Shape) -> tuple[int | None, int | None]:
    named = {
        bound.lower(): -int(digits) if negative else int(digits)
        for bound, negative, digits in _BOUNDS.findall(shape.name)
    }
    reach = {"integer": INT_32, "long": INT_64}.get(shape.type_name)
    lowest, highest = (-reach, reach - 1) if reach else (None, None)
    return (
        shape.metadata.get("min", named.get("min", lowest)),
        shape.metadata.get("max", named.get("max", highest)),
    )
