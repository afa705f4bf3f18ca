"""Describe what is to be encoded, in an encoder's terms; turn audio settings of a job into that.

Equal encodes compare equal, however differently their settings were written: that is how each distinct one is
made once per job.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any

from sandbox.mediaconvert.colour import ColourPath
from sandbox.mediaconvert.model import JobError
from sandbox.mediaconvert.picture import Placement
from sandbox.mediaconvert.source import AudioTrack

UNSUPPORTED = 1040
DEFAULT_AUDIO_BITRATE_BPS = 128_000
DEFAULT_AUDIO_SAMPLE_RATE = 48_000
AAC_CHANNELS = {"CODING_MODE_1_0": 1, "CODING_MODE_2_0": 2, "CODING_MODE_5_1": 6}
# Source: botocore mediaconvert model, AudioNormalizationSettings.TargetLkfs.
LOUDNESS_TARGETS_LKFS = {"ITU_BS_1770_1": -24.0}
DEFAULT_LOUDNESS_TARGET_LKFS = -23.0


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoEncode:
    """Describe one encode of the picture.

    Attributes:
        codec: H_264 or H_265.
        frame_rate: Constant frames per second.
        gop_frames: Frames from one keyframe to the next.
        cut_frames: Every multiple of this many frames is a keyframe as well; None for none.
        crf: Constant quality, the lower the better; None where ``bitrate_bps`` rules.
        buffer_bits: Size of the decoder's buffer that limits the peaks.
        level: For example ``4.1``; None for whatever the picture needs.
        mp4_tag: Name of the sample entry in MP4; None for the codec's only one.
    """

    codec: str
    placement: Placement
    colour: ColourPath
    frame_rate: Fraction
    gop_frames: int
    cut_frames: int | None
    crf: float | None
    bitrate_bps: int | None
    max_bitrate_bps: int | None
    buffer_bits: int | None
    preset: str
    profile: str
    pixel_format: str
    high_tier: bool
    level: str | None
    b_frames: int | None
    mp4_tag: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioEncode:
    """Describe one AAC encode of one track.

    Attributes:
        stream_index: Number of the stream in the source.
        loudness_lkfs: Level to normalise to; None to leave the level as it is.
    """

    stream_index: int
    bitrate_bps: int
    sample_rate: int
    channels: int
    language: str | None
    loudness_lkfs: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameCapture:
    """Describe a series of JPEG pictures.

    Attributes:
        interval_seconds: Time from one picture to the next; the first is at 0.
        quality: 1 to 100, the higher the better.
    """

    placement: Placement
    colour: ColourPath
    frame_rate: Fraction
    interval_seconds: Fraction
    max_captures: int
    quality: int


def unsupported(what: str) -> JobError:
    """Refuse settings that MediaConvert knows and this endpoint does not make."""
    return JobError(UNSUPPORTED, f"This sandbox does not support {what}.")


def segment_frames(encode: VideoEncode, segment_seconds: Fraction, *, exact: bool) -> int:
    """Give the length of a segment in frames: exact, or rounded up to whole GOPs."""
    frames = max(1, round(segment_seconds * encode.frame_rate))
    return frames if exact else ceil(Fraction(frames, encode.gop_frames)) * encode.gop_frames


def audio_encode(description: dict[str, Any], track: AudioTrack) -> AudioEncode:
    """Describe the encode of one of an output's ``audioDescriptions``.

    Raises:
        JobError: 1040, a codec or setting that isn't made here.
    """
    settings = description.get("codecSettings", {})
    if settings.get("codec", "AAC") != "AAC":
        raise unsupported(f"audio codec {settings['codec']}")
    if "remixSettings" in description:
        raise unsupported("remixSettings")
    aac = settings.get("aacSettings", {})
    if aac.get("codecProfile", "LC") != "LC":
        raise unsupported(f"AAC codecProfile {aac['codecProfile']}")
    mode = aac.get("codingMode", "CODING_MODE_2_0")
    if mode == "CODING_MODE_AUTO":
        channels = track.channels if track.channels in AAC_CHANNELS.values() else 2
    elif mode in AAC_CHANNELS:
        channels = AAC_CHANNELS[mode]
    else:
        raise unsupported(f"AAC codingMode {mode}")
    return AudioEncode(
        stream_index=track.index,
        bitrate_bps=aac.get("bitrate", DEFAULT_AUDIO_BITRATE_BPS),
        sample_rate=aac.get("sampleRate", DEFAULT_AUDIO_SAMPLE_RATE),
        channels=channels,
        language=_language(description, track),
        loudness_lkfs=_loudness(description.get("audioNormalizationSettings")),
    )


def _language(description: dict[str, Any], track: AudioTrack) -> str | None:
    configured = description.get("customLanguageCode") or description.get("languageCode", "").lower() or None
    if description.get("languageCodeControl") == "USE_CONFIGURED":
        return configured
    return track.language or configured


def _loudness(settings: dict[str, Any] | None) -> float | None:
    if settings is None or settings.get("algorithmControl") == "MEASURE_ONLY":
        return None
    default = LOUDNESS_TARGETS_LKFS.get(settings.get("algorithm", ""), DEFAULT_LOUDNESS_TARGET_LKFS)
    return float(settings.get("targetLkfs", default))
