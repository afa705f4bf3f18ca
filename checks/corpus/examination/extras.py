"""Check what an asset delivers beside pictures and sound: stills, the storyboard for scrubbing, captions."""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from checks.corpus.cases.case import Case
from checks.corpus.examination.delivery import LANGUAGES
from checks.corpus.examination.watching import first_picture

STILLS = ("THUMBNAIL", "POSTER")
CUE = re.compile(r"(\d+):(\d\d):(\d\d\.\d{3}) --> (\d+):(\d\d):(\d\d\.\d{3})[^\n]*\n(.+)")
AREA = re.compile(r"(.+)#xywh=(\d+),(\d+),(\d+),(\d+)")
LANGUAGE = re.compile(r'LANGUAGE="([^"]*)"')
# ISO 639-2 -> BCP 47's shortest code.
LONG_LANGUAGES = {long: short for short, long in LANGUAGES.items() if len(short) == 2}
SECONDS_TOLERANCE = 0.2


def extra_errors(case: Case, record: Mapping[str, Any], folder: Path) -> Iterator[str]:
    """Yield what is wrong with stills, storyboard and captions that a record lists."""
    captions: list[str] = []
    for output in record.get("outputs") or []:
        path = folder / str(output["key"])
        format_ = str(output["format"])
        if format_ in (*STILLS, "STORYBOARD", "CAPTIONS") and not path.is_file():
            yield f"{format_}: {path.name} is missing"
        elif format_ in STILLS:
            yield from _still_errors(case, output, path)
        elif format_ == "HLS" and path.is_file():
            yield from _master_errors(path)
        elif format_ == "STORYBOARD":
            yield from _storyboard_faults(case, path)
        elif format_ == "CAPTIONS":
            captions.append(".".join(filter(None, (output.get("language"), output.get("role")))))
            yield from _caption_errors(case, str(output["source"]), path)
    if tuple(sorted(captions)) != tuple(sorted(case.outcome.captions)):
        yield f"there are captions in {captions}, not in {list(case.outcome.captions)}"
    rejected = [str(entry["key"]) for entry in record.get("rejected_captions") or []]
    if len(rejected) != len(case.captions) - len(captions):
        yield f"of {len(case.captions)} caption files {rejected} are rejected"


def _caption_errors(case: Case, source: str, path: Path) -> Iterator[str]:
    shown = path.read_text(encoding="utf-8")
    for uploaded in case.captions:
        if source.endswith(uploaded.suffix) and not all(line in shown for line in uploaded.lines):
            yield f"captions {path.name} lack the words of the uploaded file"


def _still_errors(case: Case, output: Mapping[str, Any], path: Path) -> Iterator[str]:
    size, wanted = _size(path), (int(output["width"]), int(output["height"]))
    if size != wanted:
        yield f"{path.name} is {size[0]}x{size[1]}, in the record {wanted[0]}x{wanted[1]}"
    largest = case.outcome.sizes("HLS")[0]
    if size[0] > largest[0] or size[1] > largest[1]:
        yield f"{path.name} is {size[0]}x{size[1]}, larger than any rendition"
    picture = case.recipe.picture
    if picture is not None and case.outcome.inner is None:
        shown = float(picture.shown_aspect)
        if abs(size[0] / size[1] / shown - 1) > max(0.02, 2 / min(size)):
            yield f"{path.name} shows {size[0] / size[1]:.3f} to 1, not {shown:.3f}"


def _master_errors(path: Path) -> Iterator[str]:
    """Yield what players would stumble on: captions that were not announced, long language names."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#EXT-X-STREAM-INF:") and ",CLOSED-CAPTIONS=NONE" not in line:
            yield f"{path.name} does not say of a variant that it has no closed captions"
        for language in LANGUAGE.findall(line):
            if language in LONG_LANGUAGES:
                yield f"{path.name} has the language {language}, not {LONG_LANGUAGES[language]}"


def _storyboard_faults(case: Case, path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    if not text.startswith("WEBVTT"):
        yield f"{path.name} is not WebVTT"
    cues = CUE.findall(text)
    if not cues:
        yield f"{path.name} has no cue"
        return
    times = [(_seconds(cue[:3]), _seconds(cue[3:6])) for cue in cues]
    if times[0][0] != 0 or any(before[1] != after[0] for before, after in pairwise(times)):
        yield f"{path.name} leaves gaps: {times}"
    if abs(times[-1][1] - case.outcome.seconds) > SECONDS_TOLERANCE:
        yield f"{path.name} ends at {times[-1][1]:.2f} s, the source at {case.outcome.seconds:.2f} s"
    for cue in cues:
        area = AREA.fullmatch(cue[6].strip())
        if area is None:
            yield f"{path.name}: {cue[6]!r} names no part of a picture"
            continue
        tile = path.parent / unquote(area[1])
        if not tile.is_file():
            yield f"{path.name} names {area[1]}, which is missing"
            continue
        left, top, width, height = (int(area[number]) for number in range(2, 6))
        size = _size(tile)
        if not (width > 0 and height > 0 and left + width <= size[0] and top + height <= size[1]):
            yield f"{path.name}: {cue[6]} is outside of a picture of {size[0]}x{size[1]}"


def _size(path: Path) -> tuple[int, int]:
    frame = first_picture(path)
    return frame.width, frame.height


def _seconds(parts: tuple[str, ...]) -> float:
    return int(parts[0]) * 3600 + int(parts[1]) * 60 + float(parts[2])
