"""Parse each policy once, instead of at every call that it decides.

MiniStack keeps policies as text and parses all of a role's, and a resource's, anew for each of its calls: a
tenth of its time while thousands of uploads are under way. A text always means the same, and what it means is
only read.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from ministack.core import iam_evaluator

# More texts than one account has at a time; those of former deployments go.
_REMEMBERED = 2_000


def apply() -> None:
    """Wrap the parsing of policies, and the evaluation of a resource's policy."""
    parse, evaluate = iam_evaluator.parse_policy_document, iam_evaluator.evaluate_resource_policy
    parsed = lru_cache(_REMEMBERED)(parse)
    loaded = lru_cache(_REMEMBERED)(_loaded)

    def parse_policy_document(doc: str | dict[str, Any]) -> Any:
        return parsed(doc) if isinstance(doc, str) else parse(doc)

    def evaluate_resource_policy(doc: str | dict[str, Any] | None, *arguments: Any, **more: Any) -> Any:
        return evaluate(loaded(doc) if isinstance(doc, str) else doc, *arguments, **more)

    iam_evaluator.parse_policy_document = parse_policy_document
    iam_evaluator.evaluate_resource_policy = evaluate_resource_policy


def _loaded(text: str) -> Any:
    """Return what a text says; None, which allows nothing, where it is not JSON."""
    try:
        return json.loads(text)
    except ValueError:
        return None
