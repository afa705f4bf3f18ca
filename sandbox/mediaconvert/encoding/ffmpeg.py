"""Run the bundled ffmpeg safely, and say what its failures mean.

ffmpeg gets file names of our own making only, relative to the work folder; the source is opened by its
absolute path through the ``file`` protocol, by the demuxers of media containers.
"""

import re
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import imageio_ffmpeg

from sandbox.mediaconvert.isolation.child_process import LimitExceeded, Stalled, run_child
from sandbox.mediaconvert.isolation.limits import MAX_PIXELS, MAX_STREAMS, TRANSCODE
from sandbox.mediaconvert.model import JobError
from sandbox.mediaconvert.probing.formats import DEMUXERS

MICROSECONDS = 1_000_000
QUOTED_LINES = 3
NOISE = ("Task finished", "Terminating thread", "Conversion failed", "Could not open encoder")
SPEAKERS = re.compile(r"^(\[[^\]]*\] )+")

TOO_LARGE, DEMUX_ERROR, UNEXPECTED_END, UNKNOWN_ERROR = 1050, 1075, 1076, 1999
# What ffmpeg says when the source, and not this program, is wrong.
SOURCE_ERRORS = ("Invalid data found", "Error while decoding", "Decode error rate", "Could not find codec")
# And what it says where the limits of its memory or of its files stop it.
EXCEEDED = ("Cannot allocate memory", "pthread_create() failed", "File too large", "No space left on device")
NOTHING_DECODED = ("received no packets", "Output file is empty", "Cannot determine format of input")


def executable() -> str:
    """Return the path of the ffmpeg that imageio-ffmpeg bundles."""
    path: str = imageio_ffmpeg.get_ffmpeg_exe()
    return path


def source_arguments(path: Path, threads: int) -> list[str]:
    """Return the arguments that open a source: local, of an allowed container, not turned by ffmpeg."""
    return [
        *("-protocol_whitelist", "file", "-format_whitelist", DEMUXERS),
        *("-max_streams", str(MAX_STREAMS), "-max_pixels", str(MAX_PIXELS)),
        # A picture whose size changes would begin the filters anew, and with them their counts of frames.
        *("-reinit_filter:v", "0"),
        *("-threads", str(threads), "-noautorotate", "-i", f"file:{path.absolute()}"),
    ]


def run_ffmpeg(
    arguments: Sequence[str],
    *,
    folder: Path,
    cancelled: threading.Event,
    on_progress: Callable[[float, int], None] | None = None,
) -> None:
    """Run ffmpeg in ``folder``; ``on_progress`` gets the seconds and the frames written so far.

    Raises:
        JobError: 1075 or 1076, the source is damaged; 1050, a limit was exceeded; 1999, ffmpeg failed or
            hung for another reason.
        Cancelled: ``cancelled`` was set.
    """
    frames, reached = 0, -1

    def read(line: str) -> bool:
        """Follow the progress; only progress is a sign of life."""
        nonlocal frames, reached
        name, _, value = line.strip().partition("=")
        if not value.isdigit():
            return False
        if name == "frame":
            frames = int(value)
        elif name == "out_time_us" and int(value) != reached:
            reached = int(value)
            if on_progress is not None:
                on_progress(reached / MICROSECONDS, frames)
            return True
        return False

    prefix = [executable(), "-hide_banner", "-nostdin", "-y", "-loglevel", "error"]
    prefix += ["-progress", "pipe:1", "-stats_period", "0.5"]
    try:
        ended = run_child(
            [*prefix, *arguments],
            cancelled=cancelled,
            on_output=read,
            limits=TRANSCODE,
            folder=folder,
        )
    except Stalled as stalled:
        raise JobError(UNKNOWN_ERROR, f"The transcode hangs: {stalled}.") from stalled
    except LimitExceeded as exceeded:
        raise JobError(TOO_LARGE, f"The transcode was stopped: {exceeded}.") from exceeded
    if ended.returncode != 0:
        raise _failure(ended.returncode, ended.complaint)


def _failure(returncode: int, complaint: str) -> JobError:
    lines = [SPEAKERS.sub("", line).strip(" .") for line in complaint.splitlines()]
    reported = dict.fromkeys(line for line in lines if line and not line.startswith(NOISE))
    quoted = "; ".join(list(reported)[-QUOTED_LINES:]) or "no message"
    if any(sign in complaint for sign in EXCEEDED):
        return JobError(TOO_LARGE, f"The transcode needs more memory or space than a job may have: {quoted}")
    if any(sign in complaint for sign in NOTHING_DECODED):
        return JobError(UNEXPECTED_END, f"The input file ends before anything could be decoded: {quoted}")
    if any(sign in complaint for sign in SOURCE_ERRORS):
        return JobError(DEMUX_ERROR, f"The input file is damaged: {quoted}")
    return JobError(UNKNOWN_ERROR, f"The transcode failed with status {returncode}: {quoted}")
