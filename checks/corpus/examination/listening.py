"""Hear what a sound track holds: its channels, the tones in each, where it is silent, how loud it is."""

import math
import re
import subprocess
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import av

from sandbox.mediaconvert.encoding.ffmpeg import executable

ANALYSIS_RATE_HZ = 8_000
WINDOW_SECONDS = 0.1
# Priming and the last, unfilled frame of a codec may be quiet.
EDGE_SECONDS = 0.15
SILENCE_DBFS = -60.0
# An amplitude of 1 is full scale; the corpus sings at 0.1, and a downmix takes some of it away.
AUDIBLE_AMPLITUDE = 0.01
SHORTEST_LOUDNESS_SECONDS = 0.4  # Source: ITU-R BS.1770-4: a gating block
GATED_LUFS = -70.0


@dataclass(frozen=True, slots=True)
class Heard:
    """Hold what was heard of a track.

    Attributes:
        channels: The samples of each, 8,000 a second.
        layout: ffmpeg's name of the channels.
    """

    channels: Sequence[Sequence[float]]
    layout: str

    @property
    def seconds(self) -> float:
        """Return how long the track plays."""
        return len(self.channels[0]) / ANALYSIS_RATE_HZ if self.channels else 0.0

    def tones(self, candidates_hz: Sequence[int]) -> tuple[frozenset[int], ...]:
        """Return which of some tones each channel holds."""
        return tuple(
            frozenset(tone for tone in candidates_hz if amplitude(samples, tone) >= AUDIBLE_AMPLITUDE)
            for samples in self.channels
        )

    def silences(self) -> tuple[float, ...]:
        """Return the beginnings of the windows, but for the edges, in which no channel is heard."""
        size = int(WINDOW_SECONDS * ANALYSIS_RATE_HZ)
        found = []
        for start in range(0, int(self.seconds / WINDOW_SECONDS)):
            at = start * WINDOW_SECONDS
            if at < EDGE_SECONDS or at + WINDOW_SECONDS > self.seconds - EDGE_SECONDS:
                continue
            loudest = max(_dbfs(channel[start * size : (start + 1) * size]) for channel in self.channels)
            if loudest < SILENCE_DBFS:
                found.append(round(at, 1))
        return tuple(found)


def listen(path: Path, track: int = 0) -> Heard:
    """Decode a sound track to its end."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[track]
        layout = stream.layout.name
        resampler = av.AudioResampler(format="fltp", layout=layout, rate=ANALYSIS_RATE_HZ)
        channels = [array("f") for _ in range(stream.channels)]
        for frame in (*container.decode(stream), None):
            for part in resampler.resample(frame):
                for channel, plane in zip(channels, part.planes, strict=True):
                    channel.frombytes(bytes(plane)[: part.samples * channel.itemsize])
    return Heard(channels, layout)


def loudness_lufs(path: Path, track: int = 0) -> float | None:
    """Return the integrated loudness of a track; None where it is too short or too quiet to have one."""
    command = [executable(), "-hide_banner", "-nostdin", "-i", str(path), "-map", f"0:a:{track}"]
    done = subprocess.run(
        [*command, "-af", "ebur128", "-f", "null", "-"],
        capture_output=True,
        text=True,
        check=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
    )
    found = float(re.findall(r"^ +I: +(-?[\d.]+) LUFS", done.stderr, re.MULTILINE)[-1])
    return found if found > GATED_LUFS else None


def amplitude(samples: Sequence[float], tone_hz: float) -> float:
    """Return how strong a tone is, 1 being full scale: Goertzel's algorithm under a Hann window."""
    count = len(samples)
    if count < 2:
        return 0.0
    turn = 2 * math.pi / (count - 1)
    coefficient = 2 * math.cos(2 * math.pi * tone_hz / ANALYSIS_RATE_HZ)
    before = last = 0.0
    for position, sample in enumerate(samples):
        windowed = sample * (0.5 - 0.5 * math.cos(turn * position))
        before, last = last, windowed + coefficient * last - before
    power = before * before + last * last - coefficient * before * last
    # The window halves what a tone adds up to; two of its sides share the rest.
    return 4 * math.sqrt(max(power, 0.0)) / count


def _dbfs(samples: Sequence[float]) -> float:
    if not samples:
        return -math.inf
    mean = sum(sample * sample for sample in samples) / len(samples)
    return 10 * math.log10(mean) if mean > 0 else -math.inf
