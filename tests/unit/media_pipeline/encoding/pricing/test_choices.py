"""What would be cheaper than a job is named, with its price."""

from dataclasses import replace
from decimal import Decimal

import pytest

from media_pipeline.domain.source import SourceInfo
from media_pipeline.encoding.job_settings import REFERENCE_AUDIO, REFERENCE_VIDEO, job_settings
from media_pipeline.encoding.pricing.choices import Choice, cheaper_choices
from media_pipeline.encoding.pricing.quote import quote
from tests.support.pricing import SHIPPED_PRICES
from tests.support.strategies import shipped_presets, shipped_profiles

PRESETS, PROFILES = shipped_presets(), shipped_profiles()
MINUTE = replace(REFERENCE_VIDEO, duration_ms=60_000)


def choices(source: SourceInfo, profile: str = "default") -> dict[str, Decimal]:
    """Return what is cheaper than a source with a profile."""
    chosen = PROFILES.by_name[profile]
    settings = job_settings(
        source_uri="s3://a", destination="s3://b", source=source, profile=chosen, presets=PRESETS
    )
    quoted = quote(settings, source, SHIPPED_PRICES)
    assert quoted is not None
    found = cheaper_choices(
        quoted, source=source, profile=chosen, profiles=PROFILES, presets=PRESETS, prices=SHIPPED_PRICES
    )
    assert all(choice.usd < quoted.usd for choice in found)
    return {choice.name: choice.usd for choice in found}


def test_the_cheapest_choices_come_first() -> None:
    """Of a minute of Full HD: downloads alone, no rung above SD, and no stills."""
    assert choices(MINUTE) == {
        # An HD MP4 and the stills.
        "profile download": Decimal("0.03"),
        # Rungs of 480, 360 and 240 lines, the sound, an MP4 of 480 lines, and stills below 1280.
        "SD only": Decimal("0.0225") + Decimal("0.003") + Decimal("0.0075") + Decimal("0.0075"),
        "without stills": Decimal("0.0705"),
    }
    assert list(choices(MINUTE)) == ["profile download", "SD only", "without stills"]


def test_half_of_a_high_frame_rate_is_a_choice() -> None:
    """At 60 frames a second, pictures of half the rate cost half."""
    assert MINUTE.video is not None
    fast = replace(MINUTE, video=replace(MINUTE.video, frame_rate_numerator=60))
    assert "at most 30 frames a second" in choices(fast, "download")


@pytest.mark.parametrize("seconds", [1, 3600])
def test_sound_alone_has_no_cheaper_choice(seconds: int) -> None:
    """Profiles with pictures are none for a source without."""
    assert choices(replace(REFERENCE_AUDIO, duration_ms=seconds * 1000), "audio") == {}


def test_a_choice_is_recorded_as_text() -> None:
    """The record has the amount as a decimal number in text."""
    assert Choice(name="SD only", usd=Decimal("0.04")).as_record() == {"choice": "SD only", "usd": "0.040000"}
