"""Describing sources: Probe's answer and the frame rate that stands for a track."""

from fractions import Fraction
from typing import Any

import botocore.session
import pytest

from sandbox.clip import Clip
from sandbox.mediaconvert.frame_rates import constant_rate
from sandbox.mediaconvert.probe import probe_file, probe_result
from tests.unit.mediaconvert_media.conftest import MakeClip
from tests.unit.mediaconvert_media.jobs import source


def faults(shape: Any, value: Any, path: str = "probeResult") -> list[str]:
    """Compare a value in wire format with a shape of botocore's model, enums too; give the differences."""
    if shape.type_name == "structure":
        members = {member.serialization.get("name", name): member for name, member in shape.members.items()}
        unknown = [f"{path}.{name} is unknown" for name in value.keys() - members.keys()]
        return unknown + [
            fault
            for name, inner in value.items()
            if name in members
            for fault in faults(members[name], inner, f"{path}.{name}")
        ]
    if shape.type_name == "list":
        return [fault for inner in value for fault in faults(shape.member, inner, f"{path}[]")]
    types = {"string": str, "integer": int, "long": int, "double": float}
    enum = getattr(shape, "enum", [])
    if not isinstance(value, types[shape.type_name]) or (enum and value not in enum):
        return [f"{path} is {value!r}"]
    return []


@pytest.fixture(scope="module")
def probe_result_shape() -> Any:
    """Give the service model's shape of a probe result."""
    return botocore.session.get_session().get_service_model("mediaconvert").shape_for("ProbeResult")


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".ts", ".avi"])
def test_the_answer_has_the_models_shape_and_the_files_facts(
    suffix: str, clip: MakeClip, probe_result_shape: Any
) -> None:
    """A clip in each container is described in Probe's shape: size, rate, duration, tracks."""
    path = clip(Clip(width=160, height=90, seconds=1, suffix=suffix))
    result = probe_file(path)
    assert faults(probe_result_shape, result) == []
    formats = {".mp4": "mp4", ".mov": "quicktime", ".mkv": "matroska", ".ts": "mpegts", ".avi": "avi"}
    assert result["container"]["format"] == formats[suffix]
    assert result["container"]["duration"] == pytest.approx(1, abs=0.1)
    video, audio = result["container"]["tracks"]
    assert (video["trackType"], video["codec"], video["index"]) == ("video", "AVC", 1)
    shown = video["videoProperties"]
    assert (shown["width"], shown["height"]) == (160, 90)
    assert shown["frameRate"] == {"numerator": 30, "denominator": 1}
    assert "rotation" not in shown
    heard = audio["audioProperties"]
    assert (audio["codec"], heard["channels"], heard["sampleRate"]) == ("AAC", 2, 48_000)
    assert result["trackMappings"] == [
        {"videoTrackIndexes": [1], "audioTrackIndexes": [2], "dataTrackIndexes": []}
    ]


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_rotation_is_told_clockwise(rotation: int, clip: MakeClip) -> None:
    """The rotation is the clockwise angle that turns the picture upright; sizes are those stored."""
    path = clip(Clip(width=180, height=320, seconds=1, rotation=rotation, has_sound=False))
    shown = probe_file(path)["container"]["tracks"][0]["videoProperties"]
    assert shown["rotation"] == rotation
    assert (shown["width"], shown["height"]) == ((180, 320) if rotation == 180 else (320, 180))


def test_colours_depth_and_shape_of_pixels_are_told(probe_result_shape: Any) -> None:
    """HLG in 10 bits with wide pixels is described by the model's enums."""
    wide = source(
        codec="HEVC",
        bit_depth=10,
        primaries=9,
        transfer=18,
        matrix=9,
        sample_aspect=Fraction(4, 3),
        pixel_format="yuv420p10le",
        is_interlaced=True,
    )
    result = probe_result(wide)
    assert faults(probe_result_shape, result) == []
    shown = result["container"]["tracks"][0]["videoProperties"]
    assert shown["bitDepth"] == 10
    assert shown["colorPrimaries"] == "ITU_2020"
    assert shown["transferCharacteristics"] == "ARIB_B67"
    assert shown["matrixCoefficients"] == "ITU_2020_NCL"
    assert shown["displayAspectRatio"] == {"numerator": 64, "denominator": 27}
    assert shown["codecMetadata"]["scanType"] == "interlaced"


@pytest.mark.parametrize(
    ("average", "base", "rate"),
    [
        ("30", "30", "30"),
        ("30000/1001", "30000/1001", "30000/1001"),
        ("2997/100", "2997/100", "30000/1001"),
        ("24000/1001", "24", "24000/1001"),
        ("150/7", "30", "30"),
        ("29.2", "90000", "30000/1001"),
        ("59.9", "1000", "60000/1001"),
        ("18", "18", "18"),
        ("240", "240", "120"),
        ("1", "1", "1"),
        (None, "25", "25"),
        (None, None, "30"),
    ],
)
def test_one_constant_rate_stands_for_a_track(average: str | None, base: str | None, rate: str) -> None:
    """Standard rates are recognised, variable ones get one that keeps their frames, absurd ones a limit."""
    chosen = constant_rate(Fraction(average) if average else None, Fraction(base) if base else None)
    assert chosen == Fraction(rate)
