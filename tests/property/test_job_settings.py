"""Every request that can be rendered is one that MediaConvert takes."""

from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from media_pipeline.job_settings import job_settings
from media_pipeline.outputs import PlannedOutput, planned_outputs
from media_pipeline.presets import PresetName
from media_pipeline.sources import Source, SourceInfo, UnknownSource
from tests.service_model import request_faults
from tests.strategies import keys, shipped_presets, shipped_profiles, sources

PRESETS = shipped_presets()
PROFILES = sorted(shipped_profiles().values())
any_source = st.one_of(sources(), st.just(UnknownSource(reason="Probe did not answer")))
# MediaConvert's pattern for S3 inputs wants something behind the last slash.
input_keys = keys.filter(lambda key: not key.endswith("/"))


def rendered(
    source: Source, profile: tuple[PresetName, ...], source_uri: str = "s3://uploads/a.mp4"
) -> dict[str, Any]:
    """Return the settings of a job."""
    return job_settings(
        source_uri=source_uri,
        destination="s3://outputs/0123456789abcdef/1",
        source=source,
        profile=profile,
        presets=PRESETS,
    )


def outputs(settings: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each output with its group's type."""
    for group in settings["OutputGroups"]:
        for output in group["Outputs"]:
            yield group["OutputGroupSettings"]["Type"], output


@settings(max_examples=200, deadline=None)
@given(source=any_source, profile=st.sampled_from(PROFILES), key=input_keys)
def test_requests_fit_the_service_model(source: Source, profile: tuple[PresetName, ...], key: str) -> None:
    """Names, types, ranges, patterns and enums of the API hold, for any source, profile and key."""
    request = {"Role": "role", "Settings": rendered(source, profile, f"s3://uploads/{key}")}
    assert request_faults("mediaconvert", "CreateJob", request) == []
    assert request["Settings"]["Inputs"][0]["FileInput"] == f"s3://uploads/{key}"  # type: ignore[index]


@given(source=any_source, profile=st.sampled_from(PROFILES))
def test_rules_beyond_the_model_hold(source: Source, profile: tuple[PresetName, ...]) -> None:
    """MediaConvert's rules between fields hold: modifiers, containers, QVBR, audio of DASH, frame capture."""
    settings = rendered(source, profile)
    containers = {"HLS_GROUP_SETTINGS": {"M3U8"}, "DASH_ISO_GROUP_SETTINGS": {"MPD"}}
    for kind, output in outputs(settings):
        assert output["NameModifier"].isascii()
        assert output["ContainerSettings"]["Container"] in containers.get(kind, {"MP4", "RAW"})
        video = output.get("VideoDescription", {})
        assert kind != "DASH_ISO_GROUP_SETTINGS" or bool(video) != ("AudioDescriptions" in output)
        codec = video.get("CodecSettings", {}).get("H264Settings")
        if codec:
            assert codec["RateControlMode"] == "QVBR"
            assert codec["MaxBitrate"] > 0
            assert (codec["GopSize"], codec["GopSizeUnits"], codec["GopClosedCadence"]) == (2.0, "SECONDS", 1)
    for group in settings["OutputGroups"]:
        modifiers = [output["NameModifier"] for output in group["Outputs"]]
        assert len(set(modifiers)) == len(modifiers)
        hls = group["OutputGroupSettings"].get("HlsGroupSettings")
        assert hls is None or "MinSegmentLength" in hls
    codecs = [
        output["VideoDescription"]["CodecSettings"]["Codec"]
        for _, output in outputs(settings)
        if "VideoDescription" in output
    ]
    assert "H_264" in codecs


@given(source=sources(), profile=st.sampled_from(PROFILES))
def test_sound_follows_the_source(source: SourceInfo, profile: tuple[PresetName, ...]) -> None:
    """A source with sound has it in HLS, DASH and MP4; one without gets no audio settings at all."""
    settings = rendered(source, profile)
    groups_with_sound = {kind for kind, output in outputs(settings) if "AudioDescriptions" in output}
    if source.audio:
        assert groups_with_sound == {
            group["OutputGroupSettings"]["Type"] for group in settings["OutputGroups"]
        }
    else:
        assert groups_with_sound == set()
        assert "AudioSelectors" not in settings["Inputs"][0]


@given(source=any_source)
def test_equal_rungs_are_encoded_equally(source: Source) -> None:
    """Renditions of one size have one and the same video description, whichever group they are in."""
    described: dict[tuple[int, int], dict[str, Any]] = {}
    for _, output in outputs(rendered(source, shipped_profiles()["default"])):
        video = output.get("VideoDescription")
        if video and video["CodecSettings"]["Codec"] == "H_264":
            size = (video.get("Width", 0), video.get("Height", 0))
            assert described.setdefault(size, video) == video


@given(source=any_source, profile=st.sampled_from(PROFILES))
def test_the_plan_names_what_the_settings_make(source: Source, profile: tuple[PresetName, ...]) -> None:
    """Each planned key is a destination of the settings, with an output's modifier, in the right group."""
    settings = rendered(source, profile)
    plan = planned_outputs(folder="0123456789abcdef/1", source=source, profile=profile, presets=PRESETS)
    assert {output.group for output in plan} == set(range(len(settings["OutputGroups"])))
    for planned in plan:
        group = settings["OutputGroups"][planned.group]
        (details,) = (
            value for name, value in group["OutputGroupSettings"].items() if name.endswith("GroupSettings")
        )
        base = details["Destination"].removeprefix("s3://outputs/")
        modifiers = [output["NameModifier"] for output in group["Outputs"]]
        named = {
            "HLS": [f"{base}.m3u8"],
            "DASH": [f"{base}.mpd"],
            "MP4": [f"{base}{modifier}.mp4" for modifier in modifiers],
            "THUMBNAIL": [f"{base}{modifier}.0000000.jpg" for modifier in modifiers],
        }
        assert planned.key in named[planned.format]
        if planned.format == "HLS":
            assert planned.files == tuple(f"{base}{modifier}.m3u8" for modifier in modifiers)
        pictures = [output["VideoDescription"] for output in group["Outputs"] if "VideoDescription" in output]
        sizes = tuple((picture["Width"], picture["Height"]) for picture in pictures if "Width" in picture)
        assert planned.sizes == (sizes if planned.format in ("HLS", "DASH") else ())
        assert PlannedOutput.from_record(planned.as_record()) == planned
