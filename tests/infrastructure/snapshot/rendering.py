"""Render a synthesized stack for people: embedded JSON decoded, hashes normalised, everything sorted."""

import json
import re
from collections.abc import Mapping
from typing import Any

WIDTH = 110

# What changes with the contents of the functions' zip and would hide what else changed.
_ASSET_HASH = re.compile(r"(assets/[^/]+/)[0-9A-F]{32}(/)")
_SHA256_BASE64 = re.compile(r"^[A-Za-z0-9+/]{43}=$")


def readable(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stack without CDKTF's metadata, with everything decoded that is JSON within JSON."""
    rendered = _decoded(document)
    assert isinstance(rendered, dict)
    return rendered


def dumps(value: Any, *, indent: int = 0) -> str:
    """Return JSON with sorted keys in which whatever fits a line stays on it, so that a diff stays short."""
    short = json.dumps(value, sort_keys=True, ensure_ascii=False)
    if indent + len(short) <= WIDTH or not isinstance(value, dict | list) or not value:
        return short
    inner = " " * (indent + 2)
    if isinstance(value, dict):
        heads = [(f"{json.dumps(key, ensure_ascii=False)}: ", value[key]) for key in sorted(value)]
        opening, closing = "{", "}"
    else:
        heads = [("", item) for item in value]
        opening, closing = "[", "]"
    lines = [f"{inner}{head}{dumps(item, indent=indent + 2)}" for head, item in heads]
    return f"{opening}\n" + ",\n".join(lines) + f"\n{' ' * indent}{closing}"


def _decoded(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _decoded(inner) for key, inner in value.items() if key != "//"}
    if isinstance(value, list):
        return [_decoded(inner) for inner in value]
    if not isinstance(value, str):
        return value
    if value[:1] in ("{", "["):
        try:
            return _decoded(json.loads(value))
        except ValueError:
            return value
    if _SHA256_BASE64.match(value):
        return "<sha256>"
    return _ASSET_HASH.sub(r"\1<hash>\2", value)
