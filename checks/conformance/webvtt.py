"""Check WebVTT. Source: W3C WebVTT: The Web Video Text Tracks Format, section 4."""

import re
from collections.abc import Iterator
from pathlib import Path

TIME = r"(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
TIMING = re.compile(rf"{TIME}[ \t]+-->[ \t]+{TIME}(?:[ \t]+\S+:\S+)*[ \t]*")
FIRST_LINE = re.compile(r"\ufeff?WEBVTT(?:[ \t].*)?")


def webvtt_errors(path: Path) -> list[str]:
    """Return what is wrong with a WebVTT file."""
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return [f"{path.name}: it isn't UTF-8"]
    blocks = re.split(r"\n{2,}", text.replace("\r\n", "\n").replace("\r", "\n").strip("\n"))
    if not FIRST_LINE.fullmatch(blocks[0].split("\n")[0]):
        return [f"{path.name}: its first line isn't WEBVTT"]
    return [f"{path.name}: {error}" for error in _block_errors(blocks)]


def _block_errors(blocks: list[str]) -> Iterator[str]:
    if any("-->" in line for line in blocks[0].split("\n")):
        yield "a cue stands in its header, without an empty line before it"
    latest = 0.0
    for block in blocks[1:]:
        lines = block.split("\n")
        if re.match(r"(NOTE|STYLE|REGION)(\s|$)", lines[0]):
            continue
        at = next((number for number, line in enumerate(lines[:2]) if "-->" in line), None)
        timing = TIMING.fullmatch(lines[at]) if at is not None else None
        if timing is None or at is None:
            yield f"the block {lines[0]!r} has no timing"
            continue
        start, end = _seconds(timing.groups()[:4]), _seconds(timing.groups()[4:])
        if end <= start:
            yield f"a cue ends at {end} s, but begins at {start} s"
        if start < latest:
            yield f"a cue at {start} s comes after one at {latest} s"
        if any("-->" in line for line in lines[at + 1 :]):
            yield f"the cue at {start} s holds an arrow"
        latest = start


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, milliseconds = (int(part or 0) for part in parts)
    return hours * 3600 + minutes * 60 + seconds + milliseconds / 1000
