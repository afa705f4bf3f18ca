"""When a transport stream begins, and what that means for captions."""

import m3u8  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_pipeline.manifests.mpegts import BEGIN_BYTES, PACKET_BYTES, first_timestamp
from tests.support.caption_world import (
    FOLDER,
    HLS,
    CaptionWorld,
    everywhere,
    srt,
)

MOST = 2**33 - 1


def packet(stream_id: int, timestamp: int, *, adaptation: int = 0) -> bytes:
    """Return a packet that begins a PES packet with this time stamp, behind an adaptation field."""
    time = bytes(
        [
            0x21 | (timestamp >> 30 & 0x07) << 1,
            timestamp >> 22 & 0xFF,
            0x01 | (timestamp >> 15 & 0x7F) << 1,
            timestamp >> 7 & 0xFF,
            0x01 | (timestamp & 0x7F) << 1,
        ]
    )
    pes = b"\0\0\1" + bytes([stream_id, 0, 0, 0x80, 0x80, 5]) + time
    field = bytes([adaptation, *bytes(adaptation)]) if adaptation else b""
    head = bytes([0x47, 0x41, 0x00, 0x30 if adaptation else 0x10])
    return (head + field + pes).ljust(PACKET_BYTES, b"\xff")


TABLE = bytes([0x47, 0x40, 0x00, 0x10]).ljust(PACKET_BYTES, b"\xff")
REST = bytes([0x47, 0x01, 0x00, 0x10]).ljust(PACKET_BYTES, b"\xff")


@given(st.integers(0, MOST), st.integers(0, 100))
def test_the_first_picture_tells(timestamp: int, adaptation: int) -> None:
    """Any of the 33 bits' time stamps is read, whatever comes before it."""
    begin = TABLE + TABLE + packet(0xE0, timestamp, adaptation=adaptation) + REST
    assert first_timestamp(begin) == timestamp


def test_pictures_count_before_sound() -> None:
    """The first picture that is shown may be decoded later; sound counts where there is no picture."""
    later = packet(0xC0, 80_000) + packet(0xE0, 99_000) + packet(0xE0, 90_000)
    assert first_timestamp(TABLE + later) == 90_000
    assert first_timestamp(TABLE + packet(0xC0, 80_000)) == 80_000


@pytest.mark.parametrize("begin", [b"", b"G", b"\0\0\0\x18ftypcmfc" + bytes(300), TABLE, TABLE + REST * 3])
def test_what_is_no_transport_stream_has_no_time(begin: bytes) -> None:
    """An init file of fragments, or a stream without time stamps, tells nothing."""
    assert first_timestamp(begin) is None


@given(st.binary(max_size=3 * PACKET_BYTES))
def test_any_bytes_are_read(begin: bytes) -> None:
    """Whatever the packets hold, there is a time stamp of 33 bits or none."""
    for found in (first_timestamp(begin), first_timestamp(b"G" + begin), first_timestamp(TABLE[:3] + begin)):
        assert found is None or 0 <= found <= MOST


def test_captions_of_a_transport_stream_say_where_its_zero_is() -> None:
    """Its playlist plays WebVTT with a timestamp map; DASH and the record have the one without."""
    world = CaptionWorld()
    first = next(key for key in world.outputs.objects if key.endswith("_00001.ts"))
    world.outputs.objects[first] = TABLE + packet(0xE0, 126_000) + bytes(BEGIN_BYTES)
    world.put(".en.srt", srt())
    world.finish()
    assert world.offered() == everywhere("en")
    (media,) = (media for media in m3u8.loads(world.text(HLS.key)).media if media.type == "SUBTITLES")
    assert media.uri == "../captions/en_126000.m3u8"
    assert "\nen_126000.vtt\n" in world.text(f"{FOLDER}/captions/en_126000.m3u8")
    mapped = world.text(f"{FOLDER}/captions/en_126000.vtt")
    assert mapped.startswith("WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:126000,LOCAL:00:00:00.000\n\n00:00:01.000 -->")
    plain = world.text(f"{FOLDER}/captions/en.vtt")
    assert plain == mapped.replace("X-TIMESTAMP-MAP=MPEGTS:126000,LOCAL:00:00:00.000\n", "")
    before = dict(world.outputs.objects)
    world.settle()
    assert world.outputs.objects == before
