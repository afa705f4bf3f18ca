"""Read what an MP4 file says of itself, its boxes' headers alone: some kilobytes of a file of any size.

Source: ISO/IEC 14496-12: MovieHeaderBox (8.2.2), HandlerBox (8.4.3), EditListBox (8.6.6).
"""

import struct

from media_pipeline.domain.errors import UnreadableOutputError
from media_pipeline.domain.values import dataclass
from media_pipeline.manifests.mp4_boxes import (
    MAX_BOXES,
    Box,
    Read,
    Window,
    boxes,
)

_EMPTY_EDIT = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Mp4File:
    """Describe a film: its length from the start of its first track, and each track's kind (`vide`, ...)."""

    duration_seconds: float
    handlers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Header:
    """Hold a film's clock, in ticks a second, and its end in those ticks."""

    timescale: int
    duration: int


def read_mp4(size_bytes: int, read: Read) -> Mp4File:
    """Read a file of this size; `read` returns up to so many bytes (2) from an offset (1).

    Raises UnreadableOutputError where it is no MP4, or not a whole one.
    """
    window = Window(size_bytes, read)
    top = {box.kind: box for box in boxes(window, 0, size_bytes)}
    if b"moov" not in top:
        raise UnreadableOutputError("is no MP4 file: it has no moov box")
    header: _Header | None = None
    handlers, starts = [], []
    for box in boxes(window, top[b"moov"].start, top[b"moov"].end):
        if box.kind == b"mvhd":
            header = _header(window, box)
        elif box.kind == b"trak":
            handlers.append(_handler(window, box))
            starts.append(_start(window, box))
    if header is None:
        raise UnreadableOutputError("does not tell its duration: it has no mvhd box")
    shown = header.duration - min(starts, default=0)
    return Mp4File(duration_seconds=max(0, shown) / header.timescale, handlers=tuple(handlers))


def _child(window: Window, box: Box, kind: bytes) -> Box:
    found = next((child for child in boxes(window, box.start, box.end) if child.kind == kind), None)
    if found is None:
        raise UnreadableOutputError(f"has a track without a {kind.decode()} box")
    return found


def _handler(window: Window, track: Box) -> str:
    handler = _child(window, _child(window, track, b"mdia"), b"hdlr")
    return window.get(handler.start + 8, 4).decode("latin-1")


def _header(window: Window, header: Box) -> _Header:
    (version,) = window.unpack(">B", header.start)
    layout, unknown = (">QQIQ", 2**64 - 1) if version == 1 else (">IIII", 2**32 - 1)
    _, _, timescale, duration = window.unpack(layout, header.start + 4)
    if not timescale or duration == unknown:
        raise UnreadableOutputError("does not tell its duration")
    return _Header(timescale=timescale, duration=duration)


def _start(window: Window, track: Box) -> int:
    """Return for how long nothing is shown before a track begins: its edit list begins with empty edits."""
    edits = next((child for child in boxes(window, track.start, track.end) if child.kind == b"edts"), None)
    listed = boxes(window, edits.start, edits.end) if edits is not None else iter(())
    box = next((child for child in listed if child.kind == b"elst"), None)
    if box is None:
        return 0
    version, count = window.unpack(">B3xI", box.start)
    layout = ">Qqi" if version == 1 else ">Iii"
    at, start = box.start + 8, 0
    for _ in range(min(count, MAX_BOXES)):
        duration, media_time, _ = window.unpack(layout, at)
        if media_time != _EMPTY_EDIT:
            break
        start, at = start + duration, at + struct.calcsize(layout)
    return start
