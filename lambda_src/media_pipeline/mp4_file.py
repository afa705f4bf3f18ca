"""Read what an MP4 file says of itself, its boxes' headers alone: some kilobytes of a file of any size.

Source: ISO/IEC 14496-12: MovieHeaderBox (8.2.2), HandlerBox (8.4.3).
"""

from dataclasses import dataclass

from media_pipeline.errors import UnreadableOutputError
from media_pipeline.mp4_boxes import Box, Read, Window, boxes


@dataclass(frozen=True, slots=True, kw_only=True)
class Mp4File:
    """Describe a film: the length of its longest track, and each track's kind (`vide`, `soun`)."""

    duration_seconds: float
    handlers: tuple[str, ...]


def read_mp4(size_bytes: int, read: Read) -> Mp4File:
    """Read a file of this size; `read` returns up to so many bytes (2) from an offset (1).

    Raises UnreadableOutputError where it is no MP4, or not a whole one.
    """
    window = Window(size_bytes, read)
    top = {box.kind: box for box in boxes(window, 0, size_bytes)}
    if b"moov" not in top:
        raise UnreadableOutputError("is no MP4 file: it has no moov box")
    duration_seconds: float | None = None
    handlers = []
    for box in boxes(window, top[b"moov"].start, top[b"moov"].end):
        if box.kind == b"mvhd":
            duration_seconds = _duration_seconds(window, box)
        elif box.kind == b"trak":
            handlers.append(_handler(window, box))
    if duration_seconds is None:
        raise UnreadableOutputError("does not tell its duration: it has no mvhd box")
    return Mp4File(duration_seconds=duration_seconds, handlers=tuple(handlers))


def _child(window: Window, box: Box, kind: bytes) -> Box:
    found = next((child for child in boxes(window, box.start, box.end) if child.kind == kind), None)
    if found is None:
        raise UnreadableOutputError(f"has a track without a {kind.decode()} box")
    return found


def _handler(window: Window, track: Box) -> str:
    handler = _child(window, _child(window, track, b"mdia"), b"hdlr")
    return window.get(handler.start + 8, 4).decode("latin-1")


def _duration_seconds(window: Window, header: Box) -> float:
    (version,) = window.unpack(">B", header.start)
    layout, unknown = (">QQIQ", 2**64 - 1) if version == 1 else (">IIII", 2**32 - 1)
    _, _, timescale, duration = window.unpack(layout, header.start + 4)
    if not timescale or duration == unknown:
        raise UnreadableOutputError("does not tell its duration")
    return duration / timescale
