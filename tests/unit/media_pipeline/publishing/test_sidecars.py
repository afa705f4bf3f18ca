"""Which files are captions of which video, and in which language."""

import re
import unicodedata
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_pipeline.publishing.sidecars import SidecarNames

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
        ("dir/movie.en_US.srt", "en-US"),
        ("dir/movie.english.srt", "en"),
        ("dir/movie-en.srt", "en"),
        ("dir/movie_pt_BR.srt", "pt-BR"),
        ("dir/movie - French.srt", "fr"),
        ("dir/movie (German).srt", "de"),
        ("dir/movie.mp4.srt", "und"),
        ("dir/movie.mp4.en.srt", "en"),
        ("dir/Movie.en.srt", "en"),
        ("dir/MOVIE.srt", "und"),
        ("dir/movie.zh-cmn-Hans.srt", "zh-Hans"),
        ("dir/movie.chs.srt", "zh-Hans"),
        ("dir/movie.iw.srt", "he"),
        ("dir/movie.hi.srt", "hi"),
    ],
)
def test_a_sidecar_tells_its_language(key: str, language: str) -> None:
    """Folder and stem are the source's, a tag between stem and suffix is the language, in its usual form."""
    (sidecar,) = NAMES.sidecars("dir/movie.MP4", [key, "dir/movie.MP4"])
    assert (sidecar.key, sidecar.language, sidecar.role, sidecar.problem) == (key, language, "", "")
    assert NAMES.sources_of(key, ["dir/movie.MP4"]) == ("dir/movie.MP4",)


@pytest.mark.parametrize(
    "key",
    [
        "dir/movie2.srt",
        "movie.srt",
        "dir/movie/x.srt",
        "Dir/movie.srt",
        "dir/movie-final.srt",
        "dir/movie_2.srt",
        "dir/movie to go.srt",
        "dir/movie.en.txt",
        "dir/movie.mp4",
        "dir/movie.en/us.srt",
    ],
)
def test_other_files_are_no_sidecars(key: str) -> None:
    """Another stem or folder, or another suffix."""
    assert NAMES.sidecars("dir/movie.mp4", [key]) == ()
    assert NAMES.sources_of(key, ["dir/movie.mp4"]) == ()


@pytest.mark.parametrize(
    ("key", "language", "role"),
    [
        ("movie.en.sdh.srt", "en", "sdh"),
        ("movie.en.cc.srt", "en", "sdh"),
        ("movie.en.hi.srt", "en", "sdh"),
        ("movie.hi.en.srt", "en", "sdh"),
        ("movie.hi.sdh.srt", "hi", "sdh"),
        ("movie.hi.forced.vtt", "hi", "forced"),
        ("movie.en.forced.srt", "en", "forced"),
        ("movie.forced.en.srt", "en", "forced"),
        ("movie.en.foreign.srt", "en", "forced"),
        ("movie.en.forced.sdh.srt", "en", "forced"),
        ("movie.sdh.srt", "und", "sdh"),
        ("movie.cc.srt", "und", "sdh"),
        ("movie.forced.srt", "und", "forced"),
        ("movie.en-forced.srt", "en", "forced"),
        ("movie.en-x-sdh.srt", "en", "sdh"),
        ("movie.pt-BR_SDH.srt", "pt-BR", "sdh"),
        ("movie.en.default.srt", "en", ""),
    ],
)
def test_a_sidecar_tells_its_role(key: str, language: str, role: str) -> None:
    """Captions for people who can't hear, and forced ones, have a word for it beside the language."""
    (sidecar,) = NAMES.sidecars("movie.mp4", [key])
    assert (sidecar.language, sidecar.role, sidecar.problem) == (language, role, "")
    assert NAMES.sources_of(key, ["movie.mp4"]) == ("movie.mp4",)


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        (
            "d/movie.old.srt",
            "The part 'old' of the file's name is neither a language, such as en or pt-BR, nor one of sdh, "
            "cc, hi and forced. Name it like movie.en.srt.",
        ),
        ("d/movie.final.vtt", "The part 'final' of.*Name it like movie.en.vtt."),
        ("d/movie..srt", "The part '' of"),
        ("d/movie.e.srt", "The part 'e' of"),
        ("d/movie.en.de.srt", "The file's name tells several languages: en, de. Name it like movie.en.srt."),
        ("d/movie.en-HD.srt", "The part 'en-HD' of"),
        (f"d/movie.{'x' * 900}.srt", "The part 'x{40}' of"),
    ],
)
def test_a_name_that_is_not_understood_is_reported(key: str, sentence: str) -> None:
    """The file is beside the video whose name it begins with, and the sentence says how to name it."""
    (sidecar,) = NAMES.sidecars("d/movie.mp4", [key])
    assert re.match(sentence, sidecar.problem)
    assert len(sidecar.problem) < 300
    assert NAMES.sources_of(key, ["d/movie.mp4"]) == ("d/movie.mp4",)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/"), max_size=20))
def test_no_file_beside_a_video_is_ignored(text: str) -> None:
    """Text between the video's name with a dot and the suffix is used, or reported."""
    key = f"d/movie.{text}.srt"
    (sidecar,) = NAMES.sidecars("d/movie.mp4", [key])
    assert sidecar.key == key
    assert NAMES.sources_of(key, ["d/movie.mp4"]) == ("d/movie.mp4",)


FORMS: list[Literal["NFC", "NFD"]] = ["NFC", "NFD"]


@pytest.mark.parametrize("of_caption", FORMS)
@pytest.mark.parametrize("of_video", FORMS)
@pytest.mark.parametrize("name", ["café", "naïve résumé", "Ångström", "한국어", "ガーデン", "Việt Nam"])
def test_normal_forms_are_one_name(
    name: str, of_video: Literal["NFC", "NFD"], of_caption: Literal["NFC", "NFD"]
) -> None:
    """A name that macOS wrote in its own form is the same name; both are found in a large folder."""
    video = unicodedata.normalize(of_video, f"d/{name}.mp4")
    caption = unicodedata.normalize(of_caption, f"d/{name}.en.srt")
    assert [s.language for s in NAMES.sidecars(video, [caption])] == ["en"]
    assert NAMES.sources_of(caption, [video]) == (video,)
    assert caption.startswith(NAMES.prefixes_beside(video))
    assert video.startswith(NAMES.prefixes_beside(caption))


def test_the_video_with_the_very_same_name_comes_first() -> None:
    """Where names differ in letter case alone, a caption file is beside the video that is written alike."""
    keys = ["a.mp4", "A.mp4", "a.en.srt", "A.en.srt", "a.De.srt"]
    assert [s.key for s in NAMES.sidecars("a.mp4", keys)] == ["a.De.srt", "a.en.srt"]
    assert NAMES.sources_of("A.en.srt", keys) == ("A.mp4",)


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
    ("key", "prefixes"),
    [
        ("d/a.mp4", ("d/a.", "d/A.", "d/a-", "d/a_")),
        ("d/a.srt", ("d/a.", "d/A.", "d/a-", "d/a_")),
        ("d/a.en.sdh.srt", ("d/a.", "d/A.", "d/a-", "d/a_")),
        ("d/a-en.srt", ("d/a.", "d/A.", "d/a-", "d/a_")),
        ("d/a.mp4.en.srt", ("d/a.", "d/A.", "d/a-", "d/a_")),
        ("d/a.old.srt", ("d/a.", "d/A.", "d/a-", "d/a_")),
        (".srt", (".", "-", "_")),
    ],
)
def test_the_listing_beside_is_narrow(key: str, prefixes: tuple[str, ...]) -> None:
    """In a large folder what lies beside a file is found under a few prefixes that keep others out."""
    assert NAMES.prefixes_beside(key) == prefixes


def test_a_folder_has_a_name_in_each_form() -> None:
    """The folder is listed as it is named, and as others would write its name."""
    assert NAMES.folders("a.mp4") == ("",)
    assert NAMES.folders("d/e/a.mp4") == ("d/e/",)
    assert set(NAMES.folders("é/a.mp4")) == {"\u00e9/", "e\u0301/"}
