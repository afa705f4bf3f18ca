"""Choose the rungs of a source: a pure function of its display size and of a preset's ladder rows.

Rules, each held by a property test: no picture larger than the source, the shorter side decides (so portrait
and square work as landscape does), even dimensions, at least one rung whatever the size, rungs distinct,
larger rungs with strictly larger bitrates, and the top rung as large as the source and its codec allow. What
is too large for the codec becomes smaller as a whole: every rung has the source's shape.
"""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from media_pipeline.domain.values import dataclass
from media_pipeline.encoding.frame_size import (
    AVC_LIMITS,
    FrameLimits,
    FrameSize,
    even,
    framed,
)

MAX_BITRATE_BPS = 1_152_000_000  # Source: MediaConvert API, H264Settings.MaxBitrate
# Source: MediaConvert API, VideoDescription.Width and Height (32 to 8192); H.264's levels end at 2160p.
# Quality levels: QvbrSettings.QvbrQualityLevel.
LADDER_ROW_LIMITS = {
    "short_side": (32, 2160),
    "max_bitrate_bps": (100_000, MAX_BITRATE_BPS),
    "quality_level": (1, 10),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderRow:
    """Give the encoding of a rendition whose shorter side is `short_side` pixels."""

    short_side: int
    max_bitrate_bps: int
    quality_level: int


MIN_RENDITION_BITRATE_BPS = 100_000
# A row within a tenth of the top rung would be paid for without a viewer seeing a difference.
_NEAR_TOP_TENTHS = 9
# Below a limit, each rung gets so much of the one above it.
_STEP = Fraction(3, 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendition:
    """Describe one encode; `size` is None where it takes the source's own size."""

    name: str
    size: FrameSize | None
    max_bitrate_bps: int
    quality_level: int


def select_renditions(
    *,
    width: int,
    height: int,
    rows: Sequence[LadderRow],
    bitrate_limit_bps: int | None = None,
    limits: FrameLimits = AVC_LIMITS,
) -> tuple[Rendition, ...]:
    """Return the renditions for a source of this display size (pixels), largest first.

    `rows` are sorted from small to large, as presets hold them. `bitrate_limit_bps` is what the source is
    worth: rungs that would exceed it get as much, or less the smaller they are. `limits` are those of the
    codec. A picture below MediaConvert's minimum keeps its size, within a frame of that minimum.
    """
    long_side, short_side = max(width, height), min(width, height)
    top = _top_short_side(long_side, short_side, highest=rows[-1].short_side, limits=limits)
    chosen = [_interpolated(top, rows)]
    chosen += [row for row in reversed(rows) if row.short_side * 10 <= top * _NEAR_TOP_TENTHS]
    portrait = height > width
    renditions = []
    for row in chosen:
        long = min(_long_side(row.short_side, long_side, short_side), limits.long_side)
        renditions.append(
            Rendition(
                name=f"{row.short_side}p",
                size=framed(row.short_side, long) if portrait else framed(long, row.short_side),
                max_bitrate_bps=row.max_bitrate_bps,
                quality_level=row.quality_level,
            )
        )
    return _limited(renditions, bitrate_limit_bps)


def source_sized_rendition(rows: Sequence[LadderRow]) -> Rendition:
    """Return the safe choice for a source of unknown size: one rendition as large as the source.

    Its bitrate limit is that of the ladder's row for Full HD or the nearest below.
    """
    row = next((row for row in reversed(rows) if row.short_side <= 1080), rows[0])
    return Rendition(
        name="source", size=None, max_bitrate_bps=row.max_bitrate_bps, quality_level=row.quality_level
    )


def _limited(renditions: Sequence[Rendition], limit_bps: int | None) -> tuple[Rendition, ...]:
    """Lower bitrates that exceed the limit, strictly from rung to rung, and none below the minimum."""
    if limit_bps is None:
        return tuple(renditions)
    bitrates = []
    ceiling = limit_bps
    for rendition in renditions:
        bitrates.append(min(rendition.max_bitrate_bps, ceiling))
        ceiling = int(bitrates[-1] * _STEP)
    bitrates[-1] = max(bitrates[-1], min(renditions[-1].max_bitrate_bps, MIN_RENDITION_BITRATE_BPS))
    for smaller, larger in pairwise(range(len(bitrates) - 1, -1, -1)):
        bitrates[larger] = max(bitrates[larger], bitrates[smaller] + 1)
    return tuple(
        replace(rendition, max_bitrate_bps=bitrate)
        for rendition, bitrate in zip(renditions, bitrates, strict=True)
    )


def _top_short_side(long_side: int, short_side: int, *, highest: int, limits: FrameLimits) -> int:
    """Return the shorter side of the largest picture of the source's shape that all limits allow."""
    widest = limits.long_side * short_side // long_side
    return even(min(short_side, highest, limits.short_side, widest))


def _long_side(rendition_short_side: int, long_side: int, short_side: int) -> int:
    exact = rendition_short_side * long_side / short_side
    nearest_even = 2 * round(exact / 2)
    return min(max(nearest_even, rendition_short_side), even(long_side))


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
