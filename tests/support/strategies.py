"""Hypothesis strategies for the things that the pipeline is about."""

import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from media_pipeline.domain.source import (
    AudioTrack,
    DynamicRange,
    SourceInfo,
    VideoTrack,
)
from media_pipeline.domain.uploads.upload import UploadedObject
from media_pipeline.encoding.frame_size import MAX_VIDEO_SIDE
from media_pipeline.encoding.ladder import LadderRow
from media_pipeline.encoding.presets import PresetName, Presets, parse_presets
from media_pipeline.encoding.profiles import Profiles, parse_profiles

PRESETS_FOLDER = Path(__file__).parents[2] / "stacks" / "presets"


def shipped_presets() -> Presets:
    """Return the presets that are deployed."""
    return parse_presets({name: (PRESETS_FOLDER / f"{name}.json").read_text() for name in PresetName})


def shipped_profiles() -> Profiles:
    """Return the profiles that are deployed."""
    return parse_profiles((PRESETS_FOLDER / "profiles.json").read_text())


sides = st.one_of(
    st.integers(min_value=16, max_value=MAX_VIDEO_SIDE),
    st.sampled_from([16, 17, 31, 32, 33, 144, 176, 239, 240, 719, 720, 1080, 1920, 2160, 3840, 4320, 8192]),
)

# Real keys hold anything that UTF-8 can; S3 allows 1,024 bytes.
keys = st.one_of(
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=250),
    st.sampled_from(
        ["a b.mp4", "a+b.mp4", "100%25.mp4", 'it\'s "quoted".mov', "dir//ü/日本語 🎬.mp4", "../up.mp4"]
    ),
)


@st.composite
def ladder_rows(draw: st.DrawFn) -> tuple[LadderRow, ...]:
    """Draw a ladder as presets hold it: sorted, sides even and distinct, bitrates strictly increasing."""
    short_sides = sorted(2 * half for half in draw(st.sets(st.integers(16, 1080), min_size=1, max_size=8)))
    bitrates = sorted(
        draw(st.sets(st.integers(100_000, 50_000_000), min_size=len(short_sides), max_size=len(short_sides)))
    )
    return tuple(
        LadderRow(short_side=side, max_bitrate_bps=bitrate, quality_level=draw(st.integers(1, 10)))
        for side, bitrate in zip(short_sides, bitrates, strict=True)
    )


# As Probe tells them: usually ISO 639 codes, but whatever a file says.
languages = st.sampled_from(
    ["", "eng", "deu", "ger", "nob", "vol", "yue", "und", "mul", "zxx", "en", "ÄÖÜ", "e n"]
)


@st.composite
def sources(draw: st.DrawFn) -> SourceInfo:
    """Draw a source with a picture of any size, rate and color, with or without sound, in any container."""
    audio = draw(
        st.lists(
            st.builds(
                AudioTrack,
                codec=st.just("AAC"),
                channels=st.integers(0, 8),
                language=languages,
            ),
            max_size=3,
        )
    )
    return SourceInfo(
        container=draw(st.sampled_from(["mp4", "quicktime", "matroska", "webm", "mpegts", "avi", ""])),
        duration_ms=draw(st.integers(0, 48 * 3600 * 1000)),
        video=VideoTrack(
            codec="AVC",
            display_width=draw(sides),
            display_height=draw(sides),
            rotation_degrees=draw(st.sampled_from([0, 90, 180, 270])),
            frame_rate_numerator=draw(
                st.sampled_from([0, 15, 24000, 30, 60, 120, 60000, 240, 1000, 30030, 60060, 60119])
            ),
            frame_rate_denominator=draw(st.sampled_from([1, 1001])),
            duration_ms=draw(st.integers(0, 48 * 3600 * 1000)),
            bitrate_bps=draw(st.sampled_from([0, 1, 50_000, 300_000, 1_000_000, 8_000_000, 2_000_000_000])),
            bit_depth=draw(st.sampled_from([0, 8, 10])),
            dynamic_range=draw(st.sampled_from(DynamicRange)).value,
            color_primaries=draw(st.sampled_from(["", "ITU_709", "ITU_2020"])),
            is_interlaced=draw(st.sampled_from([True, False, None])),
        ),
        audio=tuple(audio),
    )


sounds_alone = st.builds(
    SourceInfo,
    container=st.sampled_from(["mp3", "wave", "mp4", "ogg"]),
    duration_ms=st.integers(0, 48 * 3600 * 1000),
    video=st.none(),
    audio=st.lists(
        st.builds(
            AudioTrack,
            codec=st.just("MP3"),
            channels=st.integers(0, 8),
            language=languages,
        ),
        min_size=1,
        max_size=3,
    ).map(tuple),
)

uploads = st.builds(
    UploadedObject,
    bucket=st.just("uploads"),
    key=keys,
    version_id=st.one_of(st.none(), st.text("abcXYZ019._-", min_size=1, max_size=32)),
    etag=st.text("0123456789abcdef", min_size=32, max_size=32),
    size_bytes=st.integers(0, 50 * 1024**4),
    sequencer=st.text("0123456789ABCDEF", max_size=18),
)

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda children: (
        st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=12), children, max_size=5)
    ),
    max_leaves=12,
)


@st.composite
def damaged(draw: st.DrawFn, event: dict[str, Any]) -> str:
    """Draw an event with one of its fields, at any depth, removed or replaced by any JSON value."""
    copy = json.loads(json.dumps(event))
    place = copy
    while True:
        name = draw(st.sampled_from(sorted(place)))
        inner = place[name]
        if not (isinstance(inner, dict) and inner and draw(st.booleans())):
            break
        place = inner
    if draw(st.booleans()):
        del place[name]
    else:
        place[name] = draw(json_values)
    return json.dumps(copy)
