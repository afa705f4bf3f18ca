"""Measure what an encode made: the facts that manifests declare come from the files themselves."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av

from sandbox.mediaconvert.model import JobError

UNEXPECTED_END, UNKNOWN_ERROR = 1076, 1999
AVC_CONFIGURATION_BYTES = 4
AAC_OBJECT_TYPE_SHIFT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedVideo:
    """Describe the file of a video encode.

    Attributes:
        codec: For manifests, as RFC 6381 says; for example ``avc1.64001f``.
    """

    codec: str
    size_bytes: int
    seconds: Fraction
    frames: int
    width: int
    height: int
    frame_rate: Fraction

    @property
    def average_bps(self) -> int:
        """Average bits per second."""
        return round(self.size_bytes * 8 / self.seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedAudio:
    """Describe the file of an audio encode."""

    codec: str
    size_bytes: int
    seconds: Fraction
    channels: int
    sample_rate: int


def measure_video(path: Path, frame_rate: Fraction) -> EncodedVideo:
    """Measure a video encode.

    Raises:
        JobError: 1076, it holds no picture.
    """
    with av.open(path) as container:
        stream = next(iter(container.streams.video), None)
        if stream is None or not stream.frames:
            raise JobError(UNEXPECTED_END, "The input file ends before its first picture.")
        configuration = stream.codec_context.extradata or b""
        if len(configuration) < AVC_CONFIGURATION_BYTES:
            raise JobError(UNKNOWN_ERROR, "The encoder wrote no codec configuration.")
        return EncodedVideo(
            codec=f"avc1.{configuration[1:AVC_CONFIGURATION_BYTES].hex()}",
            size_bytes=path.stat().st_size,
            seconds=stream.frames / frame_rate,
            frames=stream.frames,
            width=stream.codec_context.width,
            height=stream.codec_context.height,
            frame_rate=frame_rate,
        )


def measure_audio(path: Path) -> EncodedAudio:
    """Measure an audio encode.

    Raises:
        JobError: 1076, it holds no sound.
    """
    with av.open(path) as container:
        stream = next(iter(container.streams.audio), None)
        if stream is None or not stream.duration or stream.time_base is None:
            raise JobError(UNEXPECTED_END, "The input file ends before its first sound.")
        configuration = stream.codec_context.extradata or b"\x10"
        return EncodedAudio(
            codec=f"mp4a.40.{configuration[0] >> AAC_OBJECT_TYPE_SHIFT}",
            size_bytes=path.stat().st_size,
            seconds=Fraction(stream.duration * stream.time_base),
            channels=stream.channels,
            sample_rate=stream.sample_rate,
        )
