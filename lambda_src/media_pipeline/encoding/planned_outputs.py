"""Plan what a job makes: MediaConvert's file names follow from the job's settings.

So the plan is written down before the job is submitted, and needs nothing of the events that may be lost.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypedDict

from media_pipeline.domain.outputs import PlannedOutput, PlannedSound
from media_pipeline.domain.source import Source, SourceInfo
from media_pipeline.encoding.audio_renditions import SoundRendition, sound_renditions, stereo_renditions
from media_pipeline.encoding.frame_size import FrameSize
from media_pipeline.encoding.job_settings import groups_of
from media_pipeline.encoding.ladder import Rendition
from media_pipeline.encoding.output_groups import (
    bitrate_modifier,
    download_modifier,
    group_count,
    sound_modifier,
    stills_modifier,
)
from media_pipeline.encoding.presets import PresetName, Presets, ThumbnailsPreset
from media_pipeline.encoding.profiles import Profile
from media_pipeline.encoding.video_renditions import (
    hevc_renditions,
    renditions,
    sizes,
    stills,
)


def planned_outputs(
    *, folder: str, source: Source, profile: Profile, presets: Presets
) -> tuple[PlannedOutput, ...]:
    """Return what the job of this source and profile makes below `folder` (a key without a last slash)."""
    planned: list[PlannedOutput] = []
    number = 0
    for group in groups_of(profile, source):
        planner = _Planner(number, f"{folder}/{group.destination}", source)
        planned += planner.outputs(group.preset, presets, track=group.track)
        number += group_count(group.preset)
    return tuple(planned)


class _Size(TypedDict):
    width: int
    height: int


class _Planner:
    """Plan one output group; `base` is what the keys of all its files begin with."""

    def __init__(self, group: int, base: str, source: Source) -> None:
        self._group = group
        self._base = base
        self._source = source

    def outputs(self, name: PresetName, presets: Presets, *, track: int) -> list[PlannedOutput]:
        """Return what the group of a preset makes, of one track (from 1) if it streams sound alone."""
        source = self._source
        match name:
            case PresetName.CMAF:
                rungs = [*renditions(source, presets.cmaf), *hevc_renditions(source, presets.cmaf)]
                sounds = sound_renditions(source, presets.cmaf)
                return [self._hls(rungs, sounds, beside=len(sounds)), self._dash(rungs, sounds)]
            case PresetName.HLS:
                sounds = sound_renditions(source, presets.hls)
                beside = len(sounds) if len(sounds) > 1 else 0
                return [self._hls(renditions(source, presets.hls), sounds, beside=beside)]
            case PresetName.DASH:
                return [self._dash(renditions(source, presets.dash), sound_renditions(source, presets.dash))]
            case PresetName.MP4:
                sounds = sound_renditions(source, presets.mp4)
                return [
                    self._file("MP4", f"_{rung.name}.mp4", rung.size, sounds)
                    for rung in renditions(source, presets.mp4)
                ]
            case PresetName.AUDIO:
                modifiers = [bitrate_modifier(bitrate) for bitrate in presets.audio.audio_bitrates_bps]
                sounds = stereo_renditions(source)[track - 1 : track] * len(modifiers)
                return [
                    self._manifest(
                        "HLS", ".m3u8", [], sounds, [f"{modifier}.m3u8" for modifier in modifiers]
                    ),
                    replace(self._dash([], sounds), group=self._group + 1),
                ]
            case PresetName.M4A:
                sounds = stereo_renditions(source)
                return [
                    self._file(
                        "M4A",
                        f"{download_modifier(number, len(sounds))}.m4a",
                        None,
                        [sound],
                        has_picture=False,
                    )
                    for number, sound in enumerate(sounds, 1)
                ]
            case PresetName.THUMBNAILS:
                return self._stills(presets.thumbnails)

    def _hls(
        self, rungs: Sequence[Rendition], sounds: Sequence[SoundRendition], *, beside: int
    ) -> PlannedOutput:
        """Plan HLS with so many playlists of sound beside those of the rungs."""
        modifiers = [f"_{rung.name}" for rung in rungs]
        modifiers += [sound_modifier(number, beside) for number in range(1, beside + 1)]
        return self._manifest("HLS", ".m3u8", rungs, sounds, [f"{modifier}.m3u8" for modifier in modifiers])

    def _dash(self, rungs: Sequence[Rendition], sounds: Sequence[SoundRendition]) -> PlannedOutput:
        return self._manifest("DASH", ".mpd", rungs, sounds)

    def _manifest(
        self,
        format_: str,
        suffix: str,
        rungs: Sequence[Rendition],
        sounds: Sequence[SoundRendition],
        playlists: Sequence[str] = (),
    ) -> PlannedOutput:
        return PlannedOutput(
            format=format_,
            key=f"{self._base}{suffix}",
            group=self._group,
            **_size(rungs[0].size if rungs else None),
            files=tuple(f"{self._base}{playlist}" for playlist in playlists),
            sizes=sizes(rungs),
            has_picture=bool(rungs),
            sounds=self._sounds(sounds),
        )

    def _file(
        self,
        format_: str,
        suffix: str,
        size: FrameSize | None,
        sounds: Sequence[SoundRendition],
        *,
        has_picture: bool = True,
    ) -> PlannedOutput:
        return PlannedOutput(
            format=format_,
            key=f"{self._base}{suffix}",
            group=self._group,
            **_size(size),
            has_picture=has_picture,
            sounds=self._sounds(sounds),
        )

    def _stills(self, preset: ThumbnailsPreset) -> list[PlannedOutput]:
        wanted = stills(self._source, preset)
        modifier = stills_modifier(wanted)
        return [
            self._file(format_, f"{modifier}.{number:07d}.jpg", wanted.size, ())
            for format_, number in (("THUMBNAIL", 0), ("POSTER", wanted.poster))
        ]

    def _sounds(self, sounds: Sequence[SoundRendition]) -> tuple[PlannedSound, ...] | None:
        if not isinstance(self._source, SourceInfo):
            return None
        return tuple(PlannedSound(language=sound.language, channels=sound.channels) for sound in sounds)


def _size(size: FrameSize | None) -> _Size:
    return {"width": size.width if size else 0, "height": size.height if size else 0}
