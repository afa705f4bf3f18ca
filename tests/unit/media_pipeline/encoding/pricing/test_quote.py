"""Quotes of sources of the corpus, with each row worked out by hand from the price list."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from checks.bench import pricing
from checks.corpus.sources.recipes import AudioCodec, Picture, Recipe
from checks.corpus.table import all_cases
from media_pipeline.domain.events import ProducedGroup, ProducedOutput
from media_pipeline.domain.source import AudioTrack, SourceInfo, UnknownSource, VideoTrack
from media_pipeline.encoding.job_settings import REFERENCE_VIDEO, job_settings
from media_pipeline.encoding.pricing.price_list import PriceList, Resolution
from media_pipeline.encoding.pricing.quote import (
    NORMALIZATION,
    Quote,
    billed_seconds,
    quote,
    resolution_of,
    usd_text,
)
from tests.support.pricing import SHIPPED_PRICES
from tests.support.strategies import shipped_presets, shipped_profiles

PRESETS, PROFILES = shipped_presets(), shipped_profiles()
SD, HD, UHD = (f"Basic, AVC, Single pass, {size}, <=30 fps" for size in ("SD", "HD", "4K"))
SOUND = "Basic, Audio"
STILLS_SD, STILLS_HD = (f"Basic, Frame capture, Single pass, {size}, <=30 fps" for size in ("SD", "HD"))
# A sixth of the price of a minute: every source of the corpus is shorter than the 10 s that are billed at
# least. SD 0.0075, HD 0.015, 4K 0.03 a minute; above 30 frames a second SD 0.015; through a deinterlacer,
# and so in the Professional tier, SD 0.012; sound 0.003.
BY_HAND: Mapping[str, Mapping[str, tuple[int, str]]] = {
    # Rungs of 1080 and 720 lines and the MP4; of 480, 360 and 240; stills 1280 wide.
    "size-1920x1080": {
        HD: (3, "0.0075"),
        SD: (3, "0.00375"),
        SOUND: (1, "0.0005"),
        STILLS_HD: (1, "0.0025"),
    },
    # 2160, 1440 and the MP4; 1080 and 720; the three below.
    "size-3840x2160": {
        UHD: (3, "0.015"),
        HD: (2, "0.005"),
        SD: (3, "0.00375"),
        SOUND: (1, "0.0005"),
        STILLS_HD: (1, "0.0025"),
    },
    # 1440 and the MP4; 1080 and 720; the three below.
    "size-2560x1440": {
        UHD: (2, "0.01"),
        HD: (2, "0.005"),
        SD: (3, "0.00375"),
        SOUND: (1, "0.0005"),
        STILLS_HD: (1, "0.0025"),
    },
    "size-1280x720": {
        HD: (2, "0.005"),
        SD: (3, "0.00375"),
        SOUND: (1, "0.0005"),
        STILLS_HD: (1, "0.0025"),
    },
    # 360 and 240 lines and the MP4; stills are no larger than their source.
    "size-640x360": {SD: (3, "0.00375"), SOUND: (1, "0.0005"), STILLS_SD: (1, "0.00125")},
    "portrait-by-pixels": {SD: (3, "0.00375"), SOUND: (1, "0.0005"), STILLS_SD: (1, "0.00125")},
    "rate-60": {
        "Basic, AVC, Single pass, SD, >30 fps and <=60 fps": (2, "0.005"),
        SOUND: (1, "0.0005"),
        STILLS_SD: (1, "0.00125"),
    },
    "interlaced-avc-ts": {
        "Professional, AVC, Single pass HQ, SD, <=30 fps": (3, "0.006"),
        SOUND: (1, "0.0005"),
        "Professional, Frame capture, Single pass HQ, SD, <=30 fps": (1, "0.002"),
    },
    "sound-none": {SD: (2, "0.0025"), STILLS_SD: (1, "0.00125")},
    "sound-two-languages": {SD: (2, "0.0025"), SOUND: (2, "0.001"), STILLS_SD: (1, "0.00125")},
    # Three bitrates for HLS, three for DASH, and one M4A.
    "sound-alone-m4a": {SOUND: (7, "0.0035")},
}


def source_of(recipe: Recipe) -> SourceInfo:
    """Return what Probe says of a source of the corpus."""
    picture = recipe.picture
    return SourceInfo(
        container="mpegts" if recipe.suffix == ".ts" else "mp4",
        duration_ms=round(recipe.seconds * 1000),
        video=_video(picture) if picture else None,
        audio=tuple(
            AudioTrack(codec=AudioCodec.AAC.name, channels=len(sound.tones_hz), language=sound.language)
            for sound in recipe.sounds
        ),
    )


def _video(picture: Picture) -> VideoTrack:
    return VideoTrack(
        codec="AVC",
        display_width=picture.width,
        display_height=picture.height,
        rotation_degrees=picture.rotation,
        frame_rate_numerator=picture.frame_rate.numerator,
        frame_rate_denominator=picture.frame_rate.denominator,
        is_interlaced=picture.is_interlaced,
    )


def quoted(source: SourceInfo, *, prices: PriceList = SHIPPED_PRICES, **changed: Any) -> Quote:
    """Return the quote of a source with the profile that fits it, and with presets changed."""
    profile = PROFILES.fitting(
        PROFILES.by_name["default"], has_video=source.video is not None, has_audio=bool(source.audio)
    )
    settings = job_settings(
        source_uri="s3://uploads/a.mp4",
        destination="s3://outputs/id/1",
        source=source,
        profile=profile,
        presets=replace(PRESETS, **changed),
    )
    found = quote(settings, source, prices)
    assert found is not None
    return found


@pytest.mark.parametrize("name", BY_HAND)
def test_quotes_are_what_one_works_out_by_hand(name: str) -> None:
    """A source's rows, and their sum, are those of the price list."""
    (case,) = (case for case in all_cases() if case.name == name)
    found = quoted(source_of(case.recipe))
    rows = {row.label: (len(row.outputs), str(found.row_usd(row).normalize())) for row in found.rows}
    by_hand = {label: (count, str(Decimal(usd).normalize())) for label, (count, usd) in BY_HAND[name].items()}
    assert rows == by_hand
    assert found.usd == sum(Decimal(usd) for _, usd in BY_HAND[name].values())
    assert found.unpriced == ()


def test_a_minute_of_the_default_profile_is_cheap() -> None:
    """It costs at most 55 % of HLS, DASH and MP4 apart with the same ladder, stills counted as billed."""
    found = pricing.measure()
    # HD 3, SD 3, sound 1, stills 1; apart: HD 6, SD 9, sound 1 (DASH's), stills 1.
    assert found.default == Decimal("0.045") + Decimal("0.0225") + Decimal("0.003") + Decimal("0.015")
    assert found.apart == Decimal("0.09") + Decimal("0.0675") + Decimal("0.003") + Decimal("0.015")
    # HD 6, SD 6: two rungs as MP4; and HD 5, SD 6: one.
    assert found.two_files == Decimal("0.09") + Decimal("0.045") + Decimal("0.003") + Decimal("0.015")
    assert found.classic == Decimal("0.138")
    assert found.is_low
    assert not replace(found, apart=found.classic).is_low
    for share in ("49%[/], allowed 55%", "56%, for comparison", "62%, for comparison"):
        assert share in found.line()


@pytest.mark.parametrize(
    ("duration_ms", "seconds"), [(1, 10), (10_000, 10), (10_001, 11), (60_000, 60), (60_999, 61)]
)
def test_seconds_are_billed_as_they_begin(duration_ms: int, seconds: int) -> None:
    """An output is billed for each second that it begins, and for ten of them at least."""
    assert billed_seconds(duration_ms) == seconds


@pytest.mark.parametrize(
    ("width", "height", "resolution"),
    [
        (1278, 718, Resolution.SD),
        (1280, 534, Resolution.HD),
        (720, 1280, Resolution.HD),
        (1920, 1080, Resolution.HD),
        (1922, 800, Resolution.UHD),
        (1080, 1920, Resolution.HD),
        (4096, 2160, Resolution.UHD),
        (8192, 4320, Resolution.UHD_8K),
    ],
)
def test_either_side_makes_a_picture_dearer(width: int, height: int, resolution: Resolution) -> None:
    """A class begins with its width or its height, whichever way the picture is turned."""
    assert resolution_of(width, height) is resolution


def test_what_no_source_settles_is_marked() -> None:
    """Stills, sound alone, 4K and rates that are not known are marked; HD is what a bill says."""
    rows = {row.label: row.is_settled for row in quoted(replace(REFERENCE_VIDEO, duration_ms=60_000)).rows}
    assert rows == {HD: True, SD: True, SOUND: False, STILLS_HD: False}
    assert REFERENCE_VIDEO.video is not None
    unknown = replace(
        REFERENCE_VIDEO, duration_ms=60_000, video=replace(REFERENCE_VIDEO.video, frame_rate_denominator=0)
    )
    dear = {row.label: row.is_settled for row in quoted(unknown).rows}
    assert dear["Basic, AVC, Single pass, HD, >30 fps and <=60 fps"] is False


def test_add_ons_are_priced() -> None:
    """Loudness makes an output Professional, and costs a row of its own for each description of sound."""
    loud = replace(PRESETS.cmaf, loudness_lufs=-23)
    rows = {row.label: len(row.outputs) for row in quoted(REFERENCE_LONG, cmaf=loud).rows}
    assert rows[f"Professional, {NORMALIZATION}"] == 1
    assert rows["Professional, Audio"] == 1
    assert "Basic, Audio" not in rows


REFERENCE_LONG = replace(REFERENCE_VIDEO, duration_ms=90_500)


def test_missing_prices_are_named() -> None:
    """What a list has no price for is no zero in silence: it is named, once."""
    without = replace(
        SHIPPED_PRICES,
        minutes={kind: rate for kind, rate in SHIPPED_PRICES.minutes.items() if "HD" not in kind},
    )
    found = quoted(REFERENCE_LONG, prices=without)
    assert found.unpriced == ("Basic, AVC, Single pass, <=30 fps, HD",)
    assert HD not in [row.label for row in found.rows]


def test_no_price_is_made_up_for_a_source_without_a_duration() -> None:
    """Where nobody knows how long a source is, there is no quote."""
    for source in (UnknownSource(reason="Probe did not answer"), REFERENCE_VIDEO):
        settings = job_settings(
            source_uri="s3://uploads/a.mp4",
            destination="s3://outputs/id/1",
            source=source,
            profile=PROFILES.by_name["default"],
            presets=PRESETS,
        )
        assert quote(settings, source, SHIPPED_PRICES) is None


def test_a_quote_is_read_as_it_was_written() -> None:
    """The record keeps the whole quote, without a float."""
    found = quoted(REFERENCE_LONG)
    assert Quote.from_record(found.as_record()) == found


def test_the_bill_goes_by_what_the_job_reports() -> None:
    """Outputs that turned out shorter or longer are billed so; where one isn't reported, the quote stands."""
    found = quoted(replace(REFERENCE_VIDEO, duration_ms=60_000))
    lengths = [30_000] * 6 + [120_000, 60_000]
    groups = [
        ProducedGroup(outputs=tuple(ProducedOutput(width=0, height=0, duration_ms=ms) for ms in part))
        for part in (lengths[:6], lengths[6:7], lengths[7:])
    ]
    # Half of two HD and three SD rungs and of the sound, twice the MP4, and the stills as quoted.
    assert found.billed_usd(groups) == Decimal("0.015") + Decimal("0.01125") + Decimal("0.0015") + Decimal(
        "0.03"
    ) + Decimal("0.015")
    assert found.billed_usd(groups[:2]) == found.usd
    nothing = replace(groups[0], outputs=(replace(groups[0].outputs[0], duration_ms=0),) * 6)
    assert found.billed_usd([nothing, *groups[1:]]) == found.usd


def test_amounts_are_rounded_up() -> None:
    """A millionth of a dollar is the least that is told; nothing is told too low."""
    assert usd_text(Decimal("0.0000001")) == "0.000001"
    assert usd_text(Decimal("12")) == "12.000000"
