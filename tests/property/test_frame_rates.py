"""Whatever the time stamps of a source, the endpoint's outputs keep its pictures, and its rate."""

from fractions import Fraction
from itertools import accumulate

from hypothesis import example, given
from hypothesis import strategies as st

from sandbox.mediaconvert.probing.frame_rates import (
    FASTEST,
    STANDARD_FRAME_RATES,
    Times,
    constant_rate,
)

MILLISECOND = Fraction(1, 1000)
# Of 90 kHz, the clock of MPEG.
TICK = Fraction(1, 90_000)
# Longer than a frame of the fastest standard rate.
SHORTEST_MS = 9
# 24 and 23.976 a second are the same in milliseconds.
ALIKE = Fraction(1, 400)

gaps_ms = st.lists(st.integers(SHORTEST_MS, 3000), min_size=1, max_size=120)
# Bursts between pauses, as cameras and screen recorders make.
bursts_ms = st.lists(
    st.tuples(st.integers(SHORTEST_MS, 200), st.integers(1, 30), st.integers(0, 3000)), min_size=1, max_size=5
).map(lambda bursts: [gap for one, count, pause in bursts for gap in (*[one] * count, one + pause)])
bases = st.sampled_from([None, Fraction(1000), Fraction(90_000), *STANDARD_FRAME_RATES])


def shown(gaps: list[int], start: int = 0) -> list[int]:
    """Return when each picture is shown."""
    return list(accumulate(gaps, initial=start))


@given(gaps=gaps_ms | bursts_ms, start=st.integers(0, 10_000), base=bases)
@example(gaps=[33] * 24 + [2500] + [33] * 22, start=0, base=None)
@example(gaps=[17] * 30 + [1000], start=0, base=Fraction(1000))
def test_every_picture_is_kept(gaps: list[int], start: int, base: Fraction | None) -> None:
    """Each picture that is shown for at least a frame of the fastest rate gets a frame of its own."""
    times = Times(ticks=shown(gaps, start), tick_seconds=MILLISECOND)
    rate = constant_rate(None, base, times)
    slots = list(times.slots(rate))
    assert len(set(slots)) == len(times.ticks)
    assert rate <= FASTEST
    for slot, tick in zip(slots, times.ticks, strict=True):
        assert abs(slot / rate - tick * MILLISECOND) <= Fraction(3, 2) / rate


@given(
    rate=st.sampled_from(STANDARD_FRAME_RATES),
    percents=st.lists(st.integers(-30, 30), min_size=60, max_size=100),
    tick=st.sampled_from([MILLISECOND, TICK]),
)
@example(rate=Fraction(30), percents=[0] * 64, tick=TICK)
def test_a_rate_is_not_raised(rate: Fraction, percents: list[int], tick: Fraction) -> None:
    """A clip whose pictures come a little too early or late plays at its own rate, not at a higher one."""
    ticks = [
        round((number + 1 + Fraction(percent, 100)) / rate / tick) for number, percent in enumerate(percents)
    ]
    chosen = constant_rate(None, None, Times(ticks=ticks, tick_seconds=tick))
    assert abs(chosen - rate) <= rate * Fraction(1, 50)


@given(
    rate=st.sampled_from(STANDARD_FRAME_RATES),
    dropped=st.sets(st.integers(1, 98), max_size=30),
    count=st.integers(60, 100),
)
def test_dropped_pictures_raise_no_rate(rate: Fraction, dropped: set[int], count: int) -> None:
    """Where pictures are missing here and there, the others still have their places at the clip's rate."""
    ticks = [round(number / rate / TICK) for number in range(count) if number not in dropped]
    chosen = constant_rate(None, rate, Times(ticks=ticks, tick_seconds=TICK))
    assert chosen <= rate * (1 + ALIKE)


@given(numerator=st.integers(1, 120_000), denominator=st.integers(1, 1001), count=st.integers(2, 60))
def test_a_constant_rate_is_its_own_or_the_standard_one_beside_it(
    numerator: int, denominator: int, count: int
) -> None:
    """A steady clip plays at its own rate or at a standard one within two percent; none above the fastest."""
    rate = Fraction(numerator, denominator)
    ticks = [round(number / rate * 1_000_000_000) for number in range(count)]
    chosen = constant_rate(None, None, Times(ticks=ticks, tick_seconds=Fraction(1, 1_000_000_000)))
    assert abs(chosen - min(rate, FASTEST)) <= max(min(rate, FASTEST) * Fraction(1, 49), Fraction(1, 1001))
