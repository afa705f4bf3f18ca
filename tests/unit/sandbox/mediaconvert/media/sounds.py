"""Make sources with any sound, and listen to what was made of them."""

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import m3u8  # type: ignore[import-untyped]

from sandbox.mediaconvert.encoding.ffmpeg import executable

SAMPLE_RATE = 48_000
LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """Describe an audio track of a source.

    Attributes:
        expression: One of ffmpeg's aevalsrc for each channel; fewer than channels are repeated.
    """

    expression: str = "0.2*sin(2*PI*440*t)"
    channels: int = 2
    language: str | None = None


def make_source(path: Path, *sounds: Sound, seconds: float = 2.0, has_video: bool = True) -> Path:
    """Make a file whose suffix chooses the container, with a small picture and any number of tracks."""
    arguments: list[str] = []
    if has_video:
        arguments += ["-f", "lavfi", "-i", f"testsrc2=size=64x36:rate=25:duration={seconds}"]
    for sound in sounds:
        channels = "|".join((sound.expression.split("|") * sound.channels)[: sound.channels])
        layout = LAYOUTS[sound.channels]
        arguments += ["-f", "lavfi", "-i", f"aevalsrc={channels}:s={SAMPLE_RATE}:d={seconds}:c={layout}"]
    for number in range(len(sounds) + has_video):
        arguments += ["-map", str(number)]
    for number, sound in enumerate(sounds):
        if sound.language is not None:
            arguments += [f"-metadata:s:a:{number}", f"language={sound.language}"]
    if has_video:
        arguments += ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
    run([*arguments, str(path)])
    return path


def run(arguments: Sequence[str]) -> str:
    """Run ffmpeg; return what it tells."""
    command = [executable(), "-hide_banner", "-nostdin", "-y", "-loglevel", "info", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stderr


def loudness(path: Path, track: int = 0) -> tuple[float, float]:
    """Return a track's loudness in LKFS and its true peak in dBFS."""
    reported = run(["-i", str(path), "-map", f"0:a:{track}", "-af", "ebur128=peak=true", "-f", "null", "-"])
    summary = reported[reported.rindex("Summary:") :]
    values = re.findall(r"(?:I|Peak):\s+(-?[\d.]+|-inf) ", summary)
    return float(values[0]), float(values[1])


def levels(path: Path, track: int = 0) -> list[float]:
    """Return the level of each channel of a track in dBFS (root mean square)."""
    reported = run(["-i", str(path), "-map", f"0:a:{track}", "-af", "astats", "-f", "null", "-"])
    channels = reported[: reported.rindex("Overall")]
    return [float(value) for value in re.findall(r"RMS level dB: (-?[\d.]+|-inf)", channels)]


def joined(playlist: Path, to: Path) -> Path:
    """Put the segments of a media playlist into one file."""
    lines = playlist.read_text().splitlines()
    init = [line.split('"')[1] for line in lines if line.startswith("#EXT-X-MAP:")]
    names = [*init, *(line for line in lines if line and not line.startswith("#"))]
    to.write_bytes(b"".join((playlist.parent / name).read_bytes() for name in names))
    return to


# Two tracks that tests tell apart, and what manifests say of the first.
ENGLISH, FRENCH = Sound(language="eng"), Sound(language="fra", expression="0.1*sin(2*PI*880*t)")
DEFAULT = "ALTERNATE_AUDIO_AUTO_SELECT_DEFAULT"
SECONDS = 5.0


def master(path: Path) -> Any:
    """Read a master playlist."""
    return m3u8.loads(path.read_text())
