"""Unusual sources are what their recipes claim: PyAV reads them back, and none of the endpoint's code."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import pytest

from checks.corpus.sources.made import make_source
from checks.corpus.sources.recipes import Picture, Recipe, VideoCodec

SMALL = Picture(width=64, height=36)


def times(path: Path) -> list[float]:
    """Return when each picture of a file is shown."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        found = [packet.pts for packet in container.demux(stream) if packet.pts is not None]
        assert stream.time_base is not None
        return sorted(float(pts * stream.time_base) for pts in found)


def test_bursts_are_far_above_the_average(folder: Path) -> None:
    """A film with bursts has fewer than ten pictures a second, and thirty in its first half second."""
    path = make_source(folder, Recipe(picture=Picture(width=64, height=36, has_bursts=True), seconds=4.0))
    shown = times(path)
    assert len(shown) / 4 < 10
    assert sum(at < 0.49 for at in shown) == 15


def test_an_odd_end_raises_the_average(folder: Path) -> None:
    """The last picture is shown for no time, so that frames over duration are more than the rate."""
    picture = Picture(width=64, height=36, frames=40, has_odd_end=True)
    path = make_source(folder, Recipe(picture=picture, seconds=40 / 30))
    gaps = {round(after - before, 3) for before, after in pairwise(times(path))}
    with av.open(str(path)) as container:
        average = container.streams.video[0].average_rate
    assert gaps == {0.033}
    assert average is not None
    assert average > Fraction(305, 10)


def test_a_file_may_begin_with_a_later_fragment(folder: Path) -> None:
    """Without its first two fragments a file of two seconds begins at one, in its own clock."""
    path = make_source(folder, Recipe(picture=SMALL, sounds=(), dropped_fragments=2))
    shown = times(path)
    assert (len(shown), round(shown[0], 2)) == (30, 1.0)


def test_a_container_may_begin_late(folder: Path) -> None:
    """The first time stamp is at the recipe's second."""
    path = make_source(folder, Recipe(suffix=".mkv", picture=SMALL, starts_at=2.5))
    assert times(path)[0] == pytest.approx(2.5, abs=0.05)


def test_the_second_half_has_another_size(folder: Path) -> None:
    """One track has pictures of two sizes, half of them of each, and the original of one."""
    recipe = Recipe(picture=SMALL, sounds=(), second_size=(32, 18))
    with av.open(str(make_source(folder, recipe))) as container:
        sizes = [(frame.width, frame.height) for frame in container.decode(video=0)]
    assert sizes == [(64, 36)] * 30 + [(32, 18)] * 30
    assert recipe.original.second_size is None


def test_each_picture_carries_exif(folder: Path) -> None:
    """Motion JPEG has an EXIF segment in every picture."""
    picture = Picture(width=64, height=36, codec=VideoCodec.MJPEG)
    path = make_source(folder, Recipe(suffix=".mov", picture=picture, has_exif=True))
    assert path.read_bytes().count(b"Exif\0\0") == len(times(path)) == 60
