"""Plan what a job makes: MediaConvert's file names follow from the job's settings.

So the plan is written down before the job is submitted, and needs nothing of the events that may be lost.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypedDict

from media_pipeline.domain.outputs import PlannedAudio, PlannedOutput
from media_pipeline.domain.source import Source, SourceInfo
from media_pipeline.encoding.audio_renditions import AudioRendition, audio_renditions, stereo_renditions
from media_pipeline.encoding.frame_size import FrameSize
from media_pipeline.encoding.job_settings import groups_of
from media_pipeline.encoding.ladder import Rendition
from media_pipeline.encoding.output_groups import (
    audio_modifier,
    bitrate_modifier,
    download_modifier,
    group_count,
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
                audio = audio_renditions(source, presets.cmaf)
                return [self._hls(rungs, audio, beside=len(audio)), self._dash(rungs, audio)]
            case PresetName.HLS:
                audio = audio_renditions(source, presets.hls)
                beside = len(audio) if len(audio) > 1 else 0
                return [self._hls(renditions(source, presets.hls), audio, beside=beside)]
            case PresetName.DASH:
                return [self._dash(renditions(source, presets.dash), audio_renditions(source, presets.dash))]
            case PresetName.MP4:
                audio = audio_renditions(source, presets.mp4)
                return [
                    self._file("MP4", f"_{rung.name}.mp4", rung.size, audio)
                    for rung in renditions(source, presets.mp4)
                ]
            case PresetName.AUDIO:
                modifiers = [bitrate_modifier(bitrate) for bitrate in presets.audio.audio_bitrates_bps]
                audio = stereo_renditions(source)[track - 1 : track] * len(modifiers)
                return [
                    self._manifest("HLS", ".m3u8", [], audio, [f"{modifier}.m3u8" for modifier in modifiers]),
                    replace(self._dash([], audio), group=self._group + 1),
                ]
            case PresetName.M4A:
                audio = stereo_renditions(source)
                return [
                    self._file(
                        "M4A",
                        f"{download_modifier(number, len(audio))}.m4a",
                        None,
                        [rendition],
                        has_video=False,
                    )
                    for number, rendition in enumerate(audio, 1)
                ]
            case PresetName.THUMBNAILS:
                return self._stills(presets.thumbnails)

    def _hls(
        self, rungs: Sequence[Rendition], audio: Sequence[AudioRendition], *, beside: int
    ) -> PlannedOutput:
        """Plan HLS with so many playlists of sound beside those of the rungs."""
        modifiers = [f"_{rung.name}" for rung in rungs]
        modifiers += [audio_modifier(number, beside) for number in range(1, beside + 1)]
        return self._manifest("HLS", ".m3u8", rungs, audio, [f"{modifier}.m3u8" for modifier in modifiers])

    def _dash(self, rungs: Sequence[Rendition], audio: Sequence[AudioRendition]) -> PlannedOutput:
        return self._manifest("DASH", ".mpd", rungs, audio)

    def _manifest(
        self,
        format_: str,
        suffix: str,
        rungs: Sequence[Rendition],
        audio: Sequence[AudioRendition],
        playlists: Sequence[str] = (),
    ) -> PlannedOutput:
        return PlannedOutput(
            format=format_,
            key=f"{self._base}{suffix}",
            group=self._group,
            **_size(rungs[0].size if rungs else None),
            files=tuple(f"{self._base}{playlist}" for playlist in playlists),
            sizes=sizes(rungs),
            has_video=bool(rungs),
            audio=self._planned_audio(audio),
        )

    def _file(
        self,
        format_: str,
        suffix: str,
        size: FrameSize | None,
        audio: Sequence[AudioRendition],
        *,
        has_video: bool = True,
    ) -> PlannedOutput:
        return PlannedOutput(
            format=format_,
            key=f"{self._base}{suffix}",
            group=self._group,
            **_size(size),
            has_video=has_video,
            audio=self._planned_audio(audio),
        )

    def _stills(self, preset: ThumbnailsPreset) -> list[PlannedOutput]:
        wanted = stills(self._source, preset)
        modifier = stills_modifier(wanted)
        return [
            self._file(format_, f"{modifier}.{number:07d}.jpg", wanted.size, ())
            for format_, number in (("THUMBNAIL", 0), ("POSTER", wanted.poster))
        ]

    def _planned_audio(self, audio: Sequence[AudioRendition]) -> tuple[PlannedAudio, ...] | None:
        if not isinstance(self._source, SourceInfo):
            return None
        return tuple(
            PlannedAudio(language=rendition.language, channels=rendition.channels) for rendition in audio
        )


def _size(size: FrameSize | None) -> _Size:
    return {"width": size.width if size else 0, "height": size.height if size else 0}
