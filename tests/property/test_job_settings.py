"""Every request that can be rendered is one that MediaConvert takes."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from media_pipeline.domain.languages import language_tag
from media_pipeline.domain.source import Source, SourceInfo, UnknownSource
from media_pipeline.encoding.job_settings import job_settings
from media_pipeline.encoding.planned_outputs import planned_outputs
from media_pipeline.encoding.presets import HdrLadder
from media_pipeline.encoding.profiles import Profile
from media_pipeline.encoding.video_renditions import storyboard
from sandbox.mediaconvert.api.job_settings_rules import job_errors
from tests.property.rendered_jobs import PRESETS, PROFILES, any_source, rendered
from tests.support.pipeline_job import on_the_wire
from tests.support.service_model import request_faults
from tests.support.strategies import (
    keys,
    shipped_profiles,
    sounds_alone,
    sources,
)

WITH_PICTURE = [profile for profile in PROFILES if profile.has_video]


# MediaConvert's pattern for S3 inputs wants something behind the last slash.
input_keys = keys.filter(lambda key: not key.endswith("/"))


def encoded(video: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the codec settings of a picture that is encoded, none of stills."""
    codecs = video.get("CodecSettings", {})
    return [codecs[name] for name in ("H264Settings", "H265Settings") if name in codecs]


def outputs(settings: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each output with its group's type."""
    for group in settings["OutputGroups"]:
        for output in group["Outputs"]:
            yield group["OutputGroupSettings"]["Type"], output


@settings(max_examples=200, deadline=None)
@given(source=any_source, profile=st.sampled_from(PROFILES), key=input_keys)
def test_requests_fit_the_service_model(source: Source, profile: Profile, key: str) -> None:
    """Names, types, ranges, patterns and enums of the API hold, for any source, profile and key."""
    request = {"Role": "role", "Settings": rendered(source, profile, f"s3://uploads/{key}")}
    assert request_faults("mediaconvert", "CreateJob", request) == []
    assert request["Settings"]["Inputs"][0]["FileInput"] == f"s3://uploads/{key}"  # type: ignore[index]


@settings(max_examples=200, deadline=None)
@given(source=st.one_of(any_source, sounds_alone), profile=st.sampled_from(PROFILES))
def test_the_sandbox_refuses_no_rendered_job(source: Source, profile: Profile) -> None:
    """Whatever the sandbox's endpoint knows that MediaConvert refuses, no job of any source has it."""
    if isinstance(source, SourceInfo):
        if source.video is None:
            profile = shipped_profiles().by_name["audio"]
        elif not profile.has_video and not source.audio:
            return
    assert list(map(str, job_errors(on_the_wire(rendered(source, profile))))) == []


@given(source=any_source, profile=st.sampled_from(WITH_PICTURE))
def test_rules_beyond_the_model_hold(source: Source, profile: Profile) -> None:
    """MediaConvert's rules between fields hold: modifiers, containers, rate control, sound of its own."""
    settings = rendered(source, profile)
    containers = {
        "CMAF_GROUP_SETTINGS": {"CMFC"},
        "HLS_GROUP_SETTINGS": {"M3U8"},
        "DASH_ISO_GROUP_SETTINGS": {"MPD"},
    }
    for kind, output in outputs(settings):
        assert output.get("NameModifier", "").isascii()
        assert output["ContainerSettings"]["Container"] in containers.get(kind, {"MP4", "RAW"})
        video = output.get("VideoDescription", {})
        if kind in ("DASH_ISO_GROUP_SETTINGS", "CMAF_GROUP_SETTINGS"):
            assert bool(video) != ("AudioDescriptions" in output)
        for codec in encoded(video):
            assert codec["RateControlMode"] == "QVBR"
            assert codec["MaxBitrate"] > 0
            assert (codec["GopSize"], codec["GopSizeUnits"], codec["GopClosedCadence"]) == (2.0, "SECONDS", 1)
            specified = codec["FramerateControl"] == "SPECIFIED"
            assert specified == ("FramerateNumerator" in codec) == ("FramerateDenominator" in codec)
        if "Position" in video:
            place = video["Position"]
            assert all(value % 2 == 0 for value in place.values())
            assert place["X"] + place["Width"] <= video["Width"]
            assert place["Y"] + place["Height"] <= video["Height"]
    for group in settings["OutputGroups"]:
        modifiers = [output.get("NameModifier") for output in group["Outputs"]]
        assert len(set(modifiers)) == len(modifiers)
        hls = group["OutputGroupSettings"].get("HlsGroupSettings")
        assert hls is None or "MinSegmentLength" in hls
    assert any(encoded(output.get("VideoDescription", {})) for _, output in outputs(settings))


@given(source=sources(), profile=st.sampled_from(WITH_PICTURE))
def test_sound_follows_the_source(source: SourceInfo, profile: Profile) -> None:
    """Every stream and film has all of the source's tracks; a source without any gets no audio settings."""
    settings = rendered(source, profile)
    for group in settings["OutputGroups"]:
        selected = {
            sound["AudioSourceName"]
            for output in group["Outputs"]
            for sound in output.get("AudioDescriptions", [])
        }
        if group["Name"] != "Thumbnails":
            assert selected == {f"Audio Selector {number}" for number in range(1, len(source.audio) + 1)}
    selectors = settings["Inputs"][0].get("AudioSelectors", {})
    assert [selector["Tracks"] for selector in selectors.values()] == [
        [number] for number in range(1, len(source.audio) + 1)
    ]
    for _, output in outputs(settings):
        for sound in output.get("AudioDescriptions", []):
            track = source.audio[int(sound["AudioSourceName"].rpartition(" ")[2]) - 1]
            code = sound.get("CustomLanguageCode")
            assert code is None or language_tag(code) == language_tag(track.language)


@given(source=sources())
def test_labels_tell_sounds_apart(source: SourceInfo) -> None:
    """No two renditions of sound in a group have the same name for people."""
    (group, *_) = rendered(source, shipped_profiles().by_name["default"])["OutputGroups"]
    labels = [
        sound["StreamName"] for output in group["Outputs"] for sound in output.get("AudioDescriptions", [])
    ]
    assert len(set(labels)) == len(labels)


@given(source=sounds_alone)
def test_sound_alone_gets_no_picture(source: SourceInfo) -> None:
    """The audio profile makes streams and a file of each track, and asks for no picture at all."""
    settings = rendered(source, shipped_profiles().by_name["audio"], "s3://uploads/a.mp3")
    tracks = ["", *(f" {track}" for track in range(2, len(source.audio) + 1))]
    streams = [f"Audio{track} {format_}" for track in tracks for format_ in ("HLS", "DASH")]
    assert [group["Name"] for group in settings["OutputGroups"]] == [*streams, "M4A"]
    assert len(settings["OutputGroups"][-1]["Outputs"]) == len(source.audio)
    assert not any("VideoDescription" in output for _, output in outputs(settings))
    assert "VideoSelector" not in settings["Inputs"][0]


@given(source=any_source)
def test_equal_rungs_are_encoded_equally(source: Source) -> None:
    """Renditions of one size have one and the same video description, whichever group they are in."""
    for name in ("default", "classic"):
        described: dict[tuple[int, int], dict[str, Any]] = {}
        for _, output in outputs(rendered(source, shipped_profiles().by_name[name])):
            video = output.get("VideoDescription")
            if video and video["CodecSettings"]["Codec"] == "H_264":
                size = (video.get("Width", 0), video.get("Height", 0))
                assert described.setdefault(size, video) == video


def test_an_unknown_source_is_never_too_large_for_avc() -> None:
    """A source of unknown size becomes no larger than it is, and fits into the largest picture of AVC."""
    for _, output in outputs(rendered(UnknownSource(reason=""), shipped_profiles().by_name["classic"])):
        video = output.get("VideoDescription", {})
        if encoded(video):
            assert (video["ScalingBehavior"], video["Width"], video["Height"]) == (
                "FIT_NO_UPSCALE",
                4096,
                2160,
            )


@given(source=sources())
def test_avc_is_never_of_high_dynamic_range(source: SourceInfo) -> None:
    """What is PQ, HLG or of wide gamut is converted to BT.709 for AVC and stills, the rest is left alone."""
    assert source.video is not None
    for _, output in outputs(rendered(source, shipped_profiles().by_name["default"])):
        if "VideoDescription" not in output:
            continue
        corrector = output["VideoDescription"].get("VideoPreprocessors", {}).get("ColorCorrector", {})
        converted = corrector.get("ColorSpaceConversion") == "FORCE_709"
        assert converted == (source.video.is_hdr or source.video.color_primaries == "ITU_2020")
        assert ("HdrToSdrToneMapper" in corrector) == source.video.is_hdr


@given(source=sources())
def test_an_hdr_ladder_keeps_the_colors(source: SourceInfo) -> None:
    """Where the preset asks for it, a source of high dynamic range gets each rung in HEVC of 10 bits, too."""
    presets = replace(PRESETS, cmaf=replace(PRESETS.cmaf, hdr_ladder=HdrLadder.HEVC))
    profile = shipped_profiles().by_name["default"]
    settings = job_settings(
        source_uri="s3://uploads/a.mp4",
        destination="s3://outputs/id/1",
        source=source,
        profile=profile,
        presets=presets,
    )
    assert request_faults("mediaconvert", "CreateJob", {"Role": "role", "Settings": settings}) == []
    videos = [
        output["VideoDescription"]
        for output in settings["OutputGroups"][0]["Outputs"]
        if "VideoDescription" in output
    ]
    avc = [video for video in videos if video["CodecSettings"]["Codec"] == "H_264"]
    hevc = [video for video in videos if video["CodecSettings"]["Codec"] == "H_265"]
    assert source.video is not None
    assert bool(hevc) == source.video.is_hdr
    largest = max(source.video.display_width, source.video.display_height)
    if source.video.is_hdr and largest <= 4096:
        assert len(hevc) == len(avc)
    for video, plain in zip(hevc, avc, strict=False):
        assert "ColorCorrector" not in video.get("VideoPreprocessors", {})
        if largest <= 4096:
            assert (video["Width"], video["Height"]) == (plain["Width"], plain["Height"])
        assert video["Width"] * video["Height"] >= plain["Width"] * plain["Height"]
        codec = video["CodecSettings"]["H265Settings"]
        assert codec["CodecProfile"] == "MAIN10_HIGH"
        if largest <= 4096:
            assert codec["MaxBitrate"] < plain["CodecSettings"]["H264Settings"]["MaxBitrate"]
    plan = planned_outputs(folder="id/1", source=source, profile=profile, presets=presets)
    assert len(plan[0].files) == len(videos) + len(source.audio)


@given(source=sources())
def test_stills_and_storyboards_are_never_enlarged(source: SourceInfo) -> None:
    """A tile's pictures are in steps that MediaConvert takes, no larger than asked for and the source."""
    board, video = storyboard(source, PRESETS.cmaf), source.video
    assert video is not None
    if board is None:
        return
    assert board.width % 8 == board.height % 2 == 0
    assert board.width <= max(8, min(PRESETS.cmaf.storyboard_width, video.display_width))
    assert board.rows * board.height <= 4096
    assert board.rows % 2 == 0
