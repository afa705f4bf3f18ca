"""Check a request's values against their JSON Schema: the keywords that the routes use, and no others.

A schema with another keyword is refused by a test, so that none is described and left unchecked.
"""

import re
from collections.abc import Mapping
from typing import Any

from media_pipeline.domain.problems import RequestProblem

# `description`, `examples` and `default` are for readers.
KEYWORDS = frozenset(
    {
        *("type", "properties", "required", "additionalProperties", "items", "enum", "pattern"),
        *("minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "maxProperties"),
        *("description", "examples", "default", "format"),
    }
)
_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
}
_A = {
    "object": "an object",
    "array": "a list",
    "string": "a text",
    "integer": "a whole number",
    "boolean": "true or false",
}


def checked(value: Any, schema: Mapping[str, Any], name: str) -> Any:
    """Return a value that fits its schema. Raises RequestProblem (INVALID_REQUEST) naming the field."""
    type_ = schema.get("type")
    if type_ is not None and (
        not isinstance(value, _TYPES[type_]) or (type_ != "boolean" and isinstance(value, bool))
    ):
        raise _refused(name, f"must be {_A[type_]}")
    if "enum" in schema and value not in schema["enum"]:
        raise _refused(name, f"must be one of {', '.join(map(str, schema['enum']))}")
    if isinstance(value, str):
        _check_text(value, schema, name)
    elif isinstance(value, dict):
        _check_object(value, schema, name)
    elif isinstance(value, list):
        _check_count(len(value), schema, name, "minItems", "maxItems", "entries")
        for index, entry in enumerate(value):
            checked(entry, schema.get("items", {}), f"{name}[{index}]")
    elif isinstance(value, int):
        _check_count(value, schema, name, "minimum", "maximum", "")
    return value


def parsed(text: str, schema: Mapping[str, Any], name: str) -> Any:
    """Return the value of a parameter's text, as its schema has it. Raises RequestProblem."""
    if schema.get("type") == "integer":
        if not re.fullmatch(r"-?[0-9]{1,15}", text):
            raise _refused(name, f"must be {_A['integer']}")
        return checked(int(text), schema, name)
    return checked(text, schema, name)


def _check_text(value: str, schema: Mapping[str, Any], name: str) -> None:
    _check_count(len(value), schema, name, "minLength", "maxLength", "characters")
    # ECMA 262's patterns, which OpenAPI has, match anywhere; those here begin with ^ and end with $.
    if "pattern" in schema and not re.fullmatch(schema["pattern"].removeprefix("^").removesuffix("$"), value):
        raise _refused(name, f"must match {schema['pattern']}")


def _check_object(value: Mapping[str, Any], schema: Mapping[str, Any], name: str) -> None:
    properties = schema.get("properties", {})
    inner = f"{name}." if name else ""
    others = schema.get("additionalProperties", True)
    _check_count(len(value), schema, name, "", "maxProperties", "fields")
    for field in value:
        if field not in properties and others is False:
            raise _refused(f"{inner}{field}"[:200], "is not known here")
    for field in schema.get("required", ()):
        if field not in value:
            raise _refused(f"{inner}{field}", "is missing")
    for field, entry in value.items():
        own = properties.get(field, others)
        if isinstance(own, Mapping):
            checked(entry, own, f"{inner}{field}")


def _check_count(count: int, schema: Mapping[str, Any], name: str, least: str, most: str, unit: str) -> None:
    if least in schema and count < schema[least]:
        raise _refused(name, f"must be at least {schema[least]} {unit}".strip())
    if most in schema and count > schema[most]:
        raise _refused(name, f"must be at most {schema[most]} {unit}".strip())


def _refused(field: str, what: str) -> RequestProblem:
    return RequestProblem("INVALID_REQUEST", f"{field or 'The body'} {what}.", field=field or None)
