"""Parse each of DynamoDB's expressions once, instead of once for each item that it is applied to.

MiniStack reads a projection's text anew for every item of an answer and compares all its paths with each
other, and reads a condition's text anew for every item that it is asked of: of a page of assets, half of what
its DynamoDB took. What a text means depends on the text alone.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from ministack.services import dynamodb

# More texts than the pipeline and its tools have.
_REMEMBERED = 1_000

Names = tuple[tuple[str, str], ...]
Path = tuple[tuple[str, Any], ...]


def apply() -> None:
    """Wrap the reading of expressions, and the projection of items."""
    tokenize = lru_cache(_REMEMBERED)(dynamodb._tokenize)
    # Callers may change the list that they get.
    dynamodb._tokenize = lambda text: list(tokenize(text))
    dynamodb._condition_syntax_error = lru_cache(_REMEMBERED)(dynamodb._condition_syntax_error)
    project = dynamodb._project_item

    @lru_cache(_REMEMBERED)
    def paths(text: str, names: Names) -> tuple[Path, ...]:
        """Return the paths that a projection shows. Raises ValueError where it is refused, every time."""
        known = dict(names)
        project({}, text, known)
        read = (dynamodb._parse_projection_path(path, known) for path in text.split(",") if path.strip())
        return tuple(tuple(path) for path in read if path and path[0][0] == "name")

    def _project_item(item: dict[str, Any], text: str, names: dict[str, str] | None) -> Any:
        if not text:
            return item
        shown: dict[str, Any] = {}
        for (_, root), *rest in paths(text, tuple((names or {}).items())):
            part = dynamodb._project_one(item[root], rest) if root in item else None
            if part is not None:
                shown[root] = dynamodb._merge_projection(shown.get(root), part)
        return {name: dynamodb._compact_projection(value) for name, value in shown.items()}

    dynamodb._project_item = _project_item
