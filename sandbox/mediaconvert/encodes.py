"""Turn codec settings of a job into what is to be encoded, in an encoder's terms.

Equal encodes compare equal, however differently their settings were written: that is how each distinct one is
made once per job.

The mappings from MediaConvert's quality settings to x264's are approximations: they keep the order of the
levels and the bitrate limits, and don't reproduce MediaConvert's rate control.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any

from sandbox.mediaconvert.model import JobError
from sandbox.mediaconvert.picture import DEFAULT, SCALING_BEHAVIORS, Placement, display_size, place
from sandbox.mediaconvert.source import AudioTrack, VideoTrack

UNSUPPORTED = 1040
AUTOMATIC_GOP_SECONDS = 2
DEFAULT_QVBR_LEVEL = 7
DEFAULT_AUDIO_BITRATE_BPS = 128_000
DEFAULT_AUDIO_SAMPLE_RATE = 48_000
DEFAULT_CAPTURE_QUALITY = 80
DEFAULT_MAX_CAPTURES = 10_000_000
X264_PRESETS = {"SINGLE_PASS": "superfast", "SINGLE_PASS_HQ": "veryfast", "MULTI_PASS_HQ": "medium"}
X264_PROFILES = {"BASELINE": "baseline", "MAIN": "main", "HIGH": "high"}
AAC_CHANNELS = {"CODING_MODE_1_0": 1, "CODING_MODE_2_0": 2, "CODING_MODE_5_1": 6}
# Source: botocore mediaconvert model, AudioNormalizationSettings.TargetLkfs.
LOUDNESS_TARGETS_LKFS = {"ITU_BS_1770_1": -24.0}
DEFAULT_LOUDNESS_TARGET_LKFS = -23.0


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoEncode:
    """Describe one H.264 encode.

    Attributes:
        frame_rate: Constant frames per second.
        gop_frames: Frames from one keyframe to the next.
        cut_frames: Every multiple of this many frames is a keyframe as well; None for none.
        crf: Constant quality, the lower the better; None where ``bitrate_bps`` rules.
        buffer_bits: Size of the decoder's buffer that limits the peaks.
        level: For example ``4.1``; None for whatever the picture needs.
    """

    placement: Placement
    frame_rate: Fraction
    gop_frames: int
    cut_frames: int | None
    crf: float | None
    bitrate_bps: int | None
    max_bitrate_bps: int | None
    buffer_bits: int | None
    preset: str
    profile: str
    level: str | None
    b_frames: int | None


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
    frame_rate: Fraction
    interval_seconds: Fraction
    max_captures: int
    quality: int


def unsupported(what: str) -> JobError:
    """Refuse settings that MediaConvert knows and this endpoint does not make."""
    return JobError(UNSUPPORTED, f"This sandbox does not support {what}.")


def crf_for_qvbr(level: float) -> float:
    """Give x264's constant rate factor for a QVBR quality level, 1 to 10. Uncalibrated."""
    return round(36 - 2 * level, 2)


def frame_placement(description: dict[str, Any], track: VideoTrack, rotation: int) -> Placement:
    """Place the source in the frame that a video description asks for."""
    for member in ("crop", "position"):
        if member in description:
            raise unsupported(f"videoDescription.{member}")
    if set(description.get("videoPreprocessors", {})) - {"deinterlacer"}:
        raise unsupported("videoPreprocessors other than deinterlacer")
    behavior = description.get("scalingBehavior", DEFAULT)
    if behavior not in SCALING_BEHAVIORS:
        raise unsupported(f"scalingBehavior {behavior}")
    shown = display_size(track.width, track.height, track.sample_aspect, rotation)
    return place(shown, description.get("width"), description.get("height"), behavior)


def video_encode(
    description: dict[str, Any], track: VideoTrack, rotation: int, exact_segment_seconds: Fraction | None
) -> VideoEncode:
    """Describe the encode of an output's ``videoDescription``.

    ``exact_segment_seconds`` is the length of segments that must begin with a keyframe though they aren't a
    multiple of the GOP; None where there are none.

    Raises:
        JobError: 1040, a codec or setting that isn't made here.
    """
    codec = description["codecSettings"]["codec"]
    if codec != "H_264":
        raise unsupported(f"video codec {codec}")
    h264 = description["codecSettings"].get("h264Settings", {})
    if h264.get("interlaceMode", "PROGRESSIVE") != "PROGRESSIVE":
        raise unsupported(f"interlaceMode {h264['interlaceMode']}")
    profile = h264.get("codecProfile", "HIGH")
    if profile not in X264_PROFILES:
        raise unsupported(f"codecProfile {profile}")
    level = h264.get("codecLevel", "AUTO")
    rate = track.frame_rate
    if h264.get("framerateControl") == "SPECIFIED":
        rate = Fraction(h264["framerateNumerator"], h264["framerateDenominator"])
    gop_frames = _gop_frames(h264, rate)
    cut_frames = round(exact_segment_seconds * rate) if exact_segment_seconds else None
    return VideoEncode(
        placement=frame_placement(description, track, rotation),
        frame_rate=rate,
        gop_frames=gop_frames,
        cut_frames=cut_frames if cut_frames and cut_frames % gop_frames else None,
        **_rate_control(h264),
        preset=X264_PRESETS[h264.get("qualityTuningLevel", "SINGLE_PASS_HQ")],
        profile=X264_PROFILES[profile],
        level=None if level == "AUTO" else level.removeprefix("LEVEL_").replace("_", "."),
        b_frames=h264.get("numberBFramesBetweenReferenceFrames"),
    )


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


def frame_capture(description: dict[str, Any], track: VideoTrack, rotation: int) -> FrameCapture:
    """Describe the pictures of a ``videoDescription`` whose codec is FRAME_CAPTURE."""
    settings = description["codecSettings"].get("frameCaptureSettings", {})
    return FrameCapture(
        placement=frame_placement(description, track, rotation),
        frame_rate=track.frame_rate,
        interval_seconds=Fraction(
            settings.get("framerateDenominator", 1), settings.get("framerateNumerator", 1)
        ),
        max_captures=settings.get("maxCaptures", DEFAULT_MAX_CAPTURES),
        quality=settings.get("quality", DEFAULT_CAPTURE_QUALITY),
    )


def _gop_frames(h264: dict[str, Any], rate: Fraction) -> int:
    """Give the GOP in whole frames: MediaConvert rounds seconds to frames of the output too."""
    size, units = h264.get("gopSize"), h264.get("gopSizeUnits", "AUTO")
    if units == "FRAMES" and size:
        return max(1, round(float(size)))
    seconds = Fraction(size) if units == "SECONDS" and size else Fraction(AUTOMATIC_GOP_SECONDS)
    return max(1, round(seconds * rate))


def _rate_control(h264: dict[str, Any]) -> dict[str, Any]:
    maximum = h264.get("maxBitrate")
    bitrate = h264.get("bitrate")
    mode = h264.get("rateControlMode", "VBR" if bitrate else "QVBR")
    qvbr = h264.get("qvbrSettings", {})
    if mode == "QVBR":
        level = qvbr.get("qvbrQualityLevel", DEFAULT_QVBR_LEVEL) + qvbr.get("qvbrQualityLevelFineTune", 0)
        crf, bitrate = crf_for_qvbr(level), None
    else:
        crf, maximum = None, bitrate if mode == "CBR" else maximum
    # A buffer of one second keeps a segment's peak near the maximum even in short clips.
    return {
        "crf": crf,
        "bitrate_bps": bitrate,
        "max_bitrate_bps": maximum,
        "buffer_bits": (h264.get("hrdBufferSize") or maximum) if maximum else None,
    }


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
