"""HEVC pictures that are put together from two: they decode, and say what they are."""

import io
from fractions import Fraction

import av
import pytest

from sandbox.mediaconvert.instant.hevc import Look, pictures, sample

COUNT, GOP = 400, 300


@pytest.mark.parametrize(("width", "height"), [(32, 32), (64, 36), (176, 144), (1280, 720), (722, 1280)])
@pytest.mark.parametrize(
    ("pixel_format", "colour"),
    [("yuv420p", (1, 1, 1)), ("yuv420p10le", (9, 16, 9)), ("yuv420p10le", (9, 18, 9))],
)
def test_pictures_decode_beyond_the_wrap_of_their_numbers(
    width: int, height: int, pixel_format: str, colour: tuple[int, int, int]
) -> None:
    """Every picture of a long GOP, and of the one after it, is the same grey in the declared colours."""
    look = Look(width, height, Fraction(30000, 1001), pixel_format, colour)
    keyframes = (number % GOP == 0 for number in range(COUNT))
    stream_bytes = b"".join(pictures(look, keyframes))
    with av.open(io.BytesIO(stream_bytes), "r", format="hevc") as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        assert (context.width, context.height, context.pix_fmt) == (width, height, pixel_format)
        assert (int(context.color_primaries), int(context.color_trc), int(context.colorspace)) == colour
        first, kept = None, []
        for frame in container.decode(stream):
            assert isinstance(frame, av.VideoFrame)
            luma = bytes(frame.planes[0])
            first = first or luma
            assert luma == first
            kept.append(frame.key_frame)
    assert len(kept) == COUNT
    assert [number for number, is_keyframe in enumerate(kept) if is_keyframe] == [0, GOP]


def test_a_sample_is_one_picture() -> None:
    """One picture tells the frame rate."""
    look = Look(64, 64, Fraction(25), "yuv420p", (2, 2, 2))
    with av.open(io.BytesIO(sample(look)), "r", format="hevc") as container:
        stream = container.streams.video[0]
        assert stream.codec_context.framerate == 25
        assert len(list(container.decode(stream))) == 1
