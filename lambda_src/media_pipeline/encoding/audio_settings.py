"""Render MediaConvert's settings of sound (boto3's form)."""

from collections.abc import Sequence

from media_pipeline.domain.source import Source, SourceInfo
from media_pipeline.encoding.aac import CODING_MODES, aac_bitrate_bps
from media_pipeline.encoding.audio_renditions import AudioRendition, audible_tracks
from media_pipeline.encoding.group_settings import Settings
from media_pipeline.encoding.presets import AudioTrackPreset

# Source: EBU R 128 and its streaming supplement s2: true peaks of at most -1 dBTP
_MAX_TRUE_PEAK_DBTP = -1.0


def audio_selectors(source: Source) -> Settings:
    """Return an input's `AudioSelectors`: one a track, the first of them the default."""
    if not isinstance(source, SourceInfo):
        return {_selector(None): {"DefaultSelection": "DEFAULT"}}
    tracks = [track for track, _ in audible_tracks(source)]
    return {
        _selector(track): {
            "SelectorType": "TRACK",
            "Tracks": [track],
            "DefaultSelection": "DEFAULT" if track == tracks[0] else "NOT_DEFAULT",
        }
        for track in tracks
    }


def audio_description(
    rendition: AudioRendition,
    preset: AudioTrackPreset,
    stereo_bitrate_bps: int,
    *,
    three_letters: bool = False,
) -> Settings:
    """Return one of an output's `AudioDescriptions`; the bitrate is that of stereo, others follow from it.

    Manifests carry the language as it is written here, the shortest tag. Files to download may have codes of
    three letters alone, and the headers of transport streams have room for no others. Source: MediaConvert
    API, AudioDescription.CustomLanguageCode; ISO/IEC 13818-1, section 2.6.18.
    """
    description: Settings = {
        "AudioSourceName": _selector(rendition.track),
        "StreamName": rendition.label,
        "CodecSettings": {
            "Codec": "AAC",
            "AacSettings": {
                "Bitrate": aac_bitrate_bps(
                    channels=rendition.channels,
                    sample_rate_hz=preset.audio_sample_rate_hz,
                    stereo_bitrate_bps=stereo_bitrate_bps,
                ),
                "CodingMode": CODING_MODES[rendition.channels],
                "SampleRate": preset.audio_sample_rate_hz,
            },
        },
    }
    language = rendition.file_language if three_letters else rendition.language
    if language:
        description |= {"CustomLanguageCode": language, "LanguageCodeControl": "USE_CONFIGURED"}
    if preset.loudness_lufs is not None:
        description["AudioNormalizationSettings"] = {
            "Algorithm": "ITU_BS_1770_4",
            "AlgorithmControl": "CORRECT_AUDIO",
            "PeakCalculation": "TRUE_PEAK",
            "TargetLkfs": float(preset.loudness_lufs),
            "TruePeakLimiterThreshold": _MAX_TRUE_PEAK_DBTP,
        }
    return description


def audio_descriptions(
    audio: Sequence[AudioRendition],
    preset: AudioTrackPreset,
    stereo_bitrate_bps: int,
    *,
    three_letters: bool = False,
) -> Settings:
    """Return the audio descriptions of an output, or nothing at all where the source has no sound."""
    described = [
        audio_description(rendition, preset, stereo_bitrate_bps, three_letters=three_letters)
        for rendition in audio
    ]
    return {"AudioDescriptions": described} if described else {}


def _selector(track: int | None) -> str:
    return f"Audio Selector {track or 1}"
