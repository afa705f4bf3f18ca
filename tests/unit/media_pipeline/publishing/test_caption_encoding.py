"""Caption files in encodings of before Unicode are read as they were written, or refused in words."""

import codecs
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_pipeline.domain.errors import UnreadableCaptionError
from media_pipeline.publishing.caption_text.alphabets import LATIN, SCRIPTS
from media_pipeline.publishing.caption_text.encoding import decoded
from tests.support.caption_lines import LINES, lines_in, srt_of

ENCODED = [(language, encoding) for language, (encodings, _) in LINES.items() for encoding in encodings]
REFUSED = "can't be told for certain.*Save the file as UTF-8"


def read(body: bytes, language: str) -> str | None:
    """Return a file's text, None where it is refused in words."""
    try:
        return decoded(body, language=language).text
    except UnreadableCaptionError as error:
        refused = error
    assert "Save the file as UTF-8 and upload it again." in str(refused)
    return None


@pytest.mark.parametrize(("language", "encoding"), ENCODED)
@pytest.mark.parametrize("is_named", [True, False], ids=["named", "not named"])
def test_a_file_of_a_few_lines_is_read(language: str, encoding: str, is_named: bool) -> None:
    """Some lines of dialogue tell their encoding, whether or not the file's name tells the language."""
    text = srt_of(lines_in(language, encoding))
    assert read(text.encode(encoding), language if is_named else "und") == text


@given(st.sampled_from(ENCODED), st.data())
def test_any_lines_are_read_or_refused(encoded: tuple[str, str], data: st.DataObject) -> None:
    """With its language or without one, no file is read as anything else than what was written."""
    language, encoding = encoded
    lines = data.draw(st.lists(st.sampled_from(lines_in(*encoded)), min_size=1, max_size=4, unique=True))
    named = data.draw(st.sampled_from([language, "und"]))
    text = srt_of(lines)
    assert read(text.encode(encoding), named) in (text, None)


def scripts(text: str) -> set[str]:
    """Return the scripts of a text's letters."""
    names = {unicodedata.name(char).split()[0] for char in text if char.isalpha()}
    return {"CJK" if name in ("HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA") else name for name in names}


@given(st.sampled_from(ENCODED), st.sampled_from([*LINES, "en", "nb", "hi", "vi", "sr"]), st.data())
def test_a_wrong_language_never_changes_the_script(
    encoded: tuple[str, str], named: str, data: st.DataObject
) -> None:
    """Even where the name tells another language, no letters of another script come out."""
    lines = data.draw(st.lists(st.sampled_from(lines_in(*encoded)), min_size=1, max_size=4, unique=True))
    text = srt_of(lines)
    got = read(text.encode(encoded[1]), named)
    assert got is None or scripts(got) <= scripts(text) | {"LATIN"}
    if SCRIPTS.get(encoded[0].partition("-")[0], LATIN) != LATIN:
        assert got in (text, None)


@pytest.mark.parametrize("language", ["en", "und"])
@pytest.mark.parametrize(
    "line", ["It is 20 °C.", "don’t — stop… “now”", "a café", "© 2026", "¿Qué?", "naïve", "»Spaß« und mehr"]
)
def test_a_sign_or_two_of_windows_are_read(line: str, language: str) -> None:
    """A file in ASCII but for a few signs or letters of Western Europe is what it most probably is."""
    if (line, language) == ("naïve", "und"):
        # In other languages' encodings that byte is one of their letters.
        assert read(line.encode("cp1252"), language) is None
    else:
        assert read(line.encode("cp1252"), language) == line


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\x1b"), max_size=200))
def test_utf8_is_never_mistaken(text: str) -> None:
    """Text in UTF-8 is read as what it is, without a word about it."""
    found = decoded(b"1\n" + text.encode())
    assert (found.text, found.encoding, found.notes) == ("1\n" + text, "utf-8", ())


@pytest.mark.parametrize("language", sorted(LINES))
@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
def test_one_bad_byte_is_replaced_alone(language: str, mark: bytes) -> None:
    """Of a file in UTF-8 everything but the byte that is none is read, and the record tells of it."""
    text = srt_of(LINES[language][1])
    at = text.index("\n", 20)
    body = mark + text[:at].encode() + b"\xff" + text[at:].encode()
    found = decoded(body, language=language)
    assert found.text == f"{text[:at]}\ufffd{text[at:]}"
    assert found.notes == ("1 place of the file is not UTF-8; \ufffd is shown there.",)


@given(st.sampled_from(["ru", "ja", "el", "zh-Hans"]), st.integers(0), st.integers(0x80, 0xFF))
def test_a_byte_that_was_changed_spoils_no_more_than_its_character(
    language: str, where: int, byte: int
) -> None:
    """Wherever one byte of a long file in UTF-8 is another one, all other characters stay."""
    text = srt_of(LINES[language][1] * 3)
    body = bytearray(text.encode())
    body[where % len(body)] = byte
    got = read(bytes(body), language)
    assert got is not None
    kept = sum(1 for before, after in zip(text, got, strict=False) if before == after)
    tail = sum(1 for before, after in zip(reversed(text), reversed(got), strict=False) if before == after)
    assert kept + tail >= len(text) - 3


@pytest.mark.parametrize(
    ("text", "encoding", "language"),
    [
        ("поезд бабушка. меня!", "koi8_r", "ru"),
        ("поезд", "iso8859_5", "ru"),
        ("τι Δεν λες.", "cp1253", "und"),
        ("παρακαλώ.", "iso8859_7", "und"),
        ("שלום! צריכים מבין", "iso8859_8", "und"),
        ("عنك", "iso8859_6", "ar"),
        ("가야 기차가 있어요.", "cp949", "und"),
    ],
    ids=["koi8_r", "iso8859_5", "cp1253", "iso8859_7", "iso8859_8", "iso8859_6", "cp949"],
)
def test_a_reading_that_is_hardly_more_usual_is_none(text: str, encoding: str, language: str) -> None:
    """A few words whose bytes are hardly less usual words in another encoding are refused."""
    assert read(text.encode(encoding), language) is None


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("Spaß".encode("cp1252") + b"\xc3\xa4\xc3\xa4", REFUSED),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(1, 256)), REFUSED),
        (codecs.BOM_UTF8 + b"abc \xff\xfe\xfd", "not the utf-8 text that it claims"),
        (codecs.BOM_UTF16_LE + b"1\0\n", "not the utf-16 text that it claims"),
        ("Привет".encode("cp1251") * 9000 + b"\n" + b"\x98\x98\x98" * 9000, REFUSED),
        (("Привет, как дела?\n".encode("cp1251") * 9000) + b"\x98" * 99, "does not go on so"),
        (("Привет, как дела?\n".encode("cp1251") * 3000) + b"\x81\x83" * 9999, "not cp1251 as its begin is"),
    ],
)
def test_what_is_not_certain_is_refused(body: bytes, sentence: str) -> None:
    """Two encodings in one file, and what is no text, are refused with advice."""
    with pytest.raises(UnreadableCaptionError, match=sentence):
        decoded(body)
