"""AWS's quotas that the pipeline works under, as data: value, source and date of each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PATH = Path(__file__).with_name("quotas.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """Hold one quota as an account in us-east-1 has it before it asks for more.

    Attributes:
        burst: So many requests at once before the rate holds them back; 0 where it is no token bucket.
        code: The quota's code in Service Quotas, where known.
        is_settled: Whether AWS's own public text says so; else `note` says what it stands on.
    """

    id: str
    name: str
    value: float
    unit: str
    source: str
    date: str
    adjustable: bool
    is_settled: bool
    note: str
    burst: float = 0
    code: str = ""


def read_quotas(path: Path = PATH) -> Mapping[str, Quota]:
    """Return the shipped quotas by id."""
    return {entry["id"]: Quota(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))}
