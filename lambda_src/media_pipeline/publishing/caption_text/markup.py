"""Write the text of a cue as WebVTT: markup stays, what only looks like it is shown as it was written.

Source: https://www.w3.org/TR/webvtt1/, sections 4.2.2 and 6.4. SubRip borrows `<b>`, `<i>`, `<u>` and
`<font>` from HTML, and positions such as `{\\an8}` from the ASS format.
"""

import re
from html.entities import html5

_TAG = re.compile(
    r"(?P<short></?[biu]>)"
    r"|(?P<kept></?(?:c|i|b|u|ruby|rt|v|lang)>|<(?:c|i|b|u|ruby|rt)(?:\.[^\s<>&.]+)+>"
    r"|<(?:v|lang)(?:\.[^\s<>&.]+)*[ \t][^<>\n]*>|<(?:\d{2,4}:)?[0-5]\d:[0-5]\d\.\d{3}>)"
    r"|</?font\b[^<>]*>",
    re.IGNORECASE,
)
_POSITION = re.compile(r"\{\\[^{}]*\}")
_AMPERSAND = re.compile(r"&(?!#\d{1,7};|#[xX][0-9a-fA-F]{1,6};|(?P<name>[A-Za-z][A-Za-z0-9]{1,31};))")
_REFERENCE = re.compile(r"&(?P<name>[A-Za-z][A-Za-z0-9]{1,31};)")


def webvtt_line(line: str, *, is_webvtt: bool) -> str:
    """Return a line of a cue as WebVTT; `is_webvtt` where it was written as such, else it is SubRip."""
    text = line if is_webvtt else _POSITION.sub("", line)
    parts, end = [], 0
    for tag in _TAG.finditer(text):
        parts += [_escaped(text[end : tag.start()]), (tag["short"] or "").lower(), _kept(tag["kept"])]
        end = tag.end()
    return "".join([*parts, _escaped(text[end:])])


def _kept(tag: str | None) -> str:
    """Return a tag of WebVTT; what is no reference in it is escaped as in text."""
    return _references(tag) if tag else ""


def _escaped(text: str) -> str:
    return _references(text).replace("<", "&lt;").replace(">", "&gt;")


def _references(text: str) -> str:
    """Return text whose every ampersand begins a character reference."""
    text = _AMPERSAND.sub("&amp;", text)
    return _REFERENCE.sub(lambda match: match[0] if match["name"] in html5 else f"&amp;{match['name']}", text)
