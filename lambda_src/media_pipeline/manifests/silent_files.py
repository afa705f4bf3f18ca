"""Tell, by their first bytes, files without sound among the kinds that Probe knows nothing of.

A job that asks for the sound of a file without any fails (1021), so it must be known beforehand.
"""

HEAD_BYTES = 64 * 1024

_GIF = (b"GIF87a", b"GIF89a")
# Source: ISO/IEC 13818-2, 6.2.2.1: sequence header
_MPEG_VIDEO = b"\0\0\1\xb3"
# First units of streams of H.264 (SEI, sequence parameters, delimiter) and of H.265 (video and sequence
# parameters, delimiter). Source: ISO/IEC 14496-10, table 7-1 and annex B; ISO/IEC 23008-2, table 7-1
_START_CODES = (b"\0\0\0\1", b"\0\0\1")
_FIRST_UNITS = frozenset({0x06, 0x07, 0x27, 0x47, 0x67, 0x09, 0x40, 0x42, 0x46})
# MediaConvert reads the picture of a DV stream alone. Source: MediaConvert User Guide, "Supported containers
# and codecs reference tables", no container; SMPTE ST 314, header block
_DV = b"\x1f\x07\0"
# Source: Adobe Flash Video File Format Specification 10.1, E.2 to E.4
_FLV, _FLV_HEADER_BYTES, _FLV_TAG_BYTES, _FLV_AUDIO_FLAG, _FLV_AUDIO = b"FLV", 9, 11, 0x04, 8


def is_silent(head: bytes) -> bool:
    """Tell whether a file that begins so has no sound; False where that can't be told."""
    if head.startswith((*_GIF, _MPEG_VIDEO, _DV)):
        return True
    for code in _START_CODES:
        if head.startswith(code):
            return len(head) > len(code) and head[len(code)] in _FIRST_UNITS
    return head.startswith(_FLV) and _is_silent_flash(head)


def _is_silent_flash(head: bytes) -> bool:
    """Believe the header's flag only where none of the first tags holds sound: many muxers leave it out."""
    if len(head) < _FLV_HEADER_BYTES or head[4] & _FLV_AUDIO_FLAG:
        return False
    at = int.from_bytes(head[5:9]) + 4
    while at + _FLV_TAG_BYTES <= len(head):
        if head[at] & 0x1F == _FLV_AUDIO:
            return False
        at += _FLV_TAG_BYTES + int.from_bytes(head[at + 1 : at + 4]) + 4
    return True
