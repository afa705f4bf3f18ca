"""Language tags as captions carry them, in their usual form, and what people call the languages.

Source: BCP 47 (RFC 5646) for the form of a tag, ISO 639-1 and 639-2 for the codes.
"""

import re

UNDETERMINED = "und"

_TAG = re.compile(
    r"(?P<language>[a-z]{2,3})(-(?P<script>[a-z]{4}))?(-(?P<region>[a-z]{2}|[0-9]{3}))?"
    r"(?P<variants>(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*)",
    re.IGNORECASE,
)

# The two letters that BCP 47 wants where there are two, the name, and codes of three letters for the same.
_LANGUAGES = {
    "af": ("Afrikaans", "afr"),
    "am": ("Amharic", "amh"),
    "ar": ("Arabic", "ara"),
    "az": ("Azerbaijani", "aze"),
    "be": ("Belarusian", "bel"),
    "bg": ("Bulgarian", "bul"),
    "bn": ("Bengali", "ben"),
    "bs": ("Bosnian", "bos"),
    "ca": ("Catalan", "cat"),
    "cs": ("Czech", "ces cze"),
    "cy": ("Welsh", "cym wel"),
    "da": ("Danish", "dan"),
    "de": ("German", "deu ger"),
    "el": ("Greek", "ell gre"),
    "en": ("English", "eng"),
    "es": ("Spanish", "spa"),
    "et": ("Estonian", "est"),
    "eu": ("Basque", "eus baq"),
    "fa": ("Persian", "fas per"),
    "fi": ("Finnish", "fin"),
    "fil": ("Filipino", ""),
    "fr": ("French", "fra fre"),
    "ga": ("Irish", "gle"),
    "gl": ("Galician", "glg"),
    "gu": ("Gujarati", "guj"),
    "he": ("Hebrew", "heb"),
    "hi": ("Hindi", "hin"),
    "hr": ("Croatian", "hrv"),
    "hu": ("Hungarian", "hun"),
    "hy": ("Armenian", "hye arm"),
    "id": ("Indonesian", "ind"),
    "is": ("Icelandic", "isl ice"),
    "it": ("Italian", "ita"),
    "ja": ("Japanese", "jpn"),
    "ka": ("Georgian", "kat geo"),
    "kk": ("Kazakh", "kaz"),
    "km": ("Khmer", "khm"),
    "kn": ("Kannada", "kan"),
    "ko": ("Korean", "kor"),
    "lt": ("Lithuanian", "lit"),
    "lv": ("Latvian", "lav"),
    "mk": ("Macedonian", "mkd mac"),
    "ml": ("Malayalam", "mal"),
    "mr": ("Marathi", "mar"),
    "ms": ("Malay", "msa may"),
    "nb": ("Norwegian Bokmål", "nob"),
    "nl": ("Dutch", "nld dut"),
    "no": ("Norwegian", "nor"),
    "pa": ("Punjabi", "pan"),
    "pl": ("Polish", "pol"),
    "pt": ("Portuguese", "por"),
    "ro": ("Romanian", "ron rum"),
    "ru": ("Russian", "rus"),
    "sk": ("Slovak", "slk slo"),
    "sl": ("Slovenian", "slv"),
    "sq": ("Albanian", "sqi alb"),
    "sr": ("Serbian", "srp"),
    "sv": ("Swedish", "swe"),
    "sw": ("Swahili", "swa"),
    "ta": ("Tamil", "tam"),
    "te": ("Telugu", "tel"),
    "th": ("Thai", "tha"),
    "tr": ("Turkish", "tur"),
    "uk": ("Ukrainian", "ukr"),
    "ur": ("Urdu", "urd"),
    "uz": ("Uzbek", "uzb"),
    "vi": ("Vietnamese", "vie"),
    "yue": ("Cantonese", ""),
    "zh": ("Chinese", "zho chi"),
    "zu": ("Zulu", "zul"),
}
_SHORT = {code: short for short, (_, codes) in _LANGUAGES.items() for code in codes.split()}


def language_tag(text: str) -> str | None:
    """Return a tag in its usual form (`PT-br` is `pt-BR`, `eng` is `en`), or None where the text is none."""
    match = _TAG.fullmatch(text)
    if match is None:
        return None
    language = match["language"].lower()
    subtags = [_SHORT.get(language, language)]
    if match["script"]:
        subtags.append(match["script"].title())
    if match["region"]:
        subtags.append(match["region"].upper())
    return "-".join(subtags) + match["variants"].lower()


def language_label(tag: str) -> str:
    """Return what a player's menu calls a language: "English", "Portuguese (BR)"; else the tag itself."""
    if tag == UNDETERMINED:
        return "Captions"
    language, _, rest = tag.partition("-")
    if language not in _LANGUAGES:
        return tag
    name = _LANGUAGES[language][0]
    return f"{name} ({rest})" if rest else name
