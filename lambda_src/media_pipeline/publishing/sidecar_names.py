"""What the name of a caption file tells: the language, and for whom the captions are.

Behind the video's name come a language (`en`, `pt-BR`, `english`) and a role, in either order. `hi` is Hindi
by itself, and "hearing impaired" beside another language.
"""

import re

from media_pipeline.domain.languages import UNDETERMINED, language_tag
from media_pipeline.domain.values import dataclass

# For people who can't hear the sound: what is spoken, and what else is to be heard.
SDH = "sdh"
# What everybody needs to follow the film, such as lines in a foreign language and signs.
FORCED = "forced"

_ROLES = {"cc": SDH, "forced": FORCED, "foreign": FORCED, "hi": SDH, "sdh": SDH}
# Marks of media servers that say nothing about the captions themselves.
_MEANINGLESS = frozenset({"default"})
_HINDI = "hi"
_SHOWN_CHARACTERS = 40


class UnknownTagsError(Exception):
    """Say in a sentence what part of a caption file's name can't be understood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionTags:
    """Hold a caption file's language (BCP 47) and its role: SDH, FORCED, or nothing for plain subtitles."""

    language: str = UNDETERMINED
    role: str = ""


def read_tags(text: str) -> CaptionTags:
    """Read what stands between a video's name and a caption file's suffix, such as `en.sdh`.

    Raises UnknownTagsError.
    """
    languages: list[str] = []
    roles: set[str] = set()
    for part in text.split("."):
        words = re.split(r"[-_]", part.strip(" ()[]").lower())
        while words[1:] and words[-1] in _ROLES:
            roles.add(_ROLES[words.pop()])
            if words[-1] == "x":
                words.pop()
        word = "-".join(words)
        language = language_tag(word)
        if word in _ROLES and word != _HINDI:
            roles.add(_ROLES[word])
        elif language is not None:
            languages.append(language)
        elif word not in _MEANINGLESS:
            raise UnknownTagsError(
                f"The part '{part[:_SHOWN_CHARACTERS]}' of the file's name is neither a language, such as en "
                "or pt-BR, nor one of sdh, cc, hi and forced"
            )
    if len(languages) > 1 and _HINDI in languages:
        languages.remove(_HINDI)
        roles.add(SDH)
    if len(languages) > 1:
        raise UnknownTagsError(f"The file's name tells several languages: {', '.join(languages[:5])}")
    # Forced captions are for all viewers, SDH or not.
    role = FORCED if FORCED in roles else SDH if SDH in roles else ""
    return CaptionTags(language=languages[0] if languages else UNDETERMINED, role=role)
