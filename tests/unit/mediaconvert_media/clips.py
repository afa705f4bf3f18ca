"""Make clips whose every pixel is known: bars of grey in the light of standard and high dynamic range."""

import math
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path

from sandbox.mediaconvert.ffmpeg import executable

RATE = 10
LIGHT_LEVELS = "800,300"
MASTERING = "G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,50)"
TRANSFERS = {"smpte2084": 16, "arib-std-b67": 18}


def pq(nits: float) -> float:
    """Give the signal, 0 to 1, for light in cd/m2. Source: SMPTE ST 2084."""
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    power = (nits / 10_000) ** m1
    return float(((c1 + c2 * power) / (1 + c3 * power)) ** m2)


def hlg(nits: float) -> float:
    """Give the signal, 0 to 1, for light of a display of 1000 cd/m2. Source: ITU-R BT.2100."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = (nits / 1000) ** (1 / 1.2)
    return math.sqrt(3 * scene) if scene <= 1 / 12 else a * math.log(12 * scene - b) + c


def hdr_bars(
    path: Path,
    signals: Sequence[float],
    transfer: str,
    *,
    size: tuple[int, int] = (160, 90),
    seconds: float = 1.0,
    light_levels: str | None = None,
) -> Path:
    """Make 10-bit HEVC of vertical grey bars; ``signals`` are their levels, 0 to 1."""
    width, height = size
    row = [round(64 + 876 * signals[min(x * len(signals) // width, len(signals) - 1)]) for x in range(width)]
    luma = struct.pack(f"<{width}H", *row) * height
    chroma = struct.pack("<H", 512) * ((width // 2) * ((height + 1) // 2) * 2)
    raw = path.with_suffix(".yuv")
    raw.write_bytes((luma + chroma) * round(seconds * RATE))
    parameters = "log-level=error"
    if light_levels is not None:
        parameters += f":max-cll={light_levels}:master-display={MASTERING}"
    colours = f"setparams=color_primaries=bt2020:color_trc={transfer}:colorspace=bt2020nc:range=limited"
    ffmpeg(
        *("-f", "rawvideo", "-pix_fmt", "yuv420p10le", "-s", f"{width}x{height}", "-r", str(RATE)),
        *("-i", str(raw), "-vf", colours, "-c:v", "libx265", "-preset", "ultrafast", "-crf", "8"),
        *("-x265-params", parameters, str(path)),
    )
    raw.unlink()
    return path


def ffmpeg(*arguments: str) -> None:
    """Run ffmpeg; it must succeed."""
    command = [executable(), "-hide_banner", "-nostdin", "-loglevel", "error", "-y", *arguments]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
