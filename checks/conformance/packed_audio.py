"""Read packed audio: AAC frames behind an ID3 tag that tells when the first one is heard.

Source: RFC 8216, section 3.4; ISO/IEC 13818-7, annex B, for the ADTS header.
"""

from dataclasses import dataclass

from checks.conformance import UnreadableError
from checks.conformance.codecs import aac_codec_of_stream

TAG, TAG_HEAD_BYTES = b"ID3", 10
OWNER = b"com.apple.streaming.transportStreamTimestamp\x00"
CLOCK_HZ = 90_000
SAMPLE_RATES = (96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000)
ADTS_HEAD_BYTES = 7


@dataclass(frozen=True, slots=True)
class PackedAudio:
    """Describe a segment of packed audio.

    Attributes:
        start: In units of 90 kHz, as its tag tells.
    """

    start: int
    frames: int
    codec: str
    sample_rate: int
    channels: int


def is_packed_audio(segment: bytes) -> bool:
    """Return whether a segment is packed audio, with its tag or without."""
    return segment.startswith(TAG) or aac_codec_of_stream(segment) is not None


def read_packed_audio(segment: bytes) -> PackedAudio:
    """Read a segment.

    Raises:
        UnreadableError: Its tag does not tell a time, or its frames are broken.
    """
    size = 0
    for byte in segment[6:TAG_HEAD_BYTES]:
        size = size << 7 | byte
    end = TAG_HEAD_BYTES + size
    at = segment.find(OWNER, 0, end)
    if not segment.startswith(TAG) or at < 0:
        raise UnreadableError("its packed audio tells no timestamp")
    start = int.from_bytes(segment[at + len(OWNER) : at + len(OWNER) + 8], "big")
    frames, first = 0, segment[end : end + ADTS_HEAD_BYTES]
    while end < len(segment):
        head = segment[end : end + ADTS_HEAD_BYTES]
        length = int.from_bytes(head[3:6], "big") >> 5 & 0x1FFF
        if len(head) < ADTS_HEAD_BYTES or aac_codec_of_stream(head) is None or length < ADTS_HEAD_BYTES:
            raise UnreadableError(f"its packed audio is broken at byte {end}")
        end += length
        frames += 1
    codec, rate = aac_codec_of_stream(first), first[2] >> 2 & 0xF if first else 0
    if codec is None or end != len(segment) or rate >= len(SAMPLE_RATES):
        raise UnreadableError("its packed audio is broken at its end")
    return PackedAudio(start, frames, codec, SAMPLE_RATES[rate], (first[2] & 1) << 2 | first[3] >> 6)
