"""What MediaConvert refuses in job settings: shapes from the model, and rules between fields."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from botocore.model import Shape

from sandbox.mediaconvert.api.job_settings_rules import job_errors, template_errors
from sandbox.mediaconvert.api.validation import shape_errors
from sandbox.mediaconvert.api.wire import service_model

Settings = dict[str, Any]


@cache
def shape(name: str) -> Shape:
    """Read a shape of the model once."""
    return service_model().shape_for(name)


def errors(settings: Settings) -> list[str]:
    """List all that is wrong with a job's settings, shapes first."""
    found = list(shape_errors(shape("JobSettings"), settings))
    return [str(error) for error in found or job_errors(settings)]


def video(height: int) -> Settings:
    """Describe a video of 16:9."""
    h264 = {"rateControlMode": "QVBR", "maxBitrate": 3_000_000, "qvbrSettings": {"qvbrQualityLevel": 8}}
    return {
        "width": height * 16 // 9,
        "height": height,
        "codecSettings": {"codec": "H_264", "h264Settings": h264},
    }


def audio() -> list[Settings]:
    """Describe a stereo track."""
    aac = {"bitrate": 128_000, "codingMode": "CODING_MODE_2_0", "sampleRate": 48_000}
    return [{"codecSettings": {"codec": "AAC", "aacSettings": aac}}]


def group(type_: str, member: str, container: str, outputs: list[Settings], **settings: Any) -> Settings:
    """Describe an output group; each output gets the container and a name modifier."""
    return {
        "outputGroupSettings": {"type": type_, member: {"destination": "s3://out/a/b", **settings}},
        "outputs": [
            {"nameModifier": f"_{index}", "containerSettings": {"container": container}, **output}
            for index, output in enumerate(outputs)
        ],
    }


def whole() -> Settings:
    """Describe a job with every kind of group: 0 HLS, 1 DASH, 2 CMAF, 3 MP4, 4 thumbnails."""
    separate: list[Settings] = [{"videoDescription": video(720)}, {"audioDescriptions": audio()}]
    together: Settings = {"videoDescription": video(720), "audioDescriptions": audio()}
    capture = {"codec": "FRAME_CAPTURE", "frameCaptureSettings": {"maxCaptures": 5}}
    thumbnail = {"videoDescription": {"width": 320, "height": 180, "codecSettings": capture}}
    return _unshared(
        {
            "inputs": [{"fileInput": "s3://in/clip.mp4"}],
            "outputGroups": [
                group(
                    "HLS_GROUP_SETTINGS", "hlsGroupSettings", "M3U8", [together, together], minSegmentLength=0
                ),
                group("DASH_ISO_GROUP_SETTINGS", "dashIsoGroupSettings", "MPD", separate),
                group("CMAF_GROUP_SETTINGS", "cmafGroupSettings", "CMFC", separate),
                group("FILE_GROUP_SETTINGS", "fileGroupSettings", "MP4", [together]),
                group("FILE_GROUP_SETTINGS", "fileGroupSettings", "RAW", [thumbnail]),
            ],
        }
    )


def _unshared(settings: Settings) -> Settings:
    copied: Settings = json.loads(json.dumps(settings))
    return copied


def at(settings: Settings, path: str) -> Any:
    """Walk to a place in settings by the path that messages use."""
    place: Any = settings
    for part in filter(None, path.split("/")):
        place = place[int(part) if isinstance(place, list) else part]
    return place


def put(path: str, value: Any) -> Callable[[Settings], None]:
    """Make a change that sets the value at a path."""
    parent, _, name = path.rpartition("/")
    return lambda settings: at(settings, parent).__setitem__(name, value)


def drop(path: str) -> Callable[[Settings], None]:
    """Make a change that removes the member at a path."""
    parent, _, name = path.rpartition("/")
    return lambda settings: at(settings, parent).pop(name)


def test_settings_of_every_group_are_good() -> None:
    """Settings with HLS, DASH, CMAF, MP4 and thumbnails have no error."""
    assert errors(whole()) == []


H264 = "outputGroups/0/outputs/0/videoDescription/codecSettings/h264Settings"
AAC = "outputGroups/0/outputs/0/audioDescriptions/0/codecSettings/aacSettings"
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
        (drop(AAC), "/outputGroups/0/outputs/0/audioDescriptions/0/codecSettings: aacSettings is a required"),
        (drop(f"{AAC}/codingMode"), f"/{AAC}: codingMode is a required property"),
        (drop(f"{AAC}/bitrate"), f"/{AAC}: bitrate is a required property"),
        (put(f"{AAC}/bitrate", 100_000), f"/{AAC}/bitrate: Should be a bitrate that AAC has"),
        (
            put("outputGroups/0/outputs/0/audioDescriptions/0/streamName", "Norwegian Bokmål"),
            "/outputGroups/0/outputs/0/audioDescriptions/0/streamName: Should match pattern",
        ),
        (
            put("outputGroups/0/outputs/0/audioDescriptions/0/customLanguageCode", "n b"),
            "/outputGroups/0/outputs/0/audioDescriptions/0/customLanguageCode: Should match pattern",
        ),
        (put(f"{AAC}/sampleRate", 47_999), f"/{AAC}/sampleRate: Should be one of"),
        (put(f"{AAC}/bitrate", 56_000), f"/{AAC}/bitrate: Should be in the range of 64000 to 576000"),
        (put(f"{AAC}/bitrate", 640_000), f"/{AAC}/bitrate: Should be in the range of 64000 to 576000"),
        (put(f"{AAC}/sampleRate", 24_000), f"/{AAC}/bitrate: Should be in the range of 32000 to 32000"),
        (
            lambda settings: at(settings, AAC).update(
                codingMode="CODING_MODE_5_1", sampleRate=44_100, bitrate=768_000
            ),
            f"/{AAC}/bitrate: Should be in the range of 6000 to 640000 with profile LC, CODING_MODE_5_1",
        ),
        (
            put(f"{AAC}/codingMode", "CODING_MODE_3_0"),
            f"/{AAC}/codingMode: Should be one of the enumerated values",
        ),
        (
            put(
                "outputGroups/2/outputs/0/containerSettings/cmfcSettings",
                {"audioRenditionSets": "sound, other"},
            ),
            "/outputGroups/2/outputs/0/containerSettings/cmfcSettings/audioRenditionSets: "
            "No output of this group has the audioGroupId sound",
        ),
        (
            put("outputGroups/0/outputs/0/outputSettings", {"hlsSettings": {"audioRenditionSets": "sound"}}),
            "/outputGroups/0/outputs/0/outputSettings/hlsSettings/audioRenditionSets: No output of this",
        ),
        (
            put(
                "outputGroups/3/outputs",
                [{"containerSettings": {"container": "MP4"}, "audioDescriptions": audio() * 2}],
            ),
            "/outputGroups/3/outputs/0/audioDescriptions: Should have at most one item in an output without",
        ),
        (
            put("outputGroups/3/outputs/0/audioDescriptions/0/customLanguageCode", "pt-BR"),
            "/outputGroups/3/outputs/0/audioDescriptions/0/customLanguageCode: Should be an ISO 639-2",
        ),
        (
            put("outputGroups/3/outputs/0/audioDescriptions/0/streamName", "5.1"),
            "/outputGroups/3/outputs/0/audioDescriptions/0/streamName: Should match pattern",
        ),
        (
            put(
                "outputGroups/3/outputs/0/audioDescriptions/0/audioNormalizationSettings", {"targetLkfs": -60}
            ),
            "/outputGroups/3/outputs/0/audioDescriptions/0/audioNormalizationSettings/targetLkfs: Should be",
        ),
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


@pytest.mark.parametrize(
    ("mode", "rate", "bitrate_bps"),
    [
        ("CODING_MODE_1_0", 48_000, 64_000),
        ("CODING_MODE_2_0", 44_100, 512_000),
        ("CODING_MODE_5_1", 48_000, 768_000),
        ("CODING_MODE_5_1", 44_100, 640_000),
    ],
)
def test_sound_of_several_tracks_is_good(mode: str, rate: int, bitrate_bps: int) -> None:
    """Tracks in a group that the pictures name, with labels, languages and loudness, have no error."""
    settings = whole()
    aac = {"bitrate": bitrate_bps, "codingMode": mode, "sampleRate": rate}
    described = {
        "codecSettings": {"codec": "AAC", "aacSettings": aac},
        "streamName": "Director commentary",
        "customLanguageCode": "pt-BR",
        "languageCodeControl": "USE_CONFIGURED",
        "audioNormalizationSettings": {
            "algorithm": "ITU_BS_1770_4",
            "algorithmControl": "CORRECT_AUDIO",
            "peakCalculation": "TRUE_PEAK",
            "targetLkfs": -16.0,
            "truePeakLimiterThreshold": -1.0,
        },
    }
    outputs = settings["outputGroups"][2]["outputs"]
    outputs[0]["containerSettings"]["cmfcSettings"] = {"audioRenditionSets": "audio"}
    outputs[1]["audioDescriptions"] = [described]
    outputs[1]["containerSettings"]["cmfcSettings"] = {
        "audioGroupId": "audio",
        "audioTrackType": "ALTERNATE_AUDIO_AUTO_SELECT_DEFAULT",
    }
    assert errors(settings) == []


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


@pytest.mark.parametrize(
    ("number", "container", "codec", "is_taken"),
    [
        (0, "M3U8", "AAC", True),
        (0, "M3U8", "EAC3", False),
        (1, "MPD", "AAC", True),
        (1, "MPD", "MP3", False),
        (2, "CMFC", "AAC", False),
    ],
)
def test_sound_alone_is_made_where_the_guide_says(
    number: int, container: str, codec: str, is_taken: bool
) -> None:
    """A group without any picture is HLS or DASH, with the codecs of the guide's table, and never CMAF."""
    settings = whole()
    chosen = settings["outputGroups"][number]
    sounds = audio()
    if codec != "AAC":
        member = {"EAC3": "eac3Settings", "MP3": "mp3Settings"}[codec]
        sounds[0]["codecSettings"] = {"codec": codec, member: {}}
    (chosen["outputs"][-1]).pop("videoDescription", None)
    chosen["outputs"] = [chosen["outputs"][-1] | {"audioDescriptions": sounds}]
    assert chosen["outputs"][0]["containerSettings"]["container"] == container
    settings["outputGroups"] = [chosen, settings["outputGroups"][3]]
    found = [error for error in errors(settings) if "Without video" in error]
    assert (found == []) == is_taken


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
