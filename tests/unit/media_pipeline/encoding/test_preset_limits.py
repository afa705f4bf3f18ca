"""Each field of a preset is read into the field of its name, within its limits, and refused beyond them."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from media_pipeline.domain.errors import PresetsInvalidError
from media_pipeline.encoding.aac import SAMPLE_RATES_HZ, STEREO_BITRATES_BPS
from media_pipeline.encoding.ladder import LADDER_ROW_LIMITS
from media_pipeline.encoding.presets import PresetName, Presets, parse_presets
from tests.support.strategies import PRESETS_FOLDER

TEXTS = {name.value: (PRESETS_FOLDER / f"{name}.json").read_text() for name in PresetName}
WITH_PICTURE = ("cmaf", "hls", "dash", "mp4")
STREAMS = ("cmaf", "hls", "dash")
# Fields with their least and greatest value, and with what else must change for the value to fit.
RANGES: list[tuple[tuple[str, ...], str, int, int, dict[str, Any]]] = [
    ((*WITH_PICTURE, "audio", "m4a", "thumbnails"), "version", 1, 1_000_000, {}),
    ((*WITH_PICTURE, "audio", "m4a"), "loudness_lufs", -59, -5, {}),
    (WITH_PICTURE, "gop_seconds", 1, 10, {"segment_seconds": 10}),
    (STREAMS, "segment_seconds", 1, 60, {"gop_seconds": 1}),
    (("audio",), "segment_seconds", 1, 60, {}),
    (STREAMS, "storyboard_interval_seconds", 0, 3600, {}),
    (STREAMS, "storyboard_width", 8, 640, {}),
    (("mp4",), "max_renditions", 1, 10, {}),
    (("thumbnails",), "width", 32, 4096, {}),
    (("thumbnails",), "interval_seconds", 1, 3600, {}),
    (("thumbnails",), "max_captures", 1, 10_000, {}),
    (("thumbnails",), "quality", 1, 100, {}),
]
WORDS = {
    "high_frame_rates": (WITH_PICTURE, ["keep", "halve"]),
    "surround": (WITH_PICTURE, ["keep", "downmix"]),
    "hdr_ladder": (("cmaf",), ["none", "hevc"]),
}


def _limits() -> Iterator[tuple[str, str, int, int, dict[str, Any]]]:
    for names, field, low, high, beside in RANGES:
        for name in names:
            document = json.loads(TEXTS[name])
            yield name, field, low, high, {key: value for key, value in beside.items() if key in document}


def _parsed(name: str, **changes: Any) -> Presets:
    return parse_presets({**TEXTS, name: json.dumps({**json.loads(TEXTS[name]), **changes})})


def _faults(name: str, **changes: Any) -> tuple[str, ...]:
    with pytest.raises(PresetsInvalidError) as invalid:
        _parsed(name, **changes)
    return invalid.value.faults


@pytest.mark.parametrize(("name", "field", "low", "high", "beside"), list(_limits()))
def test_numbers_have_limits(name: str, field: str, low: int, high: int, beside: dict[str, Any]) -> None:
    """The least and the greatest value are taken as they are, and one beyond is named with both."""
    for value in (low, high):
        assert getattr(getattr(_parsed(name, **{**beside, field: value}), name), field) == value
    for value in (low - 1, high + 1):
        expected = f"{name} {field} is {value}: must be a whole number from {low} to {high}"
        assert expected in _faults(name, **{**beside, field: value})


@pytest.mark.parametrize("name", TEXTS)
def test_a_document_arrives_field_by_field(name: str) -> None:
    """What an operator wrote is what jobs are made with, under the same names."""
    document = json.loads(TEXTS[name])
    ladder = sorted(document.pop("ladder", []), key=lambda row: row["short_side"])
    preset = getattr(_parsed(name), name)
    for field, value in document.items():
        assert getattr(preset, field) == (tuple(value) if isinstance(value, list) else value), field
    rows = [
        {field: getattr(row, field) for field in LADDER_ROW_LIMITS} for row in getattr(preset, "ladder", ())
    ]
    assert rows == ladder


@pytest.mark.parametrize(
    ("name", "field"), [(name, field) for name, text in TEXTS.items() for field in json.loads(text)]
)
def test_a_field_that_is_missing_is_named(name: str, field: str) -> None:
    """Nothing is assumed for it, and no other field is said to be wrong."""
    document = {key: value for key, value in json.loads(TEXTS[name]).items() if key != field}
    with pytest.raises(PresetsInvalidError) as invalid:
        parse_presets({**TEXTS, name: json.dumps(document)})
    first, *others = invalid.value.faults
    assert first.startswith(
        (f"{name} {field} is None: must be ", f"{name} {field} must be a list of at least")
    )
    assert all(fault.startswith(f"{name} {field} is ") for fault in others)


@pytest.mark.parametrize(
    ("name", "field", "word"),
    [(name, field, word) for field, (names, words) in WORDS.items() for name in names for word in words],
)
def test_words_are_taken_as_they_are(name: str, field: str, word: str) -> None:
    """Each word that a field may have arrives."""
    assert getattr(getattr(_parsed(name, **{field: word}), name), field) == word


@pytest.mark.parametrize("name", [*WITH_PICTURE, "m4a"])
@pytest.mark.parametrize("bitrate_bps", STEREO_BITRATES_BPS)
def test_bitrates_of_sound_are_taken_with_the_highest_rate(name: str, bitrate_bps: int) -> None:
    """All bitrates that AAC has at 48 kHz can be chosen."""
    changes = {"audio_bitrate_bps": bitrate_bps, "audio_sample_rate_hz": max(SAMPLE_RATES_HZ)}
    assert getattr(_parsed(name, **changes), name).audio_bitrate_bps == bitrate_bps


def test_several_bitrates_are_sorted() -> None:
    """Renditions of sound go from small to large, however they were written."""
    assert _parsed("audio", audio_bitrates_bps=[192_000, 64_000]).audio.audio_bitrates_bps == (
        64_000,
        192_000,
    )


@pytest.mark.parametrize(("field", "limits"), LADDER_ROW_LIMITS.items())
def test_rows_of_a_ladder_have_limits(field: str, limits: tuple[int, int]) -> None:
    """The least and the greatest value of each field are taken, and one beyond is named with its row."""
    row = {"short_side": 720, "max_bitrate_bps": 4_000_000, "quality_level": 8}
    for value in limits:
        (read,) = _parsed("hls", ladder=[{**row, field: value}]).hls.ladder
        assert getattr(read, field) == value
    low, high = limits
    for value in (low - 1, high + 1):
        expected = f"hls ladder[0].{field} is {value}: must be a whole number from {low} to {high}"
        assert expected in _faults("hls", ladder=[{**row, field: value}])


def test_a_poster_of_earlier_presets_stays_as_wide() -> None:
    """The wider of both widths is made; a document without a poster's width has one."""
    assert _parsed("thumbnails", width=320, poster_width=1280).thumbnails.width == 1280
    assert _parsed("thumbnails", width=320, poster_width=32).thumbnails.width == 320
    assert _parsed("thumbnails", width=320, poster_width=4096).thumbnails.width == 4096
    assert _parsed("thumbnails", width=32).thumbnails.width == 32
    for width in (31, 4097):
        expected = f"thumbnails poster_width is {width}: must be a whole number from 32 to 4096"
        assert _faults("thumbnails", poster_width=width) == (expected,)


@pytest.mark.parametrize(("segment_seconds", "gop_seconds"), [(6, 2), (6, 6), (6, 1), (4, 3), (2, 4)])
def test_segments_are_whole_numbers_of_gops(segment_seconds: int, gop_seconds: int) -> None:
    """Where they are not, the document is refused."""
    changes = {"segment_seconds": segment_seconds, "gop_seconds": gop_seconds}
    if segment_seconds % gop_seconds:
        expected = (
            f"hls segment_seconds is {segment_seconds}: must be a multiple of gop_seconds ({gop_seconds})"
        )
        assert _faults("hls", **changes) == (expected,)
    else:
        assert _parsed("hls", **changes).hls.gop_seconds == gop_seconds


def test_versions_are_found_by_the_presets_name() -> None:
    """A record names the version of each preset that its job was made with."""
    shipped = parse_presets(TEXTS)
    for number, name in enumerate(PresetName, 7):
        presets = _parsed(name.value, version=number)
        assert presets.version(name) == number
        others = [other for other in PresetName if other is not name]
        assert [presets.version(other) for other in others] == [shipped.version(other) for other in others]
