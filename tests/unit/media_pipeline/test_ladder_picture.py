"""The documentation's picture of the ladder shows what the shipped preset makes."""

from itertools import count
from xml.etree import ElementTree

from media_pipeline.encoding.ladder import select_renditions
from sandbox.runtime.folder import PROJECT_ROOT
from tests.support.strategies import shipped_presets

TIMES = "\N{MULTIPLICATION SIGN}"
SOURCES = [(3840, 2160), (1920, 1080), (1080, 1920), (1080, 1080), (640, 480)]


def rungs(width: int, height: int) -> list[str]:
    """Return the labels of a source's rungs."""
    labels = []
    for rung in select_renditions(width=width, height=height, rows=shipped_presets().cmaf.ladder):
        assert rung.size is not None
        mbps, kbps = rung.max_bitrate_bps / 1_000_000, rung.max_bitrate_bps // 1000
        rate = f"{mbps:.1f} Mb/s" if mbps >= 1 else f"{kbps} kb/s"
        labels.append(f"{rung.size.picture_width}{TIMES}{rung.size.picture_height} · {rate}")
    return labels


def test_the_picture_shows_the_shipped_ladder() -> None:
    """Each source in the picture has exactly its rungs beside it, with size and bitrate, in their order."""
    drawn = ElementTree.parse(PROJECT_ROOT / "docs" / "ladder.svg").getroot()
    texts = [element.text or "" for element in drawn.iterfind("{*}text")]
    labels = iter(texts)
    for number, (width, height) in zip(count(1), SOURCES, strict=False):
        assert next(labels), f"source {number} has no name"
        assert next(labels) == f"{width} {TIMES} {height}"
        assert [next(labels) for _ in rungs(width, height)] == rungs(width, height)
    assert next(labels, None) is None
