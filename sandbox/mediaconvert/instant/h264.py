"""Repeat gray H.264 pictures that an encoder made once for each size and rate.

A keyframe is always the same, but for the alternating number that tells two in a row from each other. The
pictures after it change nothing, but for their numbers, which begin again after 16.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import av
from av.codec.context import Flags
from av.video.frame import PictureType

# Numbers of 4 bits: with one reference picture and none reordered, the encoder writes no longer ones.
FRAME_NUMBERS = 16
# 5.2 holds every size and rate that jobs have.
PARAMETERS = "keyint=infinite:scenecut=0:bframes=0:ref=1:qp=40:rc-lookahead=0:threads=1:level=52"
OPTIONS = {"preset": "ultrafast", "profile": "baseline", "forced-idr": "1", "x264-params": PARAMETERS}
GRAY = b"\x80"


@dataclass(frozen=True, slots=True)
class _Encoded:
    """Hold the parameter sets, two keyframes, and what follows either, all in Annex B's format."""

    parameters: bytes
    keyframes: tuple[bytes, bytes]
    unchanged: tuple[bytes, ...]


def pictures(width: int, height: int, frame_rate: Fraction, keyframes: Iterator[bool]) -> Iterator[bytes]:
    """Yield pictures in Annex B's format; width and height are even."""
    encoded = _encoded(width, height, frame_rate)
    since_keyframe = number = 0
    for is_keyframe in keyframes:
        if is_keyframe:
            since_keyframe, number = 0, 1 - number
            yield encoded.keyframes[number]
        else:
            yield encoded.unchanged[since_keyframe % FRAME_NUMBERS]
            since_keyframe += 1


def sample(width: int, height: int, frame_rate: Fraction) -> bytes:
    """Return a stream of one picture, from which a demuxer learns what all the others are."""
    encoded = _encoded(width, height, frame_rate)
    return encoded.parameters + encoded.keyframes[0]


@lru_cache(maxsize=64)
def _encoded(width: int, height: int, frame_rate: Fraction) -> _Encoded:
    context = av.CodecContext.create("libx264", "w")
    assert isinstance(context, av.VideoCodecContext)
    context.width, context.height, context.pix_fmt = width, height, "yuv420p"
    context.framerate, context.time_base = frame_rate, 1 / frame_rate
    context.options = OPTIONS
    context.flags |= Flags.global_header
    gray = av.VideoFrame(width, height, "yuv420p")
    for plane in gray.planes:
        plane.update(GRAY * plane.buffer_size)
    made = []
    for number in range(FRAME_NUMBERS + 2):
        gray.pts = number
        gray.pict_type = PictureType.I if number in (0, FRAME_NUMBERS + 1) else PictureType.NONE
        made += context.encode(gray)
    first, *unchanged, second = map(bytes, [*made, *context.encode(None)])
    return _Encoded(bytes(context.extradata or b""), (first, second), tuple(unchanged))
