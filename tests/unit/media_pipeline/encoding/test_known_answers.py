"""What the rules of encoding come to for sources that anybody can work out on paper."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from media_pipeline.domain.source import AudioTrack, DynamicRange, SourceInfo, UnknownSource
from media_pipeline.encoding.billing_tiers import billed_outputs
from media_pipeline.encoding.frame_size import FrameSize
from media_pipeline.encoding.job_settings import REFERENCE_VIDEO, job_settings
from media_pipeline.encoding.ladder import LadderRow, select_renditions
from media_pipeline.encoding.output_groups import output_groups
from media_pipeline.encoding.planned_outputs import planned_outputs
from media_pipeline.encoding.presets import HdrLadder, HighFrameRates, PresetName
from media_pipeline.encoding.video_renditions import (
    Stills,
    Storyboard,
    changed_frame_rate,
    renditions,
    stills,
    storyboard,
)
from media_pipeline.encoding.video_settings import avc_video, hevc_video
from tests.support.strategies import shipped_presets, shipped_profiles

PRESETS, PROFILES = shipped_presets(), shipped_profiles().by_name
assert REFERENCE_VIDEO.video is not None
VIDEO = REFERENCE_VIDEO.video
ROWS = (
    LadderRow(short_side=360, max_bitrate_bps=1_000_000, quality_level=7),
    LadderRow(short_side=720, max_bitrate_bps=3_000_000, quality_level=8),
    LadderRow(short_side=1080, max_bitrate_bps=6_000_000, quality_level=9),
)


def source_of(
    *, width: int = 1280, height: int = 720, seconds: int = 60, tracks: int = 1, **picture: Any
) -> SourceInfo:
    """Return a source with a picture and so many tracks of sound."""
    video = replace(VIDEO, display_width=width, display_height=height, duration_ms=0, **picture)
    sound = AudioTrack(codec="AAC", channels=2, language="eng")
    return replace(REFERENCE_VIDEO, duration_ms=seconds * 1000, video=video, audio=(sound,) * tracks)


def rungs(width: int, height: int, limit: int | None = None) -> Sequence[tuple[str, int, int]]:
    """Return the names, bitrates and quality levels that a source gets."""
    found = select_renditions(width=width, height=height, rows=ROWS, bitrate_limit_bps=limit)
    return [(rung.name, rung.max_bitrate_bps, rung.quality_level) for rung in found]


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [
        (1280, 720, [("720p", 3_000_000, 8), ("360p", 1_000_000, 7)]),
        # 540p has 5/12 of the pixels between 360p and 720p.
        (960, 540, [("540p", 1_833_333, 8), ("360p", 1_000_000, 7)]),
        # 900p has 9/20 of those between 720p and 1080p.
        (1600, 900, [("900p", 4_350_000, 9), ("720p", 3_000_000, 8), ("360p", 1_000_000, 7)]),
        # Below the lowest row the bitrate falls with the pixels, to the least that there is.
        (320, 180, [("180p", 250_000, 7)]),
        (160, 90, [("90p", 100_000, 7)]),
        # A row within a tenth of the top rung is left out; one at nine tenths is not.
        (712, 400, [("400p", 1_000_000 + int(2_000_000 * 30_400 / 388_800), 8), ("360p", 1_000_000, 7)]),
        (704, 398, [("398p", 1_000_000 + int(2_000_000 * 28_804 / 388_800), 8)]),
    ],
)
def test_a_bitrate_follows_the_number_of_pixels(
    width: int, height: int, expected: Sequence[tuple[str, int, int]]
) -> None:
    """Between two rows a rung gets the share of the difference that its pixels have of theirs."""
    assert rungs(width, height) == expected


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (10_000_000, [6_000_000, 3_000_000, 1_000_000]),
        (4_000_000, [4_000_000, 3_000_000, 1_000_000]),
        # Each rung gets three quarters of the one above it, where it would have more.
        (2_000_000, [2_000_000, 1_500_000, 1_000_000]),
        (400_000, [400_000, 300_000, 225_000]),
        # The smallest keeps the least that there is, and each above it has more.
        (100_000, [100_002, 100_001, 100_000]),
        (1, [100_002, 100_001, 100_000]),
    ],
)
def test_a_limit_lowers_bitrates_by_quarters(limit: int, expected: Sequence[int]) -> None:
    """What a source is worth is the top rung's bitrate, and each one below has less."""
    assert [bitrate for _, bitrate, _ in rungs(1920, 1080, limit)] == expected


@pytest.mark.parametrize(
    ("codec", "bitrate_bps", "duration_ms", "expected"),
    [
        ("AVC", 1_000_000, 1_000, 1_500_000),
        # A newer codec needs half as much for the same picture.
        ("HEVC", 1_000_000, 1_000, 3_000_000),
        ("AVC", 0, 1_000, None),
        # The bitrate of less than a second says little.
        ("AVC", 1_000_000, 999, None),
    ],
)
def test_a_source_is_worth_half_as_much_again(
    codec: str, bitrate_bps: int, duration_ms: int, expected: int | None
) -> None:
    """An encode needs some more bits than its source, to look like it."""
    video = replace(VIDEO, codec=codec, bitrate_bps=bitrate_bps, duration_ms=duration_ms)
    preset = replace(PRESETS.cmaf, ladder=ROWS)
    whole = renditions(replace(REFERENCE_VIDEO, video=replace(video, bitrate_bps=0)), preset)[0]
    top = renditions(replace(REFERENCE_VIDEO, video=video), preset)[0]
    assert top.max_bitrate_bps == min(expected or whole.max_bitrate_bps, whole.max_bitrate_bps)


@pytest.mark.parametrize(
    ("numerator", "denominator", "halved", "kept"),
    [
        (30, 1, None, None),
        (60, 1, Fraction(30), None),
        (60_000, 1001, Fraction(30_000, 1001), None),
        (50, 1, Fraction(25), None),
        (120, 1, Fraction(30), Fraction(60)),
        # What was measured from time stamps is the standard rate below it.
        (6006, 100, Fraction(30), Fraction(60)),
        (3002, 100, Fraction(30), Fraction(30)),
        (2994, 100, None, None),
        # Of two standard rates near to it, the nearest.
        (2401, 100, Fraction(24), Fraction(24)),
        (0, 1, None, None),
    ],
)
def test_a_frame_rate_is_a_standard_one_that_players_take(
    numerator: int, denominator: int, halved: Fraction | None, kept: Fraction | None
) -> None:
    """Rates above 60 are halved until they are not, those above 30 where the preset says so."""
    video = replace(VIDEO, frame_rate_numerator=numerator, frame_rate_denominator=denominator)
    assert changed_frame_rate(video, HighFrameRates.HALVE) == halved
    assert changed_frame_rate(video, HighFrameRates.KEEP) == kept
    assert changed_frame_rate(None, HighFrameRates.HALVE) is None


@pytest.mark.parametrize("policy", HighFrameRates)
def test_an_encode_gets_the_frame_rate_that_was_chosen(policy: HighFrameRates) -> None:
    """Each codec's settings have the rate of the source and the preset, as a fraction."""
    source = source_of(frame_rate_numerator=240_000, frame_rate_denominator=1001)
    preset = replace(PRESETS.cmaf, high_frame_rates=policy.value)
    (rung, *_) = renditions(source, preset)
    expected = (30_000, 1001) if policy is HighFrameRates.HALVE else (60_000, 1001)
    for video, member in ((avc_video, "H264Settings"), (hevc_video, "H265Settings")):
        codec = video(rung, preset, source)["CodecSettings"][member]
        assert codec["FramerateControl"] == "SPECIFIED"
        assert (codec["FramerateNumerator"], codec["FramerateDenominator"]) == expected
    unknown = avc_video(rung, preset, UnknownSource(reason="Probe did not answer"))
    assert unknown["CodecSettings"]["H264Settings"]["FramerateControl"] == "INITIALIZE_FROM_SOURCE"


def test_all_pictures_of_a_group_have_the_same_frame_rate() -> None:
    """Those of high dynamic range, too, are made of the source as it is."""
    source = source_of(
        dynamic_range=DynamicRange.PQ, frame_rate_numerator=240_000, frame_rate_denominator=1001
    )
    cmaf = replace(PRESETS.cmaf, hdr_ladder=HdrLadder.HEVC, high_frame_rates=HighFrameRates.HALVE)
    (group,) = output_groups(PresetName.CMAF, source, replace(PRESETS, cmaf=cmaf))
    rates = {"H264Settings": set[int](), "H265Settings": set[int]()}
    for output in group["Outputs"]:
        codec = output.get("VideoDescription", {}).get("CodecSettings", {})
        for member, found in rates.items():
            if member in codec:
                found.add(codec[member]["FramerateNumerator"])
    assert rates == {"H264Settings": {30_000}, "H265Settings": {30_000}}


@pytest.mark.parametrize(
    ("seconds", "interval_seconds", "poster"),
    [
        # Nothing is known of when it ends, or it ends at once: the first still is the poster.
        (0, 10, 0),
        (1, 10, 0),
        (2, 1, 1),
        (50, 5, 1),
        (100, 10, 1),
        (3600, 10, 36),
        # A thousand stills reach over the film, further apart than the preset says.
        (36_000, 36, 100),
    ],
)
def test_a_poster_is_from_a_tenth_of_the_film(seconds: int, interval_seconds: int, poster: int) -> None:
    """A film begins black; its stills are close enough that one is near its tenth, and reach to its end."""
    preset = replace(PRESETS.thumbnails, interval_seconds=10, max_captures=1000, width=320)
    size = FrameSize(width=320, height=180, picture_width=320, picture_height=180)
    assert stills(source_of(seconds=seconds), preset) == Stills(
        size=size, interval_seconds=interval_seconds, captures=1000, poster=poster
    )


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [
        (1280, 720, (160, 90, 4)),
        (720, 1280, (88, 156, 4)),
        (100, 50, (96, 48, 4)),
        (32, 8192, (8, 2048, 2)),
        # One row of such pictures would be higher than a tile may be.
        (16, 8192, None),
    ],
)
def test_a_storyboard_has_the_shape_of_its_source(
    width: int, height: int, expected: tuple[int, int, int] | None
) -> None:
    """Its pictures are in steps of eight pixels and never enlarged, its tiles at most 4096 pixels high."""
    preset = replace(PRESETS.cmaf, storyboard_interval_seconds=5, storyboard_width=160)
    found = storyboard(source_of(width=width, height=height), preset)
    if expected is None:
        assert found is None
        return
    assert found == Storyboard(
        interval_seconds=5, width=expected[0], height=expected[1], columns=5, rows=expected[2]
    )


@pytest.mark.parametrize(("tracks", "modifiers"), [(0, []), (1, []), (2, ["_audio_1", "_audio_2"])])
def test_hls_has_one_sound_in_its_pictures_and_several_beside_them(
    tracks: int, modifiers: Sequence[str]
) -> None:
    """One track is in every rung's segments; of two a viewer chooses, so both have segments of their own."""
    (group, *_) = job_settings(
        source_uri="s3://uploads/a.mp4",
        destination="s3://outputs/id/1",
        source=source_of(tracks=tracks),
        profile=PROFILES["classic"],
        presets=PRESETS,
    )["OutputGroups"]
    pictures = [output for output in group["Outputs"] if "VideoDescription" in output]
    beside = [output for output in group["Outputs"] if "VideoDescription" not in output]
    assert group["Name"] == "Apple HLS"
    assert [output["NameModifier"] for output in beside] == modifiers
    for output in pictures:
        assert len(output.get("AudioDescriptions", ())) == (1 if tracks == 1 else 0)
        assert ("OutputSettings" in output) == bool(beside)


def test_stills_are_planned_in_the_size_that_they_get() -> None:
    """The record tells a still's width and height before the job is done; none where nothing is known."""
    for source, size in (
        (source_of(width=640, height=360), (320, 180)),
        (source_of(width=200, height=100), (200, 100)),
        (UnknownSource(reason="Probe did not answer"), (0, 0)),
    ):
        presets = replace(PRESETS, thumbnails=replace(PRESETS.thumbnails, width=320))
        plan = planned_outputs(folder="id/1", source=source, profile=PROFILES["default"], presets=presets)
        pictures = [output for output in plan if output.format in ("THUMBNAIL", "POSTER")]
        assert [(output.width, output.height) for output in pictures] == [size, size]


def test_outputs_are_billed_under_their_names() -> None:
    """A group and an output are named as their settings name them, and by nothing where they do not."""
    named: dict[str, Any] = {"Name": "CMAF", "Outputs": [{"NameModifier": "_720p"}]}
    nameless: dict[str, Any] = {"Outputs": [{}]}
    billed = billed_outputs({"OutputGroups": [named, nameless]})
    assert [(each.group, each.name) for each in billed] == [("CMAF", "_720p"), ("", "")]
