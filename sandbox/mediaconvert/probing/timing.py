"""Settle when a track begins and how long it lasts, from what its headers promise and its packets show.

A duration is the end minus the start. Some containers count it from zero instead: where the picture begins at
8 s, they call 10 s what lasts 2 s.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

# Time stamps and edit lists are seldom exact: a track may lack this much of what its headers promise.
TOLERANCE_SECONDS, TOLERANCE_SHARE = 0.5, 0.02
# Sound whose packets together last so much longer than the time from the first to the last has no real times.
CROWDED_SHARE = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Say when a track is shown.

    Attributes:
        start_seconds: From the file's first time stamp to the track's.
        duration_seconds: From its start to its end; None where neither headers nor packets tell it.
        is_crowded: Whether its time stamps must be wrong, since its packets don't fit between them.
    """

    start_seconds: float
    duration_seconds: float | None
    is_crowded: bool = False


def tolerance(seconds: float) -> float:
    """Return by how many seconds a track may be shorter than its headers promise."""
    return max(TOLERANCE_SECONDS, seconds * TOLERANCE_SHARE)


def timing(
    declared: float | None, times: Mapping[str, Any] | None, *, begins: float, is_sound: bool
) -> Timing:
    """Settle the timing of a track.

    What its headers promise counts, so that a file that ends too early is found out; but not what they count
    from zero though the track begins later, nor less than is there.

    Args:
        declared: Seconds, as its headers say.
        times: As ``packet_times`` tells them; None where they couldn't be read.
        begins: The file's first time stamp in seconds.
        is_sound: Whether it is a track of sound, whose packets fill the time.
    """
    if times is None:
        return Timing(start_seconds=0.0, duration_seconds=declared)
    start, length, lasting = times["start"], times["end"] - times["start"], times["lasting"]
    if is_sound and lasting > length * CROWDED_SHARE + TOLERANCE_SECONDS:
        return Timing(start_seconds=start, duration_seconds=lasting, is_crowded=True)
    start = max(0.0, start)
    if not times["is_trusted"] or length <= 0:
        return Timing(start_seconds=start, duration_seconds=declared)
    if declared is None:
        return Timing(start_seconds=start, duration_seconds=length)
    end = begins + times["end"]
    counts_from_zero = abs(declared - end) < abs(declared - length) and declared <= end + tolerance(end)
    is_longer = length > declared + tolerance(declared)
    return Timing(start_seconds=start, duration_seconds=length if counts_from_zero or is_longer else declared)


def file_seconds(declared: float | None, tracks: Iterable[Timing]) -> float | None:
    """Return the duration of a file: from the start of its first track to the end of its last one.

    What the file itself declares counts where it is about the same.
    """
    known = [(one.start_seconds, one.duration_seconds) for one in tracks if one.duration_seconds is not None]
    if not known:
        return declared
    seconds = max(start + duration for start, duration in known) - min(start for start, _ in known)
    is_alike = declared is not None and abs(declared - seconds) <= tolerance(seconds)
    return declared if is_alike else seconds
