"""Describe a source file: its container and tracks, in MediaConvert's own words.

The file is read by ``inspector.py`` in a guarded child process; this module turns what it prints into types.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from sandbox.mediaconvert.isolation.limits import MAX_DURATION_SECONDS, MAX_PIXELS
from sandbox.mediaconvert.model import JobError
from sandbox.mediaconvert.probing.formats import (
    BARE_STREAMS,
    DV,
    UNKNOWN_CODEC,
    UNKNOWN_CODING,
    container_format,
    probe_codec,
)
from sandbox.mediaconvert.probing.frame_rates import MAX_DENOMINATOR, RATE_TOLERANCE, constant_rate
from sandbox.mediaconvert.probing.input_table import VIDEO_ALONE, codec_of_guide
from sandbox.mediaconvert.probing.inspection import read_headers
from sandbox.mediaconvert.probing.timing import Timing, file_seconds, timing

UNSUPPORTED = 1030


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """Describe what all tracks have.

    Attributes:
        index: Number of the stream in the file, from 0.
        codec: Value of MediaConvert's Codec enum.
        coding: ffmpeg's name of the codec, ``unknown`` where it can't decode it; empty for a track without a
            file behind it.
        start_seconds: From the file's first time stamp to the track's.
        duration_seconds: From its start to its end, as the file declares it; None where it isn't known.
        language: ISO 639 code; None where the file doesn't say.
    """

    index: int
    codec: str
    coding: str = ""
    start_seconds: float = 0.0
    duration_seconds: float | None = None
    bitrate_bps: int | None = None
    language: str | None = None
    is_default: bool = False

    @property
    def is_decodable(self) -> bool:
        """Return whether anything here decodes it; Probe has no name for some codecs that are decoded."""
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
        average_rate: Frames per second, as the container tells; of a steady track as its time stamps do.
        coded_rate: Frames per second for which it was coded, as the codec's headers tell; the average of a
            steady track its average, since many encoders write no rate or a field's.
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
    """Describe an audio track.

    Attributes:
        is_crowded: Whether its time stamps are too near to each other to be true.
    """

    channels: int
    sample_rate: int
    layout: str | None = None
    bit_depth: int | None = None
    is_crowded: bool = False


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
            has no index; 3400, it is a manifest; 1999, this endpoint's reader failed.
        Cancelled: ``cancelled`` was set.
    """
    return source_of(read_headers(path, cancelled))


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
    videos = [_without_guesses(track, format_) for track in raw["videos"]]
    audios = [track for track in raw["audios"] if format_ not in VIDEO_ALONE]
    seen = [(track, _timing(raw, track, is_sound=False)) for track in videos]
    heard = [(track, _timing(raw, track, is_sound=True)) for track in audios]
    seconds = file_seconds(raw["duration"], [timing for _, timing in (*seen, *heard)])
    return Source(
        format=format_,
        size_bytes=raw["size"],
        duration_seconds=None if format_ in BARE_STREAMS else seconds,
        videos=tuple(_video(track, timing) for track, timing in seen),
        audios=tuple(_audio(track, timing) for track, timing in heard),
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
        "times": None,
    }


def _timing(raw: dict[str, Any], track: dict[str, Any], *, is_sound: bool) -> Timing:
    return timing(track["duration"], track.get("times"), begins=raw["start"], is_sound=is_sound)


def _fraction(pair: Sequence[int] | None) -> Fraction | None:
    return Fraction(pair[0], pair[1]) if pair else None


def _common(raw: dict[str, Any], measured: Timing | None = None) -> dict[str, Any]:
    language = raw["language"]
    coding = raw["codec"] if raw["decodable"] else UNKNOWN_CODING
    return {
        "index": raw["index"],
        "codec": probe_codec(coding),
        "coding": coding,
        "start_seconds": measured.start_seconds if measured else 0.0,
        "duration_seconds": measured.duration_seconds if measured else raw["duration"],
        "bitrate_bps": raw["bit_rate"],
        "language": None if language in (None, "", "und") else language,
        "is_default": raw["default"],
    }


def _rotation(counter_clockwise: float) -> int:
    """Return clockwise degrees; an angle more than a degree from a quarter turn counts as none.

    Source: botocore mediaconvert model, VideoSelector.Rotate.
    """
    turned = round(-counter_clockwise / 90) * 90
    return turned % 360 if abs(-counter_clockwise - turned) <= 1 else 0


def _average_rate(average: Fraction | None, mean: Fraction | None) -> Fraction | None:
    """Return the rate of a steady track's time stamps, in the headers' spelling where they say the same.

    Those divide frames by the duration, which is another rate where the last frame is longer or shorter.
    """
    if mean is None or (average is not None and abs(average - mean) <= mean * RATE_TOLERANCE):
        return average
    return mean.limit_denominator(MAX_DENOMINATOR)


def _audio(raw: dict[str, Any], measured: Timing) -> AudioTrack:
    return AudioTrack(
        **_common(raw, measured),
        channels=raw["channels"],
        sample_rate=raw["sample_rate"],
        layout=raw["layout"],
        bit_depth=raw["bit_depth"],
        is_crowded=measured.is_crowded,
    )


def _video(raw: dict[str, Any], measured: Timing) -> VideoTrack:
    times, light = raw.get("times") or {}, raw["light_levels"]
    declared, base = _fraction(raw["average_rate"]), _fraction(raw["base_rate"])
    mean = _fraction(times["mean_rate"]) if times.get("is_steady") else None
    average = _average_rate(declared, mean)
    return VideoTrack(
        **_common(raw, measured),
        width=raw["width"],
        height=raw["height"],
        frame_rate=_fraction(times.get("constant_rate")) or constant_rate(declared, base),
        average_rate=average,
        coded_rate=average if mean else _fraction(raw["coded_rate"]) or base,
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
