"""Compare two JSON documents value by value."""

from collections.abc import Iterator, Mapping
from typing import Any

MISSING = "(missing)"
Differences = dict[str, tuple[Any, Any]]


def differences(ours: Any, theirs: Any) -> Differences:
    """Return both values at each place where two documents differ, by the place's path."""
    return dict(_differences("", ours, theirs))


def _differences(path: str, ours: Any, theirs: Any) -> Iterator[tuple[str, tuple[Any, Any]]]:
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        for key in {**ours, **theirs}:
            yield from _differences(
                f"{path}.{key}" if path else key, ours.get(key, MISSING), theirs.get(key, MISSING)
            )
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for number, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from _differences(f"{path}[{number}]", one, other)
    # 1, 1.0 and True are equal in Python, and not in JSON.
    elif type(ours) is not type(theirs) or ours != theirs:
        yield path, (ours, theirs)
