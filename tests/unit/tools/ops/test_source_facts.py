"""What `show` tells of a source and of the presets that it was encoded with."""

from dataclasses import replace

from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.source import (
    AudioTrack,
    SourceInfo,
    SubtitleTrack,
    UnknownSource,
    VideoTrack,
)
from tests.unit.tools.ops.fakes import OpsWorld
from tools.ops.views.source_facts import profile_line, source_lines

SOURCE = SourceInfo(
    container="matroska",
    duration_ms=61_250,
    video=VideoTrack(
        codec="HEVC",
        display_width=1080,
        display_height=1920,
        rotation_degrees=90,
        frame_rate_numerator=30_000,
        frame_rate_denominator=1001,
        bit_depth=10,
        dynamic_range="HLG",
        sample_aspect_ratio="4:3",
        is_interlaced=True,
        has_variable_frame_rate=True,
    ),
    audio=(
        AudioTrack(codec="AC3", channels=6, language="eng"),
        AudioTrack(codec="AAC", channels=0, language=""),
    ),
    subtitles=(SubtitleTrack(codec="UNKNOWN", language="deu"),),
)


def lines_of(source: SourceInfo | UnknownSource) -> list[str]:
    """Return the lines about an asset's source."""
    asset = OpsWorld().asset(AssetStatus.COMPLETE)
    return list(source_lines(replace(asset, source_info=source.as_record())))


def test_everything_that_decided_of_the_encode_is_reported() -> None:
    """Container and length, then a line a track."""
    assert lines_of(SOURCE) == [
        "matroska, 61.2 s",
        "HEVC 1080x1920, turned by 90 degrees, pixels of 4:3, 29.97 frames a second, varying, interlaced, "
        "10 bits, HLG",
        "AC3 5.1, eng",
        "AAC",
        "subtitles deu (UNKNOWN)",
    ]


def test_sound_alone_and_the_unknown_are_reported_as_such() -> None:
    """A source without a picture has no line for one; one that Probe refused says why."""
    assert lines_of(replace(SOURCE, video=None, subtitles=()))[1:] == ["AC3 5.1, eng", "AAC"]
    assert lines_of(UnknownSource(reason="Probe did not answer")) == ["not known: Probe did not answer"]


def test_a_profile_is_reported_with_the_versions_of_its_presets() -> None:
    """Who asks why two videos differ finds the versions here; older records have the name alone."""
    asset = replace(OpsWorld().asset(AssetStatus.COMPLETE), profile="default")
    assert profile_line(asset) == "default"
    assert profile_line(replace(asset, preset_versions={"mp4": 2, "cmaf": 7})) == "default (cmaf 7, mp4 2)"
