"""Reading presets and profiles: what is shipped is sound, and every fault of a document is named at once."""

import json
from typing import Any

import pytest

from media_pipeline.domain.errors import PresetsInvalidError
from media_pipeline.encoding.presets import PresetName, parse_presets
from tests.support.strategies import PRESETS_FOLDER, shipped_presets, shipped_profiles

DOCUMENTS = {name.value: (PRESETS_FOLDER / f"{name}.json").read_text() for name in PresetName}


def faults_of(name: str, **changes: Any) -> tuple[str, ...]:
    """Return the faults that are found when fields of a shipped preset are replaced."""
    document = {**json.loads(DOCUMENTS[name]), **changes}
    with pytest.raises(PresetsInvalidError) as invalid:
        parse_presets({**DOCUMENTS, name: json.dumps(document)})
    return invalid.value.faults


def test_the_shipped_presets_share_one_ladder() -> None:
    """All presets with a picture are shipped with equal rungs and audio, so that an encode can be shared."""
    presets = shipped_presets()
    assert presets.cmaf.ladder[-1].short_side == 2160
    for preset in (presets.hls, presets.dash, presets.mp4):
        assert preset.ladder == presets.cmaf.ladder
        assert preset.gop_seconds == presets.cmaf.gop_seconds
        assert preset.high_frame_rates == presets.cmaf.high_frame_rates
        assert preset.audio_bitrate_bps == presets.cmaf.audio_bitrate_bps


@pytest.mark.parametrize("path", sorted(PRESETS_FOLDER.glob("*.json")), ids=lambda path: path.name)
def test_a_shipped_document_fits_a_standard_parameter(path: Any) -> None:
    """Each document is at most 4 KB, and a person can read it."""
    assert len(path.read_bytes()) <= 4096
    assert max(len(line) for line in path.read_text().splitlines()) <= 100


def test_the_shipped_profiles_are_the_contract() -> None:
    """The default shares one set of segments between HLS and DASH; classic has both apart, download none."""
    profiles = shipped_profiles()
    assert {name: profile.presets for name, profile in profiles.by_name.items()} == {
        "default": (PresetName.CMAF, PresetName.MP4, PresetName.THUMBNAILS),
        "classic": (PresetName.HLS, PresetName.DASH, PresetName.MP4, PresetName.THUMBNAILS),
        "download": (PresetName.MP4, PresetName.THUMBNAILS),
        "audio": (PresetName.AUDIO, PresetName.M4A),
    }
    assert profiles.prefixes == {}


def test_ladders_are_sorted_when_read() -> None:
    """Operators may write the largest row first; code relies on the smallest."""
    sides = [row.short_side for row in shipped_presets().hls.ladder]
    assert sides == sorted(sides)


@pytest.mark.parametrize(
    ("name", "changes", "fault"),
    [
        ("hls", {"segment_seconds": 0}, "hls segment_seconds is 0: must be a whole number from 1 to 60"),
        ("hls", {"segment_seconds": 5}, "hls segment_seconds is 5: must be a multiple of gop_seconds (2)"),
        ("dash", {"gop_seconds": "2"}, "dash gop_seconds is '2': must be a whole number from 1 to 10"),
        ("dash", {"version": True}, "dash version is True: must be a whole number from 1 to 1000000"),
        ("mp4", {"max_renditions": 2.5}, "mp4 max_renditions is 2.5: must be a whole number from 1 to 10"),
        ("mp4", {"surprise": 1}, "mp4 has unknown fields: surprise"),
        ("mp4", {"ladder": []}, "mp4 ladder must be a list of at least one row"),
        (
            "mp4",
            {"audio_sample_rate_hz": 22_050},
            "mp4 audio_sample_rate_hz is 22050: must be one of 32000, 44100, 48000",
        ),
        ("cmaf", {"hdr_ladder": "av1"}, "cmaf hdr_ladder is 'av1': must be one of none, hevc"),
        ("cmaf", {"surround": None}, "cmaf surround is None: must be one of keep, downmix"),
        ("cmaf", {"high_frame_rates": 60}, "cmaf high_frame_rates is 60: must be one of keep, halve"),
        ("cmaf", {"loudness_lufs": -3}, "cmaf loudness_lufs is -3: must be a whole number from -59 to -5"),
        ("hls", {"storyboard_width": 100}, "hls storyboard_width is 100: must be a multiple of 8"),
        ("audio", {"audio_bitrates_bps": []}, "audio audio_bitrates_bps must be a list of at least one"),
        ("audio", {"audio_bitrates_bps": [64_000, 1]}, "audio audio_bitrates_bps[1] is 1: must be one of"),
        ("audio", {"audio_bitrates_bps": [64_000, 64_000]}, "audio audio_bitrates_bps must not name a"),
        ("m4a", {"audio_bitrate_bps": True}, "m4a audio_bitrate_bps is True: must be one of 64000"),
        (
            "hls",
            {"surround": "keep", "audio_sample_rate_hz": 32_000},
            "hls surround is 'keep' with audio_sample_rate_hz 32000: AAC of 5.1 has 44100 or 48000",
        ),
        ("thumbnails", {"poster_width": 31}, "thumbnails poster_width is 31: must be a whole number"),
        ("thumbnails", {"quality": 101}, "thumbnails quality is 101: must be a whole number from 1 to 100"),
    ],
)
def test_a_fault_names_preset_field_value_and_range(name: str, changes: dict[str, Any], fault: str) -> None:
    """An operator learns from the message alone what to change."""
    assert any(found.startswith(fault) for found in faults_of(name, **changes))


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ([{"short_side": 720, "max_bitrate_bps": 4_000_000}], "hls ladder[0] must have exactly"),
        ([1], "hls ladder[0] must have exactly"),
        (
            [{"short_side": 721, "max_bitrate_bps": 4_000_000, "quality_level": 8}],
            "hls ladder[0].short_side is 721: must be even",
        ),
        (
            [
                {"short_side": 720, "max_bitrate_bps": 4_000_000, "quality_level": 8},
                {"short_side": 1080, "max_bitrate_bps": 4_000_000, "quality_level": 8},
            ],
            "hls ladder rows 720 and 1080 must differ",
        ),
    ],
)
def test_a_fault_of_a_ladder_names_its_row(rows: list[Any], fault: str) -> None:
    """Rows are checked one by one and against each other."""
    assert any(found.startswith(fault) for found in faults_of("hls", ladder=rows))


def test_all_faults_are_named_at_once() -> None:
    """One reading finds the faults of every document: absent, not JSON, not an object, out of range."""
    broken = {"dash": "not json", "mp4": "[]", "thumbnails": DOCUMENTS["thumbnails"].replace("1280", "1")}
    with pytest.raises(PresetsInvalidError) as invalid:
        parse_presets(broken)
    named = [fault.split()[0] for fault in invalid.value.faults]
    assert named == ["cmaf", "hls", "dash", "mp4", "audio", "m4a", "thumbnails"]
