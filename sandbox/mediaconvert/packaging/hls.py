"""Write HLS playlists from measured renditions. Pure: text out.

Source: RFC 8216, with EXT-X-INDEPENDENT-SEGMENTS, fragmented MP4 and VIDEO-RANGE (version 6 and 7).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from urllib.parse import quote

from sandbox.mediaconvert.packaging.segments import Segments

DESCRIBES_PICTURE = "public.accessibility.describes-video"
MPEG_TS_VERSION, FRAGMENTED_MP4_VERSION = 3, 7
SDR = "SDR"


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
    video_range: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageStream:
    """Describe thumbnails tiled into pictures: a line of the master playlist.

    Attributes:
        name: File name of its image playlist.
        size: Of one thumbnail.
    """

    name: str
    peak_bps: int
    size: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioRendition:
    """Describe sound that plays beside a variant's picture.

    Attributes:
        name: File name of its media playlist; None where it is in the variants' own segments.
        is_default: Whether a player begins with it where nothing speaks for another.
        is_selectable: Whether a player may choose it by itself, by the user's language.
        is_audio_description: Whether it describes the picture to people who don't see it.
    """

    name: str | None
    group: str
    label: str
    channels: int
    language: str | None
    is_default: bool
    is_selectable: bool = True
    is_audio_description: bool = False


def master_playlist(
    variants: Sequence[Variant],
    audios: Sequence[AudioRendition],
    images: Sequence[ImageStream] = (),
    *,
    is_mp4: bool,
    denies_captions: bool = False,
) -> str:
    """Write the playlist of all variants; where one has a high dynamic range, each says its range."""
    has_high_range = any(variant.video_range not in (None, SDR) for variant in variants)
    lines = [*_opening(is_mp4), "#EXT-X-INDEPENDENT-SEGMENTS"]
    for audio in audios:
        attributes = [
            "TYPE=AUDIO",
            f'GROUP-ID="{_quotable(audio.group)}"',
            f'NAME="{_quotable(audio.label)}"',
            *([f'LANGUAGE="{_quotable(audio.language)}"'] if audio.language else []),
            f"DEFAULT={'YES' if audio.is_default else 'NO'}",
            f"AUTOSELECT={'YES' if audio.is_selectable else 'NO'}",
            *([f'CHARACTERISTICS="{DESCRIBES_PICTURE}"'] if audio.is_audio_description else []),
            f'CHANNELS="{audio.channels}"',
            *([f'URI="{quote(audio.name)}"'] if audio.name is not None else []),
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
        if variant.video_range is not None and has_high_range:
            attributes.append(f"VIDEO-RANGE={variant.video_range}")
        if variant.audio_group is not None:
            attributes.append(f'AUDIO="{_quotable(variant.audio_group)}"')
        if denies_captions:
            attributes.append("CLOSED-CAPTIONS=NONE")
        lines += ["#EXT-X-STREAM-INF:" + ",".join(attributes), quote(variant.name)]
    for image in images:
        size = f"RESOLUTION={image.size[0]}x{image.size[1]}"
        attributes = [f"BANDWIDTH={image.peak_bps}", size, 'CODECS="jpeg"', f'URI="{quote(image.name)}"']
        lines.append("#EXT-X-IMAGE-STREAM-INF:" + ",".join(attributes))
    return "\n".join(lines) + "\n"


def media_playlist(
    segments: Segments, names: Sequence[str], init_name: str | None, *, in_whole_seconds: bool = False
) -> str:
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
        duration = f"{max(1, int(length + 0.5))}" if in_whole_seconds else f"{length:.6f}"
        lines += [f"#EXTINF:{duration},", quote(name)]
    return "\n".join([*lines, "#EXT-X-ENDLIST"]) + "\n"


def image_playlist(
    names: Sequence[str],
    lengths: Sequence[Fraction],
    *,
    size: tuple[int, int],
    layout: tuple[int, int],
    interval: Fraction,
) -> str:
    """Write the playlist of pictures that are tiled of thumbnails.

    Source: https://github.com/image-media-playlist/spec, version 0.4.

    ``lengths`` are the seconds that each picture covers; ``size`` is a thumbnail's, ``layout`` the number of
    columns and rows, and ``interval`` the seconds for which one thumbnail stands.
    """
    tiles = f"RESOLUTION={size[0]}x{size[1]},LAYOUT={layout[0]}x{layout[1]},DURATION={float(interval):.6f}"
    lines = [
        *_opening(is_mp4=True),
        f"#EXT-X-TARGETDURATION:{max(1, *(int(length + Fraction(1, 2)) for length in lengths))}",
        "#EXT-X-MEDIA-SEQUENCE:1",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-IMAGES-ONLY",
    ]
    for length, name in zip(lengths, names, strict=True):
        lines += [f"#EXTINF:{float(length):.6f},", f"#EXT-X-TILES:{tiles}", quote(name)]
    return "\n".join([*lines, "#EXT-X-ENDLIST"]) + "\n"


def _opening(is_mp4: bool) -> list[str]:
    return ["#EXTM3U", f"#EXT-X-VERSION:{FRAGMENTED_MP4_VERSION if is_mp4 else MPEG_TS_VERSION}"]


def _quotable(text: str) -> str:
    """Drop what a quoted string of a playlist can't hold."""
    return "".join(character for character in text if character not in '"\r\n')
