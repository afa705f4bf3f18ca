"""Choose the sound of a job: each track of the source becomes a rendition, with its language and channels."""

import re
import unicodedata

from media_pipeline.domain.languages import UNDETERMINED, language_label, language_tag
from media_pipeline.domain.source import (
    UNKNOWN_CODEC,
    AudioTrack,
    Source,
    SourceInfo,
)
from media_pipeline.domain.values import dataclass
from media_pipeline.encoding.aac import FIVE_POINT_ONE, STEREO
from media_pipeline.encoding.presets import Surround, VideoPreset

# Codes that stand for no language in particular. Source: ISO 639-2, codes for special situations.
_NO_LANGUAGES = frozenset({UNDETERMINED, "mis", "mul", "zxx"})
# Source: MediaConvert API, AudioDescription.CustomLanguageCode: its pattern, and what files may have.
_CUSTOM_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9-]+)?")
_FILE_LANGUAGE = re.compile(r"[A-Za-z]{3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioRendition:
    """Describe one rendition of sound.

    `track` counts the source's audio tracks from 1, and is None where they aren't known. `language` is the
    shortest BCP 47 tag, as captions have it, and `file_language` a code of three letters, for files; both are
    empty where the source tells no language that is known. `label` tells the rendition from the others of its
    output group, in ASCII.
    """

    track: int | None
    language: str
    file_language: str
    label: str
    channels: int


# What a source most probably has that couldn't be inspected.
_ASSUMED = AudioRendition(track=None, language="", file_language="", label="Audio", channels=STEREO)


def audio_renditions(source: Source, preset: VideoPreset) -> tuple[AudioRendition, ...]:
    """Return a preset's audio renditions of a source, in the order of its tracks."""
    return _renditions(source, keeps_surround=preset.surround == Surround.KEEP)


def stereo_renditions(source: Source) -> tuple[AudioRendition, ...]:
    """Return a source's audio renditions, mixed down to stereo."""
    return _renditions(source, keeps_surround=False)


def audible_tracks(source: SourceInfo) -> tuple[tuple[int, AudioTrack], ...]:
    """Return the audio tracks to process, each with its number from 1.

    Tracks in a codec that MediaConvert doesn't know are left out where there are others: cameras add
    spatial sound (APAC, AC-4) to a track that everything plays, and one such track fails a whole job.
    """
    numbered = tuple(enumerate(source.audio, 1))
    known = tuple((number, track) for number, track in numbered if track.codec != UNKNOWN_CODEC)
    return known or numbered


def _renditions(source: Source, *, keeps_surround: bool) -> tuple[AudioRendition, ...]:
    if not isinstance(source, SourceInfo):
        return () if source.is_silent else (_ASSUMED,)
    heard = audible_tracks(source)
    languages = [_language(track.language) for _, track in heard]
    names = [_name(language) for language in languages]
    return tuple(
        AudioRendition(
            track=number,
            language=language,
            file_language=_file_language(track.language) if language else "",
            label=name if names.count(name) == 1 else f"{name} {number}",
            channels=_channels(track, keeps_surround=keeps_surround),
        )
        for (number, track), language, name in zip(heard, languages, names, strict=True)
    )


def _language(told: str) -> str:
    """Return the language that a file tells, empty where it tells none that is known."""
    tag = language_tag(told)
    return "" if tag is None or tag in _NO_LANGUAGES or not _CUSTOM_LANGUAGE.fullmatch(tag) else tag


def _file_language(told: str) -> str:
    """Return what the file tells where MediaConvert takes it for files to download, else nothing."""
    return told.lower() if _FILE_LANGUAGE.fullmatch(told) else ""


def _name(language: str) -> str:
    """Return a language's name as MediaConvert takes it for a stream: ASCII letters, digits and spaces.

    Letters lose their accents.
    """
    plain = unicodedata.normalize("NFKD", language_label(language)) if language else ""
    return " ".join(re.findall(r"[A-Za-z0-9]+", re.sub(r"[^\x00-\x7f]", "", plain))) or "Audio"


def _channels(track: AudioTrack, *, keeps_surround: bool) -> int:
    if track.channels == 1:
        return 1
    return FIVE_POINT_ONE if keeps_surround and track.channels == FIVE_POINT_ONE else STEREO
