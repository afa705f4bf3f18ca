"""Details of the rendered job that a viewer would notice."""

import json
from dataclasses import replace
from typing import Any

import pytest

from media_pipeline.job_settings import REFERENCE_SOURCE, job_settings, job_template_settings
from media_pipeline.presets import PresetName
from media_pipeline.sources import AudioTrack, Source, UnknownSource
from tests.service_model import shape_faults
from tests.strategies import shipped_presets, shipped_profiles

PRESETS, PROFILES = shipped_presets(), shipped_profiles()
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
    job = rendered(REFERENCE_SOURCE, profile=profile)
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
        REFERENCE_SOURCE,
        container=container,
        video=replace(REFERENCE_SOURCE.video, rotation_degrees=rotation),
    )
    assert rendered(source)["Inputs"][0].get("VideoSelector", {}).get("Rotate") == expected


@pytest.mark.parametrize(
    ("key", "expected"), [("a.MP4", "AUTO"), ("a.mov", "AUTO"), ("a.m4v", "AUTO"), ("a.mkv", None)]
)
def test_an_unknown_source_is_turned_by_its_suffix(key: str, expected: str | None) -> None:
    """Where Probe did not answer, the file's suffix tells whether MediaConvert can read a rotation."""
    assert rendered(UNKNOWN, key=key)["Inputs"][0].get("VideoSelector", {}).get("Rotate") == expected


def test_interlaced_sources_become_progressive() -> None:
    """Fields of camcorders' and broadcasters' files are joined; progressive frames are left alone."""
    for group in rendered(UNKNOWN)["OutputGroups"][:3]:
        video = group["Outputs"][0]["VideoDescription"]
        assert video["CodecSettings"]["H264Settings"]["InterlaceMode"] == "PROGRESSIVE"
        assert video["VideoPreprocessors"]["Deinterlacer"]["Control"] == "NORMAL"


def test_a_known_source_is_rendered_in_square_pixels() -> None:
    """Sizes are display sizes, so that a source's own pixel shape must not stretch the picture again."""
    for group in rendered(REFERENCE_SOURCE)["OutputGroups"][:3]:
        codec = group["Outputs"][0]["VideoDescription"]["CodecSettings"]["H264Settings"]
        assert (codec["ParControl"], codec["ParNumerator"], codec["ParDenominator"]) == ("SPECIFIED", 1, 1)


def test_an_unknown_source_keeps_its_size() -> None:
    """The safe choice is one rendition that takes size and pixel shape from the source, with sound."""
    settings = rendered(UNKNOWN)
    names = [[output["NameModifier"] for output in group["Outputs"]] for group in settings["OutputGroups"]]
    assert names == [["_source"], ["_source", "_audio"], ["_source"], ["_source"]]
    codec = settings["OutputGroups"][0]["Outputs"][0]["VideoDescription"]["CodecSettings"]["H264Settings"]
    assert "ParControl" not in codec
    assert "AudioDescriptions" in settings["OutputGroups"][0]["Outputs"][0]


@pytest.mark.parametrize(
    ("channels", "mode", "bitrate"),
    [
        (1, "CODING_MODE_1_0", 64_000),
        (2, "CODING_MODE_2_0", 128_000),
        (6, "CODING_MODE_2_0", 128_000),
        (0, "CODING_MODE_2_0", 128_000),
    ],
)
def test_mono_stays_mono(channels: int, mode: str, bitrate: int) -> None:
    """One channel is encoded as one, at half the bitrate; everything else as stereo."""
    source = replace(REFERENCE_SOURCE, audio=(AudioTrack(codec="AAC", channels=channels, language=""),))
    aac = rendered(source)["OutputGroups"][0]["Outputs"][0]["AudioDescriptions"][0]["CodecSettings"][
        "AacSettings"
    ]
    assert (aac["CodingMode"], aac["Bitrate"]) == (mode, bitrate)


@pytest.mark.parametrize(("duration_ms", "seconds"), [(0, 5), (10_000, 5), (500_000, 5), (7_200_001, 73)])
def test_thumbnails_cover_long_sources(duration_ms: int, seconds: int) -> None:
    """Captures spread over the whole of a source that is too long for the preset's interval."""
    settings = rendered(replace(REFERENCE_SOURCE, duration_ms=duration_ms))
    capture = settings["OutputGroups"][3]["Outputs"][0]["VideoDescription"]["CodecSettings"]
    assert capture["FrameCaptureSettings"]["FramerateDenominator"] == seconds
    assert seconds * PRESETS.thumbnails.max_captures * 1000 >= duration_ms


def test_a_profile_chooses_the_output_groups() -> None:
    """Groups come in the profile's order, and no others."""
    groups = [group["Name"] for group in rendered(REFERENCE_SOURCE, profile="download")["OutputGroups"]]
    assert groups == ["MP4", "Thumbnails"]
    assert PROFILES["download"] == (PresetName.MP4, PresetName.THUMBNAILS)
