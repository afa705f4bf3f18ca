"""Which files are captions of which video, and in which language."""

import pytest

from media_pipeline.caption_files import SidecarNames
from media_pipeline.languages import language_label, language_tag

NAMES = SidecarNames(media_suffixes=(".mp4", ".mov", ".ts"), caption_suffixes=(".srt", ".vtt"))


@pytest.mark.parametrize(
    ("key", "language"),
    [
        ("dir/movie.srt", "und"),
        ("dir/movie.en.srt", "en"),
        ("dir/movie.EN.SRT", "en"),
        ("dir/movie.eng.vtt", "en"),
        ("dir/movie.ger.vtt", "de"),
        ("dir/movie.pt-br.Vtt", "pt-BR"),
        ("dir/movie.zh-hant-tw.vtt", "zh-Hant-TW"),
        ("dir/movie.es-419.srt", "es-419"),
        ("dir/movie.haw.srt", "haw"),
        ("dir/movie.de-1996.srt", "de-1996"),
    ],
)
def test_a_sidecar_tells_its_language(key: str, language: str) -> None:
    """Folder and stem are the source's, a tag between stem and suffix is the language, in its usual form."""
    (sidecar,) = NAMES.sidecars("dir/movie.MP4", [key, "dir/movie.MP4"])
    assert (sidecar.key, sidecar.language) == (key, language)
    assert NAMES.sources_of(key, ["dir/movie.MP4"]) == ("dir/movie.MP4",)


@pytest.mark.parametrize(
    "key",
    [
        "dir/movie2.srt",
        "movie.srt",
        "dir/movie/x.srt",
        "dir/Movie.srt",
        "dir/movie.final.srt",
        "dir/movie.en.forced.srt",
        "dir/movie.e.srt",
        "dir/movie..srt",
        "dir/movie.en.txt",
        "dir/movie.mp4",
        "dir/movie.en/us.srt",
    ],
)
def test_other_files_are_no_sidecars(key: str) -> None:
    """Another stem, folder, letter case of the stem, suffix, or something that is no language tag."""
    assert NAMES.sidecars("dir/movie.mp4", [key]) == ()
    assert NAMES.sources_of(key, ["dir/movie.mp4"]) == ()


def test_the_longer_stem_has_a_sidecar_to_itself() -> None:
    """What could be the captions of one video, or those in a language of another, is beside the first."""
    keys = ["a.mp4", "a.en.mp4", "a.en.srt", "a.en.de.srt"]
    assert NAMES.sidecars("a.mp4", keys) == ()
    assert [s.language for s in NAMES.sidecars("a.en.mp4", keys)] == ["de", "und"]
    assert NAMES.sources_of("a.en.srt", keys) == ("a.en.mp4",)


def test_sources_of_one_stem_share_their_captions() -> None:
    """Two videos with one stem both have the captions beside them."""
    assert NAMES.sources_of("a.srt", ["a.mp4", "a.mov", "ab.mov"]) == ("a.mov", "a.mp4")


def test_webvtt_comes_first_of_a_language() -> None:
    """Of several files for one language the one that needs no conversion is preferred."""
    keys = ["a.en.srt", "a.eng.vtt", "a.EN.vtt", "a.de.srt"]
    assert [s.key for s in NAMES.sidecars("a.mp4", keys)] == ["a.de.srt", "a.EN.vtt", "a.eng.vtt", "a.en.srt"]


@pytest.mark.parametrize(
    ("key", "prefix"),
    [
        ("d/a.mp4", "d/a."),
        ("d/a.srt", "d/a."),
        ("d/a.en.srt", "d/a."),
        ("d/a.b.c.vtt", "d/a.b.c."),
        (".srt", "."),
    ],
)
def test_the_listing_beside_is_narrow(key: str, prefix: str) -> None:
    """What lies beside a file is found under one prefix that keeps other videos out."""
    assert NAMES.prefix_beside(key) == prefix


@pytest.mark.parametrize(
    ("tag", "label"),
    [
        ("en", "English"),
        ("pt-BR", "Portuguese (BR)"),
        ("zh-Hans", "Chinese (Hans)"),
        ("haw", "haw"),
        ("haw-US", "haw-US"),
        ("und", "Captions"),
    ],
)
def test_people_read_a_language_by_its_name(tag: str, label: str) -> None:
    """Known languages have names, others are shown as the tag that they have."""
    assert language_label(tag) == label


def test_what_is_no_tag_has_no_form() -> None:
    """Words and fragments are not taken for languages."""
    assert [language_tag(text) for text in ("", "e", "english", "en-", "en--us", "1n", "en_US")] == [None] * 7
