"""Walk through the boxes of an MP4 file without reading what is in them.

Source: ISO/IEC 14496-12, 4.2.
"""

import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple

from media_pipeline.domain.errors import UnreadableOutputError

# A read of a store costs the same for 16 bytes and for these.
WINDOW_BYTES = 64 * 1024
MAX_BOXES = 1000  # per level: films have fewer than ten
_EXTENDED_SIZE, _TO_THE_END = 1, 0

Read = Callable[[int, int], bytes]


class Box(NamedTuple):
    """Describe a box: its kind, and where its content starts and ends in the file."""

    kind: bytes
    start: int
    end: int


class Window:
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


def boxes(window: Window, start: int, end: int) -> Iterator[Box]:
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
        yield Box(kind, at + header, at + size)
        at += size
    raise UnreadableOutputError(f"is no MP4 file: it has more than {MAX_BOXES} boxes side by side")
