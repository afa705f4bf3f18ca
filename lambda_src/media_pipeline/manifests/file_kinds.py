"""Tell kinds of files that no transcoder can process and whose job errors don't say so.

MediaConvert's guide has no error code for encrypted sources; what they end in reads like damage. Only headers
are read: some kilobytes of a file of any size.
"""

from collections.abc import Iterator
from enum import StrEnum

from media_pipeline.domain.errors import UnreadableOutputError
from media_pipeline.manifests.mp4_boxes import (
    WINDOW_BYTES,
    Box,
    Read,
    Window,
    boxes,
)

_PLAYLIST_HEAD_BYTES = 1024
# Source: RFC 8216, 4.3.1.1; ISO/IEC 23009-1, 5.3.1; [MS-SSTR], 2.2.2
_HLS_TAG = b"#EXTM3U"
_MANIFEST_ROOTS = (b"<MPD", b"<SmoothStreamingMedia")
# Source: ISO/IEC 14496-12, 8.12 (encv, enca, enct, encs); FairPlay has drms and drmi.
_PROTECTED_ENTRIES = frozenset({b"encv", b"enca", b"enct", b"encs", b"drms", b"drmi"})
_SAMPLE_DESCRIPTION = (b"mdia", b"minf", b"stbl", b"stsd")
_STSD_HEADER_BYTES = 8
_MP4_STARTS = (b"ftyp", b"styp", b"moov", b"mdat", b"wide", b"free", b"skip")
# Source: ISO/IEC 13818-1, 2.4.3.2: sync byte, PID, transport_scrambling_control
_PACKET_BYTES, _SYNC_BYTE, _NULL_PID, _SCRAMBLED = 188, 0x47, 0x1FFF, 0xC0
# A flipped bit is no encryption.
_SCRAMBLED_SHARE = 0.1
# ContentEncAlgo AES. Source: RFC 9559, 5.1.4.1.31.9
_MATROSKA_START, _MATROSKA_AES = bytes.fromhex("1a45dfa3"), bytes.fromhex("47e18105")
# Source: Advanced Systems Format Specification 1.20.03, 10: header, content encryption, extended content
# encryption
_ASF_START = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_PROTECTED = (
    bytes.fromhex("fbb3112223bdd211b4b700a0c955fc6e"),
    bytes.fromhex("14e68a292226174cb935dae07ee9289c"),
)


class FileKind(StrEnum):
    """Name what a file turns out to be."""

    ENCRYPTED = "encrypted"
    PLAYLIST = "playlist"


def kind_of(size_bytes: int, read: Read) -> FileKind | None:
    """Return what a file of this size turns out to be; None for any other.

    `read` returns up to so many bytes (2) from an offset (1); nothing where the file is gone.
    """
    head = read(0, min(WINDOW_BYTES, size_bytes))
    if _is_playlist(head[:_PLAYLIST_HEAD_BYTES]):
        return FileKind.PLAYLIST
    return FileKind.ENCRYPTED if _is_encrypted(head, size_bytes, read) else None


def _is_playlist(head: bytes) -> bool:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return text.startswith(_HLS_TAG) or (
        text.startswith(b"<") and any(root in text for root in _MANIFEST_ROOTS)
    )


def _is_encrypted(head: bytes, size_bytes: int, read: Read) -> bool:
    if head.startswith(_MATROSKA_START):
        return _MATROSKA_AES in head
    if head.startswith(_ASF_START):
        return any(mark in head for mark in _ASF_PROTECTED)
    if head[4:8] in _MP4_STARTS:
        return any(kind in _PROTECTED_ENTRIES for kind in _sample_entries(size_bytes, read))
    return _is_scrambled(head)


def _sample_entries(size_bytes: int, read: Read) -> Iterator[bytes]:
    """Yield the kinds of an MP4's sample entries; of a damaged one, those before the damage."""
    window = Window(size_bytes, read)
    try:
        movie = next((box for box in boxes(window, 0, size_bytes) if box.kind == b"moov"), None)
        for track in boxes(window, movie.start, movie.end) if movie else ():
            if track.kind == b"trak":
                yield from _entries_of(window, track)
    except UnreadableOutputError:
        return


def _entries_of(window: Window, track: Box) -> Iterator[bytes]:
    inner = track
    for wanted in _SAMPLE_DESCRIPTION:
        found = next((box for box in boxes(window, inner.start, inner.end) if box.kind == wanted), None)
        if found is None:
            return
        inner = found
    yield from (entry.kind for entry in boxes(window, inner.start + _STSD_HEADER_BYTES, inner.end))


def _is_scrambled(head: bytes) -> bool:
    if len(head) < 2 * _PACKET_BYTES or not head[0] == head[_PACKET_BYTES] == _SYNC_BYTE:
        return False
    scrambled = counted = 0
    for at in range(0, len(head) - 3, _PACKET_BYTES):
        pid = int.from_bytes(head[at + 1 : at + 3]) & _NULL_PID
        if head[at] == _SYNC_BYTE and pid != _NULL_PID:
            counted += 1
            scrambled += bool(head[at + 3] & _SCRAMBLED)
    return counted > 0 and scrambled >= counted * _SCRAMBLED_SHARE
