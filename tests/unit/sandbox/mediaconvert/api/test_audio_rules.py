"""What MediaConvert refuses in the settings of sound: rules between fields."""

from collections.abc import Callable

import pytest

from tests.unit.sandbox.mediaconvert.api.settings import Settings, at, audio, drop, errors, put, whole

AAC = "outputGroups/0/outputs/0/audioDescriptions/0/codecSettings/aacSettings"


@pytest.mark.parametrize(
    ("change", "message"),
    [
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
    ],
)
def test_error_of_sound_is_named_by_its_path(change: Callable[[Settings], None], message: str) -> None:
    """One departure from what MediaConvert takes of sound gives one error that names place and rule."""
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
    described = audio()
    if codec != "AAC":
        member = {"EAC3": "eac3Settings", "MP3": "mp3Settings"}[codec]
        described[0]["codecSettings"] = {"codec": codec, member: {}}
    (chosen["outputs"][-1]).pop("videoDescription", None)
    chosen["outputs"] = [chosen["outputs"][-1] | {"audioDescriptions": described}]
    assert chosen["outputs"][0]["containerSettings"]["container"] == container
    settings["outputGroups"] = [chosen, settings["outputGroups"][3]]
    found = [error for error in errors(settings) if "Without video" in error]
    assert (found == []) == is_taken
