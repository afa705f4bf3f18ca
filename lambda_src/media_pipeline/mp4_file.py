"""Read what an MP4 file says of itself, its boxes' headers alone: some kilobytes of a file of any size.

Source: ISO/IEC 14496-12: boxes (4.2), MovieHeaderBox (8.2.2), HandlerBox (8.4.3).
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from media_pipeline.errors import UnreadableOutputError

# A read of a store costs the same for 16 bytes and for these.
WINDOW_BYTES = 64 * 1024
MAX_BOXES = 1000  # per level: films have fewer than ten
_EXTENDED_SIZE, _TO_THE_END = 1, 0

Read = Callable[[int, int], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mp4File:
    """Describe a film: the length of its longest track, and each track's kind (`vide`, `soun`)."""

    duration_seconds: float
    handlers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Box:
    kind: bytes
    start: int
    end: int


def read_mp4(size_bytes: int, read: Read) -> Mp4File:
    """Read a file of this size; `read` returns up to so many bytes (2) from an offset (1).

    Raises UnreadableOutputError where it is no MP4, or not a whole one.
    """
    window = _Window(size_bytes, read)
    top = {box.kind: box for box in _boxes(window, 0, size_bytes)}
    if b"moov" not in top:
        raise UnreadableOutputError("is no MP4 file: it has no moov box")
    duration_seconds: float | None = None
    handlers = []
    for box in _boxes(window, top[b"moov"].start, top[b"moov"].end):
        if box.kind == b"mvhd":
            duration_seconds = _duration_seconds(window, box)
        elif box.kind == b"trak":
            handlers.append(_handler(window, box))
    if duration_seconds is None:
        raise UnreadableOutputError("does not tell its duration: it has no mvhd box")
    return Mp4File(duration_seconds=duration_seconds, handlers=tuple(handlers))


class _Window:
    """Hold the piece of the file that was read last."""

    def __init__(self, size_bytes: int, read: Read) -> None:
        self._size_bytes = size_bytes
        self._read = read
        self._start = 0
        self._bytes = b""

    def unpack(self, layout: str, offset: int) -> tuple[int, ...]:
        """Return the numbers at an offset."""
        return struct.unpack(layout, self.get(offset, struct.calcsize(layout)))

    def get(self, offset: int, length: int) -> bytes:
        """Return bytes of the file."""
        if not self._start <= offset <= offset + length <= self._start + len(self._bytes):
            self._bytes = self._read(offset, max(0, min(WINDOW_BYTES, self._size_bytes - offset)))
            self._start = offset
        found = self._bytes[offset - self._start : offset - self._start + length]
        if len(found) < length:
            raise UnreadableOutputError("is cut off within its header")
        return found


def _boxes(window: _Window, start: int, end: int) -> Iterator[_Box]:
    """Yield the boxes that fill the file from start to end."""
    at = start
    for _ in range(MAX_BOXES):
        if at == end:
            return
        (size,), kind, header = window.unpack(">I", at), window.get(at + 4, 4), 8
        if size == _EXTENDED_SIZE:
            (size,), header = window.unpack(">Q", at + 8), 16
        elif size == _TO_THE_END:
            size = end - at
        if size < header:
            raise UnreadableOutputError(f"is no MP4 file: it has a box of {size} bytes")
        if at + size > end:
            raise UnreadableOutputError(
                f"is cut off: its box {kind.decode('latin-1')} ends {at + size - end} bytes after it"
            )
        yield _Box(kind, at + header, at + size)
        at += size
    raise UnreadableOutputError(f"is no MP4 file: it has more than {MAX_BOXES} boxes side by side")


def _child(window: _Window, box: _Box, kind: bytes) -> _Box:
    found = next((child for child in _boxes(window, box.start, box.end) if child.kind == kind), None)
    if found is None:
        raise UnreadableOutputError(f"has a track without a {kind.decode()} box")
    return found


def _handler(window: _Window, track: _Box) -> str:
    handler = _child(window, _child(window, track, b"mdia"), b"hdlr")
    return window.get(handler.start + 8, 4).decode("latin-1")


def _duration_seconds(window: _Window, header: _Box) -> float:
    (version,) = window.unpack(">B", header.start)
    layout, unknown = (">QQIQ", 2**64 - 1) if version == 1 else (">IIII", 2**32 - 1)
    _, _, timescale, duration = window.unpack(layout, header.start + 4)
    if not timescale or duration == unknown:
        raise UnreadableOutputError("does not tell its duration")
    return duration / timescale
