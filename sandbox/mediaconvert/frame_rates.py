"""Choose the constant frame rate that stands for a track whose rate varies or is told inexactly."""

from fractions import Fraction

STANDARD_FRAME_RATES = tuple(
    Fraction(numerator, denominator)
    for numerator, denominator in (
        (10, 1), (12, 1), (25, 2), (15000, 1001), (15, 1), (24000, 1001), (24, 1), (25, 1), (30000, 1001),
        (30, 1), (48000, 1001), (48, 1), (50, 1), (60000, 1001), (60, 1), (100, 1), (120000, 1001), (120, 1),
    )
)  # fmt: skip
RATE_TOLERANCE = Fraction(1, 400)
FALLBACK_FRAME_RATE = Fraction(30)


def constant_rate(average: Fraction | None, base: Fraction | None) -> Fraction:
    """Choose the constant frame rate that stands for a track.

    ``base`` is the lowest rate in which every frame's time can be told; where it is far from the average, the
    frame rate varies: ``base`` itself or the next standard rate above keeps every frame. A rate within a
    quarter percent of a standard one becomes that one.
    """
    rate = average or base or FALLBACK_FRAME_RATE
    if rate in STANDARD_FRAME_RATES:
        return rate
    if base in STANDARD_FRAME_RATES and rate * (1 - RATE_TOLERANCE) <= base <= 2 * rate:
        return base
    nearest = min(STANDARD_FRAME_RATES, key=lambda standard: abs(standard - rate))
    if abs(nearest - rate) <= nearest * RATE_TOLERANCE:
        return nearest
    fastest = STANDARD_FRAME_RATES[-1]
    varies = base is not None and abs(base - rate) > rate * RATE_TOLERANCE
    if varies and rate > STANDARD_FRAME_RATES[0]:
        return min((standard for standard in STANDARD_FRAME_RATES if standard > rate), default=fastest)
    return min(rate, fastest).limit_denominator(1001)
