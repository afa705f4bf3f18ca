"""See what a picture track shows: size and shape, times and keyframes, colors, which way is up."""

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av

# A white marker is at least so bright after a tone mapper that keeps room for highlights.
MARKER_LUMA = 150
MARKER_ABOVE_OTHERS = 80
MARKER_SHARE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """Hold what was seen of a track; times in seconds from its first picture.

    Attributes:
        corner: In which the white marker is, such as ``top right``; empty where in none.
        color: Codes of primaries, transfer and matrix. Source: ITU-T H.273.
        is_steady: Whether all frames are equally far apart.
    """

    codec: str
    width: int
    height: int
    sample_aspect: Fraction
    bit_depth: int
    frames: int
    frame_rate: float
    seconds: float
    is_steady: bool
    keyframes: tuple[float, ...]
    color: tuple[int, int, int]
    corner: str

    @property
    def shown_aspect(self) -> float:
        """Return width over height as a viewer sees it."""
        return float(self.width * self.sample_aspect / self.height)


def watch(path: Path, inner: tuple[int, int] | None = None) -> Watched:
    """Read every packet and decode the first picture.

    Args:
        path: A file with a picture track.
        inner: Size of the picture within the frame, in its middle; None where it fills the frame.
    """
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        time_base = stream.time_base or Fraction(1)
        times, keys = [], []
        for packet in container.demux(stream):
            if packet.pts is None:
                continue
            times.append(packet.pts * time_base)
            if packet.is_keyframe:
                keys.append(packet.pts * time_base)
        declared = stream.average_rate or stream.guessed_rate or Fraction(30)
        sample_aspect = stream.sample_aspect_ratio or Fraction(1)
        codec = stream.codec_context.name
    times.sort()
    gaps = [after - before for before, after in pairwise(times)]
    rate = len(gaps) / (times[-1] - times[0]) if gaps else declared
    frame = first_picture(path)
    return Watched(
        codec=codec,
        width=frame.width,
        height=frame.height,
        sample_aspect=sample_aspect,
        bit_depth=max(component.bits for component in frame.format.components),
        frames=len(times),
        frame_rate=float(rate),
        seconds=float(times[-1] - times[0] + 1 / rate),
        # Containers round times to a unit of their own.
        is_steady=all(abs(gap - 1 / rate) < Fraction(1, 400) for gap in gaps),
        keyframes=tuple(round(float(key - times[0]), 3) for key in sorted(keys)),
        color=(int(frame.color_primaries), int(frame.color_trc), int(frame.colorspace)),
        corner=marked_corner(frame, inner),
    )


def first_picture(path: Path) -> av.VideoFrame:
    """Decode the first picture of a file.

    Raises:
        LookupError: There is none.
    """
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            return frame
    raise LookupError(f"{path.name} has no picture")


def marked_corner(frame: av.VideoFrame, inner: tuple[int, int] | None = None) -> str:
    """Return the corner that is far brighter than the three others; empty where none is."""
    plane = frame.reformat(format="gray").planes[0]
    luma = memoryview(plane)
    width, height = inner or (frame.width, frame.height)
    left, top = (frame.width - width) // 2, (frame.height - height) // 2
    across, down = max(1, width // MARKER_SHARE // 2), max(1, height // MARKER_SHARE // 2)
    rows = {"top": top + down, "bottom": top + height - 1 - down}
    columns = {"left": left + across, "right": left + width - 1 - across}
    found = {
        f"{vertical} {horizontal}": luma[row * plane.line_size + column]
        for vertical, row in rows.items()
        for horizontal, column in columns.items()
    }
    brightest = max(found, key=lambda corner: found[corner])
    others = max(light for corner, light in found.items() if corner != brightest)
    is_clear = found[brightest] >= MARKER_LUMA and found[brightest] - others >= MARKER_ABOVE_OTHERS
    return brightest if is_clear else ""
