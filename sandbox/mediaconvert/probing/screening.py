"""Detect what a demuxer doesn't show: that a file is a manifest, is protected, or has no index.

Only headers are read, some kilobytes of a file of any size; every loop is bounded.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

HEAD_BYTES = 65_536
# Source: RFC 8216, 4.3.1.1; ISO/IEC 23009-1, 5.2; [MS-SSTR], 2.2.2
HLS_MARK = b"#EXTM3U"
MANIFEST_ROOTS = (b"<MPD", b"<SmoothStreamingMedia")
# Source: ISO/IEC 23001-7, 4.2 and 6; QuickTime File Format, protected sample entries of FairPlay.
PROTECTED_ENTRIES = frozenset({b"encv", b"enca", b"enct", b"encs", b"drms", b"drmi"})
MAX_BOXES = 10_000
SAMPLE_DESCRIPTION = (b"mdia", b"minf", b"stbl", b"stsd")
STSD_HEADER_BYTES = 8
# Source: ISO/IEC 13818-1, 2.4.3.2
PACKET_BYTES, SYNC_BYTE, NULL_PID = 188, 0x47, 0x1FFF
SCREENED_PACKETS = 2_000
# A flipped bit is no encryption.
PROTECTED_SHARE = 0.1
# ContentEncAlgo within ContentEncryption, AES. Source: RFC 9559, 5.1.4.1.31.9
MATROSKA_AES = bytes.fromhex("47e18105")
MATROSKA_HEAD = bytes.fromhex("1a45dfa3")
# Source: Advanced Systems Format Specification 1.20, 10.2: the header object, and those of protection in it.
ASF_HEAD = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
ASF_PROTECTED = (
    bytes.fromhex("fbb3112223bdd211b4b700a0c955fc6e"),
    bytes.fromhex("14e68a292226174cb935dae07ee9289c"),
)

Box = tuple[bytes, int, int]


def is_manifest(path: Path) -> bool:
    """Return whether a file is a manifest of HLS, DASH or Smooth Streaming."""
    with path.open("rb") as file:
        head = file.read(1024).removeprefix(b"\xef\xbb\xbf").lstrip()
    return head.startswith(HLS_MARK) or (
        head.startswith(b"<") and any(root in head for root in MANIFEST_ROOTS)
    )


def protection(path: Path) -> str | None:
    """Name what a file is protected with, such as ``encv``; None for one that isn't protected."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        if head.startswith(MATROSKA_HEAD):
            return "ContentEncryption" if MATROSKA_AES in head else None
        if head.startswith(ASF_HEAD):
            return "Content Encryption" if any(mark in head for mark in ASF_PROTECTED) else None
        if _is_mp4(head):
            return next((kind.decode() for kind in _entries(file) if kind in PROTECTED_ENTRIES), None)
        if _has_packets(head):
            file.seek(0)
            return _scrambling(file.read(SCREENED_PACKETS * PACKET_BYTES))
    return None


def lacks_index(path: Path) -> bool:
    """Return whether a file begins as an MP4 and has no index."""
    with path.open("rb") as file:
        if not _is_mp4(file.read(HEAD_BYTES)):
            return False
        return not any(kind in (b"moov", b"moof") for kind, _, _ in _boxes(file, 0, path.stat().st_size))


def _is_mp4(head: bytes) -> bool:
    return head[4:8] in (b"ftyp", b"styp", b"moov", b"mdat", b"wide", b"free", b"skip")


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[Box]:
    """Yield kind, start of the content and end of each box. Source: ISO/IEC 14496-12, 4.2."""
    at = start
    for _ in range(MAX_BOXES):
        file.seek(at)
        header = file.read(16)
        if at + 8 > end or len(header) < 8:
            return
        size, kind = struct.unpack_from(">I4s", header)
        content = at + 8
        if size == 1 and len(header) == 16:
            (size,) = struct.unpack_from(">Q", header, 8)
            content = at + 16
        elif size == 0:
            size = end - at
        if size < content - at:
            return
        yield kind, content, min(at + size, end)
        at += size


def _entries(file: BinaryIO) -> Iterator[bytes]:
    """Yield the kinds of an MP4's sample entries. Source: ISO/IEC 14496-12, 8.5.2."""
    level: list[Box] = [(b"", 0, file.seek(0, 2))]
    for wanted in (b"moov", b"trak", *SAMPLE_DESCRIPTION):
        level = [box for _, start, end in level for box in _boxes(file, start, end) if box[0] == wanted]
    for _, start, end in level:
        yield from (kind for kind, _, _ in _boxes(file, start + STSD_HEADER_BYTES, end))


def _has_packets(head: bytes) -> bool:
    return len(head) >= 2 * PACKET_BYTES and head[0] == head[PACKET_BYTES] == SYNC_BYTE


def _scrambling(packets: bytes) -> str | None:
    scrambled = counted = 0
    for at in range(0, len(packets) - 3, PACKET_BYTES):
        pid = int.from_bytes(packets[at + 1 : at + 3]) & NULL_PID
        if packets[at] == SYNC_BYTE and pid != NULL_PID:
            counted += 1
            scrambled += bool(packets[at + 3] & 0xC0)
    return "transport scrambling" if counted and scrambled >= counted * PROTECTED_SHARE else None
