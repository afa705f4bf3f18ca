"""Tell whether text that was decoded in some encoding can be what its author wrote.

The wrong encoding gives letters of the wrong script, signs in the middle of words, capitals behind small
letters, characters that are hardly ever used. What passes is not certain to be right: `encoding` compares.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from media_pipeline.publishing.caption_text.alphabets import (
    ARABIC,
    CHINESE,
    CYRILLIC,
    CYRILLIC_LETTERS,
    FREQUENT,
    GREEK,
    GREEK_LETTERS,
    HEBREW,
    JAPANESE,
    KOREAN,
    LATIN_LETTERS,
    THAI,
)

# Signs that captions in any language have besides ASCII's.
_SIGNS = frozenset(
    "“”‘’‚„…–—‒―‐«»‹›¡¿°·•€£¥§©®™♪♫×÷½¼¾²³ªº№†\u00a0\u00ad\u200b\u200c\u200d\u200e\u200f\ufeff"
)
_IN_WORDS = frozenset("’‘…–—‐·\u00ad\u00a0\u200c\u200d\u200e\u200f")
_EAST_ASIAN_SIGNS = re.compile(
    "[\u3000-\u303f\u30fb\u30fc\uff00-\uff65\uffe0-\uffee\u2010-\u2027\u2190-\u2193\u25a0-\u25ef\u2600-\u266f]"
)
_RARE_IN_LATIN = re.compile("[\u00a2-\u00a9\u00ac-\u00af\u00b1-\u00b9\u00bc-\u00be\u00d7\u00f7†€]")
_ARABIC_SIGNS = frozenset("،؛؟٪٫٬ـ")
_WORD = re.compile(r"[^\W\d_]+(?:[\u0300-\u036f]+[^\W\d_]*)*")
# So many of a hundred may be odd: names, foreign words, errors.
_TOLERATED_PERCENT = 4
_RARE_PERCENT = 10
_LONG = 10
_LATIN_BESIDE_HANZI = re.compile("[A-Za-z](?=[\u3400-\u9fff])|(?<=[\u3400-\u9fff])[A-Za-z]")


def is_plausible(text: str, script: str, language: str) -> bool:
    """Tell whether text can be of a script, and for Latin and Cyrillic of a language (`ru`)."""
    odd = [char for char in text if ord(char) > 0x7F and not _is_usual(char, script)]
    foreign = sum(1 for char in text if ord(char) > 0x7F)
    return _few(len(odd), foreign) and not _CONTROL.search(text) and _JUDGES[script](text, language)


_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd\ufffe\uffff]")


def score(text: str, script: str) -> float:
    """Return how much of a text are the letters that its script uses most, from 0 to 1."""
    if script not in FREQUENT:
        return 1.0
    letters = [char for char in text.lower() if ord(char) > 0x7F and char.isalpha()]
    return sum(1 for char in letters if char in FREQUENT[script]) / max(1, len(letters))


def oddities(text: str, script: str) -> int:
    """Count what a text of a script seldom has, and a wrong encoding often makes."""
    signs = sum(1 for char in text if ord(char) > 0x7F and not char.isalpha() and char != "\u00a0")
    unusual = sum(1 for char in text if ord(char) > 0x7F and not _is_usual(char, script))
    return signs + 2 * unusual + 2 * sum(1 for word in _WORD.findall(text) if _has_late_capital(word))


def _is_usual(char: str, script: str) -> bool:
    if char in _SIGNS:
        return True
    if script in (JAPANESE, CHINESE, KOREAN):
        return _EAST_ASIAN_SIGNS.match(char) is not None or char.isalpha()
    if script == ARABIC and char in _ARABIC_SIGNS:
        return True
    is_thai = script == THAI and "\u0e00" <= char <= "\u0e5b"
    return is_thai or unicodedata.category(char)[0] in "LM"


def _of_latin(text: str, language: str) -> bool:
    letters = LATIN_LETTERS[language]
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    foreign = [char for word in words for char in word.lower() if ord(char) > 0x7F]
    odd = sum(1 for char in foreign if char not in letters)
    strange = sum(
        1
        for word in words
        if _has_late_capital(word) or re.search("[^\x00-\x7f]{4}|^[^\x00-\x7f]{3,}$", word)
    )
    exempt = language in ("tr", "vi")
    ascii_letters = len(re.findall("[A-Za-z]", text))
    rare_signs = len(_RARE_IN_LATIN.findall(text))
    signs = sum(1 for char in text if ord(char) > 0x7F and not char.isalpha())
    if len(foreign) > ascii_letters or rare_signs > 1 + ascii_letters // 4 or signs > 1 + ascii_letters:
        return False
    return _few(odd, len(foreign)) and (exempt or _few(strange, len(words))) and _has_no_sign_inside(text)


def _of_cyrillic(text: str, language: str) -> bool:
    return _of_alphabet(text, CYRILLIC_LETTERS[language], CYRILLIC)


def _of_greek(text: str, _language: str) -> bool:
    return _of_alphabet(text, GREEK_LETTERS, GREEK)


def _of_alphabet(text: str, letters: str, script: str) -> bool:
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    foreign = [char for word in words for char in word.lower() if ord(char) > 0x7F]
    odd = sum(1 for char in foreign if char not in letters)
    strange = sum(1 for word in words if _has_late_capital(word) or re.search("[A-Za-z]", word))
    return (
        bool(foreign)
        and _few(odd, len(foreign))
        and _few(strange, len(words))
        and _has_no_sign_inside(text)
        and score(text, script) >= 0.35
    )


def _of_hebrew(text: str, _language: str) -> bool:
    words = [word for word in re.findall(r"[\u0590-\u05ff\w]+", text) if not word.isascii()]
    letters = [char for word in words for char in word if "\u05d0" <= char <= "\u05ea"]
    others = [char for word in words for char in word if char.isalpha() and not "\u05d0" <= char <= "\u05f4"]
    strange = sum(1 for word in words if re.search("[ךםןףץ][\u05d0-\u05ea]|^[\u0591-\u05c7]", word))
    return bool(letters) and not others and _few(strange, len(words)) and score(text, HEBREW) >= 0.35


def _of_arabic(text: str, _language: str) -> bool:
    foreign = [char for char in text if ord(char) > 0x7F and char.isalpha()]
    others = [char for char in foreign if not "\u0620" <= char <= "\u06ff"]
    words = re.findall(r"[\u0620-\u06ff]+", text)
    strange = sum(
        1 for word in words if re.search("^[\u064b-\u0652]|ة[\u0620-\u064a]|ى[\u0620-\u063f]", word)
    )
    return (
        bool(foreign)
        and _few(len(others), len(foreign))
        and _few(strange, len(words))
        and score(text, ARABIC) >= 0.35
    )


def _of_thai(text: str, _language: str) -> bool:
    letters = re.findall("[\u0e01-\u0e5b]", text)
    consonants = re.findall("[\u0e01-\u0e2e]", text)
    # A sign above or below stands on a consonant or another sign, a leading vowel before a consonant.
    strange = re.findall(
        "(?<![\u0e01-\u0e2e\u0e31\u0e34-\u0e3a\u0e47-\u0e4e])[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]", text
    )
    strange += re.findall("[\u0e40-\u0e44](?![\u0e01-\u0e2e])", text)
    mixed = re.findall("[A-Za-z][\u0e01-\u0e5b]|[\u0e01-\u0e5b][A-Za-z]", text)
    return (
        bool(letters)
        and len(consonants) >= 0.45 * len(letters)
        and _few(len(strange) + len(mixed), len(letters))
        and score(text, THAI) >= 0.35
    )


def _of_japanese(text: str, _language: str) -> bool:
    kana = len(re.findall("[\u3041-\u30fe]", text))
    half_width = len(re.findall("[\uff66-\uff9f]", text))
    kanji = _ideographs(text)
    rare = sum(1 for char in kanji if _bytes(char, "shift_jis")[0] > 0x97)
    return (
        kana > 0
        and kana * 6 >= len(kanji)
        and half_width * 10 <= kana + len(kanji)
        and rare * 100 <= _RARE_PERCENT * len(kanji)
        and not re.search("[\uac00-\ud7af]", text)
    )


def _of_chinese(text: str, _language: str) -> bool:
    hanzi = _ideographs(text)
    others = len(re.findall("[\u3041-\u30fe\uac00-\ud7af\uff66-\uff9f\u0400-\u04ff]", text))
    words = len(re.findall("[A-Za-z]{2,}", text))
    return (
        bool(hanzi)
        and _few(others, len(hanzi))
        and words <= len(hanzi)
        # A Latin letter beside one is rare; within Latin words the wrong encoding puts them.
        and len(_LATIN_BESIDE_HANZI.findall(text)) * 5 <= len(hanzi)
        and (_is_simplified(hanzi) or _is_traditional(hanzi))
    )


def _is_simplified(hanzi: Sequence[str]) -> bool:
    """Tell whether these are what GB 2312 has in its first rows: what is used every day."""
    rows = [_bytes(char, "gb2312")[0] for char in hanzi]
    # Korean syllables are the first half of them; no Chinese keeps to that for long.
    early = sum(1 for row in rows if 0xB0 <= row <= 0xC8)
    rare = sum(1 for row in rows if not 0xB0 <= row <= 0xD7)
    return rare * 100 <= _RARE_PERCENT * len(rows) and (len(rows) < _LONG or early * 100 <= 95 * len(rows))


def _is_traditional(hanzi: Sequence[str]) -> bool:
    """Tell whether these are what Big5 has in its first rows."""
    pairs = [_bytes(char, "big5") for char in hanzi]
    rare = sum(1 for row, _ in pairs if not 0xA4 <= row <= 0xC6)
    # Two of five have a second byte that no other encoding of the East has.
    own = sum(1 for _, second in pairs if second < 0x80)
    return rare * 100 <= _RARE_PERCENT * len(pairs) and own * 10 >= len(pairs)


def _of_korean(text: str, _language: str) -> bool:
    hangul = re.findall("[\uac00-\ud7a3]", text)
    others = [
        char for char in text if ord(char) > 0x7F and char.isalpha() and not "\uac00" <= char <= "\ud7a3"
    ]
    rare = sum(1 for char in hangul if not 0xB0 <= _bytes(char, "euc_kr")[0] <= 0xC8)
    return bool(hangul) and _few(len(others), len(hangul)) and _few(rare, len(hangul))


def _ideographs(text: str) -> list[str]:
    return re.findall("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]", text)


def _bytes(char: str, encoding: str) -> bytes:
    """Return the two bytes of a character, the last ones where the encoding has none."""
    try:
        return char.encode(encoding).ljust(2, b"\xff")
    except UnicodeEncodeError:
        return b"\xff\xff"


def _few(count: int, of: int) -> bool:
    return count * 100 <= _TOLERATED_PERCENT * of


def _has_late_capital(word: str) -> bool:
    """Tell whether a capital that isn't ASCII's follows a small letter."""
    return any(after.isupper() and before.islower() and ord(after) > 0x7F for before, after in pairwise(word))


def _has_no_sign_inside(text: str) -> bool:
    """Tell whether words are free of signs that stand beside words."""
    inside = re.findall(r"(?<=[^\W\d_])[^\x00-\x7f\w](?=[^\W\d_])", text)
    odd = [sign for sign in inside if sign not in _IN_WORDS and unicodedata.category(sign)[0] != "M"]
    return _few(len(odd), len(_WORD.findall(text)))


_JUDGES: Mapping[str, Callable[[str, str], bool]] = {
    ARABIC: _of_arabic,
    CHINESE: _of_chinese,
    CYRILLIC: _of_cyrillic,
    GREEK: _of_greek,
    HEBREW: _of_hebrew,
    JAPANESE: _of_japanese,
    KOREAN: _of_korean,
    "Latin": _of_latin,
    THAI: _of_thai,
}


def letters_of(text: str) -> tuple[str, ...]:
    """Return what tells texts apart: two that differ in signs alone are one."""
    return tuple(char for char in text if char.isalpha() or unicodedata.category(char)[0] == "M")
