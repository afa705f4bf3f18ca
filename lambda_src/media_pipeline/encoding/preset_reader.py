"""Read one JSON document of an operator's field by field, collecting every fault in it."""

import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from media_pipeline.encoding.ladder import LADDER_ROW_LIMITS, LadderRow


class PresetDocument:
    """Hold one document; each fault it finds names the document, the field, its value and what is allowed.

    `is_faultless` says whether none has been found so far: fields are checked together where each is good.
    """

    def __init__(self, name: str, text: str | None, faults: list[str]) -> None:
        self._name = name
        self._faults = faults
        self._read: set[str] = set()
        self._data: dict[str, Any] = {}
        self._usable = False
        self.is_faultless = True
        if text is None:
            self.fault("is missing")
            return
        try:
            data = json.loads(text)
        except (ValueError, RecursionError) as error:
            self.fault(f"is not JSON ({error})")
            return
        if not isinstance(data, dict):
            self.fault("must be a JSON object")
            return
        self._data = data
        self._usable = True

    def fault(self, message: str) -> None:
        """Add a fault of this document."""
        self.is_faultless = False
        self._faults.append(f"{self._name} {message}")

    def integer(self, field: str, low: int, high: int) -> int:
        """Return a whole number within a range."""
        self._read.add(field)
        return self._checked(field, self._data.get(field), low, high)

    def optional_integer(self, field: str, low: int, high: int) -> int:
        """Return a whole number within a range, the lowest where the document has no such field."""
        self._read.add(field)
        return self._checked(field, self._data[field], low, high) if field in self._data else low

    def integer_or_none(self, field: str, low: int, high: int) -> int | None:
        """Return a whole number within a range, or None where the document says null."""
        self._read.add(field)
        if field in self._data and self._data[field] is None:
            return None
        return self._checked(field, self._data.get(field), low, high)

    def choice(self, field: str, allowed: Sequence[int]) -> int:
        """Return one of some numbers."""
        number: int = self._one_of(field, self._data.get(field), allowed)
        return number

    def word(self, field: str, allowed: Sequence[str]) -> str:
        """Return one of some words."""
        word: str = self._one_of(field, self._data.get(field), allowed)
        return word

    def choices(self, field: str, allowed: Sequence[int]) -> tuple[int, ...]:
        """Return a list of distinct numbers out of some, sorted from small to large."""
        self._read.add(field)
        values = self._data.get(field)
        if not isinstance(values, list) or not values:
            if self._usable:
                self.fault(f"{field} must be a list of at least one number")
            return (allowed[0],)
        chosen = [
            self._one_of(f"{field}[{index}]", value, allowed, known=field)
            for index, value in enumerate(values)
        ]
        if len({str(value) for value in values}) != len(values):
            self.fault(f"{field} must not name a number twice")
        return tuple(sorted(chosen))

    def ladder(self) -> tuple[LadderRow, ...]:
        """Return the ladder's rows, sorted from small to large."""
        self._read.add("ladder")
        rows = self._data.get("ladder")
        if not isinstance(rows, list) or not rows:
            if self._usable:
                self.fault("ladder must be a list of at least one row")
            return ()
        parsed = [self._row(f"ladder[{index}]", row) for index, row in enumerate(rows)]
        parsed.sort(key=lambda row: row.short_side)
        for lower, upper in pairwise(parsed):
            if lower.short_side >= upper.short_side or lower.max_bitrate_bps >= upper.max_bitrate_bps:
                self.fault(
                    f"ladder rows {lower.short_side} and {upper.short_side} must differ in short_side, "
                    "the larger with the larger max_bitrate_bps"
                )
        return tuple(parsed)

    def done(self) -> None:
        """Report every unknown field."""
        unknown = sorted(set(self._data) - self._read)
        if unknown:
            self.fault(f"has unknown fields: {', '.join(unknown)}")

    def _row(self, where: str, row: object) -> LadderRow:
        data = row if isinstance(row, dict) else {}
        if set(data) != set(LADDER_ROW_LIMITS):
            self.fault(f"{where} must have exactly {', '.join(LADDER_ROW_LIMITS)}")
        values = {
            field: self._checked(f"{where}.{field}", data.get(field), low, high)
            for field, (low, high) in LADDER_ROW_LIMITS.items()
        }
        if values["short_side"] % 2:
            self.fault(f"{where}.short_side is {values['short_side']}: must be even")
        return LadderRow(**values)

    def _one_of(self, field: str, value: object, allowed: Sequence[Any], *, known: str | None = None) -> Any:
        self._read.add(known or field)
        if any(value == one and type(value) is type(one) for one in allowed):
            return value
        if self._usable:
            self.fault(f"{field} is {value!r}: must be one of {', '.join(map(str, allowed))}")
        return allowed[0]

    def _checked(self, field: str, value: object, low: int, high: int) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        if self._usable:
            self.fault(f"{field} is {value!r}: must be a whole number from {low} to {high}")
        return low
