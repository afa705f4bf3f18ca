"""Write gray H.264 pictures by hand: a few bytes each, whatever their size.

A keyframe says of each macroblock that it is what is predicted, which is gray where nothing came before;
every other picture says that nothing has changed. Source: ITU-T H.264, 7.3 (syntax) and 9.2 (CAVLC).
"""

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache

from sandbox.mediaconvert.instant.bits import Bits

START_CODE = b"\0\0\0\1"
SEQUENCE, PICTURE, KEYFRAME, OTHER = 0x67, 0x68, 0x65, 0x41  # NAL unit headers: importance and type
CONSTRAINED_BASELINE, CONSTRAINTS = 66, 0xC0
LEVEL = 52  # 5.2 holds every size and rate that jobs have
MACROBLOCK = 16
ALL_I, ALL_P = 7, 5
# mb_type I_16x16_2_0_0 (predict the mean, no residual), mean for color too, no change of quality, no levels.
GRAY_MACROBLOCK = 0b00100_1_1_1
FRAME_NUMBERS = 16
SQUARE_PIXELS = 1


def pictures(width: int, height: int, keyframes: Iterator[bool]) -> Iterator[bytes]:
    """Yield pictures in Annex B's format; width and height are even."""
    since_keyframe = number = 0
    for is_keyframe in keyframes:
        if is_keyframe:
            since_keyframe, number = 0, 1 - number
            yield START_CODE + _keyframe(width, height, number)
        else:
            since_keyframe += 1
            yield START_CODE + _unchanged(width, height, since_keyframe % FRAME_NUMBERS)


def sample(width: int, height: int, frame_rate: Fraction) -> bytes:
    """Return a stream of one picture, from which a demuxer learns what all the others are."""
    units = (_sequence(width, height, frame_rate), _picture_parameters(), _keyframe(width, height, 0))
    return b"".join(START_CODE + unit for unit in units)


def _sequence(width: int, height: int, frame_rate: Fraction) -> bytes:
    columns, rows = _macroblocks(width), _macroblocks(height)
    bits = Bits().u(8, CONSTRAINED_BASELINE).u(8, CONSTRAINTS).u(8, LEVEL)
    # Frame numbers of 4 bits; output in the order of decoding; one reference picture, without gaps.
    bits.ue(0, 0, 2, 1).u(1, 0)
    bits.ue(columns - 1, rows - 1).u(1, 1).u(1, 1)
    # Cropping is counted in pairs of pixels.
    right, bottom = columns * MACROBLOCK - width, rows * MACROBLOCK - height
    bits.u(1, 1).ue(0, right // 2, 0, bottom // 2)
    # Usability: square pixels; nothing of overscan, signal and chroma; times; no buffer models.
    bits.u(1, 1).u(1, 1).u(8, SQUARE_PIXELS).u(3, 0)
    bits.u(1, 1).u(32, frame_rate.denominator).u(32, 2 * frame_rate.numerator).u(1, 1).u(3, 0)
    # Restrictions: vectors as usual, no picture is reordered, one is kept.
    bits.u(1, 1).u(1, 1).ue(0, 0, MACROBLOCK, MACROBLOCK, 0, 1)
    return _unit(SEQUENCE, bits)


def _picture_parameters() -> bytes:
    # CAVLC, one slice group, one reference, no weights, standard quality, deblocking set by each slice.
    bits = Bits().ue(0, 0).u(2, 0).ue(0, 0, 0).u(3, 0).ue(0, 0, 0).u(1, 1).u(2, 0)
    return _unit(PICTURE, bits)


@lru_cache(maxsize=64)
def _keyframe(width: int, height: int, number: int) -> bytes:
    count = _macroblocks(width) * _macroblocks(height)
    bits = Bits().ue(0, ALL_I, 0).u(4, 0).ue(number).u(2, 0).ue(0, 1)
    return _unit(KEYFRAME, bits.repeat(GRAY_MACROBLOCK, count))


@lru_cache(maxsize=64 * FRAME_NUMBERS)
def _unchanged(width: int, height: int, frame_number: int) -> bytes:
    count = _macroblocks(width) * _macroblocks(height)
    bits = Bits().ue(0, ALL_P, 0).u(4, frame_number).u(3, 0).ue(0, 1)
    return _unit(OTHER, bits.ue(count))


def _macroblocks(length: int) -> int:
    return -(-length // MACROBLOCK)


def _unit(header: int, bits: Bits) -> bytes:
    """End a NAL unit, and break up what would look like the beginning of another."""
    unit, zeros = bytearray([header]), 0
    for byte in bits.u(1, 1).to_bytes():
        if zeros >= 2 and byte <= 3:
            unit.append(3)
            zeros = 0
        unit.append(byte)
        zeros = 0 if byte else zeros + 1
    return bytes(unit)
