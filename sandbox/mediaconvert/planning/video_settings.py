"""Turn video descriptions of a job into what is to be encoded, in an encoder's terms.

The mappings from MediaConvert's quality settings to x264's and x265's are approximations: they keep the order
of the levels and the bitrate limits, and don't reproduce MediaConvert's rate control.
"""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from sandbox.mediaconvert.model import JobError
from sandbox.mediaconvert.planning.color import (
    HDR_10,
    HLG_2020,
    PQ,
    PRESERVE_DETAILS,
    ColorPath,
    source_color,
    to_sdr,
)
from sandbox.mediaconvert.planning.encodes import (
    UNSUPPORTED,
    FrameCapture,
    VideoEncode,
    unsupported,
)
from sandbox.mediaconvert.planning.scaling import (
    DEFAULT,
    SCALING_BEHAVIORS,
    Area,
    Placement,
    Size,
    place,
    seen_size,
)
from sandbox.mediaconvert.planning.video_limits import size_refusal
from sandbox.mediaconvert.probing.source import VideoTrack

AUTOMATIC_GOP_SECONDS = 2
DEFAULT_QVBR_LEVEL = 7
DEFAULT_CAPTURE_QUALITY = 80
DEFAULT_MAX_CAPTURES = 10_000_000
CODEC_MEMBERS = {"H_264": "h264Settings", "H_265": "h265Settings"}
PRESETS = {
    "H_264": {"SINGLE_PASS": "superfast", "SINGLE_PASS_HQ": "veryfast", "MULTI_PASS_HQ": "medium"},
    "H_265": {"SINGLE_PASS": "ultrafast", "SINGLE_PASS_HQ": "superfast", "MULTI_PASS_HQ": "fast"},
}
# MediaConvert's profile -> the encoder's, and its pixel format.
PROFILES = {
    "H_264": {
        "BASELINE": ("baseline", "yuv420p"),
        "MAIN": ("main", "yuv420p"),
        "HIGH": ("high", "yuv420p"),
    },
    "H_265": {
        "MAIN_MAIN": ("main", "yuv420p"),
        "MAIN_HIGH": ("main", "yuv420p"),
        "MAIN10_MAIN": ("main10", "yuv420p10le"),
        "MAIN10_HIGH": ("main10", "yuv420p10le"),
    },
}
DEFAULT_PROFILES = {"H_264": "HIGH", "H_265": "MAIN_MAIN"}
# Source: botocore mediaconvert model, H265Settings.WriteMp4PackagingType.
DEFAULT_HEVC_TAG = "HEV1"
# x264's default factor of 23 and x265's of 28 stand for about the same quality.
# Source: https://x265.readthedocs.io/en/stable/cli.html#cmdoption-crf
HEVC_CRF_OFFSET = 5
# Members of Hdr10Metadata in the order of ``VideoTrack.mastering``: P3's primaries, D65, 1000 cd/m2.
# Source: botocore mediaconvert model, ColorCorrector.Hdr10Metadata: the defaults are P3D65's.
MASTERING_DEFAULTS = {
    **{"redPrimaryX": 34000, "redPrimaryY": 16000, "greenPrimaryX": 13250, "greenPrimaryY": 34500},
    **{"bluePrimaryX": 7500, "bluePrimaryY": 3000, "whitePointX": 15635, "whitePointY": 16450},
    **{"minLuminance": 50, "maxLuminance": 10_000_000},
}
LIGHT_LEVELS = ("maxContentLightLevel", "maxFrameAverageLightLevel")
# Conversions to what a source may be already: this endpoint makes no other to a high dynamic range.
UNCHANGED = {"FORCE_HDR10": HDR_10, "FORCE_HLG_2020": HLG_2020}
ROUNDING_PIXELS = 2


def crf_for_qvbr(level: float, codec: str) -> float:
    """Return the encoder's constant rate factor for a QVBR quality level, 1 to 10. Uncalibrated."""
    return round(36 - 2 * level + (HEVC_CRF_OFFSET if codec == "H_265" else 0), 2)


def frame_placement(description: Mapping[str, Any], track: VideoTrack, rotation: int) -> Placement:
    """Place the source in the frame that a video description asks for.

    Raises:
        JobError: 1040, a rectangle that lies outside of its picture, or a scaling that isn't made here.
    """
    behavior = description.get("scalingBehavior", DEFAULT)
    if behavior not in SCALING_BEHAVIORS:
        raise unsupported(f"scalingBehavior {behavior}")
    crop, area = _area(description, "crop"), _area(description, "position")
    stored = Size(track.width, track.height)
    if crop is not None:
        _check_within(crop, stored.turned(rotation), "crop")
    shown = seen_size(stored, track.sample_aspect, rotation, crop)
    placement = place(shown, description.get("width"), description.get("height"), behavior)
    if area is None:
        return Placement(placement.scaled, placement.frame, crop=crop)
    _check_within(area, placement.frame, "position")
    scaled = place(shown, area.width, area.height, behavior).scaled
    # Even sizes have seldom the very shape of their source: the rest of it is no reason for bars.
    if max(abs(scaled.width - area.width), abs(scaled.height - area.height)) <= ROUNDING_PIXELS:
        scaled = Size(area.width, area.height)
    return Placement(scaled, placement.frame, area, crop)


def color_path(description: Mapping[str, Any], track: VideoTrack) -> ColorPath:
    """Say how the colors of a track become those that a video description asks for.

    Raises:
        JobError: 1040, a conversion that isn't made here.
    """
    preprocessors = description.get("videoPreprocessors", {})
    if others := set(preprocessors) - {"deinterlacer", "colorCorrector"}:
        raise unsupported(f"videoPreprocessors.{min(others)}")
    corrector = preprocessors.get("colorCorrector", {})
    if others := set(corrector) - {"colorSpaceConversion", "hdrToSdrToneMapper", "hdr10Metadata"}:
        raise unsupported(f"colorCorrector.{min(others)}")
    source = source_color(track)
    conversion = corrector.get("colorSpaceConversion", "NONE")
    is_declared = description.get("colorMetadata", "INSERT") == "INSERT"
    if conversion == "FORCE_709":
        path = to_sdr(track, corrector.get("hdrToSdrToneMapper", PRESERVE_DETAILS))
        return replace(path, is_declared=is_declared)
    if conversion != "NONE" and source != UNCHANGED.get(conversion):
        raise unsupported(f"colorSpaceConversion {conversion} of this source")
    path = ColorPath(source=source, output=source, is_declared=is_declared)
    return _declared_light(path, track, corrector.get("hdr10Metadata"))


def video_encode(
    description: Mapping[str, Any], track: VideoTrack, rotation: int, exact_segment_seconds: Fraction | None
) -> VideoEncode:
    """Describe the encode of an output's ``videoDescription``.

    ``exact_segment_seconds`` is the length of segments that must begin with a keyframe though they aren't a
    multiple of the GOP; None where there are none.

    Raises:
        JobError: 1040, a codec or setting that isn't made here.
    """
    codec = description["codecSettings"]["codec"]
    if codec not in CODEC_MEMBERS:
        raise unsupported(f"video codec {codec}")
    settings = description["codecSettings"].get(CODEC_MEMBERS[codec], {})
    for member, made in (
        ("interlaceMode", "PROGRESSIVE"),
        ("framerateConversionAlgorithm", "DUPLICATE_DROP"),
        *((("writeMp4PackagingType", "AVC1"),) if codec == "H_264" else (("tiles", "DISABLED"),)),
    ):
        if settings.get(member, made) != made:
            raise unsupported(f"{member} {settings[member]}")
    named = settings.get("codecProfile", DEFAULT_PROFILES[codec])
    if named not in PROFILES[codec]:
        raise unsupported(f"codecProfile {named}")
    profile, pixel_format = PROFILES[codec][named]
    level = settings.get("codecLevel", "AUTO")
    rate = track.frame_rate
    if settings.get("framerateControl") == "SPECIFIED":
        rate = Fraction(settings["framerateNumerator"], settings["framerateDenominator"])
    gop_frames = _gop_frames(settings, rate)
    cut_frames = round(exact_segment_seconds * rate) if exact_segment_seconds else None
    tag = settings.get("writeMp4PackagingType", DEFAULT_HEVC_TAG).lower() if codec == "H_265" else None
    placement = frame_placement(description, track, rotation)
    # A side that the job leaves open follows from the source. The code is not documented for this.
    if refusal := size_refusal(codec, placement.frame.width, placement.frame.height):
        size = f"{placement.frame.width}x{placement.frame.height}"
        raise JobError(UNSUPPORTED, f"videoDescription: the output would be {size}. {refusal}.")
    return VideoEncode(
        codec=codec,
        placement=placement,
        color=color_path(description, track),
        frame_rate=rate,
        gop_frames=gop_frames,
        cut_frames=cut_frames if cut_frames and cut_frames % gop_frames else None,
        **_rate_control(settings, codec),
        preset=PRESETS[codec][settings.get("qualityTuningLevel", "SINGLE_PASS_HQ")],
        profile=profile,
        pixel_format=pixel_format,
        high_tier=named.endswith("_HIGH"),
        level=None if level == "AUTO" else level.removeprefix("LEVEL_").replace("_", "."),
        b_frames=settings.get("numberBFramesBetweenReferenceFrames"),
        mp4_tag=tag,
        is_deinterlaced=_is_deinterlaced(description, track),
    )


def frame_capture(description: Mapping[str, Any], track: VideoTrack, rotation: int) -> FrameCapture:
    """Describe the pictures of a ``videoDescription`` whose codec is FRAME_CAPTURE."""
    settings = description["codecSettings"].get("frameCaptureSettings", {})
    return FrameCapture(
        placement=frame_placement(description, track, rotation),
        color=color_path(description, track),
        frame_rate=track.frame_rate,
        interval_seconds=Fraction(
            settings.get("framerateDenominator", 1), settings.get("framerateNumerator", 1)
        ),
        max_captures=settings.get("maxCaptures", DEFAULT_MAX_CAPTURES),
        quality=settings.get("quality", DEFAULT_CAPTURE_QUALITY),
        is_deinterlaced=_is_deinterlaced(description, track),
    )


def _is_deinterlaced(description: Mapping[str, Any], track: VideoTrack) -> bool:
    """Return whether fields become frames: MediaConvert does so where the job asks for it, and not by itself.

    Source: https://docs.aws.amazon.com/mediaconvert/latest/ug/settings-for-scan-type-conversion.html
    """
    return track.is_interlaced and "deinterlacer" in description.get("videoPreprocessors", {})


def _area(description: Mapping[str, Any], member: str) -> Area | None:
    rectangle = description.get(member)
    if not rectangle:
        return None
    return Area(*(rectangle[side] for side in ("x", "y", "width", "height")))


def _check_within(area: Area, size: Size, member: str) -> None:
    if area.left + area.width > size.width or area.top + area.height > size.height:
        raise unsupported(f"a {member} that reaches out of the picture of {size.width}x{size.height}")


def _declared_light(path: ColorPath, track: VideoTrack, given: Mapping[str, int] | None) -> ColorPath:
    """Declare what HDR10 says of light: the job's values where it gives them, else the source's."""
    if path.source.transfer != PQ or not path.is_declared:
        return path
    if given is None:
        return replace(path, light_levels=track.light_levels, mastering=track.mastering)
    return replace(
        path,
        light_levels=(given.get(LIGHT_LEVELS[0], 0), given.get(LIGHT_LEVELS[1], 0)),
        mastering=tuple(given.get(name, default) for name, default in MASTERING_DEFAULTS.items()),
    )


def _gop_frames(settings: Mapping[str, Any], rate: Fraction) -> int:
    """Return the GOP in whole frames: MediaConvert rounds seconds to frames of the output too."""
    size, units = settings.get("gopSize"), settings.get("gopSizeUnits", "AUTO")
    if units == "FRAMES" and size:
        return max(1, round(float(size)))
    seconds = Fraction(size) if units == "SECONDS" and size else Fraction(AUTOMATIC_GOP_SECONDS)
    return max(1, round(seconds * rate))


def _rate_control(settings: Mapping[str, Any], codec: str) -> dict[str, Any]:
    maximum = settings.get("maxBitrate")
    bitrate = settings.get("bitrate")
    mode = settings.get("rateControlMode", "VBR" if bitrate else "QVBR")
    qvbr = settings.get("qvbrSettings", {})
    if mode == "QVBR":
        level = qvbr.get("qvbrQualityLevel", DEFAULT_QVBR_LEVEL) + qvbr.get("qvbrQualityLevelFineTune", 0)
        crf, bitrate = crf_for_qvbr(level, codec), None
    else:
        crf, maximum = None, bitrate if mode == "CBR" else maximum
    # A buffer of one second keeps a segment's peak near the maximum even in short clips.
    return {
        "crf": crf,
        "bitrate_bps": bitrate,
        "max_bitrate_bps": maximum,
        "buffer_bits": (settings.get("hrdBufferSize") or maximum) if maximum else None,
    }
