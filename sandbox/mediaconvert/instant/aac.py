"""Write silent AAC frames by hand. Source: ISO/IEC 14496-3, 4.4.2 (syntax), 1.A.2 (ADTS)."""

from sandbox.mediaconvert.instant.bits import Bits

SAMPLES = 1024
SAMPLE_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
SINGLE, PAIR, LOW_FREQUENCIES, END = 0, 1, 3, 7
ELEMENTS = {1: (SINGLE,), 2: (PAIR,), 6: (SINGLE, PAIR, PAIR, LOW_FREQUENCIES)}
ADTS_HEADER_BYTES = 7
LOW_COMPLEXITY = 1


def frame(channels: int, sample_rate: int) -> bytes:
    """Return a silent frame with an ADTS header."""
    content = _content(channels)
    header = Bits().u(12, 0xFFF).u(3, 0).u(1, 1).u(2, LOW_COMPLEXITY).u(4, SAMPLE_RATES.index(sample_rate))
    header.u(1, 0).u(3, channels).u(4, 0).u(13, len(content) + ADTS_HEADER_BYTES).u(11, 0x7FF).u(2, 0)
    return header.to_bytes() + content


def _content(channels: int) -> bytes:
    """Return a frame in which no band of any channel holds anything."""
    bits = Bits()
    for position, element in enumerate(ELEMENTS[channels]):
        tag = ELEMENTS[channels][:position].count(element)
        bits.u(3, element).u(4, tag)
        if element == PAIR:
            _window(bits.u(1, 1)).u(2, 0)
            bits.u(8, 0).u(3, 0).u(8, 0).u(3, 0)
        else:
            _window(bits.u(8, 0)).u(3, 0)
    return bits.u(3, END).to_bytes()


def _window(bits: Bits) -> Bits:
    # One long window in which the highest band that holds anything is none, without prediction.
    return bits.u(3, 0).u(1, 0).u(6, 0).u(1, 0)
