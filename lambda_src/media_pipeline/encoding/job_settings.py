"""Render MediaConvert job settings (boto3's form) from a source, a profile and its presets.

One builder makes the orchestrator's jobs and the job templates that people start from the console, so both
encode alike. Rungs of equal size have equal codec settings in every group, so that an encoder may share the
encode.
"""

from collections.abc import Sequence
from typing import NamedTuple

from media_pipeline.domain.source import (
    AudioTrack,
    Source,
    SourceInfo,
    VideoTrack,
    has_audio,
    has_video,
)
from media_pipeline.encoding.audio_renditions import stereo_renditions
from media_pipeline.encoding.audio_settings import audio_selectors
from media_pipeline.encoding.group_settings import Settings
from media_pipeline.encoding.output_groups import output_groups
from media_pipeline.encoding.presets import AUDIO_PRESETS, PresetName, Presets
from media_pipeline.encoding.profiles import Profile
from media_pipeline.encoding.video_settings import video_selector

# The files that job templates are fitted to: MediaConvert templates can't depend on their source.
REFERENCE_VIDEO = SourceInfo(
    container="mp4",
    duration_ms=0,
    video=VideoTrack(
        codec="AVC",
        display_width=1920,
        display_height=1080,
        rotation_degrees=0,
        frame_rate_numerator=30,
        frame_rate_denominator=1,
        is_interlaced=False,
    ),
    audio=(AudioTrack(codec="AAC", channels=2, language=""),),
)
REFERENCE_AUDIO = SourceInfo(container="mp4", duration_ms=0, video=None, audio=REFERENCE_VIDEO.audio)

# Base names of each group's files below the attempt's destination.
DESTINATIONS = {
    PresetName.CMAF: "cmaf/index",
    PresetName.HLS: "hls/master",
    PresetName.DASH: "dash/manifest",
    PresetName.MP4: "mp4/video",
    PresetName.AUDIO: "audio/index",
    PresetName.M4A: "m4a/audio",
    PresetName.THUMBNAILS: "thumbnails/thumbnail",
}


class JobGroup(NamedTuple):
    """Name an output group of a job: what it makes, and, for streams of sound alone, of which track.

    `track` counts the source's audio tracks from 1. Players switch among the variants of an HLS playlist by
    their bitrate, and so the languages of sound alone can't be variants of one: each track is streamed by
    itself.
    """

    preset: PresetName
    track: int = 1

    @property
    def destination(self) -> str:
        """Return the base name of the group's files below the attempt's destination."""
        folder, _, name = DESTINATIONS[self.preset].partition("/")
        return f"{folder}/{name}" if self.track == 1 else f"{folder}_{self.track}/{name}"


def groups_of(profile: Profile, source: Source) -> tuple[JobGroup, ...]:
    """Return the groups of a profile that a source has something for, in the order of the job's groups."""
    tracks = len(stereo_renditions(source)) if has_audio(source) else 0
    groups: list[JobGroup] = []
    for name in profile.presets:
        if name is PresetName.AUDIO:
            groups += [JobGroup(name, track) for track in range(1, tracks + 1)]
        elif tracks or name not in AUDIO_PRESETS:
            groups.append(JobGroup(name))
    return tuple(groups)


def job_settings(
    *, source_uri: str, destination: str, source: Source, profile: Profile, presets: Presets
) -> Settings:
    """Return the `Settings` of a CreateJob request.

    `source_uri` and `destination` are `s3://` URIs; the destination is the attempt's folder, without a slash
    at its end.
    """
    groups = []
    for wanted in groups_of(profile, source):
        for group in output_groups(wanted.preset, source, presets, track=wanted.track):
            for settings in group["OutputGroupSettings"].values():
                if isinstance(settings, dict):
                    settings["Destination"] = f"{destination}/{wanted.destination}"
            groups.append(group)
    return _settings({"FileInput": source_uri, **_input(source, source_uri)}, groups)


def job_template_settings(profile: Profile, presets: Presets) -> Settings:
    """Return a job template's `Settings`: those of a Full HD stereo source, or one of stereo sound alone."""
    reference = REFERENCE_VIDEO if profile.has_video else REFERENCE_AUDIO
    groups = [
        group
        for wanted in groups_of(profile, reference)
        for group in output_groups(wanted.preset, reference, presets)
    ]
    return _settings(_input(reference, "s3://any/any.mp4"), groups)


def _settings(job_input: Settings, groups: Sequence[Settings]) -> Settings:
    return {
        "TimecodeConfig": {"Source": "ZEROBASED"},
        "Inputs": [job_input],
        "OutputGroups": list(groups),
    }


def _input(source: Source, source_uri: str) -> Settings:
    job_input: Settings = {"TimecodeSource": "ZEROBASED"}
    selector = video_selector(source, source_uri) if has_video(source, source_uri) else {}
    if selector:
        job_input["VideoSelector"] = selector
    if has_audio(source):
        job_input["AudioSelectors"] = audio_selectors(source)
    return job_input
