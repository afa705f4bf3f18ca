"""Find out which encoding a caption file is in: Unicode is told by itself, all else has to be certain.

A file that is not in Unicode has no mark of its encoding, and nearly every encoding makes letters of every
byte. So it is decoded in each that its language was ever written in (any language's, where the file's name
tells none), and what can't be text of that language is dropped. Where readings are left that differ, the one
that is clearly more usual counts; the package `charset_normalizer` has the last word on whether it is text,
and on the language of Latin letters. A doubt is an UnreadableCaptionError that says what helps.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from media_pipeline.domain.errors import UnreadableCaptionError
from media_pipeline.domain.languages import UNDETERMINED
from media_pipeline.domain.values import dataclass
from media_pipeline.publishing.caption_text.alphabets import (
    COMMON,
    CYRILLIC,
    CYRILLIC_LETTERS,
    EAST_ASIAN,
    ENCODINGS,
    FREQUENT,
    LATIN,
    LATIN_ENCODINGS,
    SCRIPTS,
    WRITTEN_LIKE,
)
from media_pipeline.publishing.caption_text.scripts import (
    is_plausible,
    letters_of,
    oddities,
    score,
)
from media_pipeline.publishing.caption_text.unicode import ADVICE, DecodedText, unicode_text

# So much of what is not ASCII tells the encoding of the rest.
_JUDGED_BYTES = 32 * 1024
# Without a language that is known, so few letters of a script could be chance.
_MIN_LETTERS = 8
_MIN_CHARACTERS = 2
# So much more usual the letters of one reading must be than those of another.
_CLEARLY = 0.15
# How much of a text may look odd to charset_normalizer: few and short lines do.
_MESS = 0.4
_TELLING_BYTES = 32
# So much text in Latin letters tells its language.
_LANGUAGE_BYTES = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    encoding: str
    script: str
    language: str
    text: str


def decoded(body: bytes, *, language: str = UNDETERMINED) -> DecodedText:
    """Return a file's text; `language` (BCP 47) is what its name tells.

    Raises UnreadableCaptionError where it is none, or its encoding is not certain.
    """
    unicode = unicode_text(body)
    if unicode is not None:
        return unicode
    sample = _sample(body)
    reading = _reading(sample, language)
    if reading is not None and _is_text(reading):
        return _whole(body, reading)
    raise UnreadableCaptionError(
        "The encoding of the caption file can't be told for certain, and its text might come out as other "
        f"letters. {ADVICE}"
    )


def _reading(sample: bytes, language: str) -> _Reading | None:
    """Return what the bytes are for certain, None where that is not certain."""
    hinted = _chosen(_groups(_readings(sample, _candidates(language))), sample)
    groups = [one for one in _groups(_readings(sample, _all_candidates())) if not _is_chance(one)]
    if hinted:
        letters = letters_of(hinted[0].text)
        others = [one for one in groups if letters_of(one[0].text) != letters]
        return hinted[0] if not _is_doubted(hinted, others, sample) else None
    group = _chosen(groups, sample)
    if not group:
        return None
    return group[0] if group[0].script == LATIN or _foreign_letters(group) >= _MIN_LETTERS else None


def _is_chance(group: Sequence[_Reading]) -> bool:
    """Tell whether two bytes that happen to be one character of the East are all there is."""
    return group[0].script in EAST_ASIAN and _foreign_letters(group) < _MIN_CHARACTERS


def _foreign_letters(group: Sequence[_Reading]) -> int:
    return sum(1 for char in group[0].text if ord(char) > 0x7F and char.isalpha())


def _is_doubted(hinted: list[_Reading], others: list[list[_Reading]], sample: bytes) -> bool:
    """Tell whether a file is more likely in another language than the one that its name tells."""
    for other in others:
        margin = _CLEARLY if other[0].script == hinted[0].script else 0
        if hinted[0].script in FREQUENT and _score(other) - _score(hinted) >= margin:
            return True
    scripts = {hinted[0].script, *(other[0].script for other in others)}
    if hinted[0].script in EAST_ASIAN and len(scripts & EAST_ASIAN) > 1:
        return True
    latin = [other for other in others if other[0].script == LATIN]
    return (
        hinted[0].script == LATIN
        and bool(latin)
        and not _is_of_its_language(hinted, sample)
        and any(_is_of_its_language(other, sample) for other in latin)
    )


def _sample(body: bytes) -> bytes:
    """Return lines that have what is not ASCII: numbers and times tell nothing."""
    lines = [line for line in body.replace(b"\r", b"\n").split(b"\n") if not line.isascii()]
    sample = b"\n".join(lines)
    return sample if len(sample) <= _JUDGED_BYTES else sample[: sample.rfind(b"\n", 0, _JUDGED_BYTES)]


def _candidates(language: str) -> Iterator[tuple[str, str, str]]:
    """Yield script, language and encoding of all that a language was ever saved in."""
    base = WRITTEN_LIKE.get(language) or language.partition("-")[0]
    base = WRITTEN_LIKE.get(base, base)
    script = SCRIPTS.get(base, LATIN)
    if script == LATIN:
        yield from ((LATIN, base, encoding) for encoding in LATIN_ENCODINGS.get(base, ()))
    else:
        yield from ((script, base, encoding) for encoding in ENCODINGS[script])


def _all_candidates() -> Iterator[tuple[str, str, str]]:
    for script, encodings in ENCODINGS.items():
        for language in CYRILLIC_LETTERS if script == CYRILLIC else ("",):
            yield from ((script, language, encoding) for encoding in encodings if encoding in COMMON)
    for language, encodings in LATIN_ENCODINGS.items():
        yield from ((LATIN, language, encoding) for encoding in encodings if encoding in COMMON)


def _readings(sample: bytes, candidates: Iterable[tuple[str, str, str]]) -> Iterator[_Reading]:
    """Yield what the bytes can be."""
    texts: dict[str, str | None] = {}
    for script, language, encoding in candidates:
        if encoding not in texts:
            texts[encoding] = _decoded(sample, encoding)
        text = texts[encoding]
        if text is not None and is_plausible(text, script, language):
            yield _Reading(encoding=encoding, script=script, language=language, text=text)


def _decoded(sample: bytes, encoding: str) -> str | None:
    try:
        return sample.decode(encoding)
    except UnicodeDecodeError:
        return None


def _groups(readings: Iterable[_Reading]) -> list[list[_Reading]]:
    """Return readings by what they read: those that differ in signs alone are one."""
    by_letters: dict[tuple[str, ...], list[_Reading]] = {}
    for reading in readings:
        by_letters.setdefault(tuple(letters_of(reading.text)), []).append(reading)
    return list(by_letters.values())


def _chosen(groups: list[list[_Reading]], sample: bytes) -> list[_Reading]:
    """Return the one group that is left, or clearly the most usual one, else nothing."""
    if len(groups) > 1 and all(one[0].script == LATIN for one in groups):
        is_long = len(sample) >= _LANGUAGE_BYTES
        groups = [one for one in groups if is_long and _is_of_its_language(one, sample)]
    if len(groups) > 1:
        groups = _most_usual(groups)
    return groups[0] if groups else []


def _most_usual(groups: list[list[_Reading]]) -> list[list[_Reading]]:
    best, second, *_ = sorted(groups, key=_score, reverse=True)
    if _score(best) - _score(second) >= _CLEARLY:
        return [best]
    first, other, *_ = sorted(groups, key=_oddities)
    # Encodings of one script that differ in a few letters, as Greek ones do. Of Latin, signs tell nothing.
    is_one_script = {one[0].script for one in groups} == {first[0].script} != {LATIN}
    return [first] if is_one_script and _oddities(first) < _oddities(other) else []


def _score(group: Sequence[_Reading]) -> float:
    return max(score(one.text, one.script) for one in group)


def _oddities(group: Sequence[_Reading]) -> int:
    return min(oddities(one.text, one.script) for one in group)


def _is_of_its_language(group: Sequence[_Reading], sample: bytes) -> bool:
    """Tell whether the text is in one of the languages that its letters are of."""
    languages = _detected(sample, group[0].encoding) or ()
    return any(_NAMES.get(one.language) in languages for one in group)


def _detected(sample: bytes, encoding: str) -> Sequence[str] | None:
    """Return the likely languages of a text in an encoding, None where it is no text."""
    # Imported here: most caption files are in Unicode, and it takes a while.
    from charset_normalizer import from_bytes

    best = from_bytes(
        sample, cp_isolation=[encoding], threshold=_MESS, enable_fallback=False, language_threshold=0.1
    ).best()
    return best.languages[:3] if best is not None else None


_NAMES = {
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "et": "Estonian",
    "fi": "Finnish",
    "fr": "French",
    "hr": "Croatian",
    "hu": "Hungarian",
    "it": "Italian",
    "lt": "Lithuanian",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "sk": "Slovak",
    "sl": "Slovene",
    "sv": "Swedish",
    "tr": "Turkish",
    "vi": "Vietnamese",
}


def _is_text(reading: _Reading) -> bool:
    """Tell whether charset_normalizer takes a reading for text, where it is long enough to tell."""
    # Marks that are not shown are mess to it.
    shown = "".join(char for char in reading.text if unicodedata.category(char) != "Cf")
    sample = shown.encode(reading.encoding)
    return len(sample) < _TELLING_BYTES or _detected(sample, reading.encoding) is not None


def _whole(body: bytes, reading: _Reading) -> DecodedText:
    try:
        text = body.decode(reading.encoding)
    except UnicodeDecodeError as error:
        raise UnreadableCaptionError(
            f"The caption file begins as {reading.encoding} text, and does not go on so. {ADVICE}"
        ) from error
    if not is_plausible(text, reading.script, reading.language):
        raise UnreadableCaptionError(
            f"Parts of the caption file are not {reading.encoding} as its begin is. {ADVICE}"
        )
    return DecodedText(text=text, encoding=reading.encoding)
