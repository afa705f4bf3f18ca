"""Turn the tiled pictures that a job made for seeking into a storyboard: WebVTT whose cues are pictures.

Source: image media playlists, v0.4 (EXT-X-IMAGE-STREAM-INF, EXT-X-TILES), which MediaConvert writes; and
https://www.w3.org/TR/media-frags/ for `#xywh`. A sheet holds `LAYOUT` pictures in rows, each for `DURATION`
seconds; where the sheet's own duration ends, the rest of it is empty.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from typing import Any

from media_pipeline.domain.errors import UnreadableOutputError
from media_pipeline.domain.values import dataclass
from media_pipeline.manifests.hls import IMAGES, parsed_playlist
from media_pipeline.manifests.uris import (
    location,
    object_key,
    relative_reference,
    resolved,
)

# A day of pictures a second: no player takes more.
MAX_PICTURES = 100_000
# Of pixels, tiles and seconds: a sheet has far fewer of each. WebVTT has no words for times far beyond it.
_MAX_NUMBER = 1_000_000
# Durations are rounded in playlists; less than this is no picture of its own.
_ROUNDING_SECONDS = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Describe one tiled picture: its key, a tile's size, and the time that tile and sheet are for."""

    key: str
    width: int
    height: int
    columns: int
    rows: int
    tile_seconds: float
    seconds: float


def image_playlist_key(key: str, master: str) -> str | None:
    """Return the key of the image playlist that a master playlist names first, None without one.

    Raises UnreadableOutputError where what it says of images can't be read.
    """
    images = [line for line in master.splitlines() if line.startswith(IMAGES)]
    if not images:
        return None
    playlist = parsed_playlist("\n".join(["#EXTM3U", *images]))
    named = [entry.uri for entry in playlist.image_playlists if entry.uri]
    if not named:
        raise UnreadableOutputError("names images without a playlist")
    return object_key(resolved(location(key), named[0]))


def read_image_playlist(key: str, text: str) -> tuple[Sheet, ...]:
    """Read the image playlist that lies at `key`.

    Raises UnreadableOutputError where it is none.
    """
    playlist = parsed_playlist(text)
    segments: Sequence[Any] = playlist.segments
    # The package reads tiles, but its playlist has no name for them.
    tiles: Sequence[Mapping[str, Any]] = playlist.data["tiles"]
    if not playlist.is_images_only or not segments or not tiles:
        raise UnreadableOutputError("is no image playlist with tiles")
    if len(tiles) not in (1, len(segments)):
        raise UnreadableOutputError(f"describes {len(tiles)} sheets, but names {len(segments)}")
    described = list(tiles) * (len(segments) if len(tiles) == 1 else 1)
    return tuple(
        _tiled(object_key(resolved(location(key), segment.uri)), tile, segment.duration)
        for segment, tile in zip(segments, described, strict=True)
    )


def storyboard(key: str, sheets: Sequence[Sheet], *, duration_ms: int) -> str:
    """Return the WebVTT that lies at `key`; its last picture stands until the video's end (0: unknown)."""
    end_seconds = duration_ms / 1000 if duration_ms else sum(sheet.seconds for sheet in sheets)
    pictures = [(begins, picture) for begins, picture in _pictures(key, sheets) if begins < end_seconds]
    cues = ["WEBVTT"]
    for (begins, picture), ends in zip(
        pictures, [*(begins for begins, _ in pictures[1:]), end_seconds], strict=True
    ):
        cues.append(f"{_time(begins)} --> {_time(ends)}\n{picture}")
    return "\n\n".join(cues) + "\n"


def _pictures(key: str, sheets: Sequence[Sheet]) -> Iterator[tuple[float, str]]:
    """Yield when each picture begins, and where it is."""
    begins, count = 0.0, 0
    for sheet in sheets:
        reference = relative_reference(key, sheet.key)
        held = ceil((sheet.seconds - _ROUNDING_SECONDS) / sheet.tile_seconds)
        for number in range(max(1, min(held, sheet.columns * sheet.rows))):
            row, column = divmod(number, sheet.columns)
            count += 1
            if count > MAX_PICTURES:
                raise UnreadableOutputError(f"has more than {MAX_PICTURES:,} pictures")
            place = f"{column * sheet.width},{row * sheet.height},{sheet.width},{sheet.height}"
            yield begins + number * sheet.tile_seconds, f"{reference}#xywh={place}"
        begins += sheet.seconds


def checked_sheet(
    key: str, *, size: tuple[int, int], layout: tuple[int, int], tile_seconds: float, seconds: float
) -> Sheet:
    """Return a sheet of tiles of a size, in so many columns and rows.

    Raises UnreadableOutputError where one of the numbers can't be right.
    """
    if not all(0 < number < _MAX_NUMBER for number in (*size, *layout, tile_seconds, seconds)):
        raise UnreadableOutputError("has images with a number that is not above zero, or beyond measure")
    return Sheet(
        key=key,
        width=size[0],
        height=size[1],
        columns=layout[0],
        rows=layout[1],
        tile_seconds=tile_seconds,
        seconds=seconds,
    )


def _tiled(key: str, tile: Mapping[str, Any], seconds: float | None) -> Sheet:
    try:
        width, height = (int(text) for text in str(tile["resolution"]).split("x"))
        columns, rows = (int(text) for text in str(tile["layout"]).split("x"))
        tile_seconds = float(tile["duration"])
    except (LookupError, TypeError, ValueError) as error:
        raise UnreadableOutputError(f"has an EXT-X-TILES that can't be read ({error})") from error
    return checked_sheet(
        key,
        size=(width, height),
        layout=(columns, rows),
        tile_seconds=tile_seconds,
        seconds=seconds or 0,
    )


def _time(seconds: float) -> str:
    from webvtt.models import Timestamp

    return str(Timestamp.from_seconds(round(seconds, 3)))
