"""Place a source picture in an output frame, as MediaConvert's scaling behaviors do.

All sizes are in square pixels and even, as 4:2:0 video needs.
Source: https://docs.aws.amazon.com/mediaconvert/latest/ug/video-scaling.html
"""

from dataclasses import dataclass
from fractions import Fraction

DEFAULT = "DEFAULT"
FIT = "FIT"
FIT_NO_UPSCALE = "FIT_NO_UPSCALE"
FILL = "FILL"
STRETCH_TO_OUTPUT = "STRETCH_TO_OUTPUT"
SCALING_BEHAVIORS = frozenset({DEFAULT, FIT, FIT_NO_UPSCALE, FILL, STRETCH_TO_OUTPUT})


@dataclass(frozen=True, slots=True, order=True)
class Size:
    """Hold a width and a height in pixels."""

    width: int
    height: int

    def turned(self, degrees: int) -> "Size":
        """Return the size of the picture turned by a multiple of 90 degrees."""
        return Size(self.height, self.width) if degrees % 180 else self


@dataclass(frozen=True, slots=True)
class Area:
    """Hold a rectangle in pixels; left and top are counted from the picture's corner."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Placement:
    """Say how a picture is scaled, then cropped or padded around its center.

    Attributes:
        scaled: Size of the whole picture after scaling.
        frame: Size of the output; where smaller than ``scaled`` it crops, where larger it adds black bars.
        area: Part of the frame in which the picture lies, in the frame's place; None for the whole frame.
        crop: Part of the upright source that is the picture; None for all of it.
    """

    scaled: Size
    frame: Size
    area: Area | None = None
    crop: Area | None = None


def display_size(
    width: int, height: int, sample_aspect: Fraction, rotation: int
) -> tuple[Fraction, Fraction]:
    """Return the size at which a source is seen: square pixels, upright. Never shrinks a dimension."""
    shown = (
        (width * sample_aspect, Fraction(height))
        if sample_aspect >= 1
        else (Fraction(width), height / sample_aspect)
    )
    return (shown[1], shown[0]) if rotation % 180 else shown


def seen_size(
    stored: Size, sample_aspect: Fraction, rotation: int, crop: Area | None
) -> tuple[Fraction, Fraction]:
    """Return the display size of a source, or of the part of it that a rectangle crops after its rotation."""
    if crop is None:
        return display_size(stored.width, stored.height, sample_aspect, rotation)
    upright_aspect = 1 / sample_aspect if rotation % 180 else sample_aspect
    return display_size(crop.width, crop.height, upright_aspect, 0)


def place(
    shown: tuple[Fraction, Fraction], width: int | None, height: int | None, scaling_behavior: str
) -> Placement:
    """Place a picture of size ``shown`` in a frame.

    A missing dimension follows from the other one; where both are missing, the frame is the source's.
    """
    source_width, source_height = shown
    if width is None and height is None:
        frame = Size(_even(source_width), _even(source_height))
    elif width is None:
        assert height is not None
        frame = Size(_even(source_width * height / source_height), height)
    elif height is None:
        frame = Size(width, _even(source_height * width / source_width))
    else:
        frame = Size(width, height)
    if scaling_behavior == STRETCH_TO_OUTPUT or width is None or height is None:
        return Placement(frame, frame)
    horizontal, vertical = frame.width / source_width, frame.height / source_height
    scale = max(horizontal, vertical) if scaling_behavior == FILL else min(horizontal, vertical)
    if scaling_behavior == FIT_NO_UPSCALE:
        scale = min(scale, Fraction(1))
    scaled = Size(_even(source_width * scale), _even(source_height * scale))
    if scaling_behavior in (FIT, FIT_NO_UPSCALE):
        return Placement(scaled, scaled)
    return Placement(scaled, frame)


def _even(length: Fraction) -> int:
    """Round to the nearest even number, at least 2."""
    return max(2, round(length / 2) * 2)
