"""Choose the renditions of a source: a pure function of its display size and of a preset's ladder rows.

Rules, each held by a property test: never larger than the source, the shorter side decides (so portrait and
square work as landscape does), even dimensions, at least one rung whatever the size, rungs distinct, larger
rungs with strictly larger bitrates, and the top rung as large as the source allows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isqrt

from media_pipeline.presets import MIN_VIDEO_SIDE, LadderRow

MAX_VIDEO_SIDE = 8192  # Source: MediaConvert API, VideoDescription.Width and Height: 32 to 8192
MAX_MACROBLOCKS = 36_864  # Source: ITU-T H.264 table A-1, MaxFS of levels 5.1 and 5.2
MIN_RENDITION_BITRATE_BPS = 100_000
# A row within a tenth of the top rung would be paid for without a viewer seeing a difference.
_NEAR_TOP_TENTHS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendition:
    """Describe one encode; both sides are None where it takes the source's own size."""

    name: str
    width: int | None
    height: int | None
    max_bitrate_bps: int
    quality_level: int


def select_renditions(*, width: int, height: int, rows: Sequence[LadderRow]) -> tuple[Rendition, ...]:
    """Return the renditions for a source of this display size (pixels), largest first.

    `rows` are sorted from small to large, as presets hold them. A side below MediaConvert's minimum becomes
    the minimum: the only case in which a rendition is larger than its source.
    """
    long_side, short_side = max(width, height), min(width, height)
    top = _top_short_side(long_side, short_side, limit=rows[-1].short_side)
    chosen = [_interpolated(top, rows)]
    chosen += [row for row in reversed(rows) if row.short_side * 10 <= top * _NEAR_TOP_TENTHS]
    renditions = []
    for row in chosen:
        long = _long_side(row.short_side, long_side, short_side)
        portrait = height > width
        renditions.append(
            Rendition(
                name=f"{row.short_side}p",
                width=row.short_side if portrait else long,
                height=long if portrait else row.short_side,
                max_bitrate_bps=row.max_bitrate_bps,
                quality_level=row.quality_level,
            )
        )
    return tuple(renditions)


def source_sized_rendition(rows: Sequence[LadderRow]) -> Rendition:
    """Return the safe choice for a source of unknown size: one rendition as large as the source.

    Its bitrate limit is that of the ladder's row for Full HD or the nearest below.
    """
    row = next((row for row in reversed(rows) if row.short_side <= 1080), rows[0])
    return Rendition(
        name="source",
        width=None,
        height=None,
        max_bitrate_bps=row.max_bitrate_bps,
        quality_level=row.quality_level,
    )


def fitted_size(*, width: int, height: int, max_width: int) -> tuple[int, int]:
    """Return the size of a still of a source of this size: at most `max_width` wide, never enlarged."""
    fitted_width = _even(min(width, max_width))
    fitted_height = _even(min(height, fitted_width * height / width))
    return fitted_width, fitted_height


def _top_short_side(long_side: int, short_side: int, *, limit: int) -> int:
    top = _even(min(short_side, limit))
    blocks = _macroblocks(top, _long_side(top, long_side, short_side))
    if blocks > MAX_MACROBLOCKS:
        top = _even(isqrt(top * top * MAX_MACROBLOCKS // blocks))
        while _macroblocks(top, _long_side(top, long_side, short_side)) > MAX_MACROBLOCKS:
            top -= 2
    return top


def _long_side(rendition_short_side: int, long_side: int, short_side: int) -> int:
    exact = rendition_short_side * long_side / short_side
    nearest_even = 2 * round(exact / 2)
    return min(max(nearest_even, MIN_VIDEO_SIDE), _even(long_side))


def _even(side: float) -> int:
    """Round down to an even number that MediaConvert accepts."""
    return min(max(int(side) // 2 * 2, MIN_VIDEO_SIDE), MAX_VIDEO_SIDE)


def _macroblocks(width: int, height: int) -> int:
    return -(-width // 16) * -(-height // 16)


def _interpolated(short_side: int, rows: Sequence[LadderRow]) -> LadderRow:
    """Return the row for exactly this shorter side; between rows the bitrate follows the number of pixels."""
    upper = next(row for row in rows if row.short_side >= short_side)
    if upper.short_side == short_side:
        return upper
    lower = next((row for row in reversed(rows) if row.short_side < short_side), None)
    if lower is None:
        bitrate = max(MIN_RENDITION_BITRATE_BPS, upper.max_bitrate_bps * short_side**2 // upper.short_side**2)
    else:
        share = (short_side**2 - lower.short_side**2) / (upper.short_side**2 - lower.short_side**2)
        bitrate = lower.max_bitrate_bps + max(1, int((upper.max_bitrate_bps - lower.max_bitrate_bps) * share))
    return LadderRow(short_side=short_side, max_bitrate_bps=bitrate, quality_level=upper.quality_level)
