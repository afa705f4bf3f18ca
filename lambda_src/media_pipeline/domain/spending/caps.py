"""What may be spent: on one asset, in a day, in a month and by each uploader, and what counts it."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from media_pipeline.domain.clock import timestamp
from media_pipeline.domain.spending.reservation import MONTH_KEPT, Counter
from media_pipeline.domain.values import dataclass

# Assets' ids are hexadecimal.
ID_PREFIX = "spending#"
NO_CAPS = "{}"
_DAY_KEPT = timedelta(days=40)
_MICRO_PER_CENT = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """Say what may be spent, in millionths of a dollar; None is no cap.

    `by_prefix` has the caps of uploaders, a month each, by what their keys begin with; the longest prefix
    that fits counts. `waits` tells whether what is too dear by itself waits for an operator or fails.
    """

    asset: int | None = None
    day: int | None = None
    month: int | None = None
    by_prefix: Mapping[str, int]
    waits: bool = False

    @property
    def has_counters(self) -> bool:
        """Tell whether anything is counted."""
        return self.day is not None or self.month is not None or bool(self.by_prefix)

    def counters(self, key: str, now: datetime) -> tuple[Counter, ...]:
        """Return the counters that an upload is on now; days and months are those of UTC."""
        prefixes = [prefix for prefix in self.by_prefix if key.startswith(prefix)]
        of_uploader = (self.uploader_counter(max(prefixes, key=len), now),) if prefixes else ()
        return self.day_counter(now), self.month_counter(now), *of_uploader

    def day_counter(self, now: datetime) -> Counter:
        """Return the counter of all that is spent today."""
        return Counter(id=f"{ID_PREFIX}{_day(now)}", cap_micro_usd=self.day, kept_until=now + _DAY_KEPT)

    def month_counter(self, now: datetime) -> Counter:
        """Return the counter of all that is spent this month."""
        return Counter(id=f"{ID_PREFIX}{_month(now)}", cap_micro_usd=self.month, kept_until=now + MONTH_KEPT)

    def uploader_counter(self, prefix: str, now: datetime) -> Counter:
        """Return the counter of what is spent this month on uploads below a prefix that has a cap."""
        return Counter(
            id=f"{ID_PREFIX}{_month(now)}#{prefix}",
            cap_micro_usd=self.by_prefix[prefix],
            kept_until=now + MONTH_KEPT,
        )


def _day(now: datetime) -> str:
    return timestamp(now)[: len("2026-01-01")]


def _month(now: datetime) -> str:
    return timestamp(now)[: len("2026-01")]


def caps_text(
    *, asset_cents: int, day_cents: int, month_cents: int, by_prefix: Mapping[str, int], waits: bool
) -> str:
    """Return caps, in cents and 0 for none, as a function's environment has them."""
    found: dict[str, Any] = {
        "asset": asset_cents,
        "day": day_cents,
        "month": month_cents,
        "by_prefix": dict(sorted(by_prefix.items())),
        "waits": waits,
    }
    return json.dumps({name: value for name, value in found.items() if value}, separators=(",", ":"))


def parse_caps(text: str) -> Caps:
    """Read what `caps_text` wrote."""
    data: Mapping[str, Any] = json.loads(text)

    def micro(name: str) -> int | None:
        return data[name] * _MICRO_PER_CENT if name in data else None

    return Caps(
        asset=micro("asset"),
        day=micro("day"),
        month=micro("month"),
        by_prefix={prefix: cents * _MICRO_PER_CENT for prefix, cents in data.get("by_prefix", {}).items()},
        waits=data.get("waits", False),
    )
