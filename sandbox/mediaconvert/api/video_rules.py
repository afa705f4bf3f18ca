"""Check the rules of job settings about pictures that the service model can't say: those between fields.

Pure, as ``settings_rules.py``, which checks everything else and calls these.
"""

from collections.abc import Iterator

from sandbox.mediaconvert.api.validation import InvalidMember, Path
from sandbox.mediaconvert.api.wire import Document
from sandbox.mediaconvert.planning.video_limits import size_refusal

_VIDEO_MEMBERS = {
    "AV1": "av1Settings",
    "AVC_INTRA": "avcIntraSettings",
    "FRAME_CAPTURE": "frameCaptureSettings",
    "H_264": "h264Settings",
    "H_265": "h265Settings",
    "MPEG2": "mpeg2Settings",
    "PRORES": "proresSettings",
    "VC3": "vc3Settings",
    "VP8": "vp8Settings",
    "VP9": "vp9Settings",
    "XAVC": "xavcSettings",
}
# Source: the model's documentation of CmafImageBasedTrickPlaySettings.
_MAX_TILED_HEIGHT = 4096


def video_errors(video: Document | None, path: Path, automated: bool) -> Iterator[InvalidMember]:
    """Yield what is wrong with an output's video description."""
    if video is None:
        return
    for side in ("width", "height"):
        if video.get(side, 0) % 2:
            yield InvalidMember((*path, side), "Should be an even number")
    for rectangle in ("crop", "position"):
        if rectangle in video:
            yield from _rectangle_errors(video, rectangle, path)
    corrector = video.get("videoPreprocessors", {}).get("colorCorrector", {})
    yield from _color_errors(corrector, (*path, "videoPreprocessors", "colorCorrector"))
    codec_settings, codec_path = video.get("codecSettings", {}), (*path, "codecSettings")
    codec = codec_settings.get("codec")
    if codec is None:
        yield InvalidMember(codec_path, "codec is a required property")
        return
    refusal = size_refusal(codec, video.get("width", 0), video.get("height", 0))
    if refusal is not None:
        yield InvalidMember((*path, "width" if "width" in video else "height"), refusal)
    member = _VIDEO_MEMBERS.get(codec)
    if member and member not in codec_settings:
        yield InvalidMember(codec_path, f"{member} is a required property when codec is {codec}")
    elif member in ("h264Settings", "h265Settings"):
        yield from _rate_errors(codec_settings[member], (*codec_path, member), automated)
        yield from _specified_errors(codec_settings[member], (*codec_path, member))


def _rectangle_errors(video: Document, member: str, path: Path) -> Iterator[InvalidMember]:
    rectangle, rectangle_path = video[member], (*path, member)
    for side in ("x", "y", "width", "height"):
        if side not in rectangle:
            yield InvalidMember(rectangle_path, f"{side} is a required property")
        elif rectangle[side] % 2:
            yield InvalidMember((*rectangle_path, side), "Should be an even number")
    if member == "position":
        for start, length in (("x", "width"), ("y", "height")):
            end = rectangle.get(start, 0) + rectangle.get(length, 0)
            if length in video and end > video[length]:
                yield InvalidMember(
                    (*rectangle_path, length),
                    f"Should end within the frame, whose {length} is {video[length]}",
                )


def _color_errors(corrector: Document, path: Path) -> Iterator[InvalidMember]:
    if corrector.get("colorSpaceConversion") != "FORCE_HDR10":
        return
    metadata = corrector.get("hdr10Metadata", {})
    # Source: the model's documentation of ColorCorrector.Hdr10Metadata.
    for member in ("maxContentLightLevel", "maxFrameAverageLightLevel"):
        if member not in metadata:
            message = f"{member} is a required property when colorSpaceConversion is FORCE_HDR10"
            yield InvalidMember((*path, "hdr10Metadata"), message)


def thumbnail_errors(settings: Document, path: Path) -> Iterator[InvalidMember]:
    """Yield what is wrong with a group's settings of image-based trick play."""
    details, mode = settings.get("imageBasedTrickPlaySettings"), settings.get("imageBasedTrickPlay", "NONE")
    details_path = (*path, "imageBasedTrickPlaySettings")
    if details is None:
        return
    if mode != "ADVANCED":
        yield InvalidMember(details_path, f"Should not be present when imageBasedTrickPlay is {mode}")
    for member, divisor in (("thumbnailWidth", 8), ("thumbnailHeight", 2)):
        if details.get(member, 0) % divisor:
            yield InvalidMember((*details_path, member), f"Should be divisible by {divisor}")
    columns, rows = details.get("tileWidth", 1), details.get("tileHeight", 1)
    if details.get("thumbnailHeight", 0) * rows > _MAX_TILED_HEIGHT:
        message = f"Should leave the tiles at most {_MAX_TILED_HEIGHT} high together"
        yield InvalidMember((*details_path, "tileHeight"), message)
    cadence = details.get("intervalCadence")
    if cadence == "FOLLOW_CUSTOM" and not details.get("thumbnailInterval"):
        message = "thumbnailInterval is a required property when intervalCadence is FOLLOW_CUSTOM"
        yield InvalidMember(details_path, message)
    if cadence == "FOLLOW_SEGMENTATION" and (columns, rows) != (1, 1):
        yield InvalidMember(
            details_path, "tileWidth and tileHeight should be 1 when intervalCadence is FOLLOW_SEGMENTATION"
        )


def _rate_errors(settings: Document, path: Path, automated: bool) -> Iterator[InvalidMember]:
    if automated:
        return
    mode = settings.get("rateControlMode")
    bitrate, maximum = settings.get("bitrate"), settings.get("maxBitrate")
    if mode == "QVBR":
        if maximum is None:
            yield InvalidMember(path, "maxBitrate is a required property when rateControlMode is QVBR")
        if bitrate is not None:
            yield InvalidMember((*path, "bitrate"), "Should not be present when rateControlMode is QVBR")
        if settings.get("qualityTuningLevel") == "SINGLE_PASS":
            message = "Should be SINGLE_PASS_HQ or MULTI_PASS_HQ when rateControlMode is QVBR"
            yield InvalidMember((*path, "qualityTuningLevel"), message)
    elif bitrate is None:
        yield InvalidMember(
            path, f"bitrate is a required property when rateControlMode is {mode or 'absent'}"
        )
    elif maximum is not None and maximum < bitrate:
        yield InvalidMember((*path, "maxBitrate"), "Should be at least the bitrate")


def _specified_errors(settings: Document, path: Path) -> Iterator[InvalidMember]:
    for control, members in (
        ("framerateControl", ("framerateNumerator", "framerateDenominator")),
        ("parControl", ("parNumerator", "parDenominator")),
    ):
        if settings.get(control) == "SPECIFIED":
            for member in members:
                if member not in settings:
                    yield InvalidMember(path, f"{member} is a required property when {control} is SPECIFIED")
