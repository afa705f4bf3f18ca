"""The plan of outputs names what the settings of a job make, for any source."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from media_pipeline.domain.outputs import PlannedOutput
from media_pipeline.domain.source import Source, SourceInfo
from media_pipeline.encoding.job_settings import job_settings
from media_pipeline.encoding.planned_outputs import planned_outputs
from media_pipeline.encoding.profiles import Profile
from tests.property.rendered_jobs import PRESETS, PROFILES, any_source, rendered
from tests.support.strategies import (
    shipped_profiles,
    sounds_alone,
)


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
        if sizes and planned.format in ("HLS", "DASH"):
            assert (planned.width, planned.height) == sizes[0]
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
