"""When uploads arrive: evenly, on a business day, with a bulk at once, or as in a measured load test."""

from __future__ import annotations

import random
from collections.abc import Sequence
from enum import StrEnum

DAY_SECONDS = 86_400.0
BULK_UPLOADS = 50_000
# S3 takes a bulk at the rate of who sends it; a minute is as good as at once.
BULK_SECONDS = 60.0
# An assumption: shares of a day's uploads by the hour, most of them from 9 to 18 o'clock.
BUSINESS_HOURS = (1, 1, 1, 1, 1, 1, 2, 4, 7, 10, 11, 10, 8, 10, 11, 10, 8, 6, 4, 3, 2, 2, 1, 1)


class Shape(StrEnum):
    """Say how a day's uploads are spread over it."""

    STEADY = "steady"
    BUSINESS = "business day"
    BULK = "bulk at once"


def arrivals(shape: Shape, uploads: int, chance: random.Random, *, bulk: int = BULK_UPLOADS) -> list[float]:
    """Return the seconds since midnight at which a day's uploads arrive, in order.

    Args:
        shape: How they are spread.
        uploads: How many there are.
        chance: Draws each one's time.
        bulk: So many of a bulk come at 8 o'clock, all others evenly.
    """
    match shape:
        case Shape.STEADY:
            return sorted(chance.random() * DAY_SECONDS for _ in range(uploads))
        case Shape.BUSINESS:
            hours = chance.choices(range(24), weights=BUSINESS_HOURS, k=uploads)
            return sorted((hour + chance.random()) * 3600 for hour in hours)
        case Shape.BULK:
            at_once = min(bulk, uploads)
            begin = 8 * 3600.0
            together = [begin + chance.random() * BULK_SECONDS for _ in range(at_once)]
            return sorted(together + arrivals(Shape.STEADY, uploads - at_once, chance))


def binned(counts: Sequence[int], seconds: float, chance: random.Random) -> list[float]:
    """Return times of uploads of which so many arrived in each stretch of so many seconds."""
    return sorted(
        (number + chance.random()) * seconds for number, count in enumerate(counts) for _ in range(count)
    )


def peak_a_second(shape: Shape, uploads: int) -> float:
    """Return how many uploads a second arrive in the busiest hour, a bulk aside."""
    match shape:
        case Shape.STEADY:
            return uploads / DAY_SECONDS
        case Shape.BUSINESS:
            return uploads * max(BUSINESS_HOURS) / sum(BUSINESS_HOURS) / 3600
        case Shape.BULK:
            return max(uploads - BULK_UPLOADS, 0) / DAY_SECONDS
