"""Measure how like its source each rendition looks: VMAF, or SSIM of the luma where VMAF says nothing.

VMAF was trained on ordinary pictures: for tone-mapped ones, and for ones of a few pixels, SSIM is taken.
Each rendition is compared twice: with the source made as small as it is, which tells what encoding took away;
and at the source's size, enlarged as a player does, which tells what a viewer of this rung sees.
"""

import json
import math
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from statistics import fmean

from sandbox.mediaconvert.encoding.ffmpeg import executable

VMAF, SSIM = "VMAF", "SSIM"
# Below it, VMAF's filters reach over most of the picture.
SMALLEST_VMAF_SIDE = 96
SAMPLES = 8
SAMPLES_OF_LARGE = 3
LARGE_PIXELS = 1920 * 1088


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Say what renditions are compared with.

    Attributes:
        path: The source, undamaged and in SDR.
        width: As a viewer sees it, in square pixels.
        height: The same.
        frame_rate: Of the renditions; the source's pictures are taken at this rate from the file's beginning,
            as a player shows them: where its sound begins first, a picture stands until the next one is due.
        seconds: Of the picture.
        is_interlaced: Its fields become frames before they are compared.
        measure: VMAF or SSIM.
    """

    path: Path
    width: int
    height: int
    frame_rate: Fraction
    seconds: float
    is_interlaced: bool = False
    measure: str = VMAF

    @property
    def every(self) -> int:
        """Return which frames are compared: one in so many."""
        samples = SAMPLES_OF_LARGE if self.width * self.height > LARGE_PIXELS else SAMPLES
        return max(1, math.floor(self.seconds * self.frame_rate / samples))


@dataclass(frozen=True, slots=True)
class Candidate:
    """Name a rendition's file and the size of its frames."""

    path: Path
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Likeness:
    """Hold a rendition's likeness to the source: VMAF from 0 to 100, SSIM from 0 to 1.

    Attributes:
        at_rung: With the source scaled to the rendition.
        at_source: With the rendition scaled to the source.
    """

    at_rung: float
    at_source: float


def measure_of(width: int, height: int, *, is_tone_mapped: bool) -> str:
    """Choose the measure for a source of this size."""
    return SSIM if is_tone_mapped or min(width, height) < SMALLEST_VMAF_SIDE else VMAF


def likenesses(reference: Reference, candidates: Sequence[Candidate]) -> list[Likeness]:
    """Compare renditions with their source, all in one run of ffmpeg: each file is decoded once."""
    with tempfile.TemporaryDirectory() as scratch:
        inputs = [str(reference.path), *(str(candidate.path.absolute()) for candidate in candidates)]
        arguments = [part for path in inputs for part in ("-i", path)]
        arguments += ["-filter_complex", ";".join(_graph(reference, candidates))]
        for number in range(len(candidates)):
            arguments += ["-map", f"[rung{number}]", "-map", f"[whole{number}]"]
        # Of a transport stream's tracks, ffmpeg takes the first one that is used for the beginning.
        arguments += ["-map", "0:a?"]
        command = [executable(), "-hide_banner", "-nostdin", "-loglevel", "error", *arguments]
        subprocess.run(
            [*command, "-f", "null", "-"], check=True, stdin=subprocess.DEVNULL, cwd=scratch, timeout=300
        )
        return [
            Likeness(
                _score(Path(scratch) / f"rung{number}", reference.measure),
                _score(Path(scratch) / f"whole{number}", reference.measure),
            )
            for number in range(len(candidates))
        ]


def _graph(reference: Reference, candidates: Sequence[Candidate]) -> Iterator[str]:
    count = len(candidates)
    width, height = _even(reference.width), _even(reference.height)
    sampled = f"select='not(mod(n,{reference.every}))',settb=1/10,setpts=N,format=yuv420p,setsar=1"
    steps = []
    if reference.is_interlaced:
        steps.append("bwdif=mode=send_frame")
    steps += [
        f"fps={reference.frame_rate}:start_time=0",
        sampled,
        f"scale={width}:{height}",
        f"split={2 * count}",
    ]
    labels = "".join(f"[ref{number}][same{number}]" for number in range(count))
    yield f"[0:v:0]{','.join(steps)}{labels}"
    for number, candidate in enumerate(candidates):
        inner = min(candidate.width, width), min(candidate.height, height)
        scaled = [f"scale={inner[0]}:{inner[1]}"]
        cropped = ""
        if inner != (candidate.width, candidate.height):
            scaled.append(f"pad={candidate.width}:{candidate.height}:(ow-iw)/2:(oh-ih)/2")
            cropped = f"crop={inner[0]}:{inner[1]},"
        yield f"[{1 + number}:v:0]{sampled},split[out{number}][small{number}]"
        yield f"[ref{number}]{','.join(scaled)}[as{number}]"
        yield f"[out{number}][as{number}]{_compare(reference.measure, f'rung{number}')}[rung{number}]"
        yield f"[small{number}]{cropped}scale={width}:{height}[large{number}]"
        yield f"[large{number}][same{number}]{_compare(reference.measure, f'whole{number}')}[whole{number}]"


def _compare(measure: str, log: str) -> str:
    if measure == VMAF:
        return f"libvmaf=log_fmt=json:log_path={log}:n_threads=2:shortest=1"
    return f"ssim=stats_file={log}:shortest=1"


def _score(log: Path, measure: str) -> float:
    if measure == VMAF:
        return float(json.loads(log.read_text())["pooled_metrics"]["vmaf"]["mean"])
    lines = log.read_text().splitlines()
    return fmean(float(line.split("Y:")[1].split()[0]) for line in lines)


def _even(side: int) -> int:
    return side // 2 * 2
