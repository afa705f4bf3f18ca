"""Check the pictures that an asset delivers: size, shape, times, orientation, color, likeness."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from checks.corpus.cases.case import Case
from checks.corpus.cases.outcomes import PLAYED, Size
from checks.corpus.examination.colors import color_errors
from checks.corpus.examination.delivery import Delivery, Rendition
from checks.corpus.examination.similarity import (
    SSIM,
    VMAF,
    Candidate,
    Likeness,
    Reference,
    likenesses,
    measure_of,
)
from checks.corpus.examination.watching import Watched, watch

ASPECT_TOLERANCE = 0.01
SECONDS_TOLERANCE = 0.1
RATE_TOLERANCE = 0.01
# A handful of frames in MPEG-TS doesn't tell the rate.
SHORTEST_WITH_RATE_SECONDS = 0.4
BT709 = (1, 1, 1)
# ITU-T H.273's codes of PQ and HLG: nothing that was not HDR may be declared so.
HDR_TRANSFERS = (16, 18)
FLOORS = {VMAF: 90.0, SSIM: 0.90}
# Along the ladder, a smaller rung may not look more like the source than a larger one, by more than this.
MONOTONIC_TOLERANCE = {VMAF: 0.5, SSIM: 0.005}


@dataclass(frozen=True, slots=True)
class Seen:
    """Put together what one rendition declares and what was seen of it."""

    rendition: Rendition
    watched: Watched

    @property
    def size(self) -> Size:
        """Return the size of its frames."""
        return self.watched.width, self.watched.height

    @property
    def said(self) -> str:
        """Return its name in a report."""
        return f"{self.rendition.format} {self.watched.width}x{self.watched.height}"


def see(case: Case, delivery: Delivery) -> dict[str, list[Seen]]:
    """Watch every rendition once, however many formats reach it; largest first."""
    watched: dict[Path, Watched] = {}
    seen: dict[str, list[Seen]] = {}
    for format_, renditions in delivery.pictures.items():
        for rendition in renditions:
            if rendition.path not in watched:
                watched[rendition.path] = watch(rendition.path, case.outcome.inner)
            seen.setdefault(format_, []).append(Seen(rendition, watched[rendition.path]))
    for each in seen.values():
        each.sort(key=lambda one: one.size[0] * one.size[1], reverse=True)
    return seen


def picture_errors(case: Case, seen: dict[str, list[Seen]]) -> Iterator[str]:
    """Yield what is wrong with what was seen, likeness left aside."""
    picture = case.recipe.picture
    if picture is None:
        if seen:
            yield f"there are pictures in {', '.join(seen)}, but none in the source"
        return
    for format_ in sorted(case.outcome.formats & PLAYED):
        sizes = tuple(one.size for one in seen.get(format_, []))
        wanted = case.outcome.sizes(format_)
        if sizes != wanted:
            yield f"{format_} has {_sizes(sizes)}, not {_sizes(wanted)}"
    for one in _once(seen):
        yield from _errors_of(case, one)
    for format_, each in seen.items():
        yield from _unaligned(format_, each)


def _errors_of(case: Case, one: Seen) -> Iterator[str]:
    watched, outcome, picture = one.watched, case.outcome, case.recipe.picture
    assert picture is not None
    declared = one.rendition.declared_size
    if declared is not None and declared != one.size:
        yield f"{one.said} is declared as {_sizes([declared])}"
    if outcome.inner is None:
        shown = float(picture.shown_aspect)
        # A side is rounded to an even number of pixels: of a tiny picture that is more than a hundredth.
        allowed = max(ASPECT_TOLERANCE, 2 / min(one.size))
        if abs(watched.shown_aspect / shown - 1) > allowed:
            yield f"{one.said} shows {watched.shown_aspect:.3f} to 1, not {shown:.3f}"
        largest = (math.ceil(picture.width * max(Fraction(1), picture.sample_aspect)), picture.height)
        if one.size[0] * one.size[1] > largest[0] * largest[1]:
            yield f"{one.said} is larger than its source"
    if watched.corner != "top right":
        yield f"{one.said} has its marker {watched.corner or 'in no corner'}, not top right"
    if abs(watched.seconds - outcome.seconds) > SECONDS_TOLERANCE:
        yield f"{one.said} plays for {watched.seconds:.2f} s, not {outcome.seconds:.2f} s"
    if outcome.seconds >= SHORTEST_WITH_RATE_SECONDS:
        wanted = float(outcome.frame_rate)
        if abs(watched.frame_rate - wanted) > RATE_TOLERANCE:
            yield f"{one.said} has {watched.frame_rate:.3f} frames a second, not {wanted:.3f}"
        if not watched.is_steady:
            yield f"{one.said} has frames at unequal distances"
    if not watched.keyframes or watched.keyframes[0] != 0:
        yield f"{one.said} does not begin with a keyframe"
    if outcome.is_tone_mapped:
        if watched.color != BT709:
            yield f"{one.said} is declared with color codes {watched.color}, not BT.709's {BT709}"
        yield from (f"{one.said}: {error}" for error in color_errors(one.rendition.path))
    elif watched.color[1] in HDR_TRANSFERS:
        yield f"{one.said} is declared HDR (transfer {watched.color[1]}), its source is SDR"
    if watched.bit_depth != 8:
        yield f"{one.said} has {watched.bit_depth} bits, which no player of AVC is sure to know"


def _unaligned(format_: str, each: Sequence[Seen]) -> Iterator[str]:
    first = each[0].watched
    for one in each[1:]:
        keys, half_frame = one.watched.keyframes, 0.5 / first.frame_rate
        apart = [abs(ours - theirs) for ours, theirs in zip(first.keyframes, keys, strict=False)]
        if len(keys) != len(first.keyframes) or any(gap >= half_frame for gap in apart):
            yield f"{format_}: keyframes of {one.said} at {keys}, of the largest at {first.keyframes}"


def compare(case: Case, original: Path, seen: dict[str, list[Seen]]) -> list[tuple[Seen, Likeness]]:
    """Measure how like its source each rendition is, in the order of formats and sizes."""
    picture, found = case.recipe.picture, [*_once(seen)]
    if picture is None or not found:
        return []
    shown_width = round(picture.width * picture.sample_aspect)
    reference = Reference(
        path=original,
        width=shown_width,
        height=picture.height,
        frame_rate=case.outcome.frame_rate,
        seconds=case.outcome.seconds,
        is_interlaced=picture.is_interlaced,
        measure=measure(case),
    )
    candidates = [Candidate(one.rendition.path, *one.size) for one in found]
    return list(zip(found, likenesses(reference, candidates), strict=True))


def measure(case: Case) -> str:
    """Return the measure in which a case's renditions are compared."""
    picture = case.recipe.picture
    assert picture is not None
    return measure_of(picture.width, picture.height, is_tone_mapped=case.outcome.is_tone_mapped)


def likeness_errors(case: Case, likenesses: Sequence[tuple[Seen, Likeness]]) -> Iterator[str]:
    """Yield each rendition below its floor, and each step of a ladder that goes up as it gets smaller."""
    if not likenesses:
        return
    unit = measure(case)
    floor = case.outcome.floor or FLOORS[unit]
    for one, likeness in likenesses:
        if not likeness.at_rung >= floor:
            yield f"{one.said} has {unit} {likeness.at_rung:.3f}, below {floor}"
    for (larger, more), (smaller, less) in pairwise(likenesses):
        is_one_ladder = larger.rendition.format == smaller.rendition.format
        if is_one_ladder and less.at_source > more.at_source + MONOTONIC_TOLERANCE[unit]:
            yield (
                f"{smaller.said} looks more like the source than {larger.said}: "
                f"{unit} {less.at_source:.3f} and {more.at_source:.3f}"
            )


def _once(seen: dict[str, list[Seen]]) -> Iterator[Seen]:
    """Yield every file once, HLS before the other formats that reach it."""
    named: set[Path] = set()
    for format_ in sorted(seen, key=lambda name: (name != "HLS", name)):
        for one in seen[format_]:
            if one.rendition.path not in named:
                named.add(one.rendition.path)
                yield one


def _sizes(sizes: Sequence[Size]) -> str:
    return ", ".join(f"{width}x{height}" for width, height in sizes) or "nothing"
