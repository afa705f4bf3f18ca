"""Find out at which time an MPEG transport stream begins, from its first packets.

Source: ISO/IEC 13818-1, sections 2.4.3.2 (packets) and 2.4.3.6 (PES packets and their time stamps).
"""

from collections.abc import Iterator

PACKET_BYTES = 188
# Pictures come in the order of decoding: the first shown is among the first few, which lie within this.
BEGIN_BYTES = PACKET_BYTES * 2_000
_SYNC_BYTE = 0x47
# What a PES packet's header holds before, and with, its first time stamp.
_HEADER_BYTES, _WITH_TIME_BYTES = 9, 14


def first_timestamp(begin: bytes) -> int | None:
    """Return the least time stamp (90,000 a second) of the pictures, or else of the sound, None without any.

    `begin` are a segment's first BEGIN_BYTES.
    """
    pictures: list[int] = []
    audio: list[int] = []
    for stream_id, timestamp in _timestamps(begin):
        if 0xE0 <= stream_id <= 0xEF:
            pictures.append(timestamp)
        elif 0xC0 <= stream_id <= 0xDF:
            audio.append(timestamp)
    return min(pictures or audio, default=None)


def _timestamps(begin: bytes) -> Iterator[tuple[int, int]]:
    """Yield stream id and time stamp of each PES packet that has one."""
    for start in range(0, len(begin) - PACKET_BYTES + 1, PACKET_BYTES):
        packet = begin[start : start + PACKET_BYTES]
        if packet[0] != _SYNC_BYTE:
            return
        begins_unit, has_adaptation = packet[1] & 0x40, packet[3] & 0x20
        if not begins_unit:
            continue
        payload = packet[5 + packet[4] :] if has_adaptation else packet[4:]
        if len(payload) < _WITH_TIME_BYTES or payload[:3] != b"\0\0\1" or not payload[7] & 0x80:
            continue
        time = payload[_HEADER_BYTES:_WITH_TIME_BYTES]
        yield (
            payload[3],
            (time[0] >> 1 & 0x07) << 30 | time[1] << 22 | (time[2] >> 1) << 15 | time[3] << 7 | time[4] >> 1,
        )
