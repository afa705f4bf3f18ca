"""Every request that can be rendered is one that MediaConvert takes."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from media_pipeline.job_settings import job_settings
from media_pipeline.outputs import PlannedOutput
from media_pipeline.planned_outputs import planned_outputs
from media_pipeline.presets import HdrLadder, HighFrameRates
from media_pipeline.profiles import Profile
from media_pipeline.renditions import changed_frame_rate, storyboard
from media_pipeline.sources import Source, SourceInfo, UnknownSource
from tests.service_model import request_faults
from tests.strategies import keys, shipped_presets, shipped_profiles, sounds_alone, sources

PRESETS = shipped_presets()
PROFILES = list(shipped_profiles().by_name.values())
WITH_PICTURE = [profile for profile in PROFILES if profile.has_picture]
any_source = st.one_of(sources(), st.just(UnknownSource(reason="Probe did not answer")))
# MediaConvert's pattern for S3 inputs wants something behind the last slash.
input_keys = keys.filter(lambda key: not key.endswith("/"))


def rendered(source: Source, profile: Profile, source_uri: str = "s3://uploads/a.mp4") -> dict[str, Any]:
    """Return the settings of a job."""
    return job_settings(
        source_uri=source_uri,
        destination="s3://outputs/0123456789abcdef/1",
        source=source,
        profile=profile,
        presets=PRESETS,
    )


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
            assert sound.get("CustomLanguageCode", "") == track.language


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
    """The audio profile makes streams in each bitrate and a file, and asks for no picture at all."""
    settings = rendered(source, shipped_profiles().by_name["audio"], "s3://uploads/a.mp3")
    assert [group["Name"] for group in settings["OutputGroups"]] == ["Audio", "M4A"]
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


@given(source=sources(), policy=st.sampled_from(HighFrameRates))
def test_frame_rates_are_kept_or_halved(source: SourceInfo, policy: HighFrameRates) -> None:
    """A rate changes by halves alone, to 60 at most where it is kept, else to 30; lower ones stay."""
    rate = source.video.frame_rate if source.video else None
    changed = changed_frame_rate(source.video, policy)
    highest = 60 if policy is HighFrameRates.KEEP else 30
    if rate is None or rate <= highest:
        assert changed is None
    else:
        assert changed is not None
        assert highest / 2 < changed <= highest
        assert (rate / changed).denominator == 1
        assert (rate / changed).numerator.bit_count() == 1


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
def test_an_hdr_ladder_keeps_the_colours(source: SourceInfo) -> None:
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
    assert len(hevc) == (len(avc) if source.video.is_hdr else 0)
    for video, plain in zip(hevc, avc, strict=False):
        assert "ColorCorrector" not in video.get("VideoPreprocessors", {})
        assert (video["Width"], video["Height"]) == (plain["Width"], plain["Height"])
        codec = video["CodecSettings"]["H265Settings"]
        assert codec["CodecProfile"] == "MAIN10_HIGH"
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


@given(
    source=st.one_of(any_source, sounds_alone),
    profile=st.sampled_from(PROFILES),
)
def test_the_plan_names_what_the_settings_make(source: Source, profile: Profile) -> None:
    """Each planned key is a destination of the settings, with an output's modifier, in the right group."""
    if isinstance(source, SourceInfo) and source.video is None:
        profile = shipped_profiles().by_name["audio"]
    settings = rendered(source, profile)
    plan = planned_outputs(folder="0123456789abcdef/1", source=source, profile=profile, presets=PRESETS)
    assert {output.group for output in plan} == set(range(len(settings["OutputGroups"])))
    for planned in plan:
        group = settings["OutputGroups"][planned.group]
        (details,) = (
            value for name, value in group["OutputGroupSettings"].items() if name.endswith("GroupSettings")
        )
        base = details["Destination"].removeprefix("s3://outputs/")
        modifiers = [output.get("NameModifier", "") for output in group["Outputs"]]
        named = {
            "HLS": [f"{base}.m3u8"],
            "DASH": [f"{base}.mpd"],
            "MP4": [f"{base}{modifier}.mp4" for modifier in modifiers],
            "M4A": [f"{base}.m4a"],
            "THUMBNAIL": [f"{base}{modifiers[0]}.0000000.jpg"],
            "POSTER": [f"{base}_poster.0000000.jpg", f"{base}_poster.0000001.jpg"],
        }
        assert planned.key in named[planned.format]
        if planned.format == "HLS":
            assert planned.files == tuple(f"{base}{modifier}.m3u8" for modifier in modifiers)
        pictures = [output["VideoDescription"] for output in group["Outputs"] if "VideoDescription" in output]
        sizes = tuple((picture["Width"], picture["Height"]) for picture in pictures if "Width" in picture)
        assert planned.sizes == (sizes if planned.format in ("HLS", "DASH") else ())
        assert planned.has_picture == bool(pictures)
        assert PlannedOutput.from_record(planned.as_record()) == planned


@given(source=any_source)
def test_the_poster_is_the_last_of_its_captures(source: Source) -> None:
    """Captures come at 0 and once more within the film; the plan names the last one."""
    profile = shipped_profiles().by_name["default"]
    stills = rendered(source, profile)["OutputGroups"][2]["Outputs"]
    capture = stills[1]["VideoDescription"]["CodecSettings"]["FrameCaptureSettings"]
    plan = planned_outputs(folder="id/1", source=source, profile=profile, presets=PRESETS)
    (poster,) = (output for output in plan if output.format == "POSTER")
    assert poster.key.endswith(f".{capture['MaxCaptures'] - 1:07d}.jpg")
    if capture["MaxCaptures"] == 2:
        assert isinstance(source, SourceInfo)
        assert capture["FramerateDenominator"] * 1000 <= source.duration_ms / 2
