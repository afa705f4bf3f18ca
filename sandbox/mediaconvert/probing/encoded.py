"""Measure what an encode made: the facts that manifests declare come from the files themselves."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av

from sandbox.mediaconvert.model import JobError

UNEXPECTED_END, UNKNOWN_ERROR = 1076, 1999
AVC_CONFIGURATION_BYTES, HEVC_CONFIGURATION_BYTES = 4, 13
VIDEO_RANGES = {16: "PQ", 18: "HLG"}
AAC_OBJECT_TYPE_SHIFT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedVideo:
    """Describe the file of a video encode.

    Attributes:
        codec: For manifests, as RFC 6381 says; for example ``avc1.64001f``.
        video_range: SDR, PQ or HLG, as HLS calls them.
        color: Code points of primaries, transfer and matrix that it declares; 2 for those it doesn't.
    """

    codec: str
    size_bytes: int
    seconds: Fraction
    frames: int
    width: int
    height: int
    frame_rate: Fraction
    video_range: str
    color: tuple[int, int, int]

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
        context = stream.codec_context
        return EncodedVideo(
            codec=_codec(context),
            size_bytes=path.stat().st_size,
            seconds=stream.frames / frame_rate,
            frames=stream.frames,
            width=context.width,
            height=context.height,
            frame_rate=frame_rate,
            video_range=VIDEO_RANGES.get(int(context.color_trc), "SDR"),
            color=(int(context.color_primaries), int(context.color_trc), int(context.colorspace)),
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


def _codec(context: "av.VideoCodecContext") -> str:
    """Name a codec and its profile. Source: RFC 6381, 3.3; ISO/IEC 14496-15, annex E."""
    configuration = context.extradata or b""
    is_hevc = context.name == "hevc"
    if len(configuration) < (HEVC_CONFIGURATION_BYTES if is_hevc else AVC_CONFIGURATION_BYTES):
        raise JobError(UNKNOWN_ERROR, "The encoder wrote no codec configuration.")
    if not is_hevc:
        return f"avc1.{configuration[1:AVC_CONFIGURATION_BYTES].hex()}"
    space, tier, profile = configuration[1] >> 6, configuration[1] >> 5 & 1, configuration[1] & 31
    # The flags of compatible profiles are written from the last to the first.
    compatible = int(f"{int.from_bytes(configuration[2:6]):032b}"[::-1], 2)
    constraints = configuration[6:12].rstrip(b"\0")
    parts = [
        context.codec_tag,
        f"{('', 'A', 'B', 'C')[space]}{profile}",
        f"{compatible:X}",
        f"{'LH'[tier]}{configuration[12]}",
        *(f"{constraint:X}" for constraint in constraints),
    ]
    return ".".join(parts)
