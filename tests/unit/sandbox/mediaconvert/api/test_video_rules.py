"""What MediaConvert refuses in the settings of pictures: rules between fields."""

from collections.abc import Callable

import pytest

from sandbox.mediaconvert.api.video_rules import video_errors
from tests.unit.sandbox.mediaconvert.api.settings import Settings, at, drop, errors, put, whole

VIDEO = "outputGroups/2/outputs/0/videoDescription"
GROUP = "outputGroups/2/outputGroupSettings/cmafGroupSettings"
THUMBNAILS = f"{GROUP}/imageBasedTrickPlaySettings"
CORRECTOR = f"{VIDEO}/videoPreprocessors/colorCorrector"
H265 = f"{VIDEO}/codecSettings/h265Settings"


def every_picture() -> Settings:
    """Describe a job whose CMAF group has HDR10 in HEVC, a placed picture and thumbnails."""
    settings = whole()
    described = at(settings, VIDEO)
    hevc = described["codecSettings"].pop("h264Settings")
    described["codecSettings"] |= {"codec": "H_265", "h265Settings": hevc | {"codecProfile": "MAIN10_HIGH"}}
    described["position"] = {"x": 0, "y": 180, "width": 640, "height": 360}
    described["crop"] = {"x": 2, "y": 0, "width": 640, "height": 360}
    metadata = {"maxContentLightLevel": 1000, "maxFrameAverageLightLevel": 400}
    corrector = {"colorSpaceConversion": "FORCE_HDR10", "hdr10Metadata": metadata}
    described["videoPreprocessors"] = {"colorCorrector": corrector}
    at(settings, GROUP).update(
        imageBasedTrickPlay="ADVANCED",
        imageBasedTrickPlaySettings={
            **{"intervalCadence": "FOLLOW_CUSTOM", "thumbnailInterval": 2.5, "thumbnailWidth": 160},
            **{"thumbnailHeight": 90, "tileWidth": 10, "tileHeight": 10},
        },
    )
    return settings


def test_settings_of_every_picture_are_good() -> None:
    """HEVC in HDR10, a crop, a position and tiled thumbnails have no error."""
    assert errors(every_picture()) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (put(f"{VIDEO}/position/x", 1), f"/{VIDEO}/position/x: Should be an even number"),
        (put(f"{VIDEO}/crop/height", 359), f"/{VIDEO}/crop/height: Should be an even number"),
        (drop(f"{VIDEO}/position/y"), f"/{VIDEO}/position: y is a required property"),
        (
            put(f"{VIDEO}/position/x", 642),
            f"/{VIDEO}/position/width: Should end within the frame, whose width",
        ),
        (put(f"{VIDEO}/position/y", 362), f"/{VIDEO}/position/height: Should end within the frame"),
        (put(f"{VIDEO}/position/width", 0), f"/{VIDEO}/position/width: Should be greater than or equal to 2"),
        (
            drop(f"{CORRECTOR}/hdr10Metadata/maxContentLightLevel"),
            f"/{CORRECTOR}/hdr10Metadata: maxContentLightLevel is a required property",
        ),
        (drop(f"{CORRECTOR}/hdr10Metadata"), f"/{CORRECTOR}/hdr10Metadata: maxFrameAverageLightLevel is"),
        (
            put(f"{CORRECTOR}/hdrToSdrToneMapper", "HABLE"),
            f"/{CORRECTOR}/hdrToSdrToneMapper: Should be one of the enumerated values",
        ),
        (
            drop(f"{H265}/maxBitrate"),
            f"/{H265}: maxBitrate is a required property when rateControlMode is QVBR",
        ),
        (
            put(f"{H265}/qualityTuningLevel", "SINGLE_PASS"),
            f"/{H265}/qualityTuningLevel: Should be SINGLE_PASS",
        ),
        (
            put(f"{H265}/codecProfile", "HIGH"),
            f"/{H265}/codecProfile: Should be one of the enumerated values",
        ),
        (put(f"{THUMBNAILS}/thumbnailWidth", 164), f"/{THUMBNAILS}/thumbnailWidth: Should be divisible by 8"),
        (
            put(f"{THUMBNAILS}/thumbnailHeight", 91),
            f"/{THUMBNAILS}/thumbnailHeight: Should be divisible by 2",
        ),
        (
            put(f"{THUMBNAILS}/tileHeight", 46),
            f"/{THUMBNAILS}/tileHeight: Should leave the tiles at most 4096",
        ),
        (
            put(f"{THUMBNAILS}/tileWidth", 513),
            f"/{THUMBNAILS}/tileWidth: Should be less than or equal to 512",
        ),
        (drop(f"{THUMBNAILS}/thumbnailInterval"), f"/{THUMBNAILS}: thumbnailInterval is a required property"),
        (
            put(f"{THUMBNAILS}/intervalCadence", "FOLLOW_SEGMENTATION"),
            f"/{THUMBNAILS}: tileWidth and tileHeight should be 1",
        ),
        (put(f"{GROUP}/imageBasedTrickPlay", "THUMBNAIL"), f"/{THUMBNAILS}: Should not be present when"),
    ],
)
def test_error_of_a_picture_is_named_by_its_path(change: Callable[[Settings], None], message: str) -> None:
    """One departure from what MediaConvert takes of pictures gives one error that names place and rule."""
    settings = every_picture()
    change(settings)
    found = errors(settings)
    assert len([error for error in found if error.startswith(message)]) == 1, found


@pytest.mark.parametrize(
    ("codec", "width", "height", "is_taken"),
    [
        ("H_264", 4096, 2160, True),
        ("H_264", 2160, 4096, True),
        ("H_264", 4098, 2160, False),
        ("H_264", 4096, 2162, False),
        ("H_264", 3840, 3840, False),
        ("H_264", 4320, None, False),
        ("H_264", None, 4098, False),
        ("H_264", None, 4096, True),
        ("H_265", 8192, 4320, True),
        ("H_265", 4320, 8192, True),
        ("H_265", 8192, 4322, False),
        ("AV1", 2160, 4096, False),
        ("PRORES", 4096, 4096, True),
        ("MPEG2", 1920, 1154, False),
        ("FRAME_CAPTURE", 8192, 8192, True),
    ],
)
def test_a_picture_is_no_larger_than_its_codec_makes(
    codec: str, width: int | None, height: int | None, is_taken: bool
) -> None:
    """Each codec has its longest sides, lying or standing; a side that is left open is not judged."""
    settings = whole()
    described = at(settings, VIDEO)
    member = {"H_264": "h264Settings", "H_265": "h265Settings"}.get(codec)
    h264 = described["codecSettings"]["h264Settings"]
    described["codecSettings"] = {"codec": codec} | ({member: h264} if member else {})
    for side, pixels in (("width", width), ("height", height)):
        described.pop(side)
        if pixels is not None:
            described[side] = pixels
    refused = [
        error for error in map(str, video_errors(described, (), False)) if "Should be at most" in error
    ]
    assert (refused == []) == is_taken
