"""Make clips whose every pixel is known: bars of gray in the light of standard and high dynamic range."""

import math
import struct
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from sandbox.mediaconvert.encoding.ffmpeg import executable

RATE = 10
LIGHT_LEVELS = "800,300"
MASTERING = "G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,50)"


def pq(nits: float) -> float:
    """Return the signal, 0 to 1, for light in cd/m2. Source: SMPTE ST 2084."""
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    power = (nits / 10_000) ** m1
    return float(((c1 + c2 * power) / (1 + c3 * power)) ** m2)


def hlg(nits: float) -> float:
    """Return the signal, 0 to 1, for light of a display of 1000 cd/m2. Source: ITU-R BT.2100."""
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
    """Make 10-bit HEVC of vertical gray bars; ``signals`` are their levels, 0 to 1."""
    width, height = size
    row = [round(64 + 876 * signals[min(x * len(signals) // width, len(signals) - 1)]) for x in range(width)]
    luma = struct.pack(f"<{width}H", *row) * height
    chroma = struct.pack("<H", 512) * ((width // 2) * ((height + 1) // 2) * 2)
    raw = path.with_suffix(".yuv")
    raw.write_bytes((luma + chroma) * round(seconds * RATE))
    parameters = "log-level=error"
    if light_levels is not None:
        parameters += f":max-cll={light_levels}:master-display={MASTERING}"
    colors = f"setparams=color_primaries=bt2020:color_trc={transfer}:colorspace=bt2020nc:range=limited"
    ffmpeg(
        *("-f", "rawvideo", "-pix_fmt", "yuv420p10le", "-s", f"{width}x{height}", "-r", str(RATE)),
        *("-i", str(raw), "-vf", colors, "-c:v", "libx265", "-preset", "ultrafast", "-crf", "8"),
        *("-x265-params", parameters, str(path)),
    )
    raw.unlink()
    return path


def ffmpeg(*arguments: str) -> None:
    """Run ffmpeg; it must succeed."""
    command = [executable(), "-hide_banner", "-nostdin", "-loglevel", "error", "-y", *arguments]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def gray_steps(path: Path, levels: Sequence[int], *, size: tuple[int, int], rate: int, frames: int) -> Path:
    """Make a clip that shows each gray level for a number of frames; levels are 8-bit luma, 16 to 235."""
    width, height = size
    chroma = bytes([128]) * ((width // 2) * (height // 2) * 2)
    raw = path.with_suffix(".yuv")
    raw.write_bytes(b"".join((bytes([level]) * (width * height) + chroma) * frames for level in levels))
    given = ("-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", f"{width}x{height}", "-r", str(rate))
    ffmpeg(*given, "-i", str(raw), "-c:v", "libx264", "-preset", "ultrafast", "-crf", "4", str(path))
    raw.unlink()
    return path


def flat(path: Path, yuv: tuple[int, int, int], *encoder: str, size: tuple[int, int] = (64, 64)) -> Path:
    """Make half a second of one color, in 8-bit luma and chroma; ``encoder`` are further arguments."""
    width, height = size
    planes = (
        bytes([yuv[0]]) * (width * height),
        *(bytes([part]) * (width * height // 4) for part in yuv[1:]),
    )
    raw = path.with_suffix(".yuv")
    raw.write_bytes(b"".join(planes) * (RATE // 2))
    given = ("-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", f"{width}x{height}", "-r", str(RATE))
    ffmpeg(
        *given, "-i", str(raw), "-c:v", "libx264", "-preset", "ultrafast", "-crf", "4", *encoder, str(path)
    )
    raw.unlink()
    return path


@dataclass(frozen=True, slots=True)
class FirstPicture:
    """Hold what a file shows and declares of its first picture.

    Attributes:
        color: Code points of primaries, transfer and matrix; 2 for what isn't declared.
        side_data: Names of what comes with the picture.
    """

    width: int
    height: int
    pixel_format: str
    color: tuple[int, int, int]
    tag: str
    side_data: frozenset[str]
    planes: tuple[tuple[bytes, int], ...]

    def yuv(self, x: float, y: float = 0.5) -> tuple[int, ...]:
        """Return luma and chroma at a place, counted in shares of width and height."""
        wide = "10le" in self.pixel_format
        values = []
        for number, (content, line_size) in enumerate(self.planes):
            width, height = (self.width, self.height) if number == 0 else (self.width // 2, self.height // 2)
            at = int(y * height) * line_size + int(x * width) * (2 if wide else 1)
            values.append(int.from_bytes(content[at : at + (2 if wide else 1)], "little"))
        return tuple(values)

    def luma(self, x: float, y: float = 0.5) -> int:
        """Return the luma at a place, counted in shares of width and height."""
        return self.yuv(x, y)[0]

    def bars(self, count: int) -> list[int]:
        """Return the luma in the middle of each of so many vertical bars."""
        return [self.luma((number + 0.5) / count) for number in range(count)]


def first_picture(path: Path) -> FirstPicture:
    """Decode the first picture of a file."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        frame = next(container.decode(stream))
        data: Any  # which PyAV's stubs take for a name
        side_data = set()
        for data in frame.side_data:
            side_data.add(data.type.name)
        return FirstPicture(
            width=frame.width,
            height=frame.height,
            pixel_format=frame.format.name,
            color=(int(context.color_primaries), int(context.color_trc), int(context.colorspace)),
            tag=context.codec_tag,
            side_data=frozenset(side_data),
            planes=tuple((bytes(plane), plane.line_size) for plane in frame.planes),
        )


def container_color(path: Path) -> tuple[int, ...] | None:
    """Read the colors that an MP4's sample entry declares. Source: ISO/IEC 14496-12, 12.1.5."""
    content = path.read_bytes()
    at = content.find(b"colrnclx")
    return struct.unpack_from(">HHH", content, at + 8) if at >= 0 else None


def timed_pictures(
    path: Path, ticks: Sequence[int], tick: Fraction, *, size: tuple[int, int] = (32, 32)
) -> Path:
    """Make a clip of gray pictures, each lighter than the one before, shown at ticks of so many seconds."""
    with av.open(str(path), "w") as container:
        # The last picture lasts as long as the first one.
        rate = 1 / ((ticks[1] - ticks[0]) * tick)
        encoder = {"crf": "4", "preset": "ultrafast", "bf": "0"}
        stream = container.add_stream("libx264", rate=rate, options=encoder)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.time_base = stream.codec_context.time_base = tick
        for number, shown_at in enumerate(ticks):
            frame = av.VideoFrame(*size, "yuv420p")
            for plane, level in zip(frame.planes, (gray(number), 128, 128), strict=True):
                plane.update(bytes([level]) * plane.buffer_size)
            frame.pts, frame.time_base = shown_at, tick
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def gray(number: int) -> int:
    """Return the luma of one of up to 54 pictures."""
    return 20 + 4 * number


def seen_numbers(path: Path) -> list[int]:
    """Tell which of ``timed_pictures`` a file shows in each of its frames."""
    with av.open(str(path)) as container:
        planes = [frame.planes[0] for frame in container.decode(video=0)]
        return [round((bytes(plane)[plane.line_size * 16 + 16] - gray(0)) / 4) for plane in planes]
