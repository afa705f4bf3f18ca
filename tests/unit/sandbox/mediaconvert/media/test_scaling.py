"""Placing a source in a frame."""

from fractions import Fraction

import pytest

from sandbox.mediaconvert.planning.scaling import (
    Placement,
    Size,
    display_size,
    place,
)

HD = (Fraction(1920), Fraction(1080))


@pytest.mark.parametrize(
    ("behavior", "width", "height", "scaled", "frame"),
    [
        ("DEFAULT", 1280, 720, (1280, 720), (1280, 720)),
        ("DEFAULT", 720, 720, (720, 404), (720, 720)),
        ("FIT", 720, 720, (720, 404), (720, 404)),
        ("FIT_NO_UPSCALE", 3840, 3840, (1920, 1080), (1920, 1080)),
        ("FILL", 720, 720, (1280, 720), (720, 720)),
        ("STRETCH_TO_OUTPUT", 720, 720, (720, 720), (720, 720)),
        ("DEFAULT", None, 720, (1280, 720), (1280, 720)),
        ("DEFAULT", 640, None, (640, 360), (640, 360)),
        ("DEFAULT", None, None, (1920, 1080), (1920, 1080)),
    ],
)
def test_scaling_behavior_decides_between_bars_cropping_and_distortion(
    behavior: str, width: int | None, height: int | None, scaled: tuple[int, int], frame: tuple[int, int]
) -> None:
    """Each scaling behavior keeps, pads, crops or stretches the picture as MediaConvert does."""
    assert place(HD, width, height, behavior) == Placement(Size(*scaled), Size(*frame))


def test_odd_sources_get_even_frames() -> None:
    """A source with odd dimensions gets even ones, at least 2."""
    placement = place((Fraction(317), Fraction(1)), None, None, "DEFAULT")
    assert placement.frame == Size(316, 2)


@pytest.mark.parametrize("behavior", ["DEFAULT", "FIT", "FILL", "FIT_NO_UPSCALE", "STRETCH_TO_OUTPUT"])
@pytest.mark.parametrize("shown", [(17, 4320), (8192, 16), (333, 777), (1080, 1920), (1, 1)])
def test_every_frame_is_even(behavior: str, shown: tuple[int, int]) -> None:
    """Whatever the source's shape, all sizes are even and positive, and only FILL crops."""
    placement = place((Fraction(shown[0]), Fraction(shown[1])), 640, 362, behavior)
    sizes = (placement.scaled.width, placement.scaled.height, placement.frame.width, placement.frame.height)
    assert all(length > 0 and length % 2 == 0 for length in sizes)
    crops = placement.scaled.width > placement.frame.width or placement.scaled.height > placement.frame.height
    assert not crops or behavior == "FILL"


@pytest.mark.parametrize(
    ("sample_aspect", "rotation", "shown"),
    [
        (Fraction(1), 0, (720, 576)),
        (Fraction(64, 45), 0, (1024, 576)),
        (Fraction(8, 9), 0, (720, 648)),
        (Fraction(1), 90, (576, 720)),
        (Fraction(64, 45), 270, (576, 1024)),
        (Fraction(1), 180, (720, 576)),
    ],
)
def test_a_source_is_shown_upright_in_square_pixels(
    sample_aspect: Fraction, rotation: int, shown: tuple[int, int]
) -> None:
    """The display size counts the shape of the pixels and the rotation, and never loses lines or columns."""
    assert display_size(720, 576, sample_aspect, rotation) == (Fraction(shown[0]), Fraction(shown[1]))
