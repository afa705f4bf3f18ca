"""Which letters languages are written with, and in which encodings files of them were saved before Unicode.

Source: the Unicode CLDR's exemplar characters for letters; the WHATWG Encoding Standard and the code pages of
DOS and Mac OS for encodings, by the names of Python's codecs.
"""

LATIN, CYRILLIC, GREEK, HEBREW, ARABIC, THAI = "Latin", "Cyrillic", "Greek", "Hebrew", "Arabic", "Thai"
JAPANESE, CHINESE, KOREAN = "Japanese", "Chinese", "Korean"
EAST_ASIAN = frozenset({JAPANESE, CHINESE, KOREAN})

_WESTERN = ("cp1252", "iso8859_15", "mac_roman", "cp850")
_CENTRAL = ("cp1250", "iso8859_2", "cp852")
_BALTIC = ("cp1257", "iso8859_13")
_TURKISH = ("cp1254", "cp857")
_CYRILLIC = ("cp1251", "koi8_r", "koi8_u", "iso8859_5", "cp866")

# Encodings that are in use by themselves, where no language says which; others need one.
_COMMON = """
cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp874 cp866 koi8_r koi8_u
iso8859_2 iso8859_5 iso8859_6 iso8859_7 iso8859_8 iso8859_15 cp932 euc_jp gb18030 cp950 cp949
"""
COMMON = frozenset(_COMMON.split())

ENCODINGS = {
    CYRILLIC: _CYRILLIC,
    GREEK: ("cp1253", "iso8859_7", "cp737"),
    HEBREW: ("cp1255", "iso8859_8", "cp862"),
    ARABIC: ("cp1256", "iso8859_6"),
    THAI: ("cp874",),
    JAPANESE: ("cp932", "euc_jp"),
    CHINESE: ("gb18030", "cp950", "big5hkscs"),
    KOREAN: ("cp949",),
}

# The small letters that a language has besides a to z, and its encodings.
LATIN_LETTERS = {
    "af": "áäèéêëíîïóôöúûü",
    "ca": "àçèéíïòóúü",
    "cs": "áčďéěíňóřšťúůýž",
    "da": "æøåéóäö",
    "de": "äöüßé",
    "en": "éèêëïñöüçàâôî",
    "es": "áéíñóúü",
    "et": "äõöüšž",
    "eu": "ñçü",
    "fi": "äöåšž",
    "fr": "àâæçéèêëîïôœùûüÿ",
    "ga": "áéíóú",
    "gl": "áéíïñóúü",
    "hr": "čćđšž",
    "hu": "áéíóöőúüű",
    "is": "áæéíðóöúýþ",
    "it": "àèéìíîòóùú",
    "lt": "ąčęėįšųūž",
    "lv": "āčēģīķļņšūž",
    "nl": "áéëïíóöúüèêàç",
    "no": "æøåéóòôèêà",
    "pl": "ąćęłńóśźż",
    "pt": "áâãàçéêíóôõúü",
    "ro": "ăâîşţșț",
    "sk": "áäčďéíĺľňóôŕšťúýž",
    "sl": "čšžćđ",
    "sq": "çë",
    "sv": "åäöéà",
    "tr": "çğıöşüâîûi\u0307",
    "vi": "àáâãèéêìíòóôõùúýăđĩũơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ",
}
_LATIN_ENCODINGS = {
    _CENTRAL: "cs hr hu pl ro sk sl sq",
    _BALTIC: "et lt lv",
    _TURKISH: "tr",
    ("cp1258",): "vi",
}
LATIN_ENCODINGS = {
    language: next((codes for codes, of in _LATIN_ENCODINGS.items() if language in of.split()), _WESTERN)
    for language in LATIN_LETTERS
}

_RUSSIAN = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
CYRILLIC_LETTERS = {
    "be": "абвгдеёжзійклмнопрстуўфхцчшыьэюя",
    "bg": "абвгдежзийклмнопрстуфхцчшщъьюяѝ",
    "mk": "абвгдѓежзѕијклљмнњопрстќуфхцчџшѐѝ",
    "ru": _RUSSIAN,
    "sr": "абвгдђежзијклљмнњопрстћуфхцчџш",
    "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
}
GREEK_LETTERS = "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ"

# The letters that a third of any text of a script consists of, and seldom of what is none.
FREQUENT = {
    CYRILLIC: "оеаинтсрвлкі",
    GREEK: "αοιετσνηυρά",
    HEBREW: "יוהלאמתרנב",
    ARABIC: "اليمنوترهبع",
    THAI: "านรอกเงมยลวด่้",
}

# Languages by script, where their tag doesn't tell it; all others are Latin.
SCRIPTS = {
    **dict.fromkeys(CYRILLIC_LETTERS, CYRILLIC),
    "ar": ARABIC,
    "el": GREEK,
    "fa": ARABIC,
    "he": HEBREW,
    "ja": JAPANESE,
    "ko": KOREAN,
    "th": THAI,
    "ur": ARABIC,
    "yi": HEBREW,
    "yue": CHINESE,
    "zh": CHINESE,
}
# Tags that people use for the same writing.
WRITTEN_LIKE = {"bs": "hr", "nb": "no", "nn": "no", "mo": "ro", "sr-Latn": "hr", "az": "tr", "fil": "es"}
