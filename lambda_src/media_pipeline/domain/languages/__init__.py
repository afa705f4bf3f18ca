"""Language tags in their usual and shortest form, and what people call the languages.

Source: BCP 47 (RFC 5646, sections 2.1 and 4.5) for the form of a tag, ISO 639 for the codes.
"""

import re

from media_pipeline.domain.languages.codes import (
    ALIASES,
    LANGUAGES,
    NAMES,
    REGIONS,
    SCRIPTS,
    SHORTEST,
    VARIANTS,
)

UNDETERMINED = "und"

# Compiled when a language is first met: most videos' files name none.
_TAG = (
    r"(?P<language>[a-z]{2,3})(-(?P<extended>[a-z]{3}))?(-(?P<script>[a-z]{4}))?"
    r"(-(?P<region>[a-z]{2}|[0-9]{3}))?(?P<variants>(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*)"
)
# The United Kingdom is GB to everybody but those who live there.
_REGION_ALIASES = {"UK": "GB"}


def language_tag(text: str) -> str | None:
    """Return a language's tag, None where the text names none that is known.

    `eng` and `english` are `en`, `PT_br` is `pt-BR`, `zh-cmn-Hans` is `zh-Hans`, `iw` is `he`. A code that is
    not in ISO 639 is none, nor is a country or a script that doesn't exist.
    """
    tag = text.replace("_", "-")
    alias = ALIASES.get(tag.lower())
    if alias is not None:
        return alias
    match = re.fullmatch(_TAG, tag, re.IGNORECASE)
    if match is None:
        return None
    # A language that is written behind the group it belongs to stands for itself: zh-yue is yue.
    language = _known((match["extended"] or match["language"]).lower())
    script, region = (match["script"] or "").title(), (match["region"] or "").upper()
    region = _REGION_ALIASES.get(region, region)
    variants = [variant for variant in match["variants"].lower().split("-") if variant]
    if (
        language is None
        or (match["extended"] and _known(match["language"].lower()) is None)
        or (script and script not in SCRIPTS)
        or (region and region not in REGIONS)
        or not VARIANTS.issuperset(variants)
        or len(set(variants)) < len(variants)
    ):
        return None
    return "-".join(part for part in (language, script, region, *variants) if part)


def language_label(tag: str) -> str:
    """Return what a player's menu calls a language: "English", "Portuguese (BR)"; else the tag itself."""
    if tag == UNDETERMINED:
        return "Captions"
    language, _, rest = tag.partition("-")
    if language not in NAMES:
        return tag
    name = NAMES[language]
    return f"{name} ({rest})" if rest else name


def _known(code: str) -> str | None:
    """Return the shortest code of a language, None where there is no such language."""
    short = SHORTEST.get(code) or ALIASES.get(code, code)
    return short if short in LANGUAGES or short == UNDETERMINED else None
