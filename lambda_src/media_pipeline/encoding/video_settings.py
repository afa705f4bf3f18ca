"""Render MediaConvert's settings of pictures (boto3's form)."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from media_pipeline.domain.source import (
    AUTO_ROTATED_CONTAINERS,
    AUTO_ROTATED_SUFFIXES,
    Source,
    SourceInfo,
    VideoTrack,
    video_of,
)
from media_pipeline.encoding.frame_size import AVC_LIMITS, FrameSize
from media_pipeline.encoding.group_settings import Settings
from media_pipeline.encoding.ladder import Rendition
from media_pipeline.encoding.presets import VideoPreset
from media_pipeline.encoding.video_renditions import changed_frame_rate

_ROTATIONS = {0: "DEGREE_0", 90: "DEGREES_90", 180: "DEGREES_180", 270: "DEGREES_270"}
_WIDE_GAMUT = "ITU_2020"


def video_selector(source: Source, source_uri: str) -> Settings:
    """Return an input's `VideoSelector`, empty where MediaConvert's defaults do."""
    rotate = _rotate(source, source_uri)
    return {"Rotate": rotate} if rotate else {}


def avc_video(rendition: Rendition, preset: VideoPreset, source: Source) -> Settings:
    """Return the `VideoDescription` of an AVC rendition, always of standard dynamic range."""
    video = video_of(source)
    codec = {
        **_codec(rendition, preset, changed_frame_rate(video, preset.high_frame_rates)),
        "CodecProfile": "HIGH",
    }
    description = _description(rendition.size, video, converts_color=True)
    if rendition.size is None:
        # Whatever its unknown size is, the source becomes no larger, and not too large for AVC.
        limits = {"Width": AVC_LIMITS.long_side, "Height": AVC_LIMITS.short_side}
        description |= {"ScalingBehavior": "FIT_NO_UPSCALE", **limits}
    return {**description, "CodecSettings": {"Codec": "H_264", "H264Settings": codec}}


def hevc_video(rendition: Rendition, preset: VideoPreset, source: Source) -> Settings:
    """Return the `VideoDescription` of an HEVC rendition of 10 bits, which keeps the source's colors."""
    video = video_of(source)
    codec = {
        **_codec(rendition, preset, changed_frame_rate(video, preset.high_frame_rates)),
        "CodecProfile": "MAIN10_HIGH",
        # Apple's players take HEVC by no other name.
        "WriteMp4PackagingType": "HVC1",
    }
    return {
        **_description(rendition.size, video, converts_color=False),
        "CodecSettings": {"Codec": "H_265", "H265Settings": codec},
    }


def captured_frames(
    size: FrameSize | None, source: Source, *, every_seconds: int, captures: int, quality: int
) -> Settings:
    """Return the `VideoDescription` of stills."""
    return {
        **_description(size, video_of(source), converts_color=True),
        "CodecSettings": {
            "Codec": "FRAME_CAPTURE",
            "FrameCaptureSettings": {
                "FramerateNumerator": 1,
                "FramerateDenominator": every_seconds,
                "MaxCaptures": captures,
                "Quality": quality,
            },
        },
    }


def _rotate(source: Source, source_uri: str) -> str | None:
    if not isinstance(source, SourceInfo):
        return "AUTO" if source_uri.lower().endswith(AUTO_ROTATED_SUFFIXES) else None
    if source.container in AUTO_ROTATED_CONTAINERS:
        return "AUTO"
    return (
        _ROTATIONS[source.video.rotation_degrees] if source.video and source.video.rotation_degrees else None
    )


def _codec(rendition: Rendition, preset: VideoPreset, frame_rate: Fraction | None) -> Mapping[str, Any]:
    codec: Settings = {
        "RateControlMode": "QVBR",
        "QvbrSettings": {"QvbrQualityLevel": rendition.quality_level},
        "MaxBitrate": rendition.max_bitrate_bps,
        "QualityTuningLevel": "SINGLE_PASS_HQ",
        "CodecLevel": "AUTO",
        "InterlaceMode": "PROGRESSIVE",
        "FramerateControl": "INITIALIZE_FROM_SOURCE",
        "GopSize": float(preset.gop_seconds),
        "GopSizeUnits": "SECONDS",
        "GopClosedCadence": 1,
        # A keyframe at a scene change of one rung alone would break the alignment that players switch on.
        "SceneChangeDetect": "DISABLED",
    }
    if frame_rate is not None:
        codec |= {
            "FramerateControl": "SPECIFIED",
            "FramerateNumerator": frame_rate.numerator,
            "FramerateDenominator": frame_rate.denominator,
            "FramerateConversionAlgorithm": "DUPLICATE_DROP",
        }
    if rendition.size is not None:
        # Display sizes are in square pixels: a source's own pixel aspect ratio must not be applied twice.
        codec |= {"ParControl": "SPECIFIED", "ParNumerator": 1, "ParDenominator": 1}
    return codec


def _description(size: FrameSize | None, video: VideoTrack | None, *, converts_color: bool) -> Settings:
    preprocessors: Settings = {}
    if video is None or video.is_interlaced is not False:
        # Without it the lines of an interlaced source's fields would show; progressive frames pass, but each
        # output is billed at the Professional rate, so where Probe says progressive there is none. Source:
        # https://docs.aws.amazon.com/mediaconvert/latest/ug/settings-for-scan-type-conversion.html
        preprocessors["Deinterlacer"] = {"Mode": "DEINTERLACE", "Control": "NORMAL"}
    if converts_color and video is not None and (video.is_hdr or video.color_primaries == _WIDE_GAMUT):
        preprocessors["ColorCorrector"] = {"ColorSpaceConversion": "FORCE_709"}
        if video.is_hdr:
            preprocessors["ColorCorrector"]["HdrToSdrToneMapper"] = "PRESERVE_DETAILS"
    description: Settings = {"ScalingBehavior": "DEFAULT", "ColorMetadata": "INSERT"}
    if preprocessors:
        description["VideoPreprocessors"] = preprocessors
    if size is not None:
        description |= {"Width": size.width, "Height": size.height}
        if not size.is_filled:
            description["Position"] = {
                "X": (size.width - size.picture_width) // 4 * 2,
                "Y": (size.height - size.picture_height) // 4 * 2,
                "Width": size.picture_width,
                "Height": size.picture_height,
            }
    return description
