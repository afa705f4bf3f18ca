"""Choose the constant frame rate that stands for a track: from its time stamps, or else from its headers.

Outputs have a constant rate. One that is lower than the source's loses pictures, one that is higher shows
some of them longer than others. So the source's own rate is kept wherever every picture fits into it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

STANDARD_FRAME_RATES = tuple(
    Fraction(numerator, denominator)
    for numerator, denominator in (
        (10, 1), (12, 1), (25, 2), (15000, 1001), (15, 1), (24000, 1001), (24, 1), (25, 1), (30000, 1001),
        (30, 1), (48000, 1001), (48, 1), (50, 1), (60000, 1001), (60, 1), (100, 1), (120000, 1001), (120, 1),
    )
)  # fmt: skip
FASTEST = STANDARD_FRAME_RATES[-1]
# MediaConvert gives a variable source the average of its rates, rounded up to the next of these; the last two
# are ours, for pictures that follow each other faster. Source: MediaConvert user guide, "Using variable frame
# rate inputs".
VARIABLE_FRAME_RATES = tuple(Fraction(rate) for rate in (1, 5, 10, 15, 24, 30, 50, 60, 100, 120))
# Time stamps in whole milliseconds and an odd first or last picture are within it.
SNAP_TOLERANCE = Fraction(1, 50)
# 24 and 23.976 a second are ten times as far apart.
RATE_TOLERANCE = Fraction(1, 400)
# Of a steady track's frame, or two milliseconds where time stamps are counted in those.
STEADY_SHARE, STEADY_SECONDS = Fraction(1, 10), Fraction(2, 1000)
FALLBACK_FRAME_RATE = Fraction(30)
MAX_DENOMINATOR = 1001
MIN_TIMED_PICTURES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Hold when each picture of a track is shown first.

    Attributes:
        ticks: Ascending, counted from the file's first time stamp.
        tick_seconds: Of one tick.
    """

    ticks: Sequence[int]
    tick_seconds: Fraction

    @property
    def mean_rate(self) -> Fraction | None:
        """Pictures a second from the first to the last, None where there are too few of them."""
        if len(self.ticks) < MIN_TIMED_PICTURES or self.ticks[-1] <= self.ticks[0]:
            return None
        return (len(self.ticks) - 1) / ((self.ticks[-1] - self.ticks[0]) * self.tick_seconds)

    @property
    def usual_rate(self) -> Fraction | None:
        """The standard rate of the median distance between two pictures, None where it is near to none."""
        gaps = sorted(later - earlier for earlier, later in pairwise(self.ticks))
        median = gaps[len(gaps) // 2] * self.tick_seconds if gaps else Fraction(0)
        return next(iter(_standard_rates_near(1 / median)), None) if median else None

    def slots(self, rate: Fraction) -> Iterator[int]:
        """Yield the frame of a constant rate in which each picture is shown.

        It is the nearest in time, or the next one where that is taken. Two pictures in one frame mean that
        one of them is lost. The encoder's filters do the same.
        """
        frames_a_tick = rate * self.tick_seconds
        numerator, denominator = frames_a_tick.numerator, frames_a_tick.denominator
        slot: int | None = None
        for tick in self.ticks:
            nearest = (2 * tick * numerator + denominator) // (2 * denominator)
            slot = nearest if slot is None else min(max(nearest, slot + 1), nearest + 1)
            yield slot

    def kept(self, rate: Fraction) -> int:
        """Count the pictures that a constant rate shows."""
        return len(set(self.slots(rate)))

    def is_steady(self, rate: Fraction) -> bool:
        """Return whether every picture has its place at a constant rate, a tenth of a frame aside."""
        allowed = max(STEADY_SHARE / rate, STEADY_SECONDS) / self.tick_seconds
        a_frame = 1 / (rate * self.tick_seconds)
        numerator, denominator = a_frame.numerator, a_frame.denominator
        most = int(allowed * denominator)
        first = self.ticks[0]
        return all(
            abs((tick - first) * denominator - number * numerator) <= most
            for number, tick in enumerate(self.ticks)
        )


def constant_rate(average: Fraction | None, base: Fraction | None, times: Times | None = None) -> Fraction:
    """Choose the constant frame rate that stands for a track.

    ``average`` and ``base`` are what its headers say: frames over duration, and the lowest rate in which
    every frame's time can be known. They count where the time stamps aren't known.
    """
    mean = times.mean_rate if times is not None else None
    if times is None or mean is None:
        return declared_rate(average, base)
    wanted = len(times.ticks)
    for rate in _standard_rates_near(mean):
        if times.kept(rate) == wanted:
            return rate
    if times.is_steady(mean):
        return min(mean, FASTEST).limit_denominator(MAX_DENOMINATOR)
    # In the rate of its clock, or of most of its pictures, each picture has its exact time.
    for own in (base, times.usual_rate):
        if own in STANDARD_FRAME_RATES and mean <= own <= 2 * mean and times.kept(own) == wanted:
            return own
    best, most = FASTEST, 0
    for rate in (each for each in VARIABLE_FRAME_RATES if each >= mean * (1 - SNAP_TOLERANCE)):
        kept = times.kept(rate)
        if kept > most:
            best, most = rate, kept
        if kept == wanted:
            break
    return best


def _standard_rates_near(rate: Fraction) -> list[Fraction]:
    """List the standard rates within the tolerance, the nearest first."""
    near = [one for one in STANDARD_FRAME_RATES if abs(one - rate) <= one * SNAP_TOLERANCE]
    return sorted(near, key=lambda one: abs(one - rate))


def declared_rate(average: Fraction | None, base: Fraction | None) -> Fraction:
    """Choose a constant frame rate from headers alone.

    Where ``base`` is far from the average, the frame rate varies: ``base`` itself or the next standard rate
    above keeps every frame. A rate within a quarter percent of a standard one becomes that one, and so does
    one within two percent of a standard ``base``, which an odd last frame brings about.
    """
    rate = average or base or FALLBACK_FRAME_RATE
    if rate in STANDARD_FRAME_RATES:
        return rate
    if base in STANDARD_FRAME_RATES and rate * (1 - SNAP_TOLERANCE) <= base <= 2 * rate:
        return base
    nearest = min(STANDARD_FRAME_RATES, key=lambda standard: abs(standard - rate))
    if abs(nearest - rate) <= nearest * RATE_TOLERANCE:
        return nearest
    varies = base is not None and abs(base - rate) > rate * RATE_TOLERANCE
    if varies and rate > STANDARD_FRAME_RATES[0]:
        return min((standard for standard in STANDARD_FRAME_RATES if standard > rate), default=FASTEST)
    return min(rate, FASTEST).limit_denominator(MAX_DENOMINATOR)
