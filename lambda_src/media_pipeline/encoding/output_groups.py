"""Render MediaConvert's output groups (boto3's form), one a preset; destinations are added by the job."""

from media_pipeline.domain.source import Source
from media_pipeline.encoding.audio_renditions import audio_renditions, stereo_renditions
from media_pipeline.encoding.audio_settings import audio_description, audio_descriptions
from media_pipeline.encoding.group_settings import (
    Settings,
    cmaf_settings,
    dash_settings,
    hls_settings,
    output_group,
    progressive_mp4,
)
from media_pipeline.encoding.presets import (
    AudioFilePreset,
    AudioPreset,
    CmafPreset,
    FilePreset,
    PresetName,
    Presets,
    StreamingPreset,
    ThumbnailsPreset,
)
from media_pipeline.encoding.video_renditions import (
    Stills,
    Storyboard,
    hevc_renditions,
    renditions,
    stills,
    storyboard,
)
from media_pipeline.encoding.video_settings import avc_video, captured_frames, hevc_video

_AUDIO_GROUP = "audio"


def output_groups(
    name: PresetName, source: Source, presets: Presets, *, track: int = 1
) -> tuple[Settings, ...]:
    """Return a preset's output groups for a source that has something for them, `group_count` of them.

    Groups of streams of sound alone have one of the source's tracks, counted from 1.
    """
    match name:
        case PresetName.CMAF:
            return (_cmaf(source, presets.cmaf),)
        case PresetName.HLS:
            return (_hls(source, presets.hls),)
        case PresetName.DASH:
            return (_dash(source, presets.dash),)
        case PresetName.MP4:
            return (_mp4(source, presets.mp4),)
        case PresetName.AUDIO:
            return _audio(source, presets.audio, track)
        case PresetName.M4A:
            return (_m4a(source, presets.m4a),)
        case PresetName.THUMBNAILS:
            return (_thumbnails(source, presets.thumbnails),)


def group_count(name: PresetName) -> int:
    """Return how many output groups a preset makes."""
    return 2 if name is PresetName.AUDIO else 1


def audio_modifier(number: int, count: int) -> str:
    """Return what names an output of sound beside pictures; `number` counts from 1."""
    return "_audio" if count == 1 else f"_audio_{number}"


def download_modifier(number: int, count: int) -> str:
    """Return what names one of the downloads of sound alone; `number` counts from 1."""
    return "" if count == 1 else f"_{number}"


def bitrate_modifier(bitrate_bps: int) -> str:
    """Return what names an output of sound alone."""
    return f"_{bitrate_bps // 1000}k"


def stills_modifier(wanted: Stills) -> str:
    """Return what stands between the stills' base name and their number."""
    return f"_{wanted.size.width}w" if wanted.size else "_source"


def _cmaf(source: Source, preset: CmafPreset) -> Settings:
    audio = audio_renditions(source, preset)
    with_audio = {"CmfcSettings": {"AudioRenditionSets": _AUDIO_GROUP}} if audio else {}
    pictures = [
        *((rung, avc_video(rung, preset, source)) for rung in renditions(source, preset)),
        *((rung, hevc_video(rung, preset, source)) for rung in hevc_renditions(source, preset)),
    ]
    outputs: list[Settings] = [
        {
            "NameModifier": f"_{rung.name}",
            "ContainerSettings": {"Container": "CMFC", **with_audio},
            "VideoDescription": video,
        }
        for rung, video in pictures
    ]
    for number, rendition in enumerate(audio, 1):
        track = {"AudioGroupId": _AUDIO_GROUP, "AudioTrackType": _track_type(number)}
        outputs.append(
            {
                "NameModifier": audio_modifier(number, len(audio)),
                "ContainerSettings": {"Container": "CMFC", "CmfcSettings": track},
                "AudioDescriptions": [audio_description(rendition, preset, preset.audio_bitrate_bps)],
            }
        )
    group = cmaf_settings(preset.segment_seconds, fragment_seconds=preset.gop_seconds)
    return output_group("CMAF", "CMAF_GROUP_SETTINGS", {**group, **_trick_play(source, preset)}, outputs)


def _hls(source: Source, preset: StreamingPreset) -> Settings:
    audio = audio_renditions(source, preset)
    # One track lies in every rung's segments; of several each has segments of its own, to be chosen from.
    muxed, beside = (audio, ()) if len(audio) <= 1 else ((), audio)
    with_audio = {"HlsSettings": {"AudioRenditionSets": _AUDIO_GROUP}} if beside else {}
    outputs: list[Settings] = [
        {
            "NameModifier": f"_{rung.name}",
            "ContainerSettings": {"Container": "M3U8", "M3u8Settings": {}},
            "VideoDescription": avc_video(rung, preset, source),
            **audio_descriptions(muxed, preset, preset.audio_bitrate_bps, three_letters=True),
            **({"OutputSettings": with_audio} if with_audio else {}),
        }
        for rung in renditions(source, preset)
    ]
    for number, rendition in enumerate(beside, 1):
        track = {"AudioGroupId": _AUDIO_GROUP, "AudioTrackType": _track_type(number)}
        outputs.append(
            {
                "NameModifier": audio_modifier(number, len(beside)),
                "ContainerSettings": {"Container": "M3U8", "M3u8Settings": {}},
                "AudioDescriptions": [audio_description(rendition, preset, preset.audio_bitrate_bps)],
                "OutputSettings": {"HlsSettings": track},
            }
        )
    group = {**hls_settings(preset.segment_seconds), **_trick_play(source, preset)}
    return output_group("Apple HLS", "HLS_GROUP_SETTINGS", group, outputs)


def _dash(source: Source, preset: StreamingPreset) -> Settings:
    outputs: list[Settings] = [
        {
            "NameModifier": f"_{rung.name}",
            "ContainerSettings": {"Container": "MPD"},
            "VideoDescription": avc_video(rung, preset, source),
        }
        for rung in renditions(source, preset)
    ]
    audio = audio_renditions(source, preset)
    for number, rendition in enumerate(audio, 1):
        outputs.append(
            {
                "NameModifier": audio_modifier(number, len(audio)),
                "ContainerSettings": {"Container": "MPD"},
                "AudioDescriptions": [audio_description(rendition, preset, preset.audio_bitrate_bps)],
            }
        )
    group = dash_settings(preset.segment_seconds, fragment_seconds=preset.gop_seconds)
    return output_group("DASH ISO", "DASH_ISO_GROUP_SETTINGS", group, outputs)


def _mp4(source: Source, preset: FilePreset) -> Settings:
    audio = audio_renditions(source, preset)
    outputs = [
        {
            "NameModifier": f"_{rung.name}",
            "ContainerSettings": progressive_mp4(),
            "VideoDescription": avc_video(rung, preset, source),
            **audio_descriptions(audio, preset, preset.audio_bitrate_bps, three_letters=True),
        }
        for rung in renditions(source, preset)
    ]
    return output_group("MP4", "FILE_GROUP_SETTINGS", {}, outputs)


def _audio(source: Source, preset: AudioPreset, track: int) -> tuple[Settings, Settings]:
    """Return the groups of HLS and DASH of one track (from 1), which share their base name.

    Sound alone is made for HLS, in MPEG-TS, and for DASH, but not in CMAF. Source: MediaConvert guide,
    "Output codecs and containers supported for audio-only".
    """
    rendition = stereo_renditions(source)[track - 1]
    number = "" if track == 1 else f" {track}"

    def outputs(container: Settings, *, three_letters: bool) -> list[Settings]:
        return [
            {
                "NameModifier": bitrate_modifier(bitrate_bps),
                **container,
                "AudioDescriptions": [
                    audio_description(rendition, preset, bitrate_bps, three_letters=three_letters)
                ],
            }
            for bitrate_bps in preset.audio_bitrates_bps
        ]

    of_hls = {
        "ContainerSettings": {"Container": "M3U8", "M3u8Settings": {}},
        "OutputSettings": {
            "HlsSettings": {"AudioTrackType": "AUDIO_ONLY_VARIANT_STREAM", "AudioOnlyContainer": "M2TS"}
        },
    }
    hls = hls_settings(preset.segment_seconds)
    dash = dash_settings(preset.segment_seconds, fragment_seconds=preset.segment_seconds)
    return (
        output_group(f"Audio{number} HLS", "HLS_GROUP_SETTINGS", hls, outputs(of_hls, three_letters=True)),
        output_group(
            f"Audio{number} DASH",
            "DASH_ISO_GROUP_SETTINGS",
            dash,
            outputs({"ContainerSettings": {"Container": "MPD"}}, three_letters=False),
        ),
    )


def _m4a(source: Source, preset: AudioFilePreset) -> Settings:
    audio = stereo_renditions(source)
    # An output without a picture has one audio rendition at most. Source: MediaConvert user guide,
    # "Setting up audio-only outputs".
    outputs: list[Settings] = [
        {
            "Extension": "m4a",
            "ContainerSettings": progressive_mp4(),
            **audio_descriptions([rendition], preset, preset.audio_bitrate_bps, three_letters=True),
        }
        for rendition in audio
    ]
    if len(audio) > 1:
        for number, output in enumerate(outputs, 1):
            output["NameModifier"] = download_modifier(number, len(audio))
    return output_group("M4A", "FILE_GROUP_SETTINGS", {}, outputs)


def _thumbnails(source: Source, preset: ThumbnailsPreset) -> Settings:
    wanted = stills(source, preset)
    # One output serves stills and poster: each one is billed.
    output = {
        "NameModifier": stills_modifier(wanted),
        "ContainerSettings": {"Container": "RAW"},
        "VideoDescription": captured_frames(
            wanted.size,
            source,
            every_seconds=wanted.interval_seconds,
            captures=wanted.captures,
            quality=preset.quality,
        ),
    }
    return output_group("Thumbnails", "FILE_GROUP_SETTINGS", {}, [output])


def _trick_play(source: Source, preset: StreamingPreset) -> Settings:
    board = storyboard(source, preset)
    return _tiles(board) if board else {}


def _tiles(board: Storyboard) -> Settings:
    return {
        "ImageBasedTrickPlay": "ADVANCED",
        "ImageBasedTrickPlaySettings": {
            "IntervalCadence": "FOLLOW_CUSTOM",
            "ThumbnailInterval": float(board.interval_seconds),
            "ThumbnailWidth": board.width,
            "ThumbnailHeight": board.height,
            "TileWidth": board.columns,
            "TileHeight": board.rows,
        },
    }


def _track_type(number: int) -> str:
    return "ALTERNATE_AUDIO_AUTO_SELECT_DEFAULT" if number == 1 else "ALTERNATE_AUDIO_AUTO_SELECT"
