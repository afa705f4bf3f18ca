"""Read what fragmented MP4 says of itself: the track of an init segment, the samples of a media segment.

Source: ISO/IEC 14496-12 (boxes), 14496-15 (avcC, hvcC), 14496-1 (the descriptors of esds).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from checks.conformance import UnreadableError
from checks.conformance.codecs import aac_codec, avc_codec, hevc_codec

VISUAL_ENTRY_BYTES, AUDIO_ENTRY_BYTES = 78, 28
SAMPLE_IS_NON_SYNC = 0x0001_0000
ES_DESCRIPTOR, DECODER_CONFIG, DECODER_SPECIFIC = 3, 4, 5


@dataclass(frozen=True, slots=True)
class Track:
    """Describe the one track of an init segment.

    Attributes:
        codec: As RFC 6381 writes it, made from the decoder's configuration.
        handler: ``vide`` or ``soun``.
        default_duration: Of samples that tell none of their own, in the timescale.
        default_flags: Of samples that tell none of their own.
        skipped: Time of the media at which the presentation begins, by the edit list: encoder delay.
    """

    handler: str
    timescale: int
    codec: str
    default_duration: int
    default_flags: int
    skipped: int


@dataclass(frozen=True, slots=True)
class Fragment:
    """Describe a media segment; times are in the timescale of its track.

    Attributes:
        decode_start: Of its first sample (tfdt).
        decode_end: Of its last sample.
        start: Earliest time of the presentation at which a sample of it is shown or heard.
        duration: Of what is shown or heard of it.
        is_sync: Whether its first sample is marked as one to begin with.
        index: Timescale, earliest presentation time and duration of its sidx; None where it has none.
    """

    decode_start: int
    decode_end: int
    start: int
    duration: int
    samples: int
    is_sync: bool
    index: tuple[int, int, int] | None


def read_track(init: bytes) -> Track:
    """Read an init segment.

    Raises:
        UnreadableError: It isn't an init segment of one track.
    """
    try:
        (moov,) = _all(init, "moov")
        (trak,) = _all(moov, "trak")
        mdia = _one(trak, "mdia")
        mdhd = _one(mdia, "mdhd")
        timescale = struct.unpack_from(">I", mdhd, 20 if mdhd[0] else 12)[0]
        handler = _one(mdia, "hdlr")[8:12].decode()
        stsd = _one(_one(_one(mdia, "minf"), "stbl"), "stsd")
        ((kind, entry),) = list(_boxes(stsd[8:]))
        trex = _one(_one(moov, "mvex"), "trex")
        _, _, _, duration, _, flags = struct.unpack_from(">6I", trex)
        skipped = _skipped(moov, trak, timescale)
    except (ValueError, struct.error, IndexError) as error:
        raise UnreadableError(f"it isn't an init segment of one track: {error}") from error
    return Track(handler, timescale, _codec(kind, entry), duration, flags, skipped)


def read_fragment(segment: bytes, track: Track) -> Fragment:
    """Read a media segment of a track.

    Raises:
        UnreadableError: It isn't a media segment.
    """
    try:
        starts, shown, samples, end, is_sync = [], [], 0, 0, False
        for moof in _all(segment, "moof"):
            traf = _one(moof, "traf")
            start = _decode_time(_one(traf, "tfdt"))
            starts.append(start)
            at = start
            for length, flags, offset in _samples(traf, track):
                if samples == 0:
                    is_sync = not flags & SAMPLE_IS_NON_SYNC
                shown.append(at + offset)
                at += length
                samples += 1
            end = at
        first = min(shown) - track.skipped
        duration = end - starts[0] + min(first, 0)
        return Fragment(starts[0], end, max(first, 0), duration, samples, is_sync, _index(segment))
    except (ValueError, struct.error, IndexError) as error:
        raise UnreadableError(f"it isn't a media segment: {error}") from error


def _samples(traf: bytes, track: Track) -> Iterator[tuple[int, int, int]]:
    """Return duration, flags and composition offset of each sample."""
    tfhd = _one(traf, "tfhd")
    present, at = int.from_bytes(tfhd[1:4], "big"), 8
    defaults = {0x8: track.default_duration, 0x20: track.default_flags}
    for bit, size in ((0x1, 8), (0x2, 4), (0x8, 4), (0x10, 4), (0x20, 4)):
        if present & bit:
            defaults[bit] = int.from_bytes(tfhd[at : at + size], "big")
            at += size
    for trun in _all(traf, "trun"):
        present, count = int.from_bytes(trun[1:4], "big"), struct.unpack_from(">I", trun, 4)[0]
        at = 8 + (4 if present & 0x1 else 0)
        first_flags = None
        if present & 0x4:
            first_flags = struct.unpack_from(">I", trun, at)[0]
            at += 4
        for number in range(count):
            values = {0x100: defaults[0x8], 0x400: defaults[0x20], 0x800: 0}
            for bit in (0x100, 0x200, 0x400, 0x800):
                if present & bit:
                    form = ">i" if bit == 0x800 and trun[0] else ">I"
                    values[bit] = struct.unpack_from(form, trun, at)[0]
                    at += 4
            flags = first_flags if number == 0 and first_flags is not None else values[0x400]
            yield values[0x100], flags, values[0x800]


def _skipped(moov: bytes, trak: bytes, timescale: int) -> int:
    """Return the media time at which the presentation begins; negative where it begins with nothing."""
    for edts in _all(trak, "edts"):
        elst = _one(edts, "elst")
        form, size = (">Qq", 20) if elst[0] else (">Ii", 12)
        waited = 0
        for number in range(struct.unpack_from(">I", elst, 4)[0]):
            length, time = struct.unpack_from(form, elst, 8 + size * number)
            if time >= 0:
                return int(time) - waited
            mvhd = _one(moov, "mvhd")
            movie_timescale = struct.unpack_from(">I", mvhd, 20 if mvhd[0] else 12)[0]
            waited += length * timescale // movie_timescale
    return 0


def _decode_time(tfdt: bytes) -> int:
    time: int = struct.unpack_from(">Q" if tfdt[0] else ">I", tfdt, 4)[0]
    return time


def _index(segment: bytes) -> tuple[int, int, int] | None:
    found = _all(segment, "sidx")
    if not found:
        return None
    box = found[0]
    form, at = (">QQ", 28) if box[0] else (">II", 20)
    timescale, (earliest, _) = struct.unpack_from(">I", box, 8)[0], struct.unpack_from(form, box, 12)
    count = struct.unpack_from(">H", box, at + 2)[0]
    lengths = [struct.unpack_from(">I", box, at + 4 + 12 * number + 4)[0] for number in range(count)]
    return timescale, earliest, sum(lengths)


def _codec(kind: str, entry: bytes) -> str:
    if kind in ("avc1", "avc3"):
        return avc_codec(_one(entry[VISUAL_ENTRY_BYTES:], "avcC")[1:4], kind)
    if kind in ("hvc1", "hev1"):
        return hevc_codec(_one(entry[VISUAL_ENTRY_BYTES:], "hvcC")[1:13], kind)
    if kind == "mp4a":
        return aac_codec(_object_type(_one(entry[AUDIO_ENTRY_BYTES:], "esds")[4:]))
    raise UnreadableError(f"its sample entry {kind} is unknown here")


def _object_type(descriptors: bytes) -> int:
    """Read the audio object type from the first bits of the AudioSpecificConfig."""
    es = _descriptor(descriptors, ES_DESCRIPTOR)
    config = _descriptor(_descriptor(es[3:], DECODER_CONFIG)[13:], DECODER_SPECIFIC)
    kind = config[0] >> 3
    return kind if kind < 31 else 32 + (((config[0] & 7) << 3) | (config[1] >> 5))


def _descriptor(data: bytes, tag: int) -> bytes:
    if data[0] != tag:
        raise ValueError(f"descriptor {data[0]}, not {tag}")
    size, at = 0, 1
    while True:
        size = size << 7 | data[at] & 0x7F
        at += 1
        if not data[at - 1] & 0x80:
            return data[at : at + size]


def _boxes(data: bytes) -> Iterator[tuple[str, bytes]]:
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1:
            size, head = struct.unpack_from(">Q", data, at + 8)[0], 16
        if size == 0:
            size = len(data) - at
        if size < head or at + size > len(data):
            raise ValueError(f"a box of {size} bytes does not fit")
        yield kind.decode("latin-1"), data[at + head : at + size]
        at += size


def _all(data: bytes, kind: str) -> list[bytes]:
    return [content for name, content in _boxes(data) if name == kind]


def _one(data: bytes, kind: str) -> bytes:
    found = _all(data, kind)
    if len(found) != 1:
        raise ValueError(f"{len(found)} boxes {kind}")
    return found[0]
