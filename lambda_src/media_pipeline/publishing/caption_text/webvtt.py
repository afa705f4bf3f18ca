"""Turn caption files as people have them into WebVTT as players want it.

Source: https://www.w3.org/TR/webvtt1/. A file is taken for what it is, whatever its suffix says. What can't
be shown is left out and counted; a file without a cue that can be shown can't be used.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

import webvtt
from webvtt.errors import MalformedCaptionError

from media_pipeline.domain.errors import UnreadableCaptionError
from media_pipeline.domain.languages import UNDETERMINED
from media_pipeline.domain.uploads.limits import MAX_CAPTION_BYTES
from media_pipeline.domain.values import dataclass
from media_pipeline.publishing.caption_text.cues import Cue, CueFile, read_cues
from media_pipeline.publishing.caption_text.encoding import decoded
from media_pipeline.publishing.caption_text.markup import webvtt_line

_UNREADABLE = "with times that can't be read"
_BACKWARDS = "that end before they begin"
_LATE = "that begin after the video's end"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionText:
    """Hold a caption file as WebVTT; `notes` are sentences on what was not taken as it was written.

    `ends_ms` is when the last cue is over.
    """

    text: str
    ends_ms: int
    notes: tuple[str, ...] = ()


def webvtt_text(body: bytes, *, duration_ms: int, language: str = UNDETERMINED) -> CaptionText:
    """Return a caption file (SubRip or WebVTT) as WebVTT, its cues in order of their begin.

    Cues that begin when the video is over (`duration_ms`, 0 where unknown) could never be shown and are left
    out; one that goes on after the end stays, as players stop it by themselves. `language` (BCP 47) is what
    the file's name tells, and helps where the file isn't in Unicode.

    Raises UnreadableCaptionError with a sentence for people.
    """
    if len(body) > MAX_CAPTION_BYTES:
        raise UnreadableCaptionError(
            f"The caption file has {len(body):,} bytes; at most {MAX_CAPTION_BYTES:,} are accepted."
        )
    if not body.strip():
        raise UnreadableCaptionError("The caption file is empty.")
    source = decoded(body, language=language)
    read = read_cues(source.text.replace("\0", "\ufffd"))
    left_out = Counter({_UNREADABLE: read.unreadable})
    cues = [cue for cue in read.cues if cue.lines]
    shown = [cue for cue in cues if cue.begins_ms < cue.ends_ms]
    left_out[_BACKWARDS] = len(cues) - len(shown)
    lines = [(cue, _lines(cue, is_webvtt=read.is_webvtt)) for cue in shown]
    lines = [(cue, text) for cue, text in lines if text]
    if not lines:
        raise UnreadableCaptionError(
            "The caption file has no cue that can be read: a line such as "
            "00:00:01,000 --> 00:00:04,000 with text below it."
        )
    in_time = [(cue, text) for cue, text in lines if not duration_ms or cue.begins_ms < duration_ms]
    if not in_time:
        raise UnreadableCaptionError(
            f"All cues of the caption file begin after the video's end ({duration_ms / 1000:.1f} s): "
            "it probably belongs to another video."
        )
    left_out[_LATE] = len(lines) - len(in_time)
    in_time.sort(key=lambda one: (one[0].begins_ms, one[0].ends_ms))
    blocks = [*_blocks_before(read), *(_written(cue, text) for cue, text in in_time)]
    notes = [*source.notes, *_note(left_out, len(cues) + read.unreadable)]
    return CaptionText(
        text="\n\n".join(["WEBVTT", *blocks]) + "\n",
        ends_ms=max(cue.ends_ms for cue, _ in in_time),
        notes=tuple(notes),
    )


def _lines(cue: Cue, *, is_webvtt: bool) -> tuple[str, ...]:
    lines = (webvtt_line(line, is_webvtt=is_webvtt).rstrip() for line in cue.lines)
    return tuple(line for line in lines if line)


def _blocks_before(read: CueFile) -> Iterator[str]:
    """Yield what a WebVTT file has before its cues; comments are of no use to a player."""
    for kind, blocks in (("REGION", read.regions), ("STYLE", read.styles)):
        yield from (f"{kind}\n{block}" for block in blocks if block.strip() and "-->" not in block)


def _written(cue: Cue, lines: Sequence[str]) -> str:
    settings = _settings(cue.settings)
    times = f"{_time(cue.begins_ms)} --> {_time(cue.ends_ms)}"
    return "\n".join([f"{times} {settings}" if settings else times, *lines])


def _settings(text: str) -> str:
    """Return where a cue is shown, nothing where that is not told as WebVTT does."""
    try:
        return str(webvtt.CueSettings.from_string(text, strict=True)) if text else ""
    except MalformedCaptionError:
        return ""


def _time(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:03d}"


def _note(left_out: Counter[str], total: int) -> Iterator[str]:
    reasons = [f"{count} {reason}" for reason, count in left_out.items() if count]
    if reasons:
        verb = "was" if left_out.total() == 1 else "were"
        yield f"{left_out.total()} of {total} cues {verb} left out: {', '.join(reasons)}."
