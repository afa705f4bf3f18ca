"""Details of the rendered job that a viewer would notice."""

import json
from dataclasses import replace
from typing import Any

import pytest

from media_pipeline.domain.source import AudioTrack, Source, UnknownSource
from media_pipeline.encoding.job_settings import (
    REFERENCE_AUDIO,
    REFERENCE_VIDEO,
    job_settings,
    job_template_settings,
)
from media_pipeline.encoding.presets import PresetName
from tests.support.service_model import shape_faults
from tests.support.strategies import shipped_presets, shipped_profiles

PRESETS, PROFILES = shipped_presets(), shipped_profiles().by_name
assert REFERENCE_VIDEO.video is not None
VIDEO = REFERENCE_VIDEO.video
UNKNOWN = UnknownSource(reason="Probe did not answer")


def rendered(source: Source, *, key: str = "a.mp4", profile: str = "default") -> dict[str, Any]:
    """Return the settings of a job."""
    return job_settings(
        source_uri=f"s3://uploads/{key}",
        destination="s3://outputs/id/1",
        source=source,
        profile=PROFILES[profile],
        presets=PRESETS,
    )


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_a_template_is_the_job_of_its_reference_source(profile: str) -> None:
    """Console users encode as the orchestrator does: only file and destinations are left to them."""
    reference = REFERENCE_VIDEO if PROFILES[profile].has_video else REFERENCE_AUDIO
    job = rendered(reference, profile=profile)
    del job["Inputs"][0]["FileInput"]
    for group in job["OutputGroups"]:
        for name, details in group["OutputGroupSettings"].items():
            if name != "Type":
                del details["Destination"]
    template = job_template_settings(PROFILES[profile], PRESETS)
    assert template == job
    assert shape_faults("mediaconvert", "JobTemplateSettings", template) == []
    assert json.loads(json.dumps(template)) == template


@pytest.mark.parametrize(
    ("container", "rotation", "expected"),
    [
        ("mp4", 90, "AUTO"),
        ("quicktime", 0, "AUTO"),
        ("matroska", 90, "DEGREES_90"),
        ("matroska", 270, "DEGREES_270"),
        ("matroska", 0, None),
        ("mpegts", 0, None),
    ],
)
def test_rotation_is_asked_for_where_it_is_needed(
    container: str, rotation: int, expected: str | None
) -> None:
    """AUTO is for .mov and .mp4 alone; other containers are turned by what Probe found."""
    source = replace(
        REFERENCE_VIDEO,
        container=container,
        video=replace(VIDEO, rotation_degrees=rotation),
    )
    assert rendered(source)["Inputs"][0].get("VideoSelector", {}).get("Rotate") == expected


@pytest.mark.parametrize(
    ("key", "expected"), [("a.MP4", "AUTO"), ("a.mov", "AUTO"), ("a.m4v", "AUTO"), ("a.mkv", None)]
)
def test_an_unknown_source_is_turned_by_its_suffix(key: str, expected: str | None) -> None:
    """Where Probe did not answer, the file's suffix tells whether MediaConvert can read a rotation."""
    assert rendered(UNKNOWN, key=key)["Inputs"][0].get("VideoSelector", {}).get("Rotate") == expected


@pytest.mark.parametrize(
    ("source", "is_deinterlaced"),
    [
        (UNKNOWN, True),
        (replace(REFERENCE_VIDEO, video=replace(VIDEO, is_interlaced=True)), True),
        (replace(REFERENCE_VIDEO, video=replace(VIDEO, is_interlaced=None)), True),
        (REFERENCE_VIDEO, False),
    ],
    ids=["unknown source", "interlaced", "unknown scan type", "progressive"],
)
def test_a_source_that_may_be_interlaced_is_deinterlaced(source: Source, is_deinterlaced: bool) -> None:
    """Fields become frames, stills included; only a source that Probe calls progressive is left alone."""
    for profile in ("default", "classic", "audio"):
        for group in rendered(source, profile=profile)["OutputGroups"]:
            for output in group["Outputs"]:
                video = output.get("VideoDescription", {})
                deinterlacer = video.get("VideoPreprocessors", {}).get("Deinterlacer")
                expected = {"Mode": "DEINTERLACE", "Control": "NORMAL"} if is_deinterlaced and video else None
                assert deinterlacer == expected
                h264 = video.get("CodecSettings", {}).get("H264Settings")
                assert h264 is None or h264["InterlaceMode"] == "PROGRESSIVE"


def test_a_known_source_is_rendered_in_square_pixels() -> None:
    """Sizes are display sizes, so that a source's own pixel shape must not stretch the picture again."""
    for group in rendered(REFERENCE_VIDEO, profile="classic")["OutputGroups"][:3]:
        codec = group["Outputs"][0]["VideoDescription"]["CodecSettings"]["H264Settings"]
        assert (codec["ParControl"], codec["ParNumerator"], codec["ParDenominator"]) == ("SPECIFIED", 1, 1)


def test_an_unknown_source_keeps_its_size() -> None:
    """The safe choice is one rendition that takes size and pixel shape from the source, with sound."""
    settings = rendered(UNKNOWN)
    names = [[output["NameModifier"] for output in group["Outputs"]] for group in settings["OutputGroups"]]
    assert names == [["_source", "_audio"], ["_source"], ["_source"]]
    codec = settings["OutputGroups"][0]["Outputs"][0]["VideoDescription"]["CodecSettings"]["H264Settings"]
    assert "ParControl" not in codec
    assert "AudioDescriptions" in settings["OutputGroups"][1]["Outputs"][0]


def test_an_unknown_source_of_sound_gets_no_picture() -> None:
    """Where Probe did not answer, an audio file's suffix tells that no picture is to be expected."""
    settings = rendered(UNKNOWN, key="a.MP3", profile="audio")
    assert "VideoSelector" not in settings["Inputs"][0]
    assert "AudioSelectors" in settings["Inputs"][0]


@pytest.mark.parametrize(
    ("channels", "streamed", "downloaded"),
    [
        (1, ("CODING_MODE_1_0", 64_000), ("CODING_MODE_1_0", 64_000)),
        (2, ("CODING_MODE_2_0", 128_000), ("CODING_MODE_2_0", 128_000)),
        (6, ("CODING_MODE_5_1", 384_000), ("CODING_MODE_2_0", 128_000)),
        (8, ("CODING_MODE_2_0", 128_000), ("CODING_MODE_2_0", 128_000)),
        (0, ("CODING_MODE_2_0", 128_000), ("CODING_MODE_2_0", 128_000)),
    ],
)
def test_channels_are_kept(channels: int, streamed: tuple[str, int], downloaded: tuple[str, int]) -> None:
    """Mono stays mono, at half the bitrate; 5.1 stays 5.1 in streams, and is stereo in films to download."""
    source = replace(REFERENCE_VIDEO, audio=(AudioTrack(codec="AAC", channels=channels, language=""),))
    groups = rendered(source)["OutputGroups"]
    for output, expected in ((groups[0]["Outputs"][-1], streamed), (groups[1]["Outputs"][0], downloaded)):
        aac = output["AudioDescriptions"][0]["CodecSettings"]["AacSettings"]
        assert (aac["CodingMode"], aac["Bitrate"]) == expected


def test_languages_become_renditions() -> None:
    """Each track of a source is a rendition of its own, named, with its language, the first the default."""
    tracks = [("eng", 2), ("fra", 6), ("fra", 1), ("", 2)]
    source = replace(
        REFERENCE_VIDEO,
        audio=tuple(AudioTrack(codec="AAC", channels=channels, language=name) for name, channels in tracks),
    )
    groups = rendered(source)["OutputGroups"]
    audio = [output for output in groups[0]["Outputs"] if "AudioDescriptions" in output]
    assert [output["NameModifier"] for output in audio] == [f"_audio_{number}" for number in range(1, 5)]
    assert [output["ContainerSettings"]["CmfcSettings"]["AudioTrackType"] for output in audio] == [
        "ALTERNATE_AUDIO_AUTO_SELECT_DEFAULT",
        *["ALTERNATE_AUDIO_AUTO_SELECT"] * 3,
    ]
    described = [output["AudioDescriptions"][0] for output in audio]
    assert [sound["StreamName"] for sound in described] == ["English", "French 2", "French 3", "Audio"]
    assert [sound.get("CustomLanguageCode") for sound in described] == ["en", "fr", "fr", None]
    films = groups[1]["Outputs"][0]["AudioDescriptions"]
    assert [sound.get("CustomLanguageCode") for sound in films] == ["eng", "fra", "fra", None]
    classic = rendered(source, profile="classic")["OutputGroups"][0]["Outputs"]
    assert all(("VideoDescription" in output) != ("AudioDescriptions" in output) for output in classic)


def test_sound_in_an_unknown_codec_is_left_out() -> None:
    """A track that Probe can't name fails no job that has another; where it is the only one, it is tried."""
    stereo, spatial = (AudioTrack(codec=codec, channels=2, language="") for codec in ("AAC", "UNKNOWN"))
    for tracks, used in (((spatial, stereo), [2]), ((stereo, spatial), [1]), ((spatial,), [1])):
        settings = rendered(replace(REFERENCE_VIDEO, audio=tracks))
        selectors = settings["Inputs"][0]["AudioSelectors"]
        assert [selector["Tracks"] for selector in selectors.values()] == [used]
        assert [selector["DefaultSelection"] for selector in selectors.values()] == ["DEFAULT"]
        names = {
            sound["AudioSourceName"]
            for group in settings["OutputGroups"]
            for output in group["Outputs"]
            for sound in output.get("AudioDescriptions", [])
        }
        assert names == selectors.keys()


@pytest.mark.parametrize(
    ("tag", "label", "streamed", "downloaded"),
    [
        ("nob", "Norwegian Bokmal", "nb", "nob"),
        ("ger", "German", "de", "ger"),
        ("ENG", "English", "en", "eng"),
        ("en", "English", "en", None),
        ("yue", "Cantonese", "yue", "yue"),
        ("und", "Audio", None, None),
        ("mul", "Audio", None, None),
        ("zxx", "Audio", None, None),
        ("", "Audio", None, None),
        ("日本語", "Audio", None, None),
        ("e n", "Audio", None, None),
    ],
)
def test_a_language_is_what_mediaconvert_takes(
    tag: str, label: str, streamed: str | None, downloaded: str | None
) -> None:
    """Labels are ASCII; what is no known language is left out, and the record keeps what the file said."""
    source = replace(REFERENCE_VIDEO, audio=(AudioTrack(codec="AAC", channels=2, language=tag),))
    for profile in ("default", "classic"):
        for group in rendered(source, profile=profile)["OutputGroups"]:
            for output in group["Outputs"]:
                for sound in output.get("AudioDescriptions", []):
                    assert sound["StreamName"] == label
                    # A single sound lies in the pictures' transport streams: no manifest names it.
                    is_named = group["Name"] in ("CMAF", "DASH ISO", "Audio DASH")
                    assert sound.get("CustomLanguageCode") == (streamed if is_named else downloaded)
    assert source.as_record()["audio"][0]["language"] == tag


def test_a_source_of_sound_alone_keeps_all_its_tracks() -> None:
    """Every track of a source without a picture has streams and a download of its own."""
    tracks = tuple(AudioTrack(codec="AAC", channels=2, language=language) for language in ("eng", "fra"))
    job = rendered(replace(REFERENCE_AUDIO, audio=tracks), profile="audio")
    described = [
        (group["Name"], output.get("NameModifier"), description["AudioSourceName"])
        for group in job["OutputGroups"]
        for output in group["Outputs"]
        for description in output["AudioDescriptions"]
    ]
    bitrates = [f"_{bitrate // 1000}k" for bitrate in PRESETS.audio.audio_bitrates_bps]
    assert described == [
        *(("Audio HLS", modifier, "Audio Selector 1") for modifier in bitrates),
        *(("Audio DASH", modifier, "Audio Selector 1") for modifier in bitrates),
        *(("Audio 2 HLS", modifier, "Audio Selector 2") for modifier in bitrates),
        *(("Audio 2 DASH", modifier, "Audio Selector 2") for modifier in bitrates),
        *(("M4A", f"_{track}", f"Audio Selector {track}") for track in (1, 2)),
    ]


def test_loudness_is_normalised_where_the_preset_asks() -> None:
    """A loudness in the preset becomes a target with a true-peak limit, for every rendition of sound."""
    presets = replace(PRESETS, cmaf=replace(PRESETS.cmaf, loudness_lufs=-16))
    settings = job_settings(
        source_uri="s3://uploads/a.mp4",
        destination="s3://outputs/id/1",
        source=REFERENCE_VIDEO,
        profile=PROFILES["default"],
        presets=presets,
    )
    sound = settings["OutputGroups"][0]["Outputs"][-1]["AudioDescriptions"][0]
    assert sound["AudioNormalizationSettings"] == {
        "Algorithm": "ITU_BS_1770_4",
        "AlgorithmControl": "CORRECT_AUDIO",
        "PeakCalculation": "TRUE_PEAK",
        "TargetLkfs": -16.0,
        "TruePeakLimiterThreshold": -1.0,
    }
    (sound,) = settings["OutputGroups"][1]["Outputs"][0]["AudioDescriptions"]
    assert "AudioNormalizationSettings" not in sound


def test_a_tiny_picture_keeps_its_size() -> None:
    """Below MediaConvert's minimum the picture lies in the middle of a black frame, not enlarged."""
    source = replace(REFERENCE_VIDEO, video=replace(VIDEO, display_width=16, display_height=20))
    video = rendered(source)["OutputGroups"][0]["Outputs"][0]["VideoDescription"]
    assert (video["Width"], video["Height"]) == (32, 32)
    assert video["Position"] == {"X": 8, "Y": 6, "Width": 16, "Height": 20}


@pytest.mark.parametrize(
    ("duration_ms", "seconds"), [(0, 5), (10_000, 1), (30_000, 3), (500_000, 5), (7_200_001, 73)]
)
def test_thumbnails_cover_long_sources(duration_ms: int, seconds: int) -> None:
    """Captures spread over the whole of a source too long for the preset's interval; short ones have ten."""
    settings = rendered(replace(REFERENCE_VIDEO, duration_ms=duration_ms))
    capture = settings["OutputGroups"][2]["Outputs"][0]["VideoDescription"]["CodecSettings"]
    assert capture["FrameCaptureSettings"]["FramerateDenominator"] == seconds
    assert seconds * PRESETS.thumbnails.max_captures * 1000 >= duration_ms


def test_a_profile_chooses_the_output_groups() -> None:
    """Groups come in the profile's order, and no others."""
    groups = [group["Name"] for group in rendered(REFERENCE_VIDEO, profile="download")["OutputGroups"]]
    assert groups == ["MP4", "Thumbnails"]
    assert PROFILES["download"].presets == (PresetName.MP4, PresetName.THUMBNAILS)
