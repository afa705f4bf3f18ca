"""Check pictures in tiles: what an HLS image playlist and a DASH image AdaptationSet share."""

from dataclasses import dataclass
from pathlib import Path

import av

JPEG_CODEC = "mjpeg"


@dataclass(frozen=True, slots=True)
class Tile:
    """Describe what a manifest says of one file of tiled pictures.

    Attributes:
        size: Of one picture in it.
        layout: Columns and rows.
        seconds: Time that the whole file covers.
    """

    path: Path
    size: tuple[int, int]
    layout: tuple[int, int]
    seconds: float


def tile_errors(tile: Tile) -> list[str]:
    """Return what is wrong with a tile's file."""
    name = tile.path.name
    if not tile.path.is_file():
        return [f"{name}: the tile does not exist"]
    try:
        with av.open(str(tile.path), "r") as container:
            codec = container.streams.video[0].codec_context.name
            frame = next(container.decode(video=0))
    except (av.error.FFmpegError, IndexError, StopIteration) as error:
        return [f"{name}: it can't be decoded ({error})"]
    errors = [] if codec == JPEG_CODEC else [f"{name}: it is {codec}, not JPEG"]
    wanted = tile.size[0] * tile.layout[0], tile.size[1] * tile.layout[1]
    if (frame.width, frame.height) != wanted:
        errors.append(
            f"{name}: it has {frame.width}x{frame.height} pixels, its tiles {wanted[0]}x{wanted[1]}"
        )
    return errors
