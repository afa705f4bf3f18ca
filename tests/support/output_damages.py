"""What can be wrong with the outputs of a job while all their files are there, and what is said of it."""

import re
from collections.abc import Callable, Sequence

Damage = Callable[[str], str]


def without(pattern: str) -> Damage:
    """Take out what a pattern matches."""
    return lambda text: _changed(text, re.sub(pattern, "", text, flags=re.DOTALL))


def swapped(old: str, new: str) -> Damage:
    """Put one text in the place of another, wherever it is."""
    return lambda text: _changed(text, text.replace(old, new))


def becomes(text: str) -> Damage:
    """Put something else in the place of all."""
    return lambda _: text


def _changed(before: str, after: str) -> str:
    assert after != before, "the damage did none"
    return after


MASTER, PLAYLIST = "hls/master.m3u8", "hls/master_320p.m3u8"
MPD, MP4 = "dash/manifest.mpd", "mp4/video_320p.mp4"
SECOND_VARIANT = r"#EXT-X-STREAM-INF[^\n]*RESOLUTION=320x240[^\n]*\n[^\n]*\n"
NOT_IN_FOLDER = "which is not in its job's folder"


DAMAGES: Sequence[tuple[str, Damage, Sequence[str]]] = [
    # Cut off, or another film.
    (PLAYLIST, without("#EXT-X-ENDLIST"), [f"{PLAYLIST} is cut off: it has no EXT-X-ENDLIST"]),
    (PLAYLIST, without(r"#EXTINF:3\.[^#]*"), [f"{PLAYLIST} lasts 6.0 s instead of 9.0 s"]),
    (PLAYLIST, without(r"#EXTINF.*ts\n"), [f"{PLAYLIST} names no segment"]),
    (MASTER, without("#EXT-X-STREAM-INF.*"), [f"{MASTER} names no variant"]),
    (
        MPD,
        without(
            r'<S d="\d+" />\s*(?=</SegmentTimeline>\s*</SegmentTemplate>\s*</Representation>\s*'
            r"<Representation)"
        ),
        [f"representation 1 of {MPD} lasts 6.0 s instead of 9.0 s"],
    ),
    (MPD, swapped('"PT9.000S"', '"PT5M1.5S"'), [f"{MPD} lasts 301.5 s instead of 9.0 s"]),
    (
        MP4,
        # Timescale and duration of the header: 1000 and 11,700.
        lambda text: re.sub("(?<=mvhd.{12}).{8}", "\0\0\3\xe8\0\0\x2d\xb4", text, flags=re.DOTALL),
        [f"{MP4} lasts 11.7 s instead of 9.0 s"],
    ),
    # Lost sound.
    (MASTER, swapped(",mp4a.40.2", ""), [f"{MASTER} has no sound, but its source has"]),
    (
        MASTER,
        lambda text: text.replace(",mp4a.40.2", "", 1),
        [f"{PLAYLIST} has no sound, but its source has"],
    ),
    (
        MPD,
        without('<AdaptationSet id="2".*?</AdaptationSet>'),
        [f"{MPD} has no sound, but its source has"],
    ),
    (MP4, swapped("soun", "text"), [f"{MP4} has no sound, but its source has"]),
    # Lost pictures.
    (
        MASTER,
        without(SECOND_VARIANT),
        [f"{MASTER} does not name hls/master_240p.m3u8", f"{MASTER} has no rendition of 320x240"],
    ),
    (
        MASTER,
        swapped("320x240", "32x24"),
        [
            f"{MASTER} has no rendition of 320x240",
            f"{MASTER} has a rendition of 32x24, which was not planned",
        ],
    ),
    (
        MPD,
        without(r'<Representation [^>]*width="320".*?</Representation>'),
        [f"{MPD} has no rendition of 320x240"],
    ),
    (MPD, without('<AdaptationSet id="1".*?</AdaptationSet>'), [f"{MPD} has no picture"]),
    (MP4, swapped("vide", "text"), [f"{MP4} has no picture"]),
    # Garbage.
    (MASTER, becomes("<html>"), [f"{MASTER} is no playlist: it does not begin with #EXTM3U"]),
    (PLAYLIST, becomes("\0" * 99), [f"{PLAYLIST} is no playlist: it does not begin with #EXTM3U"]),
    (PLAYLIST, swapped("#EXTINF:6", "#EXTINF:x"), [f"{PLAYLIST} is not a playlist that can be read"]),
    (PLAYLIST, becomes("#EXTM3U\n\xff"), [f"{PLAYLIST} is not text in UTF-8"]),
    (MPD, becomes("#EXTM3U"), [f"{MPD} is not XML that can be read"]),
    (MPD, without("</Period>.*"), [f"{MPD} is not XML that can be read"]),
    (MPD, becomes("<html/>"), [f"{MPD} is no DASH manifest: its root is html"]),
    (MP4, becomes("This is no video."), [f"{MP4} is cut off: its box"]),
    (MP4, lambda text: text[: len(text) // 2], [f"{MP4} is cut off: its box mdat ends"]),
    (MP4, swapped("moov", "mooo"), [f"{MP4} is no MP4 file: it has no moov box"]),
    # Astray.
    (
        PLAYLIST,
        swapped("master_320p_00002.ts", "../../2/hls/master_320p_00002.ts"),
        [f"{PLAYLIST} names 0123456789abcdef/2/hls/master_320p_00002.ts, {NOT_IN_FOLDER}"],
    ),
    (
        MASTER,
        swapped("master_320p.m3u8", "https://elsewhere.example/master_320p.m3u8"),
        [
            f"names https://elsewhere.example/master_320p.m3u8, {NOT_IN_FOLDER}",
            f"{MASTER} does not name {PLAYLIST}",
        ],
    ),
    (
        MPD,
        swapped("<BaseURL>./<", "<BaseURL>https://elsewhere.example/<"),
        [f"names https://elsewhere.example/manifest_320pinit.mp4, {NOT_IN_FOLDER}"],
    ),
]
