"""Make gray HEVC pictures of two that an encoder once made: HEVC's arithmetic code is too long to write here.

A keyframe is always the same, and so is every other picture, which changes nothing, but for its number.
Source: ITU-T H.265, 7.3.6 (slice segment header).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import av

# Nothing looks ahead or runs aside, and a picture is predicted from the one before it.
PARAMETERS = (
    "log-level=error:info=0:bframes=0:ref=1:keyint=1000:scenecut=0:open-gop=0:rc-lookahead=0:qp=40"
    ":pools=1:frame-threads=1:wpp=0:ctu=32:log2-max-poc-lsb=8"
)
START_CODE, NAL_HEADER_BYTES = b"\0\0\0\1", 2
# A slice begins with: first of its picture (1), parameter set 0 (1), type P (010), then its number's 8 bits.
BEFORE_NUMBER_BITS, NUMBER_BITS, PATCHED_BITS = 5, 8, 16
NUMBERS = 1 << NUMBER_BITS
TEN_BIT_GRAY, EIGHT_BIT_GRAY = b"\x00\x02", b"\x80"


@dataclass(frozen=True, slots=True)
class Look:
    """Say what all pictures of a stream have.

    Attributes:
        pixel_format: ``yuv420p`` or ``yuv420p10le``.
        color: Code points of primaries, transfer characteristics and matrix.
    """

    width: int
    height: int
    frame_rate: Fraction
    pixel_format: str
    color: tuple[int, int, int]


def pictures(look: Look, keyframes: Iterator[bool]) -> Iterator[bytes]:
    """Yield pictures in Annex B's format."""
    keyframe, unchanged = _encoded(look)
    since_keyframe = 0
    for is_keyframe in keyframes:
        since_keyframe = 0 if is_keyframe else since_keyframe + 1
        yield keyframe if is_keyframe else _numbered(unchanged, since_keyframe)


def sample(look: Look) -> bytes:
    """Return a stream of one picture, from which a demuxer learns what all the others are."""
    return _encoded(look)[0]


@lru_cache(maxsize=64)
def _encoded(look: Look) -> tuple[bytes, bytes]:
    """Return a keyframe with its parameter sets, and the picture after it."""
    context = av.CodecContext.create("libx265", "w")
    assert isinstance(context, av.VideoCodecContext)
    context.width, context.height, context.pix_fmt = look.width, look.height, look.pixel_format
    context.framerate, context.time_base = look.frame_rate, 1 / look.frame_rate
    context.color_primaries, context.color_trc, context.colorspace = look.color
    context.options = {"preset": "ultrafast", "x265-params": PARAMETERS}
    gray = av.VideoFrame(look.width, look.height, look.pixel_format)
    value = TEN_BIT_GRAY if look.pixel_format.endswith("10le") else EIGHT_BIT_GRAY
    for plane in gray.planes:
        plane.update(value * (plane.buffer_size // len(value)))
    made = []
    for number in range(2):
        gray.pts = number
        made += context.encode(gray)
    made += context.encode(None)
    keyframe, unchanged = made
    return bytes(keyframe), bytes(unchanged)


def _numbered(picture: bytes, number: int) -> bytes:
    """Give a picture its number since the keyframe."""
    at = len(START_CODE) + NAL_HEADER_BYTES
    shift = PATCHED_BITS - BEFORE_NUMBER_BITS - NUMBER_BITS
    bits = int.from_bytes(picture[at : at + 2])
    bits = bits & ~(NUMBERS - 1 << shift) | number % NUMBERS << shift
    return picture[:at] + bits.to_bytes(2) + picture[at + 2 :]
