"""Turn an audio description of a job into what is to be encoded, in an encoder's terms.

Equal encodes compare equal, however differently their settings were written: that is how each distinct one is
made once per job.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from sandbox.mediaconvert.planning.encodes import unsupported
from sandbox.mediaconvert.probing.source import AudioTrack

DEFAULT_BITRATE_BPS = 128_000
DEFAULT_SAMPLE_RATE = 48_000
CHANNELS = {"CODING_MODE_1_0": 1, "CODING_MODE_2_0": 2, "CODING_MODE_5_1": 6}
# Source: botocore mediaconvert model, AudioNormalizationSettings.
UNGATED = "ITU_BS_1770_1"
UNGATED_TARGET_LKFS, GATED_TARGET_LKFS = -24.0, -23.0
DEFAULT_TRUE_PEAK_DBFS = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Loudness:
    """Say to which loudness a track is brought.

    Attributes:
        is_gated: Whether pauses are left out of the measure, as from ITU-R BS.1770-2 on.
        true_peak_dbfs: Level that the peaks between samples stay below.
        gate_lkfs: Tracks below this level stay as they are; None where every track is corrected.
    """

    target_lkfs: float
    is_gated: bool = True
    true_peak_dbfs: float = DEFAULT_TRUE_PEAK_DBFS
    gate_lkfs: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioEncode:
    """Describe one AAC encode of one track; those that differ in language alone are the same.

    Attributes:
        stream_index: Number of the stream in the source.
        language: For the file's track and manifests; None where neither source nor job tells.
        loudness: Level to normalise to; None to leave the level as it is.
        seconds: Duration to which the sound is padded or cut; None to leave it as long as it is.
        is_mixed_down: Whether the source has more channels.
        is_counted: Whether its time is counted by its samples, since its time stamps are wrong.
    """

    stream_index: int
    bitrate_bps: int
    sample_rate: int
    channels: int
    language: str | None = field(compare=False)
    loudness: Loudness | None = None
    seconds: Fraction | None = None
    is_mixed_down: bool = False
    is_counted: bool = False


def audio_encode(description: dict[str, Any], track: AudioTrack, seconds: Fraction | None) -> AudioEncode:
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
    for member, made in (("codecProfile", "LC"), ("rateControlMode", "CBR"), ("rawFormat", "NONE")):
        if aac.get(member, made) != made:
            raise unsupported(f"AAC {member} {aac[member]}")
    channels = _channels(aac.get("codingMode", "CODING_MODE_2_0"), track)
    return AudioEncode(
        stream_index=track.index,
        bitrate_bps=aac.get("bitrate", DEFAULT_BITRATE_BPS),
        sample_rate=aac.get("sampleRate", DEFAULT_SAMPLE_RATE),
        channels=channels,
        language=_language(description, track),
        loudness=_loudness(description.get("audioNormalizationSettings")),
        seconds=seconds,
        is_mixed_down=channels < track.channels,
        is_counted=track.is_crowded,
    )


def _channels(mode: str, track: AudioTrack) -> int:
    """Return the channels of a coding mode; the automatic one takes the largest that the track can fill."""
    if mode == "CODING_MODE_AUTO":
        return max(count for count in CHANNELS.values() if count <= max(1, track.channels))
    if mode not in CHANNELS:
        raise unsupported(f"AAC codingMode {mode}")
    return CHANNELS[mode]


def _language(description: dict[str, Any], track: AudioTrack) -> str | None:
    """Return the language as the source or the job writes it: MediaConvert changes no code but its case.

    Public manifests of jobs with ENG say "eng". A customLanguageCode of a stream may be any code of RFC 5646.
    Source: MediaConvert API, AudioDescription.
    """
    configured = description.get("customLanguageCode") or description.get("languageCode", "").lower() or None
    if description.get("languageCodeControl") == "USE_CONFIGURED":
        return configured
    return track.language or configured


def _loudness(settings: dict[str, Any] | None) -> Loudness | None:
    if settings is None:
        return None
    if settings.get("loudnessLogging") == "LOG":
        raise unsupported("loudnessLogging LOG")
    if settings.get("algorithmControl") == "MEASURE_ONLY":
        return None
    is_gated = settings.get("algorithm") != UNGATED
    return Loudness(
        target_lkfs=float(settings.get("targetLkfs", GATED_TARGET_LKFS if is_gated else UNGATED_TARGET_LKFS)),
        is_gated=is_gated,
        true_peak_dbfs=float(settings.get("truePeakLimiterThreshold", DEFAULT_TRUE_PEAK_DBFS)),
        gate_lkfs=settings.get("correctionGateLevel"),
    )
