"""Say in an HLS master playlist that no picture holds closed captions; Safari offers "Unknown CC" otherwise.

MediaConvert writes it for HLS groups (CaptionLanguageSetting); for CMAF groups its API has no such setting,
and public playlists of such groups lack it. Source: RFC 8216, section 4.3.4.2: NONE is said of all or of
no variants; Apple's HLS authoring specification asks for it where there are no closed captions.
"""

import re

_VARIANT = "#EXT-X-STREAM-INF:"
_MEDIA = "#EXT-X-MEDIA:"
_QUOTED = re.compile(r'"[^"]*"')
_NONE = ",CLOSED-CAPTIONS=NONE"


def without_closed_captions(master: str) -> str:
    """Return the master playlist with `CLOSED-CAPTIONS=NONE` on every variant, else as it is, byte by byte.

    One that names closed captions stays as it is.
    """
    lines = master.splitlines(keepends=True)
    if any(_names_closed_captions(line) for line in lines):
        return master
    return "".join(_declared(line) if line.startswith(_VARIANT) else line for line in lines)


def _names_closed_captions(line: str) -> bool:
    attributes = _QUOTED.sub('""', line)
    if line.startswith(_MEDIA):
        return "TYPE=CLOSED-CAPTIONS" in attributes
    return line.startswith(_VARIANT) and 'CLOSED-CAPTIONS=""' in attributes


def _declared(line: str) -> str:
    if "CLOSED-CAPTIONS=" in _QUOTED.sub('""', line):
        return line
    text = line.rstrip("\r\n")
    return f"{text}{_NONE}{line[len(text) :]}"
