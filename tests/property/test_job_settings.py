"""Every request that can be rendered is one that MediaConvert takes."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from media_pipeline.domain.languages import language_tag
from media_pipeline.domain.outputs import PlannedOutput
from media_pipeline.domain.source import Source, SourceInfo, UnknownSource
from media_pipeline.encoding.job_settings import REFERENCE_VIDEO, job_settings
from media_pipeline.encoding.planned_outputs import planned_outputs
from media_pipeline.encoding.presets import HdrLadder, HighFrameRates
from media_pipeline.encoding.profiles import Profile
from media_pipeline.encoding.video_renditions import STANDARD_FRAME_RATES, changed_frame_rate, storyboard
from sandbox.mediaconvert.api.job_settings_rules import job_errors
from tests.support.pipeline_job import on_the_wire
from tests.support.service_model import request_faults
from tests.support.strategies import (
    keys,
    shipped_presets,
    shipped_profiles,
    sounds_alone,
    sources,
)

PRESETS = shipped_presets()
assert REFERENCE_VIDEO.video is not None
VIDEO = REFERENCE_VIDEO.video
PROFILES = list(shipped_profiles().by_name.values())
WITH_PICTURE = [profile for profile in PROFILES if profile.has_video]
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


@given(source=sources(), policy=st.sampled_from(HighFrameRates))
def test_frame_rates_are_kept_or_halved(source: SourceInfo, policy: HighFrameRates) -> None:
    """Outputs have the source's rate to within 2 %, or its half, quarter ... where that is above the highest.

    None is raised by more than rounding, or above the highest, or halved more often than that takes.
    """
    rate = source.video.frame_rate if source.video else None
    changed = changed_frame_rate(source.video, policy)
    if rate is None:
        assert changed is None
        return
    highest = 60 if policy is HighFrameRates.KEEP else 30
    made = changed or rate
    assert made <= highest
    halves = next(times for times in range(20) if rate / 2**times <= highest * Fraction(102, 100))
    assert Fraction(49, 50) ** (halves + 1) <= made * 2**halves / rate <= Fraction(4001, 4000) ** (halves + 1)


@given(
    standard=st.sampled_from(STANDARD_FRAME_RATES),
    share=st.fractions(Fraction(-3, 100), Fraction(3, 100), max_denominator=10_000),
    policy=st.sampled_from(HighFrameRates),
)
@example(standard=Fraction(60), share=Fraction(1, 1000), policy=HighFrameRates.KEEP)
@example(standard=Fraction(30), share=Fraction(1, 1500), policy=HighFrameRates.HALVE)
def test_a_rate_near_a_standard_one_is_no_other_rate(
    standard: Fraction, share: Fraction, policy: HighFrameRates
) -> None:
    """What is measured up to 2 % above a standard rate is treated as a standard rate near it is."""
    rate = standard * (1 + share)
    track = replace(VIDEO, frame_rate_numerator=rate.numerator, frame_rate_denominator=rate.denominator)
    highest = 60 if policy is HighFrameRates.KEEP else 30
    made = changed_frame_rate(track, policy) or rate
    if 0 <= share <= Fraction(1, 50) and standard <= highest:
        assert made in STANDARD_FRAME_RATES
        assert made >= standard
    if rate <= highest:
        assert made >= rate * Fraction(98, 100)


@pytest.mark.parametrize(
    ("declared", "policy", "made"),
    [
        ("60.058", "keep", "60"),
        ("60.06", "keep", "60"),
        ("60.06", "halve", "30"),
        ("30.02", "keep", "30"),
        ("30.02", "halve", "30"),
        ("23.98", "keep", "24000/1001"),
        ("29.98", "halve", "30000/1001"),
        ("119.88", "keep", "60000/1001"),
        ("240.2", "keep", "60"),
        ("100.3", "keep", "50"),
        ("90", "keep", "45"),
        ("59.94", "keep", "60000/1001"),
        ("61.3", "keep", "30.65"),
        ("29.99", "keep", "30000/1001"),
        ("23.97", "keep", None),
        ("60", "keep", None),
        ("30000/1001", "halve", None),
        ("12.5", "halve", None),
    ],
)
def test_rates_as_files_have_them(declared: str, policy: str, made: str | None) -> None:
    """Rates that were measured of real files become the standard rates that they are."""
    rate = Fraction(declared)
    track = replace(VIDEO, frame_rate_numerator=rate.numerator, frame_rate_denominator=rate.denominator)
    assert changed_frame_rate(track, policy) == (Fraction(made) if made else None)


def test_a_rate_that_varies_is_left_to_mediaconvert() -> None:
    """Frames that come unevenly are thinned only where their average is too high."""
    rate = Fraction("30.4")
    track = replace(
        VIDEO,
        frame_rate_numerator=rate.numerator,
        frame_rate_denominator=rate.denominator,
        has_variable_frame_rate=True,
    )
    assert changed_frame_rate(track, HighFrameRates.KEEP) is None
    assert changed_frame_rate(track, HighFrameRates.HALVE) == 30


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
            "M4A": [f"{base}{modifier}.m4a" for modifier in modifiers],
            "THUMBNAIL": [f"{base}{modifiers[0]}.0000000.jpg"],
            "POSTER": [f"{base}{modifiers[0]}.{number:07d}.jpg" for number in range(12)],
        }
        assert planned.key in named[planned.format]
        if planned.format == "HLS":
            assert planned.files == tuple(f"{base}{modifier}.m3u8" for modifier in modifiers)
        pictures = [output["VideoDescription"] for output in group["Outputs"] if "VideoDescription" in output]
        sizes = tuple(
            (picture["Width"], picture["Height"])
            for picture in pictures
            if "Width" in picture and picture["ScalingBehavior"] == "DEFAULT"
        )
        assert planned.sizes == (sizes if planned.format in ("HLS", "DASH") else ())
        assert planned.has_video == bool(pictures)
        assert PlannedOutput.from_record(planned.as_record()) == planned


@given(
    source=any_source,
    interval=st.integers(1, 3600),
    captures=st.integers(1, 10_000),
)
def test_the_poster_is_a_still_near_a_tenth_of_the_film(source: Source, interval: int, captures: int) -> None:
    """One output of captures has the poster among them, within the picture, the nearest to a tenth of it."""
    preset = replace(PRESETS.thumbnails, interval_seconds=interval, max_captures=captures)
    presets = replace(PRESETS, thumbnails=preset)
    profile = shipped_profiles().by_name["download"]
    settings = job_settings(
        source_uri="s3://uploads/a.mp4",
        destination="s3://outputs/id/1",
        source=source,
        profile=profile,
        presets=presets,
    )
    (still,) = settings["OutputGroups"][1]["Outputs"]
    capture = still["VideoDescription"]["CodecSettings"]["FrameCaptureSettings"]
    every, most = capture["FramerateDenominator"], capture["MaxCaptures"]
    plan = planned_outputs(folder="id/1", source=source, profile=profile, presets=presets)
    thumbnail, poster = (output.key for output in plan if output.format in ("THUMBNAIL", "POSTER"))
    base = f"id/1/thumbnails/thumbnail{still['NameModifier']}"
    assert thumbnail == f"{base}.0000000.jpg"
    number = int(poster.removeprefix(f"{base}.").removesuffix(".jpg"))
    if not isinstance(source, SourceInfo):
        assert (number, every, most) == (0, interval, captures)
        return
    assert source.video is not None
    durations = [ms for ms in (source.video.duration_ms, source.duration_ms) if ms]
    seconds = min(durations) / 1000 if source.duration_ms else 0
    assert number < most <= max(2, captures)
    assert every * most >= seconds or every == interval
    if seconds >= 2:
        assert 1 <= number <= seconds / every
        tenth = max(1, seconds // 10)
        nearest = min(range(1, most), key=lambda each: abs(each * every - tenth)) if most < 50 else number
        assert abs(number * every - tenth) <= abs(nearest * every - tenth) + 1
    else:
        assert number == 0
