"""Describing sources: Probe's answer and the frame rate that stands for a track."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from sandbox.demo.clip import Clip
from sandbox.mediaconvert.probing.frame_rates import constant_rate
from sandbox.mediaconvert.probing.probe_result import probe_file, probe_result
from tests.unit.sandbox.mediaconvert.media.clips import LIGHT_LEVELS, ffmpeg, hdr_bars
from tests.unit.sandbox.mediaconvert.media.conftest import MakeClip
from tests.unit.sandbox.mediaconvert.media.jobs import source


def errors(shape: Any, value: Any, path: str = "probeResult") -> list[str]:
    """Compare a value in wire format with a shape of botocore's model, enums too; return the differences."""
    if shape.type_name == "structure":
        members = {member.serialization.get("name", name): member for name, member in shape.members.items()}
        unknown = [f"{path}.{name} is unknown" for name in value.keys() - members.keys()]
        return unknown + [
            error
            for name, inner in value.items()
            if name in members
            for error in errors(members[name], inner, f"{path}.{name}")
        ]
    if shape.type_name == "list":
        return [error for inner in value for error in errors(shape.member, inner, f"{path}[]")]
    types = {"string": str, "integer": int, "long": int, "double": float}
    enum = getattr(shape, "enum", [])
    if not isinstance(value, types[shape.type_name]) or (enum and value not in enum):
        return [f"{path} is {value!r}"]
    return []


@pytest.fixture(scope="module")
def probe_result_shape() -> Any:
    """Return the service model's shape of a probe result."""
    return botocore.session.get_session().get_service_model("mediaconvert").shape_for("ProbeResult")


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".ts", ".avi"])
def test_the_answer_has_the_models_shape_and_the_files_facts(
    suffix: str, clip: MakeClip, probe_result_shape: Any
) -> None:
    """A clip in each container is described in Probe's shape: size, rate, duration, tracks."""
    path = clip(Clip(width=160, height=90, seconds=1, suffix=suffix))
    result = probe_file(path)
    assert errors(probe_result_shape, result) == []
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
def test_rotation_is_reported_clockwise(rotation: int, clip: MakeClip) -> None:
    """The rotation is the clockwise angle that turns the picture upright; sizes are those stored."""
    path = clip(Clip(width=180, height=320, seconds=1, rotation=rotation, has_audio=False))
    shown = probe_file(path)["container"]["tracks"][0]["videoProperties"]
    assert shown["rotation"] == rotation
    assert (shown["width"], shown["height"]) == ((180, 320) if rotation == 180 else (320, 180))


def test_colors_depth_and_shape_of_pixels_are_reported(probe_result_shape: Any) -> None:
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
    assert errors(probe_result_shape, result) == []
    shown = result["container"]["tracks"][0]["videoProperties"]
    assert shown["bitDepth"] == 10
    assert shown["colorPrimaries"] == "ITU_2020"
    assert shown["transferCharacteristics"] == "ARIB_B67"
    assert shown["matrixCoefficients"] == "ITU_2020_NCL"
    assert shown["displayAspectRatio"] == {"numerator": 64, "denominator": 27}
    assert shown["codecMetadata"]["scanType"] == "interlaced"


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts"])
@pytest.mark.parametrize(("transfer", "name"), [("smpte2084", "SMPTE_2084"), ("arib-std-b67", "ARIB_B67")])
def test_high_range_is_reported_of_every_container(
    suffix: str, transfer: str, name: str, probe_result_shape: Any, tmp_path: Path
) -> None:
    """10-bit PQ and HLG in HEVC are described with depth, colors and light; of MPEG-TS by the codec alone."""
    path = hdr_bars(tmp_path / f"hdr{suffix}", [0.5], transfer, light_levels=LIGHT_LEVELS)
    result = probe_file(path)
    assert errors(probe_result_shape, result) == []
    shown = result["container"]["tracks"][0]["videoProperties"]
    coded = shown["codecMetadata"]
    colors = {
        "colorPrimaries": "ITU_2020",
        "transferCharacteristics": name,
        "matrixCoefficients": "ITU_2020_NCL",
    }
    assert {member: coded[member] for member in colors} == colors
    assert {member: shown[member] for member in colors if member in shown} == (
        {} if suffix == ".ts" else colors
    )
    assert (shown["bitDepth"], coded["bitDepth"], coded["profile"]) == (10, 10, "Main 10")
    light = {"maxContentLightLevel": 800, "maxFrameAverageLightLevel": 300}
    assert shown["hdrMetadata"]["contentLightLevel"] == light
    display = shown["hdrMetadata"]["masteringDisplayColorVolume"]
    assert (display["redPrimaryX"], display["whitePointY"]) == (34000, 16450)
    assert (display["maxLuminance"], display["minLuminance"]) == (10_000_000, 50)


def test_what_a_source_does_not_tell_stays_absent(clip: MakeClip) -> None:
    """Of a clip without colors the container tells none, and the codec that they are unspecified."""
    shown = probe_file(clip(Clip(width=160, height=90, seconds=1)))["container"]["tracks"][0][
        "videoProperties"
    ]
    untold = {"colorPrimaries", "transferCharacteristics", "matrixCoefficients", "rotation", "hdrMetadata"}
    assert not untold & shown.keys()
    assert shown["codecMetadata"]["transferCharacteristics"] == "UNSPECIFIED"
    assert "fieldOrder" not in shown["codecMetadata"]


@pytest.mark.parametrize(
    ("suffix", "encoder", "codec", "first"),
    [
        (".ts", ("libx264", "-flags", "+ilme+ildct", "-x264-params", "tff=1"), "AVC", "TopFieldFirst"),
        (".mxf", ("mpeg2video", "-flags", "+ilme+ildct"), "MPEG2", "TopFieldFirst"),
        (".mov", ("libx265", "-x265-params", "interlace=tff:log-level=error"), "HEVC", None),
    ],
)
def test_interlaced_sources_are_reported(
    suffix: str, encoder: tuple[str, ...], codec: str, first: str | None, tmp_path: Path
) -> None:
    """The scan type of interlaced AVC, MPEG-2 and HEVC is reported, and the first field where it is known."""
    path = tmp_path / f"fields{suffix}"
    fields = "testsrc2=size=192x128:rate=25:duration=0.4,setfield=tff"
    ffmpeg("-f", "lavfi", "-i", fields, "-pix_fmt", "yuv420p", "-c:v", *encoder, str(path))
    track = probe_file(path)["container"]["tracks"][0]
    coded = track["videoProperties"]["codecMetadata"]
    assert (track["codec"], coded["scanType"], coded.get("fieldOrder")) == (codec, "interlaced", first)


def test_a_variable_rate_is_reported_as_average_and_base(clip: MakeClip, tmp_path: Path) -> None:
    """Where frames are missing, the container's rate is the average, the codec's that it was made for."""
    path = tmp_path / "varies.mp4"
    dropped = "select='not(between(mod(n,10),3,5))'"
    steady = clip(Clip(width=160, height=90, seconds=2, has_audio=False))
    ffmpeg("-i", str(steady), "-vf", dropped, "-fps_mode", "vfr", "-c:v", "libx264", str(path))
    shown = probe_file(path)["container"]["tracks"][0]["videoProperties"]
    assert shown["frameRate"] == {"numerator": 21, "denominator": 1}
    assert shown["codecMetadata"]["codedFrameRate"] == {"numerator": 30, "denominator": 1}


def test_wide_pixels_and_bitrates_are_reported(tmp_path: Path) -> None:
    """Anamorphic MPEG-2 has its sample aspect ratio, and Matroska's statistics tell a track's bit rate."""
    path = tmp_path / "wide.mkv"
    picture = "testsrc2=size=720x576:rate=25:duration=0.2,setsar=64/45"
    statistics = ("-metadata:s:v:0", "BPS=1234567")
    ffmpeg("-f", "lavfi", "-i", picture, "-c:v", "mpeg2video", *statistics, str(path))
    shown = probe_file(path)["container"]["tracks"][0]["videoProperties"]
    assert shown["sampleAspectRatio"] == {"numerator": 64, "denominator": 45}
    assert shown["displayAspectRatio"] == {"numerator": 16, "denominator": 9}
    assert shown["bitRate"] == 1_234_567


def test_subtitles_are_data_tracks_with_their_language(clip: MakeClip, tmp_path: Path) -> None:
    """Each subtitle track is a data track; one whose language is undetermined tells none."""
    path, text = tmp_path / "subtitled.mp4", tmp_path / "text.srt"
    text.write_text("1\n00:00:00,000 --> 00:00:01,000\nBonjour\n")
    spoken = clip(Clip(width=160, height=90, seconds=1))
    ffmpeg(
        *("-i", str(spoken), "-i", str(text), "-i", str(text), "-map", "0", "-map", "1", "-map", "2"),
        *("-c", "copy", "-c:s", "mov_text", "-metadata:s:s:0", "language=fra", str(path)),
    )
    tracks = probe_file(path)["container"]["tracks"]
    assert [track["trackType"] for track in tracks] == ["video", "audio", "data", "data"]
    assert [track["dataProperties"] for track in tracks[2:]] == [{"languageCode": "fra"}, {}]


@pytest.mark.parametrize(
    ("degrees", "reported"), [(90, 90), (90.6, 90), (100, None), (45, None), (0.5, None)]
)
def test_only_quarter_turns_count_as_rotation(
    degrees: float, reported: int | None, clip: MakeClip, tmp_path: Path
) -> None:
    """An angle within a degree of a quarter turn is that turn; any other is none."""
    path = tmp_path / "turned.mp4"
    still = clip(Clip(width=160, height=90, seconds=1, has_audio=False))
    ffmpeg("-display_rotation", str(-degrees), "-i", str(still), "-c", "copy", str(path))
    assert probe_file(path)["container"]["tracks"][0]["videoProperties"].get("rotation") == reported


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
