"""Choose what presets make of a source's picture: rungs, frame rate, stills and the storyboard."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from media_pipeline.domain.source import (
    Source,
    SourceInfo,
    VideoTrack,
    video_of,
)
from media_pipeline.domain.values import dataclass
from media_pipeline.encoding.frame_size import (
    AVC_LIMITS,
    HEVC_LIMITS,
    FrameLimits,
    FrameSize,
    fitted,
)
from media_pipeline.encoding.ladder import Rendition, select_renditions, source_sized_rendition
from media_pipeline.encoding.presets import (
    CmafPreset,
    FilePreset,
    HdrLadder,
    HighFrameRates,
    StreamingPreset,
    ThumbnailsPreset,
    VideoPreset,
)

# No rate above 60 is delivered, in any group. Source: HTTP Live Streaming (HLS) authoring specification for
# Apple devices, "Video encoding requirements": "Frame rates above 60 fps SHALL NOT be used."
_COMMON_RATE, _HIGHEST_RATE = 30, 60
STANDARD_FRAME_RATES = (
    *(Fraction(24_000, 1001), Fraction(24), Fraction(25), Fraction(30_000, 1001), Fraction(30)),
    *(Fraction(48_000, 1001), Fraction(48), Fraction(50), Fraction(60_000, 1001), Fraction(60)),
    *(Fraction(100), Fraction(120_000, 1001), Fraction(120)),
)
# A rate that is measured from time stamps, which are rounded, and of a short clip, is off by so much.
_RATE_TOLERANCE = Fraction(1, 50)
# Of rates with two decimals, as 59.94 for 60000/1001.
_RATE_ROUNDING = Fraction(1, 4000)
# To look like its source an encode needs some more bits than it, and twice as many as a newer codec needed.
_LIMIT_SHARE, _NEWER_LIMIT_SHARE = Fraction(3, 2), 3
_NEWER_CODECS = frozenset({"AV1", "HEVC", "VP9"})
_MEASURABLE_MS = 1_000
# What HEVC needs of AVC's bitrate for a like picture; rounded from what encoders' makers claim, a half.
_HEVC_SHARE = Fraction(3, 5)
_POSTER_SHARE = 10
# Source: MediaConvert API, HlsImageBasedTrickPlaySettings: widths in steps of 8, even numbers of rows, a tile
# at most 4096 high
_STORYBOARD_STEP, _MAX_TILE_HEIGHT = 8, 4096
_TILE_COLUMNS, _TILE_ROWS = 5, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Storyboard:
    """Describe the pictures of a storyboard, in tiles of so many columns and rows."""

    interval_seconds: int
    width: int
    height: int
    columns: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stills:
    """Describe captures; they begin at 0, and `poster` is the number of the one that is the poster.

    The size is None where they take the source's own.
    """

    size: FrameSize | None
    interval_seconds: int
    captures: int
    poster: int


def renditions(source: Source, preset: VideoPreset) -> tuple[Rendition, ...]:
    """Return the preset's AVC renditions for a source with a picture, largest first."""
    video = video_of(source)
    if video is None:
        return (source_sized_rendition(preset.ladder),)
    chosen = _selected(video, preset, AVC_LIMITS)
    return chosen[: preset.max_renditions] if isinstance(preset, FilePreset) else chosen


def _selected(video: VideoTrack, preset: VideoPreset, limits: FrameLimits) -> tuple[Rendition, ...]:
    return select_renditions(
        width=video.display_width,
        height=video.display_height,
        rows=preset.ladder,
        bitrate_limit_bps=_bitrate_limit_bps(video),
        limits=limits,
    )


def hevc_renditions(source: Source, preset: CmafPreset) -> tuple[Rendition, ...]:
    """Return the renditions that keep a source's high dynamic range, if the preset asks for them."""
    video = video_of(source)
    if video is None or not video.is_hdr or preset.hdr_ladder != HdrLadder.HEVC:
        return ()
    return tuple(
        replace(rung, name=f"{rung.name}_hevc", max_bitrate_bps=int(rung.max_bitrate_bps * _HEVC_SHARE))
        for rung in _selected(video, preset, HEVC_LIMITS)
    )


def changed_frame_rate(video: VideoTrack | None, policy: str) -> Fraction | None:
    """Return the frame rate that outputs get, None where they keep the source's.

    A rate counts as the standard one that it is up to 2 % above: 60.06 is 60 and 30.02 is 30, which is also
    what MediaConvert's price depends on. No rate is raised but by the rounding of its decimals. What varies
    keeps its rate where that is allowed.
    """
    rate = video.frame_rate if video else None
    if video is None or rate is None:
        return None
    highest = _COMMON_RATE if policy == HighFrameRates.HALVE else _HIGHEST_RATE
    if video.has_variable_frame_rate and rate <= highest:
        return None
    changed = _standard(rate)
    while changed > highest:
        changed = _standard(changed / 2)
    return changed if changed != rate else None


def _standard(rate: Fraction) -> Fraction:
    """Return the standard rate nearest to a rate that is it or a little above, else the rate itself."""
    near = [
        standard
        for standard in STANDARD_FRAME_RATES
        if -_RATE_ROUNDING <= rate / standard - 1 <= _RATE_TOLERANCE
    ]
    return min(near, key=lambda standard: abs(standard - rate), default=rate)


def stills(source: Source, preset: ThumbnailsPreset) -> Stills:
    """Return the stills of a source: one output of captures, of which one is the poster.

    The poster is the still nearest to a tenth of the film, since films begin black; in the shortest, and
    where nothing is known of the film, it is the first.
    """
    duration_ms = _picture_ms(source)
    tenth_seconds = max(1, duration_ms // (1000 * _POSTER_SHARE))
    captures, interval_seconds, poster = preset.max_captures, preset.interval_seconds, 0
    if duration_ms >= 2 * _MEASURABLE_MS:
        captures = max(2, captures)
        spread_seconds = -(-duration_ms // (captures * 1000))
        interval_seconds = max(spread_seconds, min(interval_seconds, tenth_seconds))
        poster = max(1, round(Fraction(tenth_seconds, interval_seconds)))
    return Stills(
        size=_still_size(video_of(source), preset.width),
        interval_seconds=interval_seconds,
        captures=captures,
        poster=poster,
    )


def _picture_ms(source: Source) -> int:
    """Return how long a source's picture is, 0 where that is unknown: sound may go on after its end."""
    if not isinstance(source, SourceInfo):
        return 0
    picture_ms = source.video.duration_ms if source.video else 0
    return min(picture_ms, source.duration_ms) if picture_ms and source.duration_ms else source.duration_ms


def storyboard(source: Source, preset: StreamingPreset) -> Storyboard | None:
    """Return what a storyboard is made of; None where the preset wants none or the source isn't known."""
    video = video_of(source)
    if video is None or not preset.storyboard_interval_seconds:
        return None
    width, height = video.display_width, video.display_height
    scale = min(Fraction(1), Fraction(preset.storyboard_width, max(width, height)))
    fitted_width = max(_STORYBOARD_STEP, int(width * scale) // _STORYBOARD_STEP * _STORYBOARD_STEP)
    fitted_height = max(2, round(Fraction(fitted_width * height, width)) // 2 * 2)
    rows = min(_TILE_ROWS, _MAX_TILE_HEIGHT // fitted_height) // 2 * 2
    if not rows:
        return None
    return Storyboard(
        interval_seconds=preset.storyboard_interval_seconds,
        width=fitted_width,
        height=fitted_height,
        columns=_TILE_COLUMNS,
        rows=rows,
    )


def _still_size(video: VideoTrack | None, max_width: int) -> FrameSize | None:
    if video is None:
        return None
    return fitted(width=video.display_width, height=video.display_height, max_width=max_width)


def _bitrate_limit_bps(video: VideoTrack) -> int | None:
    """Return what the source's picture is worth in AVC; None where its bitrate isn't known."""
    if not video.bitrate_bps or video.duration_ms < _MEASURABLE_MS:
        return None
    share = _NEWER_LIMIT_SHARE if video.codec in _NEWER_CODECS else _LIMIT_SHARE
    return int(video.bitrate_bps * share)


def sizes(rungs: Sequence[Rendition]) -> tuple[tuple[int, int], ...]:
    """Return the frames of rungs, none where one is unknown."""
    known = [(rung.size.width, rung.size.height) for rung in rungs if rung.size]
    return tuple(known) if len(known) == len(rungs) else ()
