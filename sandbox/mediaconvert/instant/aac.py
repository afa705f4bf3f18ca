"""Repeat a silent AAC frame that an encoder made once for each layout and rate."""

import io
from fractions import Fraction
from functools import lru_cache

import av

SAMPLES = 1024
LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1"}
# The encoder's first frames still hold its description of itself.
ENCODED_FRAMES = 4


@lru_cache(maxsize=64)
def frame(channels: int, sample_rate: int) -> bytes:
    """Return a silent frame with an ADTS header."""
    stream_bytes = io.BytesIO()
    with av.open(stream_bytes, "w", format="adts") as made:
        stream = made.add_stream("aac", rate=sample_rate)
        stream.layout, stream.format = LAYOUTS[channels], "fltp"
        for number in range(ENCODED_FRAMES):
            silence = av.AudioFrame(format="fltp", layout=LAYOUTS[channels], samples=SAMPLES)
            silence.sample_rate, silence.pts = sample_rate, number * SAMPLES
            silence.time_base = Fraction(1, sample_rate)
            for plane in silence.planes:
                plane.update(bytes(plane.buffer_size))
            made.mux(stream.encode(silence))
        made.mux(stream.encode(None))
    stream_bytes.seek(0)
    with av.open(stream_bytes, "r", format="aac") as read:
        *_, last = (bytes(packet) for packet in read.demux(audio=0) if packet.size)
    return last
