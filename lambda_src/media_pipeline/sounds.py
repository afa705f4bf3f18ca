"""Choose the sound of a job: each track of the source becomes a rendition, with its language and channels."""

import re
from dataclasses import dataclass

from media_pipeline.languages import UNDETERMINED, language_label, language_tag
from media_pipeline.presets import Surround, VideoPreset
from media_pipeline.sources import AudioTrack, Source, SourceInfo

STEREO, FIVE_POINT_ONE = 2, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundRendition:
    """Describe one rendition of sound.

    `track` counts the source's audio tracks from 1, and is None where they aren't known. `language` is empty
    where the source doesn't say; `label` tells the rendition from the others of its output group.
    """

    track: int | None
    language: str
    label: str
    channels: int


# What a source most probably has that couldn't be inspected.
_ASSUMED = SoundRendition(track=None, language="", label="Audio", channels=STEREO)


def sound_renditions(source: Source, preset: VideoPreset) -> tuple[SoundRendition, ...]:
    """Return a preset's sound for a source, in the order of its tracks; nothing where it has none."""
    return _renditions(source, keeps_surround=preset.surround == Surround.KEEP)


def stereo_renditions(source: Source) -> tuple[SoundRendition, ...]:
    """Return a source's sound, mixed down to stereo."""
    return _renditions(source, keeps_surround=False)


def _renditions(source: Source, *, keeps_surround: bool) -> tuple[SoundRendition, ...]:
    if not isinstance(source, SourceInfo):
        return (_ASSUMED,)
    names = [_name(track.language) for track in source.audio]
    return tuple(
        SoundRendition(
            track=number,
            language=track.language,
            label=name if names.count(name) == 1 else f"{name} {number}",
            channels=_channels(track, keeps_surround=keeps_surround),
        )
        for number, (track, name) in enumerate(zip(source.audio, names, strict=True), 1)
    )


def _name(language: str) -> str:
    """Return a language's name as MediaConvert takes it for a stream: letters, digits and spaces."""
    tag = language_tag(language)
    label = language_label(tag) if tag and tag != UNDETERMINED else ""
    return " ".join(re.findall(r"\w+", label)) or "Audio"


def _channels(track: AudioTrack, *, keeps_surround: bool) -> int:
    if track.channels == 1:
        return 1
    return FIVE_POINT_ONE if keeps_surround and track.channels == FIVE_POINT_ONE else STEREO
