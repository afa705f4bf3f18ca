"""Render MediaConvert job settings (boto3's form) from a source, a profile and its presets.

One builder makes the orchestrator's jobs and the job templates that people start from the console, so both
encode alike. Rungs of equal size have equal codec settings in HLS, DASH and MP4, so that an encoder may share
the encode.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from media_pipeline.ladder import Rendition, fitted_size, select_renditions, source_sized_rendition
from media_pipeline.presets import (
    FilePreset,
    PresetName,
    Presets,
    StreamingPreset,
    ThumbnailsPreset,
    VideoPreset,
)
from media_pipeline.sources import (
    AUTO_ROTATED_CONTAINERS,
    AUTO_ROTATED_SUFFIXES,
    AudioTrack,
    Source,
    SourceInfo,
    VideoTrack,
)

# The file that a job template is fitted to: MediaConvert templates can't depend on their source.
REFERENCE_SOURCE = SourceInfo(
    container="mp4",
    duration_ms=0,
    video=VideoTrack(
        codec="AVC",
        display_width=1920,
        display_height=1080,
        rotation_degrees=0,
        frame_rate_numerator=30,
        frame_rate_denominator=1,
    ),
    audio=(AudioTrack(codec="AAC", channels=2, language=""),),
)

# Base names of each group's files below the attempt's destination.
DESTINATIONS = {
    PresetName.HLS: "hls/master",
    PresetName.DASH: "dash/manifest",
    PresetName.MP4: "mp4/video",
    PresetName.THUMBNAILS: "thumbnails/thumbnail",
}

_AUDIO_SELECTOR = "Audio Selector 1"
_GROUP_SETTINGS_FIELDS = {
    "HLS_GROUP_SETTINGS": "HlsGroupSettings",
    "DASH_ISO_GROUP_SETTINGS": "DashIsoGroupSettings",
    "FILE_GROUP_SETTINGS": "FileGroupSettings",
}
_ROTATIONS = {0: "DEGREE_0", 90: "DEGREES_90", 180: "DEGREES_180", 270: "DEGREES_270"}

Settings = dict[str, Any]


def job_settings(
    *, source_uri: str, destination: str, source: Source, profile: Sequence[PresetName], presets: Presets
) -> Settings:
    """Return the `Settings` of a CreateJob request.

    `source_uri` and `destination` are `s3://` URIs; the destination is the attempt's folder, without a slash
    at its end.
    """
    groups = []
    for name in profile:
        group = _output_group(name, source, presets)
        kind = group["OutputGroupSettings"]["Type"]
        group["OutputGroupSettings"][_GROUP_SETTINGS_FIELDS[kind]]["Destination"] = (
            f"{destination}/{DESTINATIONS[name]}"
        )
        groups.append(group)
    job_input = _input(source, source_uri)
    return _settings({"FileInput": source_uri, **job_input}, groups)


def job_template_settings(profile: Sequence[PresetName], presets: Presets) -> Settings:
    """Return a job template's `Settings`: those of a Full HD stereo source, without file and destinations."""
    groups = [_output_group(name, REFERENCE_SOURCE, presets) for name in profile]
    return _settings(_input(REFERENCE_SOURCE, "s3://any/any.mp4"), groups)


def renditions(source: Source, preset: VideoPreset) -> tuple[Rendition, ...]:
    """Return the preset's renditions for a source, largest first."""
    if not isinstance(source, SourceInfo):
        return (source_sized_rendition(preset.ladder),)
    chosen = select_renditions(
        width=source.video.display_width, height=source.video.display_height, rows=preset.ladder
    )
    return chosen[: preset.max_renditions] if isinstance(preset, FilePreset) else chosen


def thumbnail_size(source: Source, preset: ThumbnailsPreset) -> tuple[int, int] | None:
    """Return the thumbnails' width and height; None where they take the source's own size."""
    if not isinstance(source, SourceInfo):
        return None
    return fitted_size(
        width=source.video.display_width, height=source.video.display_height, max_width=preset.width
    )


def thumbnail_modifier(source: Source, preset: ThumbnailsPreset) -> str:
    """Return what stands between the thumbnails' base name and their number."""
    size = thumbnail_size(source, preset)
    return "_source" if size is None else f"_{size[0]}w"


def _settings(job_input: Settings, groups: list[Settings]) -> Settings:
    return {"TimecodeConfig": {"Source": "ZEROBASED"}, "Inputs": [job_input], "OutputGroups": groups}


def _input(source: Source, source_uri: str) -> Settings:
    job_input: Settings = {"TimecodeSource": "ZEROBASED"}
    rotate = _rotate(source, source_uri)
    if rotate is not None:
        job_input["VideoSelector"] = {"Rotate": rotate}
    if _has_sound(source):
        job_input["AudioSelectors"] = {_AUDIO_SELECTOR: {"DefaultSelection": "DEFAULT"}}
    return job_input


def _rotate(source: Source, source_uri: str) -> str | None:
    if not isinstance(source, SourceInfo):
        return "AUTO" if source_uri.lower().endswith(AUTO_ROTATED_SUFFIXES) else None
    if source.container in AUTO_ROTATED_CONTAINERS:
        return "AUTO"
    return _ROTATIONS[source.video.rotation_degrees] if source.video.rotation_degrees else None


def _has_sound(source: Source) -> bool:
    """Tell whether outputs get sound; a source that couldn't be inspected most probably has some."""
    return not isinstance(source, SourceInfo) or bool(source.audio)


def _output_group(name: PresetName, source: Source, presets: Presets) -> Settings:
    match name:
        case PresetName.HLS:
            return _hls(source, presets.hls)
        case PresetName.DASH:
            return _dash(source, presets.dash)
        case PresetName.MP4:
            return _mp4(source, presets.mp4)
        case PresetName.THUMBNAILS:
            return _thumbnails(source, presets.thumbnails)


def _hls(source: Source, preset: StreamingPreset) -> Settings:
    outputs = [
        {
            "NameModifier": f"_{rendition.name}",
            "ContainerSettings": {"Container": "M3U8", "M3u8Settings": {}},
            "VideoDescription": _video(rendition, preset),
            **_audio(source, preset),
        }
        for rendition in renditions(source, preset)
    ]
    group = {
        "SegmentControl": "SEGMENTED_FILES",
        "SegmentLength": preset.segment_seconds,
        "MinSegmentLength": 0,
        "SegmentLengthControl": "GOP_MULTIPLE",
        "DirectoryStructure": "SINGLE_DIRECTORY",
        "ManifestDurationFormat": "FLOATING_POINT",
        "ManifestCompression": "NONE",
        "OutputSelection": "MANIFESTS_AND_SEGMENTS",
        "TargetDurationCompatibilityMode": "SPEC_COMPLIANT",
    }
    return _group("Apple HLS", "HLS_GROUP_SETTINGS", group, outputs)


def _dash(source: Source, preset: StreamingPreset) -> Settings:
    outputs: list[Settings] = [
        {
            "NameModifier": f"_{rendition.name}",
            "ContainerSettings": {"Container": "MPD"},
            "VideoDescription": _video(rendition, preset),
        }
        for rendition in renditions(source, preset)
    ]
    audio = _audio(source, preset)
    if audio:
        outputs.append({"NameModifier": "_audio", "ContainerSettings": {"Container": "MPD"}, **audio})
    group = {
        "SegmentControl": "SEGMENTED_FILES",
        "SegmentLength": preset.segment_seconds,
        "FragmentLength": preset.gop_seconds,
        "SegmentLengthControl": "GOP_MULTIPLE",
        "MpdProfile": "MAIN_PROFILE",
    }
    return _group("DASH ISO", "DASH_ISO_GROUP_SETTINGS", group, outputs)


def _mp4(source: Source, preset: FilePreset) -> Settings:
    outputs = [
        {
            "NameModifier": f"_{rendition.name}",
            "ContainerSettings": {
                "Container": "MP4",
                "Mp4Settings": {"MoovPlacement": "PROGRESSIVE_DOWNLOAD"},
            },
            "VideoDescription": _video(rendition, preset),
            **_audio(source, preset),
        }
        for rendition in renditions(source, preset)
    ]
    return _group("MP4", "FILE_GROUP_SETTINGS", {}, outputs)


def _thumbnails(source: Source, preset: ThumbnailsPreset) -> Settings:
    interval_seconds = preset.interval_seconds
    if isinstance(source, SourceInfo):
        # Spread over the whole of a long source: the limit would otherwise cover its beginning only.
        interval_seconds = max(interval_seconds, -(-source.duration_ms // (preset.max_captures * 1000)))
    video: Settings = {
        "CodecSettings": {
            "Codec": "FRAME_CAPTURE",
            "FrameCaptureSettings": {
                "FramerateNumerator": 1,
                "FramerateDenominator": interval_seconds,
                "MaxCaptures": preset.max_captures,
                "Quality": preset.quality,
            },
        },
    }
    size = thumbnail_size(source, preset)
    if size is not None:
        video |= {"Width": size[0], "Height": size[1]}
    output = {
        "NameModifier": thumbnail_modifier(source, preset),
        "ContainerSettings": {"Container": "RAW"},
        "VideoDescription": video,
    }
    return _group("Thumbnails", "FILE_GROUP_SETTINGS", {}, [output])


def _group(name: str, kind: str, settings: Settings, outputs: Iterable[Settings]) -> Settings:
    return {
        "Name": name,
        "OutputGroupSettings": {"Type": kind, _GROUP_SETTINGS_FIELDS[kind]: settings},
        "Outputs": list(outputs),
    }


def _video(rendition: Rendition, preset: VideoPreset) -> Settings:
    codec: Settings = {
        "RateControlMode": "QVBR",
        "QvbrSettings": {"QvbrQualityLevel": rendition.quality_level},
        "MaxBitrate": rendition.max_bitrate_bps,
        "QualityTuningLevel": "SINGLE_PASS_HQ",
        "CodecProfile": "HIGH",
        "CodecLevel": "AUTO",
        "InterlaceMode": "PROGRESSIVE",
        "FramerateControl": "INITIALIZE_FROM_SOURCE",
        "GopSize": float(preset.gop_seconds),
        "GopSizeUnits": "SECONDS",
        "GopClosedCadence": 1,
        # A keyframe at a scene change of one rung alone would break the alignment that players switch on.
        "SceneChangeDetect": "DISABLED",
    }
    description: Settings = {
        "ScalingBehavior": "DEFAULT",
        # Progressive frames pass; without it the lines of an interlaced source's fields would show. Source:
        # https://docs.aws.amazon.com/mediaconvert/latest/ug/settings-for-scan-type-conversion.html
        "VideoPreprocessors": {"Deinterlacer": {"Mode": "DEINTERLACE", "Control": "NORMAL"}},
    }
    if rendition.width is not None and rendition.height is not None:
        # Display sizes are in square pixels: a source's own pixel aspect ratio must not be applied twice.
        codec |= {"ParControl": "SPECIFIED", "ParNumerator": 1, "ParDenominator": 1}
        description |= {"Width": rendition.width, "Height": rendition.height}
    return {**description, "CodecSettings": {"Codec": "H_264", "H264Settings": codec}}


def _audio(source: Source, preset: VideoPreset) -> Settings:
    """Return the audio descriptions of an output, or nothing at all where the source has no sound."""
    if not _has_sound(source):
        return {}
    mono = isinstance(source, SourceInfo) and source.audio[0].channels == 1
    aac = {
        "Bitrate": preset.audio_bitrate_bps // 2 if mono else preset.audio_bitrate_bps,
        "CodingMode": "CODING_MODE_1_0" if mono else "CODING_MODE_2_0",
        "SampleRate": preset.audio_sample_rate_hz,
    }
    description = {
        "AudioSourceName": _AUDIO_SELECTOR,
        "CodecSettings": {"Codec": "AAC", "AacSettings": aac},
    }
    return {"AudioDescriptions": [description]}
