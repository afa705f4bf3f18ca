"""A source, and what the profile with HLS and DASH apart plans for it."""

from collections.abc import Sequence

from media_pipeline.domain.outputs import PlannedOutput
from media_pipeline.domain.source import (
    AudioTrack,
    Source,
    SourceInfo,
    VideoTrack,
)
from media_pipeline.encoding.planned_outputs import planned_outputs
from tests.support.strategies import shipped_presets, shipped_profiles

FOLDER = "id/1"


def source(seconds: float, *, height: int = 240, picture: float = 0, sound: float | None = 0) -> SourceInfo:
    """Return a source; its tracks' own durations are unknown where they are 0, and it is silent at None."""
    return SourceInfo(
        container="mp4",
        duration_ms=round(seconds * 1000),
        video=VideoTrack(
            codec="AVC",
            display_width=height * 16 // 9,
            display_height=height,
            rotation_degrees=0,
            frame_rate_numerator=30,
            frame_rate_denominator=1,
            duration_ms=round(picture * 1000),
        ),
        audio=()
        if sound is None
        else (AudioTrack(codec="AAC", channels=2, language="", duration_ms=round(sound * 1000)),),
    )


def plan(of: Source) -> Sequence[PlannedOutput]:
    """Return what is planned for a source where HLS and DASH are apart."""
    profile = shipped_profiles().by_name["classic"]
    return planned_outputs(folder=FOLDER, source=of, profile=profile, presets=shipped_presets())
