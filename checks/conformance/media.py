"""Measure the segments of a rendition: times, sizes, keyframes, and what the decoder reads."""

import io
import itertools
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av

from checks.conformance import UnreadableError
from checks.conformance.boxes import (
    Fragment,
    Track,
    read_fragment,
    read_track,
)
from checks.conformance.codecs import aac_codec_of_stream, avc_codec_of_stream, begins_anew
from checks.conformance.packed_audio import CLOCK_HZ, read_packed_audio

# Source: ISO/IEC 23091-2, transfer characteristics.
VIDEO_RANGES = {16: "PQ", 18: "HLG"}
AAC_FRAME_SAMPLES = 1024


@dataclass(frozen=True, slots=True)
class Segment:
    """Describe a segment by what it holds.

    Attributes:
        begins_anew: Whether its first picture is a keyframe; None where it has no picture.
        fragment: Of fragmented MP4; None otherwise.
    """

    path: Path
    start_seconds: Fraction
    seconds: Fraction
    size_bytes: int
    begins_anew: bool | None
    fragment: Fragment | None = None


@dataclass(frozen=True, slots=True)
class Rendition:
    """Describe what a rendition's segments hold.

    Attributes:
        codecs: The picture's first, then the sound's.
        size: As displayed.
        video_range: SDR, HLG or PQ.
    """

    segments: Sequence[Segment]
    codecs: Sequence[str]
    size: tuple[int, int] | None
    frame_rate: Fraction | None
    video_range: str | None
    channels: int | None
    sample_rate: int | None
    track: Track | None = None

    @property
    def seconds(self) -> float:
        """Total duration."""
        return float(sum(segment.seconds for segment in self.segments))

    @property
    def average_bps(self) -> float:
        """Average bits per second."""
        return 8 * sum(segment.size_bytes for segment in self.segments) / self.seconds

    @property
    def frame_seconds(self) -> float:
        """Duration of a picture, or of a frame of sound where there is none."""
        if self.frame_rate is not None:
            return float(1 / self.frame_rate)
        return AAC_FRAME_SAMPLES / (self.sample_rate or 44_100)

    def peak_bps(self, target_seconds: float) -> float:
        """Bits per second of the densest run of segments of 0.5 to 1.5 target durations.

        Source: RFC 8216, section 4.1. Where no run is so long, all segments together count.
        """
        peak = 0.0
        for first in range(len(self.segments)):
            bits, seconds = 0, 0.0
            for segment in self.segments[first:]:
                bits += 8 * segment.size_bytes
                seconds += float(segment.seconds)
                if seconds > 1.5 * target_seconds:
                    break
                if seconds >= 0.5 * target_seconds:
                    peak = max(peak, bits / seconds)
        return peak or self.average_bps


def measure_mp4(init_path: Path, paths: Sequence[Path]) -> Rendition:
    """Measure fragmented MP4 of one track.

    Raises:
        UnreadableError: A file isn't what it should be.
    """
    init = init_path.read_bytes()
    track = read_track(init)
    segments, shape = [], None
    for path in paths:
        data = path.read_bytes()
        try:
            fragment = read_fragment(data, track)
        except UnreadableError as error:
            raise UnreadableError(f"{path.name}: {error}") from error
        opened = _open(io.BytesIO(init + data), path.name, is_byte_stream=False)
        shape = shape or opened
        scale = track.timescale
        segments.append(
            Segment(
                path,
                Fraction(fragment.start, scale),
                Fraction(fragment.duration, scale),
                len(data),
                opened.begins_anew and fragment.is_sync if track.handler == "vide" else None,
                fragment,
            )
        )
    assert shape is not None
    frames = sum(segment.fragment.samples for segment in segments if segment.fragment)
    seconds = sum(segment.seconds for segment in segments)
    rate = frames / seconds if track.handler == "vide" and seconds else None
    described = (shape.size, rate, shape.video_range, shape.channels, shape.sample_rate)
    return Rendition(segments, [track.codec], *described, track)


def measure_packed_audio(paths: Sequence[Path]) -> Rendition:
    """Measure segments of packed audio.

    Raises:
        UnreadableError: A file isn't what it should be.
    """
    segments = []
    for path in paths:
        data = path.read_bytes()
        try:
            packed = read_packed_audio(data)
        except UnreadableError as error:
            raise UnreadableError(f"{path.name}: {error}") from error
        seconds = Fraction(packed.frames * AAC_FRAME_SAMPLES, packed.sample_rate)
        segments.append(Segment(path, Fraction(packed.start, CLOCK_HZ), seconds, len(data), None))
    return Rendition(segments, [packed.codec], None, None, None, packed.channels, packed.sample_rate)


def measure_stream(paths: Sequence[Path]) -> Rendition:
    """Measure segments that need no init segment, MPEG-TS for instance.

    Raises:
        UnreadableError: A file isn't what it should be.
    """
    opened = [_open(path, path.name, is_byte_stream=True) for path in paths]
    times = [sorted(one.times) for one in opened]
    steps = [after - before for each in times for before, after in itertools.pairwise(each)]
    frame = statistics.median(steps) if steps else Fraction(1, 25)
    following = [each[0] for each in times[1:]] + [times[-1][-1] + frame]
    segments = [
        Segment(path, each[0], end - each[0], path.stat().st_size, one.begins_anew)
        for path, each, end, one in zip(paths, times, following, opened, strict=True)
    ]
    first = opened[0]
    rate = 1 / frame if first.size else None
    described = (first.size, rate, first.video_range, first.channels, first.sample_rate)
    return Rendition(segments, first.codecs, *described)


@dataclass(slots=True)
class _Opened:
    """Hold what FFmpeg's demuxer tells of one segment; times are of its pictures, or of its sound."""

    codecs: list[str]
    times: list[Fraction]
    size: tuple[int, int] | None = None
    video_range: str | None = None
    channels: int | None = None
    sample_rate: int | None = None
    begins_anew: bool | None = None


def _open(source: io.BytesIO | Path, name: str, *, is_byte_stream: bool) -> _Opened:
    found = _Opened([], [])
    try:
        with av.open(source if isinstance(source, io.BytesIO) else str(source), "r") as container:
            if container.streams.video:
                video = container.streams.video[0]
                sar = video.codec_context.sample_aspect_ratio or Fraction(1)
                found.size = round(video.codec_context.width * sar), video.codec_context.height
                found.video_range = VIDEO_RANGES.get(int(video.codec_context.color_trc), "SDR")
            if container.streams.audio:
                audio = container.streams.audio[0]
                found.channels, found.sample_rate = audio.codec_context.channels, audio.rate
            _read_packets(container, found, is_byte_stream)
    except (av.error.FFmpegError, OSError) as error:
        raise UnreadableError(f"{name}: it can't be demuxed ({error})") from error
    if not found.times:
        raise UnreadableError(f"{name}: it holds no picture and no sound")
    return found


def _read_packets(container: av.container.InputContainer, found: _Opened, is_byte_stream: bool) -> None:
    timed = (container.streams.video or container.streams.audio)[0]
    named: dict[int, str | None] = {}
    for packet in container.demux(container.streams.video + container.streams.audio):
        if packet.pts is None or packet.time_base is None:
            continue
        data = bytes(packet)
        if packet.stream.index not in named:
            is_video = packet.stream.type == "video"
            codec_of = avc_codec_of_stream if is_video else aac_codec_of_stream
            named[packet.stream.index] = codec_of(data) if is_byte_stream else None
            if is_video:
                codec = packet.stream.codec_context.name
                found.begins_anew = begins_anew(data, codec, is_byte_stream=is_byte_stream)
        if packet.stream is timed or packet.stream.index == timed.index:
            found.times.append(packet.pts * packet.time_base)
    order = sorted(named, key=lambda index: container.streams[index].type != "video")
    found.codecs = [name for index in order if (name := named[index]) is not None]
