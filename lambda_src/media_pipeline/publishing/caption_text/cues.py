"""Read the cues of SubRip and WebVTT as people have them, told apart by what they are.

SubRip has no standard, and WebVTT is written by hand as often as by programs. What counts as the begin of a
cue is a line of times; what stands between two of them is a cue's text. Numbers may be missing or stand
apart, milliseconds may be missing or follow a point or a comma, blank lines may be anywhere.

Source: https://www.w3.org/TR/webvtt1/ for what is a block of WebVTT that is no cue.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from media_pipeline.domain.values import dataclass

_TIME = r"(?:(\d{1,4})[ ]?:[ ]?)?(\d{1,2})[ ]?:[ ]?(\d{1,2})(?:[ ]?[.,:][ ]?(\d{1,9}))?"
_TIMES = re.compile(rf"\s*{_TIME}\s*-{{1,3}}>\s*{_TIME}(?:[ \t]+(?P<settings>\S.*))?\s*", re.ASCII)
# A line that has an arrow and a time, or follows a cue's number, was meant as times.
_NEARLY_TIMES = re.compile(r"[-\d]\d*\s*[:.,]\s*\d.*?-->|-->\s*[-\d]\d*\s*[:.,]\s*\d")
_NUMBER = re.compile(r"\s*\d{1,9}\s*", re.ASCII)
_ARROW = "-->"
_LINE_BREAK = re.compile(r"\r\n?")
_HEADER = re.compile(r"WEBVTT(?:[ \t].*)?")
_NO_CUE = re.compile(r"(NOTE|STYLE|REGION)(?:[ \t].*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """Hold one cue: its times in milliseconds, its place as WebVTT's settings, its lines as written."""

    begins_ms: int
    ends_ms: int
    settings: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CueFile:
    """Hold what was read; `unreadable` counts the lines that were meant as times and are none.

    `styles` and `regions` are WebVTT's, without their first line.
    """

    is_webvtt: bool
    cues: tuple[Cue, ...]
    unreadable: int
    styles: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()


def read_cues(text: str) -> CueFile:
    """Return the cues of a caption file's text in the order in which they are written."""
    lines = _LINE_BREAK.sub("\n", text.lstrip("\ufeff \t\r\n")).split("\n")
    is_webvtt = _HEADER.fullmatch(lines[0].rstrip()) is not None
    blocks: dict[str, list[str]] = {"NOTE": [], "STYLE": [], "REGION": []}
    if is_webvtt:
        lines = list(_without_blocks(lines, blocks))
    cues, unreadable, last_number, begin = [], 0, 0, 0
    heads = [*_heads(lines), len(lines)]
    for at, following in pairwise(heads):
        number = _number_line(lines, begin, at, last_number)
        last_number = last_number if number is None else int(lines[number])
        begin = at + 1
        body = lines[at + 1 : _end_of_text(lines, at + 1, following, last_number, is_webvtt=is_webvtt)]
        times = _times(lines[at])
        if times is None:
            unreadable += 1
            continue
        begins_ms, ends_ms, settings = times
        shown = tuple(line.rstrip() for line in body if line.strip())
        cues.append(Cue(begins_ms=begins_ms, ends_ms=ends_ms, settings=settings, lines=shown))
    return CueFile(
        is_webvtt=is_webvtt,
        cues=tuple(cues),
        unreadable=unreadable,
        styles=tuple(blocks["STYLE"]),
        regions=tuple(blocks["REGION"]),
    )


def _without_blocks(lines: Sequence[str], blocks: dict[str, list[str]]) -> Iterator[str]:
    """Yield the lines of WebVTT but for its head, and what goes into `blocks`."""
    at = 0
    while at < len(lines) and lines[at].strip() and (at == 0 or _ARROW not in lines[at]):
        at += 1
    while at < len(lines):
        is_first = not lines[at - 1].strip()
        kind = _NO_CUE.fullmatch(lines[at].rstrip()) if is_first else None
        if kind is None:
            yield lines[at]
            at += 1
            continue
        end = at + 1
        # A comment may hold an arrow by mistake; it ends where a cue begins all the same.
        while end < len(lines) and lines[end].strip() and _times(lines[end]) is None:
            end += 1
        blocks[kind[1]].append("\n".join(line.rstrip() for line in lines[at + 1 : end]))
        at = end


def _heads(lines: Sequence[str]) -> Iterator[int]:
    """Yield the numbers of the lines that hold times, or were meant to."""
    for at, line in enumerate(lines):
        if ">" not in line:
            continue
        if _times(line) is not None:
            yield at
        elif _ARROW in line:
            after_number = (
                at > 0
                and _NUMBER.fullmatch(lines[at - 1]) is not None
                and (at == 1 or not lines[at - 2].strip())
            )
            if after_number or _NEARLY_TIMES.search(line):
                yield at


def _times(line: str) -> tuple[int, int, str] | None:
    match = _TIMES.fullmatch(line)
    if match is None:
        return None
    begins_ms, ends_ms = _milliseconds(match.groups()[:4]), _milliseconds(match.groups()[4:8])
    if begins_ms is None or ends_ms is None:
        return None
    return begins_ms, ends_ms, (match["settings"] or "").strip()


def _milliseconds(parts: Sequence[str | None]) -> int | None:
    hours, minutes, seconds = (int(part or 0) for part in parts[:3])
    if minutes > 59 or seconds > 59:
        return None
    # Players take "1,5" for five milliseconds. More than three digits are a finer fraction.
    fraction = (parts[3] or "0")[:3]
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + int(fraction)


def _end_of_text(lines: Sequence[str], begin: int, head: int, last_number: int, *, is_webvtt: bool) -> int:
    """Return where the text ends that begins here and is followed by the times in line `head`."""
    if head == len(lines):
        return head
    number = _number_line(lines, begin, head, last_number)
    if number is not None:
        return number
    before = head - 1
    has_name = is_webvtt and before > begin and lines[before].strip() and not lines[before - 1].strip()
    # A cue's name in WebVTT; by itself it is the text of the cue before, which has none else.
    return before if has_name and _has_text(lines[begin:before]) else head


def _number_line(lines: Sequence[str], begin: int, head: int, last_number: int) -> int | None:
    """Return the line, from `begin` on, that holds the number of the cue with its times in line `head`.

    A number may stand apart from the times, or directly behind the text before: then it must be the next one.
    """
    at = head - 1
    while at >= begin and not lines[at].strip():
        at -= 1
    if at < begin or _NUMBER.fullmatch(lines[at]) is None:
        return None
    is_next = int(lines[at]) == last_number + 1
    if at == head - 1:
        return at if is_next or at == 0 or not lines[at - 1].strip() else None
    return at if is_next and (begin == 0 or _has_text(lines[begin:at])) else None


def _has_text(lines: Sequence[str]) -> bool:
    return any(line.strip() for line in lines)
