"""Build the filters through which the picture of a source becomes that of each output."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from sandbox.mediaconvert.planning.color import (
    ColorPath,
    color_filters,
    declared,
    jpeg_filters,
    yuv_filters,
)
from sandbox.mediaconvert.planning.encodes import FrameCapture, VideoEncode
from sandbox.mediaconvert.planning.scaling import Placement
from sandbox.mediaconvert.planning.trick_play import TiledThumbnails
from sandbox.mediaconvert.probing.source import VideoTrack

DEINTERLACE = "bwdif=mode=send_frame:deint=interlaced"
TURNS = {90: ("transpose=clock",), 180: ("hflip", "vflip"), 270: ("transpose=cclock",)}


def video_filters(
    track: VideoTrack,
    rotation: int,
    videos: Sequence[VideoEncode],
    captures: Sequence[FrameCapture],
    thumbnails: Sequence[TiledThumbnails],
) -> Iterator[str]:
    """Yield the chains of a graph; its outputs are ``v0``..., ``c0``... and ``t0``..., in the order given."""
    branches: list[VideoEncode | FrameCapture | TiledThumbnails] = [*videos, *captures, *thumbnails]
    upright = [*TURNS.get(rotation, ()), "sidedata=mode=delete:type=DISPLAYMATRIX", *yuv_filters(track)]
    sized = [*_of_one_size(track)]
    for steps, is_deinterlaced in (([*sized, DEINTERLACE, *upright], True), ([*sized, *upright], False)):
        fed = [number for number, branch in enumerate(branches) if branch.is_deinterlaced == is_deinterlaced]
        if fed:
            labels = "".join(f"[s{number}]" for number in fed)
            yield f"[0:{track.index}]{','.join(steps)},split={len(fed)}{labels}"
    inputs = iter(range(len(branches)))
    for number, video in enumerate(videos):
        steps = [*_timed(track, video.frame_rate), *_placed(video.placement, video.color)]
        steps.append(f"format={video.pixel_format}")
        yield f"[s{next(inputs)}]{','.join([*steps, declared(video.color)])}[v{number}]"
    for number, capture in enumerate(captures):
        frames = _every_seconds(capture.interval_seconds, capture.frame_rate)
        steps = [*_timed(track, capture.frame_rate), frames, *_placed(capture.placement, capture.color)]
        yield f"[s{next(inputs)}]{','.join([*steps, *jpeg_filters(capture.color)])}[c{number}]"
    for number, tiled in enumerate(thumbnails):
        frames = rf"select='not(mod(n\,{tiled.interval_frames}))'"
        steps = [*_timed(track, tiled.frame_rate), frames, *_placed(tiled.placement, tiled.color)]
        steps += [*jpeg_filters(tiled.color), f"tile={tiled.columns}x{tiled.rows}:color=black"]
        yield f"[s{next(inputs)}]{','.join(steps)}[t{number}]"


def _of_one_size(track: VideoTrack) -> Iterator[str]:
    """Yield filters that bring a picture whose size changes on the way to the size of the first one.

    It keeps its shape, in black bars where need be. Those need even sizes, as 4:2:0 video has.
    """
    size = f"{track.width}:{track.height}"
    if track.width % 2 or track.height % 2:
        yield f"scale={size}"
    else:
        yield f"scale={size}:force_original_aspect_ratio=decrease"
        yield f"pad={size}:-1:-1:eval=frame"


def _timed(track: VideoTrack, rate: Fraction) -> Iterator[str]:
    """Yield filters that make frames of a constant rate from time 0 on.

    Where the rate is the source's or higher, a picture whose frame is taken goes into the next one instead of
    being dropped, as ``Times.slots`` counts.
    """
    if rate >= track.frame_rate:
        yield f"settb={rate.denominator}/{rate.numerator}"
        yield r"setpts='if(isnan(PREV_OUTPTS)\,PTS\,min(max(PTS\,PREV_OUTPTS+1)\,PTS+1))'"
    yield f"fps={rate.numerator}/{rate.denominator}:start_time=0"


def _placed(placement: Placement, color: ColorPath) -> Iterator[str]:
    """Yield filters that put the picture in its frame."""
    scaled, frame, area, crop = placement.scaled, placement.frame, placement.area, placement.crop
    if crop is not None:
        yield f"crop={crop.width}:{crop.height}:{crop.left}:{crop.top}:exact=1"
    yield f"scale={scaled.width}:{scaled.height}:out_range=tv"
    yield from color_filters(color)
    width, height = (area.width, area.height) if area else (frame.width, frame.height)
    left, top = (area.left, area.top) if area else (0, 0)
    seen_width, seen_height = min(scaled.width, width), min(scaled.height, height)
    if (seen_width, seen_height) != (scaled.width, scaled.height):
        yield f"crop={seen_width}:{seen_height}"
    if (seen_width, seen_height) != (frame.width, frame.height):
        left += (width - seen_width) // 4 * 2
        top += (height - seen_height) // 4 * 2
        yield f"pad={frame.width}:{frame.height}:{left}:{top}"
    yield "setsar=1"


def _every_seconds(interval: Fraction, rate: Fraction) -> str:
    """Select the frame nearest to each multiple of an interval."""
    seconds, slack = float(interval), float(1 / rate / 2)

    def count(time: str) -> str:
        return f"floor(({time}+{slack:.6f})/{seconds:.6f})"

    return f"select='isnan(prev_selected_t)+gt({count('t')},{count('prev_selected_t')})'"
