"""Write HLS playlists from measured renditions. Pure: text out.

Source: RFC 8216, with EXT-X-INDEPENDENT-SEGMENTS and fragmented MP4 (version 6 and 7).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from urllib.parse import quote

from sandbox.mediaconvert.package import Segments

MPEG_TS_VERSION, FRAGMENTED_MP4_VERSION = 3, 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """Describe one way to play everything: a line of the master playlist.

    Attributes:
        name: File name of its media playlist.
        audio_group: Group of the audio renditions that play beside it; None where its segments have sound.
    """

    name: str
    peak_bps: int
    average_bps: int
    codecs: Sequence[str]
    size: tuple[int, int] | None = None
    frame_rate: Fraction | None = None
    audio_group: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioRendition:
    """Describe sound that plays beside a variant's picture."""

    name: str
    group: str
    label: str
    channels: int
    language: str | None
    is_default: bool


def master_playlist(variants: Sequence[Variant], audios: Sequence[AudioRendition], *, is_mp4: bool) -> str:
    """Write the playlist of all variants."""
    lines = [*_opening(is_mp4), "#EXT-X-INDEPENDENT-SEGMENTS"]
    for audio in audios:
        attributes = [
            "TYPE=AUDIO",
            f'GROUP-ID="{_quotable(audio.group)}"',
            f'NAME="{_quotable(audio.label)}"',
            *([f'LANGUAGE="{_quotable(audio.language)}"'] if audio.language else []),
            f"DEFAULT={'YES' if audio.is_default else 'NO'}",
            "AUTOSELECT=YES",
            f'CHANNELS="{audio.channels}"',
            f'URI="{quote(audio.name)}"',
        ]
        lines.append("#EXT-X-MEDIA:" + ",".join(attributes))
    for variant in variants:
        attributes = [
            f"BANDWIDTH={variant.peak_bps}",
            f"AVERAGE-BANDWIDTH={variant.average_bps}",
            f'CODECS="{",".join(variant.codecs)}"',
        ]
        if variant.size is not None:
            attributes.append(f"RESOLUTION={variant.size[0]}x{variant.size[1]}")
        if variant.frame_rate is not None:
            attributes.append(f"FRAME-RATE={float(variant.frame_rate):.3f}")
        if variant.audio_group is not None:
            attributes.append(f'AUDIO="{_quotable(variant.audio_group)}"')
        lines += ["#EXT-X-STREAM-INF:" + ",".join(attributes), quote(variant.name)]
    return "\n".join(lines) + "\n"


def media_playlist(segments: Segments, names: Sequence[str], init_name: str | None) -> str:
    """Write the playlist of one rendition's segments; ``names`` are their file names."""
    seconds = [item.duration / segments.timescale for item in segments.items]
    lines = [
        *_opening(init_name is not None),
        f"#EXT-X-TARGETDURATION:{max(1, *(int(length + 0.5) for length in seconds))}",
        "#EXT-X-MEDIA-SEQUENCE:1",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
    ]
    if init_name is not None:
        lines.append(f'#EXT-X-MAP:URI="{quote(init_name)}"')
    for length, name in zip(seconds, names, strict=True):
        lines += [f"#EXTINF:{length:.6f},", quote(name)]
    return "\n".join([*lines, "#EXT-X-ENDLIST"]) + "\n"


def _opening(is_mp4: bool) -> list[str]:
    return ["#EXTM3U", f"#EXT-X-VERSION:{FRAGMENTED_MP4_VERSION if is_mp4 else MPEG_TS_VERSION}"]


def _quotable(text: str) -> str:
    """Drop what a quoted string of a playlist can't hold."""
    return "".join(character for character in text if character not in '"\r\n')
