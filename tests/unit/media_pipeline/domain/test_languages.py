"""Languages have one tag each, the shortest that BCP 47 knows, and a name that people read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_pipeline.domain.languages import language_label, language_tag
from media_pipeline.domain.languages.codes import (
    LANGUAGES,
    NAMES,
    REGIONS,
    SHORTEST,
)


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("en", "en"),
        ("ENG", "en"),
        ("ger", "de"),
        ("deu", "de"),
        ("eng-us", "en-US"),
        ("en_US", "en-US"),
        ("en-UK", "en-GB"),
        ("english", "en"),
        ("Deutsch", "de"),
        ("zh-cmn-Hans", "zh-Hans"),
        ("zh-yue", "yue"),
        ("zh_hant_tw", "zh-Hant-TW"),
        ("cht", "zh-Hant"),
        ("iw", "he"),
        ("in", "id"),
        ("ptbr", "pt-BR"),
        ("es-419", "es-419"),
        ("de-1996", "de-1996"),
        ("haw", "haw"),
        ("und", "und"),
    ],
)
def test_a_language_has_its_shortest_tag(text: str, tag: str) -> None:
    """Codes of three letters, names, withdrawn codes and other spellings are one tag."""
    assert language_tag(text) == tag


@pytest.mark.parametrize(
    "text",
    ["", "e", "en-", "en--us", "1n", "qq", "old", "sdh", "final", "en-HD", "en-sub", "en-Abcd", "en-forced",
     "de-1996-1996", "en us", "en\n"],
)  # fmt: skip
def test_what_is_no_language_has_no_tag(text: str) -> None:
    """Words, fragments, and codes, countries and scripts that don't exist are not taken for languages."""
    assert language_tag(text) is None


@given(st.sampled_from(sorted(LANGUAGES)), st.sampled_from(["", *sorted(REGIONS)]))
def test_a_tag_is_its_own_tag(language: str, region: str) -> None:
    """What comes out goes in again, and a language with two letters is never written with three."""
    tag = language_tag(f"{language}-{region}" if region else language)
    assert tag is not None
    assert language_tag(tag) == tag
    assert tag.partition("-")[0] not in SHORTEST


def test_every_code_of_three_letters_is_shortened() -> None:
    """ISO 639-2 has two codes for some languages; both mean the one of two letters."""
    assert {code: language_tag(code) for code in SHORTEST} == SHORTEST
    assert {language_tag(name) for name in NAMES.values()} <= LANGUAGES


@pytest.mark.parametrize(
    ("tag", "label"),
    [
        ("en", "English"),
        ("pt-BR", "Portuguese (BR)"),
        ("zh-Hans", "Chinese (Hans)"),
        ("haw", "Hawaiian"),
        ("ace", "ace"),
        ("und", "Captions"),
    ],
)
def test_people_read_a_language_by_its_name(tag: str, label: str) -> None:
    """Known languages have names, others are shown as the tag that they have."""
    assert language_label(tag) == label
