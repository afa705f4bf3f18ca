"""What MediaConvert refuses in job settings: shapes from the model, and rules between fields."""

from collections.abc import Callable

import pytest

from sandbox.mediaconvert.api.job_settings_rules import template_errors
from sandbox.mediaconvert.api.validation import shape_errors
from tests.unit.sandbox.mediaconvert.api.settings import Settings, audio, drop, errors, put, shape, whole


def test_settings_of_every_group_are_good() -> None:
    """Settings with HLS, DASH, CMAF, MP4 and thumbnails have no error."""
    assert errors(whole()) == []


H264 = "outputGroups/0/outputs/0/videoDescription/codecSettings/h264Settings"
GROUP_0 = "outputGroups/0/outputGroupSettings"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (put("inputs", []), "/inputs: Should have at least 1 items"),
        (put("outputGroups", []), "/outputGroups: Should have at least 1 items"),
        (drop("inputs/0/fileInput"), "/inputs/0: fileInput is a required property"),
        (put("inputs/0/fileInput", "https://a/b.mp4"), "/inputs/0/fileInput: This endpoint reads"),
        (put("inputs/0/fileInput", "s3://in/"), "/inputs/0/fileInput: Should name a bucket and a key"),
        (put("inputs/0/fileInput", "clip.mp4"), "/inputs/0/fileInput: Should match pattern"),
        (drop(f"{GROUP_0}/type"), f"/{GROUP_0}: type is a required property"),
        (put(f"{GROUP_0}/type", "HLS"), f"/{GROUP_0}/type: Should be one of the enumerated values"),
        (drop(f"{GROUP_0}/hlsGroupSettings"), f"/{GROUP_0}: hlsGroupSettings is a required property"),
        (put(f"{GROUP_0}/fileGroupSettings", {}), f"/{GROUP_0}/fileGroupSettings: Should not be present"),
        (
            drop(f"{GROUP_0}/hlsGroupSettings/minSegmentLength"),
            f"/{GROUP_0}/hlsGroupSettings: minSegmentLength is a required property",
        ),
        (
            put(f"{GROUP_0}/hlsGroupSettings/segmentLength", 0),
            f"/{GROUP_0}/hlsGroupSettings/segmentLength: Should be greater than or equal to 1",
        ),
        (
            put(f"{GROUP_0}/hlsGroupSettings/minFinalSegmentLength", -0.5),
            f"/{GROUP_0}/hlsGroupSettings/minFinalSegmentLength: Should be greater than or equal to 0",
        ),
        (
            drop(f"{GROUP_0}/hlsGroupSettings/destination"),
            f"/{GROUP_0}/hlsGroupSettings: destination is a required property",
        ),
        (
            put(f"{GROUP_0}/hlsGroupSettings/destination", "out/a"),
            f"/{GROUP_0}/hlsGroupSettings/destination: Should match pattern",
        ),
        (
            put(f"{GROUP_0}/hlsGroupSettings/destination", "s3:///a"),
            f"/{GROUP_0}/hlsGroupSettings/destination: Should name a bucket",
        ),
        (put("outputGroups/3/outputs", []), "/outputGroups/3/outputs: Should have at least 1 items"),
        (
            drop("outputGroups/0/outputs/1/nameModifier"),
            "/outputGroups/0/outputs/1: nameModifier is a required",
        ),
        (
            put("outputGroups/0/outputs/1/nameModifier", "_0"),
            "/outputGroups/0/outputs/1/nameModifier: Should be unique",
        ),
        (
            put("outputGroups/0/outputs/0/containerSettings/container", "MP4"),
            "/outputGroups/0/outputs/0/containerSettings/container: Should be one of M3U8",
        ),
        (
            drop("outputGroups/3/outputs/0/containerSettings"),
            "/outputGroups/3/outputs/0/containerSettings: container is a required property",
        ),
        (
            put("outputGroups/3/outputs/0/preset", "System-x"),
            "/outputGroups/3/outputs/0/preset: This endpoint",
        ),
        (
            put("outputGroups/1/outputs/0/audioDescriptions", audio()),
            "/outputGroups/1/outputs/0: Video and audio should be in separate outputs",
        ),
        (
            put("outputGroups/2/outputs/1/audioDescriptions", audio() * 2),
            "/outputGroups/2/outputs/1/audioDescriptions: Should have at most one item",
        ),
        (
            drop("outputGroups/1/outputs/1/audioDescriptions"),
            "/outputGroups/1/outputs/1: Should have at least one of",
        ),
        (
            put("outputGroups/0/outputs/0/videoDescription/width", 1279),
            "/outputGroups/0/outputs/0/videoDescription/width: Should be an even number",
        ),
        (
            put("outputGroups/4/outputs/0/videoDescription/height", 181),
            "/outputGroups/4/outputs/0/videoDescription/height: Should be an even number",
        ),
        (
            put("outputGroups/0/outputs/0/videoDescription/height", 16),
            "/outputGroups/0/outputs/0/videoDescription/height: Should be greater than or equal to 32",
        ),
        (
            put("outputGroups/0/outputs/0/videoDescription/width", "1280"),
            "/outputGroups/0/outputs/0/videoDescription/width: Should be integer",
        ),
        (
            put("outputGroups/0/outputs/0/videoDescription/width", True),
            "/outputGroups/0/outputs/0/videoDescription/width: Should be integer",
        ),
        (drop(H264), "/outputGroups/0/outputs/0/videoDescription/codecSettings: h264Settings is a required"),
        (
            drop(f"{H264}/maxBitrate"),
            f"/{H264}: maxBitrate is a required property when rateControlMode is QVBR",
        ),
        (put(f"{H264}/bitrate", 5000), f"/{H264}/bitrate: Should not be present"),
        (
            put(f"{H264}/qualityTuningLevel", "SINGLE_PASS"),
            f"/{H264}/qualityTuningLevel: Should be SINGLE_PASS_HQ",
        ),
        (put(f"{H264}/rateControlMode", "CBR"), f"/{H264}: bitrate is a required property"),
        (put(f"{H264}/framerateControl", "SPECIFIED"), f"/{H264}: framerateNumerator is a required property"),
        (put(f"{H264}/nope", 1), f"/{H264}/nope: Is not a property that this object has"),
        (put(f"{H264}", []), f"/{H264}: Should be object"),
        (
            put("outputGroups/4/outputs/0/containerSettings/container", "MP4"),
            "/outputGroups/4/outputs/0/containerSettings/container: Should be RAW",
        ),
    ],
)
def test_error_is_named_by_its_path(change: Callable[[Settings], None], message: str) -> None:
    """One departure from what MediaConvert takes gives one error, which names the place and the rule."""
    settings = whole()
    change(settings)
    found = errors(settings)
    assert len([error for error in found if error.startswith(message)]) == 1, found


def test_frame_capture_alone_is_refused() -> None:
    """A job whose only pictures are frame captures is refused, whether it has outputs of sound or not."""
    refusal = "/outputGroups: A job with frame captures needs at least one other output with video"
    settings = whole()
    films, captures = settings["outputGroups"][3:]
    settings["outputGroups"] = [captures]
    assert errors(settings) == [refusal]
    del films["outputs"][0]["videoDescription"]
    settings["outputGroups"] = [films, captures]
    assert errors(settings) == [refusal]


def test_template_needs_neither_input_nor_destination() -> None:
    """A template without inputs and destinations is good, and its outputs are checked as a job's are."""
    settings = whole()
    del settings["inputs"]
    for item in settings["outputGroups"]:
        for member in item["outputGroupSettings"].values():
            if isinstance(member, dict):
                del member["destination"]
    assert list(template_errors(settings)) == []
    drop(f"{H264}/maxBitrate")(settings)
    assert [str(error) for error in template_errors(settings)] == [
        f"/{H264}: maxBitrate is a required property when rateControlMode is QVBR"
    ]


def test_automated_abr_needs_no_bitrate() -> None:
    """Where MediaConvert chooses the renditions itself, QVBR has no maximum of its own."""
    settings = whole()
    settings["outputGroups"][0]["automatedEncodingSettings"] = {"abrSettings": {"maxRenditions": 5}}
    for index in (0, 1):
        drop(f"outputGroups/0/outputs/{index}/videoDescription/codecSettings/h264Settings/maxBitrate")(
            settings
        )
    assert errors(settings) == []


def test_integers_have_a_reach() -> None:
    """An integer without a range of its own is held within 32 bits."""
    found = [str(error) for error in shape_errors(shape("__integer"), 2**31)]
    assert found == ["/: Should be less than or equal to 2147483647"]


def test_paths_are_json_pointers() -> None:
    """A key with slashes and tildes is escaped in the path of its error."""
    assert [str(error) for error in shape_errors(shape("__mapOf__string"), {"a/b~": 1})] == [
        "/a~1b~0: Should be string"
    ]
