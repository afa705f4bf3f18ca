"""Check that a tone-mapped picture looks right: grays stay gray and in order, hues stay what they were."""

import math
from collections.abc import Iterator
from pathlib import Path

import av

from checks.corpus.examination.watching import first_picture
from checks.corpus.sources.made import MARKER_SHARE, PATCH_SHARE
from checks.corpus.sources.recipes import PATCH_NITS

NEUTRAL = 128
NEUTRAL_TOLERANCE = 8
# 8-bit luma that reference white may have: bright, with or without room for highlights.
WHITE_NITS, WHITE_LUMA = 203.0, (150, 240)
GRAY_NITS, GRAY_LUMA = 26.0, (55, 150)
# The pattern's bars from left to right, as Cb and Cr of BT.709 colors at full saturation.
BARS = (("red", 102, 240), ("green", 42, 26), ("yellow", 16, 138), ("blue", 240, 118), ("magenta", 214, 230))
HUE_TOLERANCE_DEGREES = 15.0
SATURATION_SHARE = 0.45
BAR_COUNT = 6


def color_errors(path: Path) -> Iterator[str]:
    """Yield what is wrong with the colors of the first picture of a tone-mapped rendition."""
    frame = first_picture(path).reformat(format="yuv444p")
    yield from _gray_errors(frame)
    # Low enough to be clear of the pattern's line, high enough to be clear of the patches.
    row = round(frame.height * 0.55)
    for number, (name, blue, red) in enumerate(BARS):
        column = round(frame.width * (number + 0.5) / BAR_COUNT)
        _, cb, cr = _mean(frame, column, row)
        wanted = math.atan2(red - NEUTRAL, blue - NEUTRAL)
        got = math.atan2(cr - NEUTRAL, cb - NEUTRAL)
        apart = abs(math.degrees(math.remainder(got - wanted, math.tau)))
        share = math.hypot(cb - NEUTRAL, cr - NEUTRAL) / math.hypot(blue - NEUTRAL, red - NEUTRAL)
        if apart > HUE_TOLERANCE_DEGREES:
            yield f"the {name} bar is {apart:.0f} degrees off its hue"
        if share < SATURATION_SHARE:
            yield f"the {name} bar keeps {share:.0%} of its saturation"


def _gray_errors(frame: av.VideoFrame) -> Iterator[str]:
    patch_width = frame.width / len(PATCH_NITS)
    row = round(frame.height * (1 - 1 / MARKER_SHARE - 1 / PATCH_SHARE / 2))
    before = -1.0
    for number, nits in enumerate(PATCH_NITS):
        luma, cb, cr = _mean(frame, round((number + 0.5) * patch_width), row)
        if max(abs(cb - NEUTRAL), abs(cr - NEUTRAL)) > NEUTRAL_TOLERANCE:
            yield f"the gray of {nits:g} nits has a tint: Cb {cb:.0f}, Cr {cr:.0f}"
        if luma <= before and nits <= WHITE_NITS:
            yield f"the gray of {nits:g} nits is no brighter than the one before: {luma:.0f}"
        for at, (low, high) in ((WHITE_NITS, WHITE_LUMA), (GRAY_NITS, GRAY_LUMA)):
            if nits == at and not low <= luma <= high:
                yield f"the gray of {nits:g} nits has luma {luma:.0f}, not {low} to {high}"
        before = luma


def _mean(frame: av.VideoFrame, column: int, row: int) -> tuple[float, float, float]:
    """Return the mean of a few pixels, as Y, Cb and Cr."""
    reach = range(-2, 3)
    means = []
    for plane in frame.planes:
        data, stride = memoryview(plane), plane.line_size
        values = [data[(row + down) * stride + column + across] for down in reach for across in reach]
        means.append(sum(values) / len(values))
    return means[0], means[1], means[2]
