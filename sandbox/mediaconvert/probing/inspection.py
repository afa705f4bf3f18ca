"""Let guarded child processes read a file: one its headers, another the times of its packets."""

import json
import logging
import sys
import threading
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from sandbox.mediaconvert.isolation.child_process import LimitExceeded, Stalled, run_child
from sandbox.mediaconvert.isolation.limits import INSPECTION, MAX_PIXELS, MAX_STREAMS
from sandbox.mediaconvert.model import JobError
from sandbox.mediaconvert.probing.formats import DEMUXERS
from sandbox.mediaconvert.probing.frame_rates import Times, constant_rate
from sandbox.mediaconvert.probing.screening import is_manifest, lacks_index, protection

INSPECTOR = Path(__file__).with_name("inspector.py")
PACKET_TIMES = Path(__file__).with_name("packet_times.py")
UNREADABLE, NO_INDEX, UNKNOWN_ERROR, MANIFEST = 1010, 1075, 1999, 3400

_log = logging.getLogger(__name__)


def read_headers(path: Path, cancelled: threading.Event | None = None) -> dict[str, Any]:
    """Let the inspector read the headers of a file; return what it answers, with the times of its tracks.

    Raises:
        JobError: 1010, the file can't be read; 1075, it has no index; 3400, it is a manifest; 1999, this
            endpoint's own reader failed, which says nothing about the file.
        Cancelled: ``cancelled`` was set.
    """
    if is_manifest(path):
        # Not confirmed for a manifest that isn't named .m3u8, nor for one of DASH, which is no input at all.
        raise JobError(MANIFEST, "The input file is a manifest: MediaConvert can't open the HLS input.")
    stopped = cancelled or threading.Event()
    try:
        lines = _run(INSPECTOR, [str(path), DEMUXERS, str(MAX_STREAMS), str(MAX_PIXELS)], stopped)
    except (Stalled, LimitExceeded) as stalled:
        raise JobError(UNREADABLE, f"The input file cannot be read: {stalled}.") from stalled
    if not lines:
        raise JobError(UNREADABLE, "The input file cannot be read: its headers are damaged, or too large.")
    answer: dict[str, Any] = json.loads(lines[-1])
    if "failed" in answer:
        raise JobError(
            UNKNOWN_ERROR, f"This endpoint failed to read the input file's headers: {answer['failed']}."
        )
    if "refused" in answer and lacks_index(path):
        raise JobError(NO_INDEX, "Failed probe/open: [no moov box found in file].")
    if "source" in answer:
        answer["source"]["protection"] = protection(path)
        _add_times(answer["source"], path, stopped)
    return answer


def _add_times(source: dict[str, Any], path: Path, cancelled: threading.Event) -> None:
    """Add ``times`` to each track; a track whose packets tell none keeps what its headers say."""
    tracks = [*source["videos"], *source["audios"]]
    indexes = [str(track["index"]) for track in tracks]
    try:
        lines = _run(PACKET_TIMES, [str(path), DEMUXERS, str(MAX_STREAMS), *indexes], cancelled)
    except (Stalled, LimitExceeded) as stalled:
        _log.warning("The times of %s are unknown: %s.", path.name, stalled)
        return
    if not lines:
        _log.warning("The times of %s are unknown: their reader ended without an answer.", path.name)
        return
    found: dict[str, Any] = json.loads(lines[-1])
    for track in tracks:
        track["times"] = times = found.get(str(track["index"]))
        if times is None:
            continue
        pictures = Times(ticks=times.pop("pictures"), tick_seconds=Fraction(*times.pop("tick")))
        if not track.get("interlaced"):  # of which a packet may be a field
            times |= _rates(track, pictures)


def _rates(track: dict[str, Any], pictures: Times) -> dict[str, Any]:
    mean = pictures.mean_rate
    if mean is None:
        return {}
    rate = constant_rate(_fraction(track["average_rate"]), _fraction(track["base_rate"]), pictures)
    return {
        "mean_rate": [mean.numerator, mean.denominator],
        "constant_rate": [rate.numerator, rate.denominator],
        "is_steady": pictures.is_steady(mean),
    }


def _run(script: Path, arguments: Sequence[str], cancelled: threading.Event) -> list[str]:
    """Run a script of ours, and give what it printed; nothing where it didn't end well."""
    lines: list[str] = []

    def read(line: str) -> bool:
        lines.append(line)
        return True

    command = [sys.executable, "-I", str(script), *arguments]
    ended = run_child(command, cancelled=cancelled, on_output=read, limits=INSPECTION)
    return lines if ended.returncode == 0 else []


def _fraction(pair: Sequence[int] | None) -> Fraction | None:
    return Fraction(pair[0], pair[1]) if pair else None
