"""Generate test videos: a moving pattern with a clock, a marker that tells which way is up, changing tones.

A clip is made once and found again by its recipe, so that demos and tests don't pay for it twice.
"""

import hashlib
import os
import subprocess
import tempfile
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from sandbox.mediaconvert.encoding.ffmpeg import executable

PATTERN_WIDTH = 640
CLIPS_FOLDER = Path(__file__).resolve().parents[2] / ".sandbox" / "clips"
# The white marker fills this part of the width and of the height, in the top right corner.
MARKER_SHARE = 8
SAMPLE_RATE = 48_000
# One step a second; left and right differ, so that a lost or swapped channel is heard.
TONES = r"0.2*sin(2*PI*t*(330+110*mod(floor(t)\,5)))|0.2*sin(2*PI*t*(220+55*mod(floor(t)\,5)))"
STORED_TURNS = {90: "transpose=cclock", 180: "hflip,vflip", 270: "transpose=clock"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """Describe a clip; without arguments, the demo's.

    Attributes:
        width: As seen, upright. Even.
        height: As seen, upright. Even.
        rotation: Clockwise degrees that a player must turn the stored picture: 0, 90, 180 or 270.
        suffix: Of the file; it chooses the container.
    """

    width: int = 1280
    height: int = 720
    frame_rate: Fraction = Fraction(30)
    seconds: float = 10.0
    has_audio: bool = True
    rotation: int = 0
    suffix: str = ".mp4"


DEMO_CLIP = Clip()


def demo_clip() -> Path:
    """Return the path of the demo's clip, among the sandbox's files."""
    return make_clip(CLIPS_FOLDER)


def make_clip(folder: Path, clip: Clip = DEMO_CLIP) -> Path:
    """Return the path of a clip in ``folder``; it is generated where it isn't there yet."""
    arguments = _encode_arguments(clip)
    digest = hashlib.sha256(repr((clip, arguments)).encode()).hexdigest()[:12]
    path = folder / f"clip-{clip.width}x{clip.height}-{digest}{clip.suffix}"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            made = Path(scratch) / f"clip{clip.suffix}"
            _run([*arguments, str(made)])
            if clip.rotation:
                made = _with_rotation(made, clip.rotation)
            os.replace(made, path)
    return path


def _encode_arguments(clip: Clip) -> list[str]:
    coarse = max(1, clip.width // PATTERN_WIDTH)  # big pixels: cheap to draw and to encode
    size = f"{clip.width // coarse // 2 * 2}x{clip.height // coarse // 2 * 2}"
    picture = [
        f"testsrc2=size={size}:rate={clip.frame_rate}:duration={clip.seconds}",
        f"drawbox=x=iw-w:y=0:w=iw/{MARKER_SHARE}:h=ih/{MARKER_SHARE}:color=white:thickness=fill",
        f"scale={clip.width}:{clip.height}:flags=neighbor",
        "setsar=1",
    ]
    if clip.rotation:
        picture.append(STORED_TURNS[clip.rotation])
    arguments = ["-f", "lavfi", "-i", ",".join(picture)]
    if clip.has_audio:
        arguments += ["-f", "lavfi", "-i", f"aevalsrc={TONES}:s={SAMPLE_RATE}:d={clip.seconds}"]
        arguments += ["-c:a", "aac", "-b:a", "128k"]
    return [*arguments, "-c:v", "libx264", "-preset", "ultrafast", "-crf", "26", "-pix_fmt", "yuv420p"]


def _with_rotation(path: Path, rotation: int) -> Path:
    turned = path.with_stem("turned")
    _run(["-display_rotation", str(-rotation), "-i", str(path), "-c", "copy", str(turned)])
    return turned


def _run(arguments: list[str]) -> None:
    command = [executable(), "-hide_banner", "-nostdin", "-loglevel", "error", "-y", *arguments]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
