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

from sandbox.mediaconvert.child import Stalled, run_child
from sandbox.mediaconvert.model import JobError

INSPECTOR = Path(__file__).with_name("inspector.py")
INSPECTION_STALL_SECONDS = 30.0

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

STANDARD_FRAME_RATES = tuple(
    Fraction(numerator, denominator)
    for numerator, denominator in (
        (10, 1), (12, 1), (25, 2), (15000, 1001), (15, 1), (24000, 1001), (24, 1), (25, 1), (30000, 1001),
        (30, 1), (48000, 1001), (48, 1), (50, 1), (60000, 1001), (60, 1), (100, 1), (120000, 1001), (120, 1),
    )
)  # fmt: skip
RATE_TOLERANCE = Fraction(1, 400)
FALLBACK_FRAME_RATE = Fraction(30)


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
    """

    width: int
    height: int
    frame_rate: Fraction
    rotation: int = 0
    sample_aspect: Fraction = Fraction(1)
    bit_depth: int = 8
    is_interlaced: bool = False
    pixel_format: str | None = None
    profile: str | None = None
    level: int | None = None
    primaries: int = 2
    transfer: int = 2
    matrix: int = 2


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
        JobError: 1010, the file is not media that can be opened.
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
            [sys.executable, "-I", str(INSPECTOR), str(path), DEMUXERS],
            cancelled=cancelled or threading.Event(),
            on_output=read,
            stall_seconds=INSPECTION_STALL_SECONDS,
            max_file_bytes=0,
        )
    except Stalled as stalled:
        raise JobError(1010, f"The input file cannot be read: {stalled}.") from stalled
    if ended.returncode != 0 or not lines:
        raise JobError(1010, "The input file cannot be read: its headers are damaged.")
    answer: dict[str, Any] = json.loads(lines[-1])
    return answer


def source_of(answer: dict[str, Any]) -> Source:
    """Turn the inspector's answer into types.

    Raises:
        JobError: 1010, the file is not media that can be opened.
    """
    if "refused" in answer:
        raise JobError(1010, f"The input file cannot be opened as media: {answer['refused']}.")
    source = parse_source(answer["source"])
    if not source.videos and not source.audios:
        raise JobError(1010, "The input file cannot be opened as media: it has no video and no audio.")
    return source


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


def constant_rate(average: Fraction | None, base: Fraction | None) -> Fraction:
    """Choose the constant frame rate that stands for a track.

    ``base`` is the lowest rate in which every frame's time can be told; where it is far from the average, the
    frame rate varies: ``base`` itself or the next standard rate above keeps every frame. A rate within a
    quarter percent of a standard one becomes that one.
    """
    rate = average or base or FALLBACK_FRAME_RATE
    if rate in STANDARD_FRAME_RATES:
        return rate
    if base in STANDARD_FRAME_RATES and rate * (1 - RATE_TOLERANCE) <= base <= 2 * rate:
        return base
    nearest = min(STANDARD_FRAME_RATES, key=lambda standard: abs(standard - rate))
    if abs(nearest - rate) <= nearest * RATE_TOLERANCE:
        return nearest
    fastest = STANDARD_FRAME_RATES[-1]
    varies = base is not None and abs(base - rate) > rate * RATE_TOLERANCE
    if varies and rate > STANDARD_FRAME_RATES[0]:
        return min((standard for standard in STANDARD_FRAME_RATES if standard > rate), default=fastest)
    return min(rate, fastest).limit_denominator(1001)


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


def _video(raw: dict[str, Any]) -> VideoTrack:
    return VideoTrack(
        **_common(raw),
        width=raw["width"],
        height=raw["height"],
        frame_rate=constant_rate(_fraction(raw["average_rate"]), _fraction(raw["base_rate"])),
        rotation=round(-raw["rotation"] / 90) * 90 % 360,
        sample_aspect=_fraction(raw["sample_aspect"]) or Fraction(1),
        bit_depth=raw["bit_depth"],
        is_interlaced=raw["interlaced"],
        pixel_format=raw["pixel_format"],
        profile=raw["profile"],
        level=raw["level"],
        primaries=raw["primaries"],
        transfer=raw["transfer"],
        matrix=raw["matrix"],
    )
