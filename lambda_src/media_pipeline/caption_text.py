"""Turn caption files as people have them into WebVTT as players want it.

Source: https://www.w3.org/TR/webvtt1/. SubRip has no standard; what is read is what the package `webvtt` and
common players take. A few spoilt cues are left out; a file without a cue that can be shown is at fault.
"""

import codecs
import re
from collections.abc import Iterator

import webvtt
from webvtt.errors import MalformedCaptionError, MalformedFileError

from media_pipeline.errors import UnreadableCaptionError

# Some 20 hours of speech, which take seconds to convert.
MAX_CAPTION_BYTES = 2 * 1024**2
# A file without a byte order mark in which every second byte is zero is UTF-16; so many bytes tell.
_SAMPLE_BYTES = 64
# Tags that SubRip and WebVTT have in common stay; fonts, and positions of the ASS format, are left out.
_TAGS = re.compile(r"(?P<kept></?[biu]>)|</?font\b[^<>]*>|\{\\[^{}]*\}", re.IGNORECASE)
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|lrm|rlm|nbsp|#\d{1,7}|#x[0-9a-f]{1,6});)", re.IGNORECASE)


def webvtt_text(body: bytes, *, suffix: str, duration_ms: int) -> str:
    """Return a caption file (`.srt` or `.vtt`) as WebVTT, its cues in order of their begin.

    Cues that begin when the video is over (`duration_ms`, 0 where unknown) could never be shown and are left
    out; one that goes on after the end stays, as players stop it by themselves.

    Raises UnreadableCaptionError with a sentence for people.
    """
    if len(body) > MAX_CAPTION_BYTES:
        raise UnreadableCaptionError(
            f"The caption file has {len(body):,} bytes; at most {MAX_CAPTION_BYTES:,} are accepted."
        )
    if not body.strip():
        raise UnreadableCaptionError("The caption file is empty.")
    read = _parsed(decoded(body), suffix)
    shown = [cue for cue in read.captions if any(line.strip() for line in cue.lines)]
    shown = [cue for cue in shown if _times_ms(cue)[0] < _times_ms(cue)[1]]
    if not shown:
        raise UnreadableCaptionError(
            "The caption file has no cue that can be read: a line such as "
            "00:00:01,000 --> 00:00:04,000 with text below it."
        )
    in_time = [cue for cue in shown if not duration_ms or _times_ms(cue)[0] < duration_ms]
    if not in_time:
        raise UnreadableCaptionError(
            f"All cues of the caption file begin after the video's end ({duration_ms / 1000:.1f} s): "
            "it probably belongs to another video."
        )
    for cue in in_time:
        cue.lines = list(_lines(cue.lines, is_webvtt=suffix == ".vtt"))
        # Comments and numbers are of no use to a player, and might not be written as they were read.
        cue.comments, cue.identifier = [], None
        cue.settings = _settings(cue)
    written = webvtt.WebVTT(
        captions=sorted(in_time, key=_times_ms), styles=_styles(read), regions=list(read.regions)
    )
    try:
        return f"{written.content.rstrip()}\n"
    except ValueError as error:
        raise UnreadableCaptionError(f"The caption file can't be written as WebVTT: {error}.") from error


def last_cue_ends_ms(text: str) -> int:
    """Return when the last cue of a WebVTT text is over."""
    return max((_times_ms(cue)[1] for cue in webvtt.from_string(text).captions), default=0)


def decoded(body: bytes) -> str:
    """Return a file's text: by its byte order mark, else in UTF-8, else as older programs wrote it.

    Raises UnreadableCaptionError where it is none.
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if body.startswith(mark):
            return _as(body, encoding)
    sample = body[:_SAMPLE_BYTES]
    zeros = sample[0::2].count(0), sample[1::2].count(0)
    if max(zeros) > len(sample) // 4:
        return _as(body, "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le")
    for encoding in ("utf-8", "cp1252", "latin-1"):
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise UnreadableCaptionError("The caption file is no text.")


def _as(body: bytes, encoding: str) -> str:
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableCaptionError(
            f"The caption file is not the {encoding} text that it claims."
        ) from error
    return text.removeprefix("\ufeff")


def _parsed(text: str, suffix: str) -> webvtt.WebVTT:
    first, line_break, rest = text.replace("\0", "\ufffd").lstrip().partition("\n")
    kind = suffix.removeprefix(".")
    try:
        return webvtt.WebVTT.from_buffer([first.strip() + line_break + rest], format=kind)
    except (MalformedFileError, MalformedCaptionError) as error:
        wanted = "WEBVTT" if kind == "vtt" else "the number of a cue, with its times in the next line"
        raise UnreadableCaptionError(f"The caption file does not begin with {wanted}.") from error


def _styles(read: webvtt.WebVTT) -> list[webvtt.Style]:
    for region in read.regions:
        region.comments = []
    for style in read.styles:
        style.comments = []
    return [style for style in read.styles if "-->" not in style.text]


def _settings(cue: webvtt.Caption) -> webvtt.CueSettings | None:
    """Return where a cue is shown, None where that is not told as WebVTT does."""
    try:
        return webvtt.CueSettings.from_string(str(cue.settings), strict=True)
    except MalformedCaptionError:
        return None


def _lines(lines: list[str], *, is_webvtt: bool) -> Iterator[str]:
    for line in lines:
        text = line if is_webvtt else _escaped(line)
        if text.strip():
            yield text


def _escaped(line: str) -> str:
    """Return a line of SubRip as WebVTT: what is no tag of both must not look like one."""
    parts, end = [], 0
    for tag in _TAGS.finditer(line):
        parts += [_text(line[end : tag.start()]), (tag["kept"] or "").lower()]
        end = tag.end()
    return "".join([*parts, _text(line[end:])])


def _text(text: str) -> str:
    return _ENTITY.sub("&amp;", text).replace("<", "&lt;").replace(">", "&gt;")


def _times_ms(cue: webvtt.Caption) -> tuple[int, int]:
    return cue.start_time.in_milliseconds(), cue.end_time.in_milliseconds()
