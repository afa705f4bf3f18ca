"""JSON lines, as functions write logs and metrics."""

import json
from typing import Any


def lines(text: str) -> list[dict[str, Any]]:
    """Return the JSON lines of an output."""
    return [json.loads(line) for line in text.splitlines()]
