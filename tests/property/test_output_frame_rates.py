"""Frame rates of outputs: those of the source, or the half of those that are above the highest."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from media_pipeline.domain.source import SourceInfo
from media_pipeline.encoding.job_settings import REFERENCE_VIDEO
from media_pipeline.encoding.presets import HighFrameRates
from media_pipeline.encoding.video_renditions import STANDARD_FRAME_RATES, changed_frame_rate
from tests.support.strategies import (
    sources,
)

assert REFERENCE_VIDEO.video is not None


VIDEO = REFERENCE_VIDEO.video


@given(source=sources(), policy=st.sampled_from(HighFrameRates))
def test_frame_rates_are_kept_or_halved(source: SourceInfo, policy: HighFrameRates) -> None:
    """Outputs have the source's rate to within 2 %, or its half, quarter ... where that is above the highest.

    None is raised by more than rounding, or above the highest, or halved more often than that takes.
    """
    rate = source.video.frame_rate if source.video else None
    changed = changed_frame_rate(source.video, policy)
    if rate is None:
        assert changed is None
        return
    highest = 60 if policy is HighFrameRates.KEEP else 30
    made = changed or rate
    assert made <= highest
    halves = next(times for times in range(20) if rate / 2**times <= highest * Fraction(102, 100))
    assert Fraction(49, 50) ** (halves + 1) <= made * 2**halves / rate <= Fraction(4001, 4000) ** (halves + 1)


@given(
    standard=st.sampled_from(STANDARD_FRAME_RATES),
    share=st.fractions(Fraction(-3, 100), Fraction(3, 100), max_denominator=10_000),
    policy=st.sampled_from(HighFrameRates),
)
@example(standard=Fraction(60), share=Fraction(1, 1000), policy=HighFrameRates.KEEP)
@example(standard=Fraction(30), share=Fraction(1, 1500), policy=HighFrameRates.HALVE)
def test_a_rate_near_a_standard_one_is_no_other_rate(
    standard: Fraction, share: Fraction, policy: HighFrameRates
) -> None:
    """What is measured up to 2 % above a standard rate is treated as a standard rate near it is."""
    rate = standard * (1 + share)
    track = replace(VIDEO, frame_rate_numerator=rate.numerator, frame_rate_denominator=rate.denominator)
    highest = 60 if policy is HighFrameRates.KEEP else 30
    made = changed_frame_rate(track, policy) or rate
    if 0 <= share <= Fraction(1, 50) and standard <= highest:
        assert made in STANDARD_FRAME_RATES
        assert made >= standard
    if rate <= highest:
        assert made >= rate * Fraction(98, 100)


@pytest.mark.parametrize(
    ("declared", "policy", "made"),
    [
        ("60.058", "keep", "60"),
        ("60.06", "keep", "60"),
        ("60.06", "halve", "30"),
        ("30.02", "keep", "30"),
        ("30.02", "halve", "30"),
        ("23.98", "keep", "24000/1001"),
        ("29.98", "halve", "30000/1001"),
        ("119.88", "keep", "60000/1001"),
        ("240.2", "keep", "60"),
        ("100.3", "keep", "50"),
        ("90", "keep", "45"),
        ("59.94", "keep", "60000/1001"),
        ("61.3", "keep", "30.65"),
        ("29.99", "keep", "30000/1001"),
        ("23.994", "keep", "24"),
        ("23.97", "keep", None),
        ("60", "keep", None),
        ("30000/1001", "halve", None),
        ("12.5", "halve", None),
    ],
)
def test_rates_as_files_have_them(declared: str, policy: str, made: str | None) -> None:
    """Rates that were measured of real files become the standard rates that they are."""
    rate = Fraction(declared)
    track = replace(VIDEO, frame_rate_numerator=rate.numerator, frame_rate_denominator=rate.denominator)
    assert changed_frame_rate(track, policy) == (Fraction(made) if made else None)


def test_a_rate_that_varies_is_left_to_mediaconvert() -> None:
    """Frames that come unevenly are thinned only where their average is too high."""
    rate = Fraction("30.4")
    track = replace(
        VIDEO,
        frame_rate_numerator=rate.numerator,
        frame_rate_denominator=rate.denominator,
        has_variable_frame_rate=True,
    )
    assert changed_frame_rate(track, HighFrameRates.KEEP) is None
    assert changed_frame_rate(track, HighFrameRates.HALVE) == 30
