"""Play media files to their end by decoding them, and report their pictures and sound."""

import io
import re
import subprocess
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import imageio_ffmpeg


@dataclass(frozen=True, slots=True)
class Played:
    """Hold what decoding a rendition to its end showed; times in seconds from its first picture or sound.

    Attributes:
        keyframes: Times of the keyframes.
        marker: Corner in which the clip's white marker is seen, such as ``top right``; None where in none.
    """

    width: int | None
    height: int | None
    video_seconds: float
    audio_seconds: float
    keyframes: tuple[float, ...]
    frame_rate: float | None = None
    marker: str | None = None


def play(media: io.BufferedIOBase | Path) -> Played:
    """Decode every picture and every sound to the end."""
    width = height = rate = marker = None
    starts: dict[str, float] = {}
    ends = {"video": 0.0, "audio": 0.0}
    keyframes = []
    with av.open(str(media) if isinstance(media, Path) else media, "r") as container:
        for frame in container.decode():
            kind = "video" if isinstance(frame, av.VideoFrame) else "audio"
            assert frame.pts is not None, f"a {kind} frame has no time"
            assert frame.time_base is not None, f"a {kind} frame has no unit of time"
            start = float(frame.pts * frame.time_base)
            starts.setdefault(kind, start)
            if isinstance(frame, av.VideoFrame):
                stream = container.streams.video[0]
                rate = float(stream.average_rate or stream.guessed_rate or Fraction(30))
                width, height = frame.width, frame.height
                marker = marker or _marker(frame)
                ends["video"] = start + 1 / rate
                if frame.key_frame:
                    keyframes.append(round(start - starts["video"], 3))
            elif isinstance(frame, av.AudioFrame):
                ends["audio"] = start + frame.samples / frame.sample_rate
    spans = {kind: ends[kind] - starts.get(kind, 0.0) for kind in ends}
    return Played(width, height, spans["video"], spans["audio"], tuple(keyframes), rate, marker)


def seconds_in_ffmpeg(path: Path, folder: Path) -> float:
    """Let ffmpeg's own HLS, DASH and MP4 readers play a path relative to a folder; return where they end.

    Raises CalledProcessError where ffmpeg cannot open or play it without an error.
    """
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-nostdin",
        "-loglevel",
        "error",
        "-xerror",
        "-progress",
        "pipe:1",
    ]
    # CMAF's own extensions are no "common multimedia extension" to ffmpeg's reader of DASH.
    options = ["-allowed_extensions", "ALL"] if path.suffix == ".mpd" else []
    done = subprocess.run(
        # Subtitles need no encoder.
        [*command, *options, "-i", str(path), "-map", "0", "-c:s", "copy", "-f", "null", "-"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return int(re.findall(r"out_time_us=(\d+)", done.stdout)[-1]) / 1_000_000


def _marker(frame: av.VideoFrame) -> str | None:
    """Find the corner with the white marker: the only one that is bright in the middle of its 16th."""
    plane = frame.reformat(format="gray").planes[0]
    luma, width, height = memoryview(plane), frame.width, frame.height
    rows = {"top": height // 16, "bottom": height - 1 - height // 16}
    columns = {"left": width // 16, "right": width - 1 - width // 16}
    bright = [f"{y} {x}" for y in rows for x in columns if luma[rows[y] * plane.line_size + columns[x]] > 225]
    return bright[0] if len(bright) == 1 else None
