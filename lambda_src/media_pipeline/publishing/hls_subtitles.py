"""Add captions to HLS: subtitle renditions in a master playlist, and the playlist of each.

Source: RFC 8216, sections 3.5, 4.3.4.1 and 4.3.4.2; the CHARACTERISTICS of captions for people who can't hear
are those that MediaConvert writes (its API's WebvttAccessibilitySubs). Section 6.2.4 of the RFC lets
subtitles have segments of another length than the picture's, so one segment plays the whole file. Transport
streams rarely begin at zero, and their WebVTT must say which of their time stamps is its own zero; fragments
of MP4 begin at zero.

The rest of a master stays as it is, byte by byte: what was added is known by its group, and can be taken out.
"""

import re
from collections.abc import Sequence
from math import ceil

from media_pipeline.domain.errors import UnreadableOutputError
from media_pipeline.domain.languages import UNDETERMINED
from media_pipeline.manifests.uris import relative_reference
from media_pipeline.publishing.published_caption import PublishedCaption
from media_pipeline.publishing.sidecar_names import FORCED, SDH

GROUP = "sidecar-captions"

_TRANSCRIBES = "public.accessibility.transcribes-spoken-dialog"
_DESCRIBES = "public.accessibility.describes-music-and-sound"
_VARIANT = "#EXT-X-STREAM-INF:"
_NAMED_GROUP = f',SUBTITLES="{GROUP}"'


def with_captions(master: str, captions: Sequence[PublishedCaption], *, key: str) -> str:
    """Return the master playlist that lies at `key` with these captions, and none of those before.

    Raises UnreadableOutputError where it has no variant.
    """
    lines = _without_captions(master)
    first = next((number for number, line in enumerate(lines) if line.startswith(_VARIANT)), None)
    if first is None:
        raise UnreadableOutputError("names no variant")
    if not captions:
        return "".join(lines)
    line_break = "\r\n" if lines[first].endswith("\r\n") else "\n"
    media = [f"{_media(caption, key)}{line_break}" for caption in captions]
    variants = [_named(line) if line.startswith(_VARIANT) else line for line in lines[first:]]
    return "".join([*lines[:first], *media, *variants])


def _without_captions(master: str) -> list[str]:
    """Return the lines of a master playlist without what `with_captions` added, each with its line break."""
    lines = master.splitlines(keepends=True)
    return [
        line.replace(_NAMED_GROUP, "") if line.startswith(_VARIANT) else line
        for line in lines
        if not (line.startswith("#EXT-X-MEDIA:TYPE=SUBTITLES,") and f'GROUP-ID="{GROUP}"' in line)
    ]


def caption_playlist(caption: PublishedCaption, *, duration_ms: int) -> str:
    """Return the media playlist that plays a caption file as one segment."""
    seconds = duration_ms / 1000
    return "\n".join(
        [
            "#EXTM3U",
            "#EXT-X-VERSION:3",
            f"#EXT-X-TARGETDURATION:{max(1, ceil(seconds))}",
            "#EXT-X-MEDIA-SEQUENCE:0",
            "#EXT-X-PLAYLIST-TYPE:VOD",
            f"#EXTINF:{seconds:.3f},",
            relative_reference(caption.playlist_key, caption.key),
            "#EXT-X-ENDLIST",
            "",
        ]
    )


def with_timestamp_map(text: str, timestamp: int) -> str:
    """Return WebVTT whose zero is this time stamp (90,000 a second) of a transport stream."""
    first, _, rest = text.partition("\n")
    return f"{first}\nX-TIMESTAMP-MAP=MPEGTS:{timestamp},LOCAL:00:00:00.000\n{rest}"


def _media(caption: PublishedCaption, key: str) -> str:
    is_forced = caption.role == FORCED
    attributes = [
        "TYPE=SUBTITLES",
        f'GROUP-ID="{GROUP}"',
        f'NAME="{caption.label}"',
        f'LANGUAGE="{caption.language}"',
        "DEFAULT=NO",
        # A player chooses by language; where that is unknown, a person does. Forced ones are not chosen.
        f"AUTOSELECT={'YES' if is_forced or caption.language != UNDETERMINED else 'NO'}",
        f"FORCED={'YES' if is_forced else 'NO'}",
        *([f'CHARACTERISTICS="{_TRANSCRIBES},{_DESCRIBES}"'] if caption.role == SDH else []),
        f'URI="{relative_reference(key, caption.playlist_key)}"',
    ]
    return "#EXT-X-MEDIA:" + ",".join(attributes)


def _named(variant: str) -> str:
    """Return a variant's line that names the group, unless it has subtitles of its own."""
    text = variant.rstrip("\r\n")
    if "SUBTITLES=" in re.sub(r'"[^"]*"', "", text):
        return variant
    return f"{text}{_NAMED_GROUP}{variant[len(text) :]}"
