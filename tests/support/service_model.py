"""Check a request against AWS's service model, with the enums and patterns that botocore skips."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import botocore.session
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape


def request_faults(service: str, operation: str, request: dict[str, Any]) -> list[str]:
    """Return what the service model forbids in a request, each with its place."""
    shape = _model(service).operation_model(operation).input_shape
    assert shape is not None
    return list(_faults(shape, request, operation))


def shape_faults(service: str, shape_name: str, value: Any) -> list[str]:
    """Return what the service model forbids in a value of one of its shapes."""
    return list(_faults(_model(service).shape_for(shape_name), value, shape_name))


@cache
def _model(service: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(service)


def _faults(shape: Shape, value: Any, place: str) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        yield from _structure_faults(shape, value, place)
    elif isinstance(shape, ListShape):
        if not isinstance(value, list):
            yield f"{place}: not a list"
            return
        yield from _range_faults(shape, len(value), place)
        for index, entry in enumerate(value):
            yield from _faults(shape.member, entry, f"{place}[{index}]")
    elif isinstance(shape, MapShape):
        for name, entry in value.items():
            yield from _faults(shape.value, entry, f"{place}[{name!r}]")
    else:
        yield from _scalar_faults(shape, value, place)


def _structure_faults(shape: StructureShape, value: Any, place: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{place}: not a structure"
        return
    yield from (f"{place}.{name}: unknown" for name in value if name not in shape.members)
    yield from (f"{place}.{name}: missing" for name in shape.required_members if name not in value)
    for name, entry in value.items():
        if name in shape.members:
            yield from _faults(shape.members[name], entry, f"{place}.{name}")


def _scalar_faults(shape: Shape, value: Any, place: str) -> Iterator[str]:
    wanted = {
        "string": str,
        "integer": int,
        "long": int,
        "double": float,
        "float": float,
        "boolean": bool,
        "timestamp": object,
        "blob": bytes,
    }[shape.type_name]
    if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
        yield f"{place}: {value!r} is not a {shape.type_name}"
        return
    if isinstance(value, str):
        choices = getattr(shape, "enum", None)
        if choices and value not in choices:
            yield f"{place}: {value!r} is none of {choices}"
        pattern = shape.metadata.get("pattern")
        if pattern and not re.search(pattern, value, re.DOTALL | re.ASCII):
            yield f"{place}: {value!r} does not match {pattern}"
        yield from _range_faults(shape, len(value), place)
    elif isinstance(value, int | float):
        yield from _range_faults(shape, value, place)


def _range_faults(shape: Shape, size: float, place: str) -> Iterator[str]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if (low is not None and size < low) or (high is not None and size > high):
        yield f"{place}: {size} is not within {low} and {high}"
