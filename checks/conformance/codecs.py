"""Write codecs as RFC 6381 does, from the decoder's own configuration.

Source: RFC 6381, section 3; ISO/IEC 14496-15, annex E, for HEVC.
"""

import re
from collections.abc import Iterator

AVC_SPS, AVC_IDR, HEVC_RANDOM_ACCESS = 7, 5, range(16, 22)
START_CODE = re.compile(rb"\x00\x00\x01")
ADTS_SYNC = 0xFFF


def avc_codec(profile: bytes, entry: str = "avc1") -> str:
    """Name H.264 from profile, constraints and level: three bytes of an avcC or of an SPS."""
    return f"{entry}.{profile.hex()}"


def hevc_codec(profile: bytes, entry: str = "hvc1") -> str:
    """Name H.265 from the 12 bytes of an hvcC that follow its version: profile, tier and level."""
    space = ("", "A", "B", "C")[profile[0] >> 6]
    tier = "H" if profile[0] & 0x20 else "L"
    compatible = int(f"{int.from_bytes(profile[1:5], 'big'):032b}"[::-1], 2)
    constraints = profile[5:11].rstrip(b"\0")
    parts = [f"{space}{profile[0] & 0x1F}", f"{compatible:X}", f"{tier}{profile[11]}"]
    return ".".join([entry, *parts, *(f"{byte:X}" for byte in constraints)])


def aac_codec(object_type: int) -> str:
    """Name MPEG-4 audio of an object type."""
    return f"mp4a.40.{object_type}"


def same_codec(one: str, other: str) -> bool:
    """Return whether two names mean the same; hexadecimal digits are of either case."""
    return one.lower() == other.lower()


def avc_codec_of_stream(packet: bytes) -> str | None:
    """Name H.264 from the SPS in a packet of a byte stream; None where it has none."""
    sps = [unit for unit in byte_stream_units(packet) if unit and unit[0] & 0x1F == AVC_SPS]
    return avc_codec(sps[0][1:4]) if sps else None


def aac_codec_of_stream(packet: bytes) -> str | None:
    """Name AAC from the ADTS header of a packet; None where it has none."""
    if len(packet) < 3 or int.from_bytes(packet[:2], "big") >> 4 != ADTS_SYNC:
        return None
    return aac_codec((packet[2] >> 6) + 1)


def begins_anew(packet: bytes, codec: str, *, is_byte_stream: bool) -> bool:
    """Return whether a packet holds a picture that decodes without any before it."""
    units = byte_stream_units(packet) if is_byte_stream else sized_units(packet)
    if codec in ("h264", "avc"):
        return any(unit and unit[0] & 0x1F == AVC_IDR for unit in units)
    return any(unit and (unit[0] >> 1) & 0x3F in HEVC_RANDOM_ACCESS for unit in units)


def byte_stream_units(packet: bytes) -> Iterator[bytes]:
    """Split a byte stream (annex B) into its NAL units."""
    yield from START_CODE.split(packet)[1:]


def sized_units(packet: bytes) -> Iterator[bytes]:
    """Split an MP4 sample into its NAL units, each behind its size in four bytes."""
    at = 0
    while at + 4 <= len(packet):
        size = int.from_bytes(packet[at : at + 4], "big")
        yield packet[at + 4 : at + 4 + size]
        at += 4 + size
