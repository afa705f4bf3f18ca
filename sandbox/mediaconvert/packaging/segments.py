"""Package encodes by copying, with one ffmpeg command: segments of MPEG-TS, AAC and MP4, and whole files.

No manifest of ffmpeg's is kept. Its lists tell the times of MPEG-TS and AAC segments, and each MP4 segment
tells its own; ``hls.py`` and ``dash.py`` write manifests from these.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from pathlib import Path

from sandbox.mediaconvert.planning.audio_settings import AudioEncode
from sandbox.mediaconvert.planning.encodes import VideoEncode

PLAYLIST, TIMES, INIT = "list.m3u8", "list.csv", "init.mp4"
SEGMENT_NAMES = "%09d"
MICROSECONDS = 1_000_000
# MPEG-TS has no negative times. Moved by the same time, a picture's B-frames and a sound's priming fit, and
# renditions that are played together stay together; else the muxer would move each by its own need.
TS_OFFSET_SECONDS = 1
# By twice as much MPEG-TS is behind its clock.
TS_DELAY_SECONDS = Fraction(7, 10)
TS_TIMESCALE = 90_000
AAC_FRAME_SAMPLES, ROUNDED_FRAMES = 1024, Fraction(1, 100)
TIMESTAMP_OWNER = b"com.apple.streaming.transportStreamTimestamp"
SEGMENT_INDEX = b"sidx"
SEGMENT_HEAD_BYTES = 4096


class Format(StrEnum):
    """Name the formats in which encodes are packaged."""

    TS_SEGMENTS = "ts"
    AAC_SEGMENTS = "aac"
    MP4_SEGMENTS = "m4s"
    MP4 = "mp4"
    MOV = "mov"
    M2TS = "m2ts"


WHOLE_FILE_MUXERS = {Format.MP4: "mp4", Format.MOV: "mov", Format.M2TS: "mpegts"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """Describe one thing to make from encodes; equal ones are made once.

    Attributes:
        languages: Of each track of sound, for the files' own headers; None where none is known. MP4 has
            room for codes of three letters alone.
        segment_seconds: None for whole files.
        moov_first: Whether a whole MP4 begins with its index.
    """

    format: Format
    video: VideoEncode | None
    audios: tuple[AudioEncode, ...]
    languages: tuple[str | None, ...] = ()
    segment_seconds: Fraction | None = None
    moov_first: bool = True

    @property
    def encodes(self) -> list[VideoEncode | AudioEncode]:
        """List what goes into it, the picture first."""
        return [*([self.video] if self.video else []), *self.audios]


@dataclass(frozen=True, slots=True)
class Segment:
    """Describe a segment; start and duration are counted in its series' timescale."""

    path: Path
    start: int
    duration: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Segments:
    """Describe a series of segments.

    Attributes:
        timescale: Units per second of the segments' times.
        init: File with the codec configuration; None for MPEG-TS.
    """

    timescale: int
    init: Path | None
    items: Sequence[Segment]

    @property
    def seconds(self) -> float:
        """Total duration."""
        return sum(item.duration for item in self.items) / self.timescale

    @property
    def average_bps(self) -> int:
        """Average bits per second."""
        return round(sum(item.size_bytes for item in self.items) * 8 / self.seconds)

    @property
    def peak_bps(self) -> int:
        """Bits per second of the densest run of segments that lasts 0.5 to 1.5 of the longest one.

        Source: RFC 8216, section 4.1. So a short last segment counts together with the one before it, and
        the average is never above the peak.
        """
        longest, peak = max(item.duration for item in self.items), 0
        for first in range(len(self.items)):
            size_bytes, duration = 0, 0
            for item in self.items[first:]:
                size_bytes, duration = size_bytes + item.size_bytes, duration + item.duration
                if 2 * duration > 3 * longest:
                    break
                if 2 * duration >= longest:
                    peak = max(peak, round(size_bytes * 8 * self.timescale / duration))
        return peak


def package_arguments(
    packages: Mapping[Package, str], videos: dict[VideoEncode, str], audios: dict[AudioEncode, str]
) -> list[str]:
    """Build the arguments that make every package, each in the folder it is mapped to."""
    inputs: list[VideoEncode | AudioEncode] = [*videos, *audios]
    numbers = {encode: number for number, encode in enumerate(inputs)}
    # Times stay as encoded: sound and picture start together in every rendition, priming and all.
    arguments = ["-copyts"]
    for name in (*videos.values(), *audios.values()):
        arguments += ["-protocol_whitelist", "file", "-f", "mov", "-i", f"file:{name}"]
    for package, folder in packages.items():
        for encode in package.encodes:
            arguments += ["-map", f"{numbers[encode]}:0"]
        arguments += ["-c", "copy", "-avoid_negative_ts", "disabled"]
        name, options = muxer(package, folder)
        for option, value in options.items():
            arguments += [f"-{option}", value]
        # A player begins with the first sound, where nothing speaks for another.
        for number in range(len(package.audios)):
            arguments += [f"-disposition:a:{number}", "0" if number else "default"]
        for number, language in enumerate(package.languages):
            if language is not None:
                arguments += [f"-metadata:s:a:{number}", f"language={language}"]
        arguments += ["-f", name, str(main_file(package, Path(folder)))]
    return arguments


def whole_file(package: Package, folder: Path) -> Path:
    """Return the path of a package that is one file."""
    return folder / f"whole.{package.format}"


def read_segments(package: Package, folder: Path) -> Segments:
    """Measure the segments of a package."""
    if package.format is Format.TS_SEGMENTS:
        return Segments(MICROSECONDS, None, _listed(folder))
    if package.format is Format.AAC_SEGMENTS:
        return Segments(MICROSECONDS, None, _timed(folder))
    times = [(path, *_segment_times(path)) for path in sorted(folder.glob(f"*.{package.format}"))]
    items = [Segment(path, start, duration, path.stat().st_size) for path, _, start, duration in times]
    return Segments(times[0][1], folder / INIT, items)


def main_file(package: Package, folder: Path) -> Path:
    """Return the path of what the muxer is asked to write: the whole file, or the list of the segments."""
    if package.format is Format.AAC_SEGMENTS:
        return folder / f"{SEGMENT_NAMES}.{package.format}"
    return whole_file(package, folder) if package.segment_seconds is None else folder / PLAYLIST


def finish_package(package: Package, folder: Path) -> None:
    """Add what no muxer writes: bare AAC knows no times, so that each segment begins with its own.

    Source: RFC 8216, 3.4.
    """
    if package.format is not Format.AAC_SEGMENTS:
        return
    frame = Fraction(AAC_FRAME_SAMPLES, package.audios[0].sample_rate)
    for item in _timed(folder):
        content = item.path.read_bytes()
        # The table begins at 0, though whole frames of the encoder's priming come before; it is rounded, too.
        before = _adts_frames(content) - Fraction(item.duration, MICROSECONDS) / frame
        before = int(before + ROUNDED_FRAMES) * frame
        seconds = Fraction(item.start, MICROSECONDS) - before + TS_OFFSET_SECONDS + 2 * TS_DELAY_SECONDS
        ticks = round(seconds * TS_TIMESCALE)
        item.path.write_bytes(_timestamp(ticks) + content)


def muxer(package: Package, folder: str) -> tuple[str, dict[str, str]]:
    """Return the muxer that makes a package in a folder, and its options."""
    if package.segment_seconds is None:
        is_indexed_first = package.moov_first and package.format is not Format.M2TS
        return WHOLE_FILE_MUXERS[package.format], {"movflags": "+faststart"} if is_indexed_first else {}
    seconds = int(package.segment_seconds * MICROSECONDS)
    if package.format is Format.AAC_SEGMENTS:
        options = {"segment_format": "adts", "segment_time": f"{seconds}us", "segment_start_number": "1"}
        return "segment", options | {"segment_list": f"{folder}/{TIMES}", "segment_list_type": "csv"}
    # Of this type the list is written once, at the end and in its place.
    options = {"hls_playlist_type": "vod"}
    options |= {"hls_time": f"{seconds}us", "hls_list_size": "0", "start_number": "1"}
    options["hls_segment_filename"] = f"{folder}/{SEGMENT_NAMES}.{package.format}"
    if package.format is Format.TS_SEGMENTS:
        options["output_ts_offset"] = str(TS_OFFSET_SECONDS)
        options["max_delay"] = str(int(TS_DELAY_SECONDS * MICROSECONDS))
    else:
        options |= {"hls_segment_type": "fmp4", "hls_fmp4_init_filename": INIT}
        options["hls_segment_options"] = "movflags=+cmaf"
    return "hls", options


def _listed(folder: Path) -> list[Segment]:
    """Read the segments and durations of ffmpeg's playlist."""
    items: list[Segment] = []
    start, duration = 0, 0
    for line in (folder / PLAYLIST).read_text(encoding="utf-8").splitlines():
        if line.startswith("#EXTINF:"):
            duration = round(Fraction(line.removeprefix("#EXTINF:").split(",")[0]) * MICROSECONDS)
        elif line and not line.startswith("#"):
            path = folder / line
            items.append(Segment(path, start, duration, path.stat().st_size))
            start += duration
    return items


def _timed(folder: Path) -> list[Segment]:
    """Read the segments and times of ffmpeg's table."""
    items: list[Segment] = []
    for line in (folder / TIMES).read_text(encoding="utf-8").splitlines():
        name, start, end = line.split(",")
        path, begins = folder / name, round(Fraction(start) * MICROSECONDS)
        lasts = round(Fraction(end) * MICROSECONDS) - begins
        items.append(Segment(path, begins, lasts, path.stat().st_size))
    return items


def _adts_frames(content: bytes) -> int:
    """Count the frames of bare AAC. Source: ISO/IEC 14496-3, 1.A.2: a frame's length has 13 bits."""
    at = count = 0
    while at < len(content):
        at += int.from_bytes(content[at + 3 : at + 6]) >> 5 & 0x1FFF
        count += 1
    return count


def _timestamp(ticks: int) -> bytes:
    """Write an ID3 tag that holds a time of MPEG-TS. Source: ID3 v2.4.0, 3.1 and 4.27."""
    content = TIMESTAMP_OWNER + b"\0" + ticks.to_bytes(8)
    frame = b"PRIV" + len(content).to_bytes(4) + b"\0\0" + content
    # Lengths have seven bits a byte, and both of these fit into one.
    return b"ID3\4\0\0" + len(frame).to_bytes(4) + frame


def _segment_times(path: Path) -> tuple[int, int, int]:
    """Read timescale, start and duration of an MP4 segment from its index box.

    Source: ISO/IEC 14496-12, SegmentIndexBox, version 1, with one reference.
    """
    with path.open("rb") as file:
        head = file.read(SEGMENT_HEAD_BYTES)
    body = head.index(SEGMENT_INDEX) + len(SEGMENT_INDEX)
    _, _, timescale, start, _, _, _, _, duration = struct.unpack_from(">IIIQQHHII", head, body)
    return timescale, start, duration
