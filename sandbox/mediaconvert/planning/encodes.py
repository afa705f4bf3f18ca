"""Describe what is to be encoded of the picture, in an encoder's terms.

Equal encodes compare equal, however differently their settings were written: that is how each distinct one is
made once per job.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from sandbox.mediaconvert.model import JobError
from sandbox.mediaconvert.planning.color import ColorPath
from sandbox.mediaconvert.planning.scaling import Placement

UNSUPPORTED = 1040


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoEncode:
    """Describe one encode of the picture.

    Attributes:
        codec: H_264 or H_265.
        frame_rate: Constant frames per second.
        gop_frames: Frames from one keyframe to the next.
        cut_frames: Every multiple of this many frames is a keyframe as well; None for none.
        crf: Constant quality, the lower the better; None where ``bitrate_bps`` rules.
        buffer_bits: Size of the decoder's buffer that limits the peaks.
        level: For example ``4.1``; None for whatever the picture needs.
        mp4_tag: Name of the sample entry in MP4; None for the codec's only one.
        is_deinterlaced: Whether fields become frames; else the lines of two fields lie in each other.
    """

    codec: str
    placement: Placement
    color: ColorPath
    frame_rate: Fraction
    gop_frames: int
    cut_frames: int | None
    crf: float | None
    bitrate_bps: int | None
    max_bitrate_bps: int | None
    buffer_bits: int | None
    preset: str
    profile: str
    pixel_format: str
    high_tier: bool
    level: str | None
    b_frames: int | None
    mp4_tag: str | None
    is_deinterlaced: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameCapture:
    """Describe a series of JPEG pictures.

    Attributes:
        interval_seconds: Time from one picture to the next; the first is at 0.
        quality: 1 to 100, the higher the better.
        is_deinterlaced: As of a VideoEncode.
    """

    placement: Placement
    color: ColorPath
    frame_rate: Fraction
    interval_seconds: Fraction
    max_captures: int
    quality: int
    is_deinterlaced: bool


def unsupported(what: str) -> JobError:
    """Refuse settings that MediaConvert knows and this endpoint does not make."""
    return JobError(UNSUPPORTED, f"This sandbox does not support {what}.")


def segment_frames(encode: VideoEncode, segment_seconds: Fraction, *, exact: bool) -> int:
    """Return the length of a segment in frames: exact, or rounded up to whole GOPs."""
    frames = max(1, round(segment_seconds * encode.frame_rate))
    return frames if exact else ceil(Fraction(frames, encode.gop_frames)) * encode.gop_frames
