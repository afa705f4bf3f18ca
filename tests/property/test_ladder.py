"""The ladder's rules hold for every source and every ladder that a preset can hold."""

from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from media_pipeline.encoding.frame_size import (
    AVC_LIMITS,
    HEVC_LIMITS,
    MIN_FRAME_SIDE,
    FrameLimits,
    FrameSize,
    fitted,
)
from media_pipeline.encoding.ladder import LadderRow, Rendition, select_renditions
from tests.support.strategies import ladder_rows, shipped_presets, sides

SHIPPED = shipped_presets().hls.ladder


def frame(rendition: Rendition) -> FrameSize:
    """Return a rendition's size, which is known here."""
    assert rendition.size is not None
    return rendition.size


def sizes(rendition: Rendition) -> tuple[int, int]:
    """Return the width and height of a rendition's picture."""
    return frame(rendition).picture_width, frame(rendition).picture_height


def even_below(side: int) -> int:
    """Return the largest even size not above a side."""
    return side // 2 * 2


@settings(max_examples=200)
@given(width=sides, height=sides, rows=ladder_rows())
@example(width=16, height=16, rows=SHIPPED)
@example(width=8192, height=4320, rows=SHIPPED)
@example(width=8192, height=16, rows=SHIPPED)
@example(width=177, height=145, rows=SHIPPED)
def test_no_rendition_is_larger_than_its_source(width: int, height: int, rows: tuple[LadderRow, ...]) -> None:
    """No side of any picture exceeds the source's, down to 16 pixels and less than MediaConvert's minimum."""
    for rendition in select_renditions(width=width, height=height, rows=rows):
        chosen_width, chosen_height = sizes(rendition)
        assert chosen_width <= even_below(width)
        assert chosen_height <= even_below(height)


@settings(max_examples=200)
@given(width=sides, height=sides, rows=ladder_rows(), limits=st.sampled_from([AVC_LIMITS, HEVC_LIMITS]))
@example(width=8192, height=2160, rows=SHIPPED, limits=AVC_LIMITS)
@example(width=2160, height=8192, rows=SHIPPED, limits=AVC_LIMITS)
@example(width=7680, height=3840, rows=SHIPPED, limits=AVC_LIMITS)
def test_renditions_can_be_encoded(
    width: int, height: int, rows: tuple[LadderRow, ...], limits: FrameLimits
) -> None:
    """There is at least one rung; frames are even, at least 32 and within what MediaConvert makes."""
    renditions = select_renditions(width=width, height=height, rows=rows, limits=limits)
    assert renditions
    for rendition in renditions:
        for side in (frame(rendition).width, frame(rendition).height):
            assert side % 2 == 0
            assert 32 <= side <= 8192
        short, long = sorted((frame(rendition).width, frame(rendition).height))
        assert short <= limits.short_side
        assert long <= limits.long_side


@settings(max_examples=200)
@given(width=sides, height=sides, rows=ladder_rows())
def test_rungs_are_distinct_and_ordered(width: int, height: int, rows: tuple[LadderRow, ...]) -> None:
    """Names and sizes are distinct; each larger rung has a strictly larger bitrate."""
    renditions = select_renditions(width=width, height=height, rows=rows)
    assert len({rendition.name for rendition in renditions}) == len(renditions)
    for larger, smaller in pairwise(renditions):
        assert min(sizes(larger)) > min(sizes(smaller))
        assert max(sizes(larger)) >= max(sizes(smaller))
        assert larger.max_bitrate_bps > smaller.max_bitrate_bps


@given(width=sides, height=sides)
def test_the_top_rung_is_the_source(width: int, height: int) -> None:
    """The top rung is as large as the source, up to 2160p and as wide as AVC may be."""
    short, long = sorted(sizes(select_renditions(width=width, height=height, rows=SHIPPED)[0]))
    wanted = min(even_below(min(width, height)), 2160)
    if wanted * max(width, height) <= 4096 * min(width, height):
        assert short == wanted
    else:
        assert long > 4096 - 2 * max(width, height) / min(width, height) - 2


@given(width=sides, height=sides, rows=ladder_rows())
def test_portrait_mirrors_landscape(width: int, height: int, rows: tuple[LadderRow, ...]) -> None:
    """A source turned by 90 degrees gets the same rungs, turned by 90 degrees."""
    upright = select_renditions(width=width, height=height, rows=rows)
    turned = select_renditions(width=height, height=width, rows=rows)
    assert [sizes(rendition) for rendition in upright] == [sizes(rendition)[::-1] for rendition in turned]
    assert [rendition.max_bitrate_bps for rendition in upright] == [
        rendition.max_bitrate_bps for rendition in turned
    ]


@given(width=sides, height=sides, rows=ladder_rows())
def test_the_aspect_ratio_is_kept(width: int, height: int, rows: tuple[LadderRow, ...]) -> None:
    """Each rung's picture has the source's shape to within a pixel."""
    short, long = sorted((width, height))
    for rendition in select_renditions(width=width, height=height, rows=rows):
        chosen_short, chosen_long = sorted(sizes(rendition))
        exact = chosen_short * long / short
        if exact <= long // 2 * 2:
            assert abs(chosen_long - exact) <= 1


@given(width=sides, height=sides, rows=ladder_rows())
def test_small_pictures_lie_in_the_middle_of_the_smallest_frame(
    width: int, height: int, rows: tuple[LadderRow, ...]
) -> None:
    """A frame is its picture, but where that is below MediaConvert's minimum, which is the frame then."""
    for rendition in select_renditions(width=width, height=height, rows=rows):
        size = frame(rendition)
        assert (size.width, size.height) == tuple(max(side, MIN_FRAME_SIDE) for side in sizes(rendition))
        assert size.is_filled == (min(sizes(rendition)) >= MIN_FRAME_SIDE)


@settings(max_examples=200)
@given(width=sides, height=sides, rows=ladder_rows(), limit=st.integers(min_value=1, max_value=100_000_000))
def test_a_poor_source_gets_poorer_rungs(
    width: int, height: int, rows: tuple[LadderRow, ...], limit: int
) -> None:
    """A limit raises no bitrate, keeps them strictly increasing, and holds where they can be that low."""
    free = select_renditions(width=width, height=height, rows=rows)
    limited = select_renditions(width=width, height=height, rows=rows, bitrate_limit_bps=limit)
    assert [sizes(rendition) for rendition in limited] == [sizes(rendition) for rendition in free]
    for before, after in zip(free, limited, strict=True):
        assert after.max_bitrate_bps <= before.max_bitrate_bps
        assert after.max_bitrate_bps >= 100_000
    for larger, smaller in pairwise(limited):
        assert larger.max_bitrate_bps > smaller.max_bitrate_bps
    if limit >= 1_000_000:
        assert limited[0].max_bitrate_bps <= limit


@given(width=sides, height=sides, max_width=sides)
def test_stills_fit(width: int, height: int, max_width: int) -> None:
    """A still is even, never wider than asked for and never larger than its source."""
    size = fitted(width=width, height=height, max_width=max_width)
    assert size.picture_width % 2 == size.picture_height % 2 == 0
    assert size.picture_width <= even_below(min(width, max_width))
    assert size.picture_height <= even_below(height)
    assert min(size.width, size.height) >= MIN_FRAME_SIDE
