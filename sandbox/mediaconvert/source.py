"""Describe a source file: its container and tracks, in MediaConvert's own words.

The file is read by ``inspector.py`` in a guarded child process; this module turns what it prints into types.
"""

import json
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from sandbox.mediaconvert.child import LimitExceeded, Stalled, run_child
from sandbox.mediaconvert.frame_rates import constant_rate
from sandbox.mediaconvert.limits import INSPECTION, MAX_DURATION_SECONDS, MAX_PIXELS, MAX_STREAMS
from sandbox.mediaconvert.model import JobError

INSPECTOR = Path(__file__).with_name("inspector.py")
UNSUPPORTED = 1030

# Demuxers that may open a source. Playlists (hls, dash, concat, image2 ...) stay out: they name other files.
# Source: https://docs.aws.amazon.com/mediaconvert/latest/ug/reference-codecs-containers-input.html
DEMUXERS = "mov,matroska,webm,mxf,wav,avi,mpegts,mpeg,mp3,flac,asf,ogg,aac,ac3,eac3"

FORMATS = {
    "matroska,webm": "matroska",
    "mxf": "mxf",
    "wav": "wave",
    "avi": "avi",
    "mpegts": "mpegts",
    "mpeg": "mpegps",
    "mp3": "mp3",
    "flac": "flac",
    "asf": "asf",
    "ogg": "ogg",
    "aac": "aac",
    "ac3": "ac3",
    "eac3": "eac3",
}
BRANDS = {"qt": "quicktime", "3gp": "three_gp", "3g2": "three_g2"}

# ffmpeg's codec names -> the Codec enum of MediaConvert's Probe. Source: botocore mediaconvert model.
CODECS = {
    "aac": "AAC",
    "ac3": "AC3",
    "amr_nb": "AMR",
    "amr_wb": "AMR",
    "eac3": "EAC3",
    "flac": "FLAC",
    "mp2": "MP2",
    "mp3": "MP3",
    "opus": "OPUS",
    "vorbis": "VORBIS",
    "wmav1": "WMA",
    "wmav2": "WMA2",
    "wmapro": "WMAPRO",
    "av1": "AV1",
    "h264": "AVC",
    "dvvideo": "DV",
    "h263": "H263",
    "hevc": "HEVC",
    "jpeg2000": "JPEG2000",
    "mjpeg": "MJPEG",
    "mpeg1video": "MPEG1",
    "mpeg2video": "MPEG2",
    "mpeg4": "MP4V",
    "prores": "PRORES",
    "qtrle": "QTRLE",
    "theora": "THEORA",
    "rawvideo": "UNCOMPRESSED",
    "v210": "UNCOMPRESSED",
    "vc1": "VC1",
    "dnxhd": "VC3",
    "vp8": "VP8",
    "vp9": "VP9",
    "eia_608": "C608",
    "webvtt": "WEBVTT",
}
UNKNOWN_CODEC = "UNKNOWN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """Describe what all tracks have.

    Attributes:
        index: Number of the stream in the file, from 0.
        codec: Value of MediaConvert's Codec enum.
        duration_seconds: As the file declares it; None where it doesn't.
        language: ISO 639 code; None where the file doesn't say.
    """

    index: int
    codec: str
    duration_seconds: float | None = None
    bitrate_bps: int | None = None
    language: str | None = None
    is_default: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoTrack(Track):
    """Describe a video track.

    Attributes:
        rotation: Clockwise degrees that turn the picture upright: 0, 90, 180 or 270.
        sample_aspect: Width of a pixel over its height.
        frame_rate: The constant rate that stands for this track; one of the standard rates where one is near.
        average_rate: Frames per second over its whole length, as the container tells.
        coded_rate: Frames per second for which it was coded, as the codec's headers tell.
        light_levels: Of its brightest pixel and of its brightest frame, in cd/m2.
        mastering: Of the display that it was made on: x and y of red, green, blue and white, then its least
            and greatest light, all in the units of SMPTE ST 2086.
    """

    width: int
    height: int
    frame_rate: Fraction
    rotation: int = 0
    sample_aspect: Fraction = Fraction(1)
    bit_depth: int = 8
    is_interlaced: bool = False
    is_top_field_first: bool | None = None
    average_rate: Fraction | None = None
    coded_rate: Fraction | None = None
    pixel_format: str | None = None
    profile: str | None = None
    level: int | None = None
    primaries: int = 2
    transfer: int = 2
    matrix: int = 2
    light_levels: tuple[int, int] | None = None
    mastering: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioTrack(Track):
    """Describe an audio track."""

    channels: int
    sample_rate: int
    layout: str | None = None
    bit_depth: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Describe a media file."""

    format: str
    size_bytes: int
    duration_seconds: float | None
    videos: Sequence[VideoTrack] = field(default_factory=tuple)
    audios: Sequence[AudioTrack] = field(default_factory=tuple)
    subtitles: Sequence[Track] = field(default_factory=tuple)


def inspect_source(path: Path, cancelled: threading.Event | None = None) -> Source:
    """Read the headers of a file.

    Raises:
        JobError: 1010, the file is not media that can be opened; 1030, it is too large or too long.
        Cancelled: ``cancelled`` was set.
    """
    return source_of(read_headers(path, cancelled))


def read_headers(path: Path, cancelled: threading.Event | None = None) -> dict[str, Any]:
    """Let the inspector read the headers of a file; give what it answers.

    Raises:
        JobError: 1010, the file can't be read.
        Cancelled: ``cancelled`` was set.
    """
    lines: list[str] = []

    def read(line: str) -> bool:
        lines.append(line)
        return True

    try:
        ended = run_child(
            [sys.executable, "-I", str(INSPECTOR), str(path), DEMUXERS, str(MAX_STREAMS), str(MAX_PIXELS)],
            cancelled=cancelled or threading.Event(),
            on_output=read,
            limits=INSPECTION,
        )
    except (Stalled, LimitExceeded) as stalled:
        raise JobError(1010, f"The input file cannot be read: {stalled}.") from stalled
    if ended.returncode != 0 or not lines:
        raise JobError(1010, "The input file cannot be read: its headers are damaged, or too large.")
    answer: dict[str, Any] = json.loads(lines[-1])
    return answer


def source_of(answer: dict[str, Any]) -> Source:
    """Turn the inspector's answer into types.

    Raises:
        JobError: 1010, the file is not media that can be opened; 1030, it is too large or too long.
    """
    if "refused" in answer:
        raise JobError(1010, f"The input file cannot be opened as media: {answer['refused']}.")
    source = parse_source(answer["source"])
    if not source.videos and not source.audios:
        raise JobError(1010, "The input file cannot be opened as media: it has no video and no audio.")
    _check_limits(source)
    return source


def _check_limits(source: Source) -> None:
    for track in source.videos:
        if track.width * track.height > MAX_PIXELS:
            raise JobError(
                UNSUPPORTED,
                f"The input file's picture has {track.width} x {track.height} pixels; at most {MAX_PIXELS:,} "
                "are supported.",
            )
    seconds = max(
        (track.duration_seconds or 0 for track in (*source.videos, *source.audios)),
        default=0.0,
    )
    if max(seconds, source.duration_seconds or 0) > MAX_DURATION_SECONDS:
        raise JobError(
            UNSUPPORTED, f"The input file lasts longer than {MAX_DURATION_SECONDS:.0f} s, the most supported."
        )


def parse_source(raw: dict[str, Any]) -> Source:
    """Turn the inspector's description into types."""
    return Source(
        format=_format(raw),
        size_bytes=raw["size"],
        duration_seconds=raw["duration"],
        videos=tuple(_video(track) for track in raw["videos"]),
        audios=tuple(
            AudioTrack(
                **_common(track),
                channels=track["channels"],
                sample_rate=track["sample_rate"],
                layout=track["layout"],
                bit_depth=track["bit_depth"],
            )
            for track in raw["audios"]
        ),
        subtitles=tuple(Track(**_common(track)) for track in raw["subtitles"]),
    )


def _format(raw: dict[str, Any]) -> str:
    name: str = raw["format"]
    if raw["webm"] and name == "matroska,webm":
        return "webm"
    if name.startswith("mov,"):
        return next((format_ for brand, format_ in BRANDS.items() if raw["brand"].startswith(brand)), "mp4")
    return FORMATS.get(name, name)


def _codec(name: str) -> str:
    return "PCM" if name.startswith("pcm_") else CODECS.get(name, UNKNOWN_CODEC)


def _fraction(pair: Sequence[int] | None) -> Fraction | None:
    return Fraction(pair[0], pair[1]) if pair else None


def _common(raw: dict[str, Any]) -> dict[str, Any]:
    language = raw["language"]
    return {
        "index": raw["index"],
        "codec": _codec(raw["codec"]) if raw["decodable"] else UNKNOWN_CODEC,
        "duration_seconds": raw["duration"],
        "bitrate_bps": raw["bit_rate"],
        "language": None if language in (None, "", "und") else language,
        "is_default": raw["default"],
    }


def _rotation(counter_clockwise: float) -> int:
    """Give clockwise degrees; an angle more than a degree from a quarter turn counts as none.

    Source: botocore mediaconvert model, VideoSelector.Rotate.
    """
    turned = round(-counter_clockwise / 90) * 90
    return turned % 360 if abs(-counter_clockwise - turned) <= 1 else 0


def _video(raw: dict[str, Any]) -> VideoTrack:
    average, base = _fraction(raw["average_rate"]), _fraction(raw["base_rate"])
    light = raw["light_levels"]
    return VideoTrack(
        **_common(raw),
        width=raw["width"],
        height=raw["height"],
        frame_rate=constant_rate(average, base),
        average_rate=average,
        coded_rate=_fraction(raw["coded_rate"]) or base,
        rotation=_rotation(raw["rotation"]),
        sample_aspect=_fraction(raw["sample_aspect"]) or Fraction(1),
        bit_depth=raw["bit_depth"],
        is_interlaced=raw["interlaced"],
        is_top_field_first=raw["top_field_first"],
        pixel_format=raw["pixel_format"],
        profile=raw["profile"],
        level=raw["level"],
        primaries=raw["primaries"],
        transfer=raw["transfer"],
        matrix=raw["matrix"],
        light_levels=(light[0], light[1]) if light else None,
        mastering=tuple(raw["mastering"]) if raw["mastering"] else None,
    )
