"""The examination of pictures: ladders and colors that are wrong are found."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from checks.corpus.cases.outcomes import FORMATS
from checks.corpus.examination.colors import color_errors
from checks.corpus.examination.delivery import Rendition
from checks.corpus.examination.pictures import Seen, likeness_errors, picture_errors
from checks.corpus.examination.similarity import Likeness
from checks.corpus.examination.watching import Watched
from checks.corpus.sources.made import make_source
from checks.corpus.sources.recipes import Dynamics, Picture, Recipe, VideoCodec
from tests.unit.checks.corpus.deliveries import CASE, made


def seen(width: int, height: int, keyframes: tuple[float, ...] = (0.0, 1.0)) -> Seen:
    """Return a rendition as if it had been watched."""
    watched = Watched(
        codec="h264",
        width=width,
        height=height,
        sample_aspect=Fraction(1),
        bit_depth=8,
        frames=60,
        frame_rate=30.0,
        seconds=2.0,
        is_steady=True,
        keyframes=keyframes,
        color=(1, 1, 1),
        corner="top right",
    )
    path = Path(f"/{width}.mp4")
    return Seen(Rendition(format="HLS", name="", path=path, declared_size=(width, height)), watched)


def test_keyframes_that_differ_are_reported() -> None:
    """Renditions between which a player could not change in step are an error, as is one too many."""
    case = replace(CASE, outcome=replace(CASE.outcome, profile="default"))
    streamed = FORMATS["default"] & {"HLS", "DASH"}
    right = {name: [seen(320, 180), seen(160, 90)] for name in streamed} | {"MP4": [seen(320, 180)]}
    assert [*picture_errors(case, right)] == []
    apart = {**right, "HLS": [seen(320, 180), seen(160, 90, (0.0, 1.2))]}
    assert any("keyframes of HLS 160x90" in error for error in picture_errors(case, apart))
    fewer = {**right, "HLS": [seen(320, 180), seen(160, 90, (0.0,))]}
    assert any("keyframes of HLS 160x90" in error for error in picture_errors(case, fewer))
    blown_up = {**right, "HLS": [seen(1280, 720), *right["HLS"]]}
    assert "HLS 1280x720 is larger than its source" in [*picture_errors(case, blown_up)]


def test_a_ladder_that_goes_up_as_it_gets_smaller_is_reported() -> None:
    """Each rung has its floor, and a smaller rung may not look better than a larger one."""
    large, small = seen(320, 180), seen(160, 90)
    assert [*likeness_errors(CASE, [(large, Likeness(99, 99)), (small, Likeness(98, 80))])] == []
    low = [*likeness_errors(CASE, [(large, Likeness(99, 99)), (small, Likeness(50, 40))])]
    assert low == ["HLS 160x90 has VMAF 50.000, below 90.0"]
    up = [*likeness_errors(CASE, [(large, Likeness(92, 92)), (small, Likeness(97, 95))])]
    assert up == ["HLS 160x90 looks more like the source than HLS 320x180: VMAF 95.000 and 92.000"]


def hdr(dynamics: Dynamics) -> Recipe:
    """Return the recipe of a 10-bit source."""
    picture = Picture(codec=VideoCodec.HEVC, bit_depth=10, dynamics=dynamics)
    return Recipe(picture=picture, sounds=(), seconds=0.2)


def test_colors_that_were_not_mapped_are_reported(folder: Path) -> None:
    """Taking HDR for SDR makes pictures dull: hues, grays and saturation tell. The SDR original passes."""
    original = make_source(folder, hdr(Dynamics.SDR))
    assert [*color_errors(made(original, folder / "sdr.mp4", "-pix_fmt", "yuv420p", "-crf", "18"))] == []
    for dynamics in (Dynamics.PQ, Dynamics.HLG):
        source = make_source(folder, hdr(dynamics))
        plain = made(source, folder / "plain.mp4", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-crf", "18")
        assert len([*color_errors(plain)]) >= 3, dynamics


def test_a_tinted_picture_is_reported(folder: Path) -> None:
    """Grays with a tint, and hues that have turned, are errors."""
    original = make_source(folder, hdr(Dynamics.SDR))
    tinted = made(original, folder / "tinted.mp4", "-vf", "format=yuv420p,hue=h=40,colorbalance=rm=0.5")
    errors = " ".join(color_errors(tinted))
    assert "tint" in errors
    assert "off its hue" in errors
