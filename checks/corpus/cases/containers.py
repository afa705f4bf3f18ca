"""Containers, lengths, subtitles, captions and profiles."""

from checks.corpus.cases.case import CaptionFile, Case
from checks.corpus.cases.outcomes import (
    Facts,
    Outcome,
    Size,
    failed,
)
from checks.corpus.sources.recipes import (
    AudioCodec,
    Picture,
    Recipe,
    VideoCodec,
)
from tests.support.caption_lines import lines_in

SMALL: tuple[Size, ...] = ((426, 240),)
USUAL: tuple[Size, ...] = ((640, 360), (426, 240))
PICTURE = Picture(width=426, height=240)


def _contained(suffix: str, container: str, recipe: Recipe) -> Case:
    return Case(
        name=f"container-{suffix.removeprefix('.')}",
        recipe=recipe,
        outcome=Outcome(ladder=SMALL, facts=Facts(container=container, size=(426, 240))),
    )


# What people's programs saved caption files in, by the language that the file's name tells.
ENCODINGS = {
    "ar": "cp1256",
    "el": "cp1253",
    "fr": "cp1252",
    "he": "cp1255",
    "ja": "cp932",
    "ko": "cp949",
    "pl": "cp1250",
    "ru": "cp1251",
    "th": "cp874",
    "tr": "cp1254",
    "uk": "koi8_u",
    "zh-Hans": "gb18030",
    "zh-Hant": "big5",
}


def _captions(language: str, encoding: str) -> CaptionFile:
    return CaptionFile(f".{language}.srt", tuple(lines_in(language, encoding)), encoding)


CASES = (
    _contained(".mov", "quicktime", Recipe(suffix=".mov", picture=PICTURE)),
    _contained(".mkv", "matroska", Recipe(suffix=".mkv", picture=PICTURE)),
    _contained(
        ".webm",
        "webm",
        Recipe(
            suffix=".webm",
            picture=Picture(width=426, height=240, codec=VideoCodec.VP9),
            audio_codec=AudioCodec.OPUS,
        ),
    ),
    _contained(".ts", "mpegts", Recipe(suffix=".ts", picture=PICTURE)),
    _contained(
        ".avi",
        "avi",
        Recipe(
            suffix=".avi",
            picture=Picture(width=426, height=240, codec=VideoCodec.MPEG4),
            audio_codec=AudioCodec.MP3,
        ),
    ),
    Case(
        name="index-at-the-end",
        recipe=Recipe(picture=PICTURE),
        outcome=Outcome(ladder=SMALL, facts=Facts(container="mp4")),
    ),
    Case(
        name="index-at-the-beginning",
        recipe=Recipe(picture=PICTURE, index_first=True),
        outcome=Outcome(ladder=SMALL, facts=Facts(container="mp4")),
    ),
    Case(
        name="short-half-a-second",
        recipe=Recipe(picture=PICTURE, seconds=0.5),
        outcome=Outcome(ladder=SMALL, seconds=0.5),
    ),
    Case(
        name="short-one-frame",
        recipe=Recipe(picture=Picture(width=426, height=240, frames=1), sounds=(), seconds=1 / 30),
        outcome=Outcome(ladder=SMALL, seconds=1 / 30, sounds=()),
        is_representative=True,
    ),
    Case(
        name="long-several-segments",
        recipe=Recipe(seconds=14.0),
        outcome=Outcome(ladder=USUAL, seconds=14.0),
    ),
    Case(
        name="subtitles-mkv",
        recipe=Recipe(suffix=".mkv", picture=PICTURE, subtitles=True),
        outcome=Outcome(ladder=SMALL, facts=Facts(container="matroska", subtitles=1)),
    ),
    Case(
        name="subtitles-mp4",
        recipe=Recipe(picture=PICTURE, subtitles=True),
        outcome=Outcome(ladder=SMALL, facts=Facts(container="mp4", subtitles=1)),
    ),
    Case(
        name="captions-beside",
        recipe=Recipe(picture=PICTURE, seconds=3.0),
        captions=(CaptionFile(".en.srt"),),
        outcome=Outcome(ladder=SMALL, seconds=3.0, captions=("en",)),
        is_representative=True,
    ),
    Case(
        name="captions-encodings",
        recipe=Recipe(picture=PICTURE),
        captions=(
            *(_captions(language, encoding) for language, encoding in ENCODINGS.items()),
            CaptionFile(".en.sdh.srt"),
            CaptionFile("_en.forced.vtt"),
            # Bytes that are no letters of the declared language, and a name without meaning.
            CaptionFile(".de.srt", ("\x81\x8d\x8f\x90\x9d",), "latin-1"),
            CaptionFile(".final.srt"),
        ),
        outcome=Outcome(ladder=SMALL, captions=(*ENCODINGS, "en.sdh", "en.forced")),
    ),
    Case(
        name="profile-classic",
        recipe=Recipe(),
        profile="classic",
        outcome=Outcome(profile="classic", ladder=USUAL),
    ),
    Case(
        name="profile-download",
        recipe=Recipe(),
        profile="download",
        outcome=Outcome(profile="download", ladder=USUAL, download=((640, 360),)),
    ),
    Case(
        name="profile-unknown",
        recipe=Recipe(picture=PICTURE),
        profile="no-such-profile",
        outcome=failed("UNKNOWN_PROFILE"),
    ),
)
