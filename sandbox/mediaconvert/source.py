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
from sandbox.mediaconvert.formats import (
    BARE_STREAMS,
    DEMUXERS,
    DV,
    UNKNOWN_CODEC,
    UNKNOWN_CODING,
    container_format,
    probe_codec,
)
from sandbox.mediaconvert.frame_rates import constant_rate
from sandbox.mediaconvert.input_table import VIDEO_ALONE, codec_of_guide
from sandbox.mediaconvert.limits import INSPECTION, MAX_DURATION_SECONDS, MAX_PIXELS, MAX_STREAMS
from sandbox.mediaconvert.model import JobError
from sandbox.mediaconvert.screening import is_manifest, lacks_index, protection

INSPECTOR = Path(__file__).with_name("inspector.py")
UNSUPPORTED, MANIFEST, NO_INDEX = 1030, 3400, 1075


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """Describe what all tracks have.

    Attributes:
        index: Number of the stream in the file, from 0.
        codec: Value of MediaConvert's Codec enum.
        coding: ffmpeg's name of the codec, ``unknown`` where it can't decode it; empty for a track without a
            file behind it.
        duration_seconds: As the file declares it; None where it doesn't.
        language: ISO 639 code; None where the file doesn't say.
    """

    index: int
    codec: str
    coding: str = ""
    duration_seconds: float | None = None
    bitrate_bps: int | None = None
    language: str | None = None
    is_default: bool = False

    @property
    def is_decodable(self) -> bool:
        """Tell whether anything here decodes it; Probe has no name for some codecs that are decoded."""
        return self.coding != UNKNOWN_CODING and (self.coding != "" or self.codec != UNKNOWN_CODEC)

    @property
    def guide_codec(self) -> str | None:
        """Its codec in the words of the table of inputs; None where that has none."""
        return codec_of_guide(self.coding) if self.coding else self.codec


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
    """Describe a media file.

    Attributes:
        format: Its container: a value of MediaConvert's Format enum, else ffmpeg's name of the demuxer.
        protection: What it is encrypted with; None where it isn't.
    """

    format: str
    size_bytes: int
    duration_seconds: float | None
    videos: Sequence[VideoTrack] = field(default_factory=tuple)
    audios: Sequence[AudioTrack] = field(default_factory=tuple)
    subtitles: Sequence[Track] = field(default_factory=tuple)
    protection: str | None = None


def inspect_source(path: Path, cancelled: threading.Event | None = None) -> Source:
    """Read the headers of a file.

    Raises:
        JobError: 1010, the file is not media that can be opened; 1030, it is too large or too long; 1075, it
            has no index; 3400, it is a manifest.
        Cancelled: ``cancelled`` was set.
    """
    return source_of(read_headers(path, cancelled))


def read_headers(path: Path, cancelled: threading.Event | None = None) -> dict[str, Any]:
    """Let the inspector read the headers of a file; give what it answers.

    Raises:
        JobError: 1010, the file can't be read; 1075, it has no index; 3400, it is a manifest.
        Cancelled: ``cancelled`` was set.
    """
    if is_manifest(path):
        # Not confirmed for a manifest that isn't named .m3u8, nor for one of DASH, which is no input at all.
        raise JobError(MANIFEST, "The input file is a manifest: MediaConvert can't open the HLS input.")
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
    if "refused" in answer and lacks_index(path):
        raise JobError(NO_INDEX, "Failed probe/open: [no moov box found in file].")
    if "source" in answer:
        answer["source"]["protection"] = protection(path)
    return answer


def source_of(answer: dict[str, Any]) -> Source:
    """Turn the inspector's answer into types.

    Raises:
        JobError: 1010, the file is not media that can be opened; 1030, it is too large or too long.
    """
    if "refused" in answer:
        raise JobError(1010, f"The input file cannot be opened as media: {answer['refused']}.")
    source = parse_source(answer["source"])
    if not source.videos and not source.audios and source.protection is None:
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
    format_ = container_format(raw["format"], raw["brand"], is_webm=raw["webm"])
    return Source(
        format=format_,
        size_bytes=raw["size"],
        duration_seconds=None if format_ in BARE_STREAMS else raw["duration"],
        videos=tuple(_video(_without_guesses(track, format_)) for track in raw["videos"]),
        audios=tuple(
            AudioTrack(
                **_common(track),
                channels=track["channels"],
                sample_rate=track["sample_rate"],
                layout=track["layout"],
                bit_depth=track["bit_depth"],
            )
            for track in raw["audios"]
            if format_ not in VIDEO_ALONE
        ),
        subtitles=tuple(Track(**_common(track)) for track in raw["subtitles"]),
        protection=raw.get("protection"),
    )


def _without_guesses(track: dict[str, Any], format_: str) -> dict[str, Any]:
    """Leave what a stream's own headers say: of one without a container the demuxer makes up the rest."""
    if format_ not in BARE_STREAMS and format_ != DV:
        return track
    duration = track["duration"] if format_ == DV else None
    return track | {
        "average_rate": None,
        "base_rate": track["coded_rate"] or track["base_rate"],
        "duration": duration,
    }


def _fraction(pair: Sequence[int] | None) -> Fraction | None:
    return Fraction(pair[0], pair[1]) if pair else None


def _common(raw: dict[str, Any]) -> dict[str, Any]:
    language = raw["language"]
    coding = raw["codec"] if raw["decodable"] else UNKNOWN_CODING
    return {
        "index": raw["index"],
        "codec": probe_codec(coding),
        "coding": coding,
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
