"""What is planned, made and known of a source survives its record, and so does the mark of a removal."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from media_pipeline.domain.asset import Asset
from media_pipeline.domain.events import ProducedGroup, ProducedOutput
from media_pipeline.domain.outputs import PlannedAudio, PlannedOutput, finished_output, output_minutes
from media_pipeline.domain.source import AudioTrack, SourceInfo, SubtitleTrack, source_from_record
from media_pipeline.domain.transitions import removal_begun

PLANNED = PlannedOutput(
    format="HLS",
    key="id/1/hls/master.m3u8",
    group=1,
    width=1280,
    height=720,
    files=("id/1/hls/720p.m3u8",),
    sizes=((1280, 720), (640, 360)),
    has_video=False,
    audio=(PlannedAudio(language="eng", channels=2), PlannedAudio(language="", channels=6)),
)
RECORD: dict[str, Any] = {
    "format": "HLS",
    "key": "id/1/hls/master.m3u8",
    "group": 1,
    "width": 1280,
    "height": 720,
    "files": ["id/1/hls/720p.m3u8"],
    "sizes": [[1280, 720], [640, 360]],
    "has_picture": False,
    "sounds": [{"language": "eng", "channels": 2}, {"language": "", "channels": 6}],
}


def _group(*outputs: tuple[int, int, int]) -> ProducedGroup:
    return ProducedGroup(
        outputs=tuple(ProducedOutput(width=w, height=h, duration_ms=ms) for w, h, ms in outputs)
    )


def _planned(**changes: Any) -> PlannedOutput:
    return PlannedOutput.from_record({**RECORD, "width": 0, "height": 0, "has_picture": True, **changes})


def test_a_planned_output_is_read_as_it_was_written() -> None:
    """Its record has every field, and is the same output again."""
    assert PLANNED.as_record() == RECORD
    assert PlannedOutput.from_record(RECORD) == PLANNED


def test_an_earlier_versions_record_has_defaults() -> None:
    """Before sizes and audio were planned, every output had a picture, and its sound was not known."""
    names = ("format", "key", "group", "width", "height", "files")
    earlier = PlannedOutput.from_record({name: RECORD[name] for name in names})
    assert (earlier.sizes, earlier.has_video, earlier.audio) == ((), True, None)
    assert earlier.as_record()["sounds"] is None


def test_a_finished_output_has_what_the_job_reports() -> None:
    """Where the plan knows no size it is that of the largest picture; the longest output is the duration."""
    groups = [_group((1920, 1080, 99_000)), _group((640, 360, 10_000), (1280, 720, 9_000), (0, 900, 11_000))]
    assert finished_output(_planned(), groups, source_duration_ms=5) == {
        "format": "HLS",
        "key": "id/1/hls/master.m3u8",
        "width": 1280,
        "height": 720,
        "duration_ms": 11_000,
    }


def test_a_planned_size_is_not_replaced() -> None:
    """What was planned is what was verified, whatever the job reports."""
    entry = finished_output(
        _planned(width=854, height=480), [_group(), _group((640, 360, 1))], source_duration_ms=5
    )
    assert (entry["width"], entry["height"]) == (854, 480)


@pytest.mark.parametrize(
    ("groups", "found_ms", "duration_ms"),
    [
        ([], 0, 7_000),
        ([_group((1, 1, 1))], 0, 7_000),
        ([_group(), _group()], 0, 7_000),
        ([_group(), _group((0, 0, 0))], 0, 7_000),
        ([_group(), _group((0, 0, 6_000))], 0, 6_000),
        ([_group(), _group((0, 0, 6_000))], 8_000, 8_000),
        ([_group(), _group((0, 0, 6_000))], 5_000, 6_000),
    ],
)
def test_a_duration_is_the_jobs_or_else_the_sources(
    groups: list[ProducedGroup], found_ms: int, duration_ms: int
) -> None:
    """Accelerated jobs report none; where sound goes on after the picture, the found duration is longer."""
    entry = finished_output(_planned(), groups, source_duration_ms=7_000, found_ms=found_ms)
    assert (entry["width"], entry["height"], entry["duration_ms"]) == (0, 0, duration_ms)


@pytest.mark.parametrize(
    ("has_video", "languages", "expected"),
    [
        (False, ["eng"], {"language": "eng"}),
        (False, ["eng", ""], {"language": "eng"}),
        (False, ["eng", "eng"], {"language": "eng"}),
        (False, ["eng", "fra"], {}),
        (False, [""], {}),
        (False, [], {}),
        (True, ["eng"], {}),
    ],
)
def test_sound_alone_has_its_language(
    has_video: bool, languages: list[str], expected: dict[str, str]
) -> None:
    """A track that is an entry of its own says its language, where it has one."""
    sounds = [{"language": language, "channels": 2} for language in languages]
    entry = finished_output(_planned(has_picture=has_video, sounds=sounds), [], source_duration_ms=1)
    assert {name: value for name, value in entry.items() if name == "language"} == expected
    assert "language" not in finished_output(
        _planned(has_picture=False, sounds=None), [], source_duration_ms=1
    )


def test_output_minutes_are_those_of_all_outputs() -> None:
    """MediaConvert bills each output of each group."""
    assert output_minutes([_group((1, 1, 60_000), (0, 0, 30_000)), _group((1, 1, 90_000))]) == 3.0
    assert output_minutes([]) == 0


def test_a_source_is_read_as_it_was_written() -> None:
    """Its record has every track and how many were left out; none was left out where it doesn't say."""
    source = SourceInfo(
        container="mp4",
        duration_ms=10_000,
        video=None,
        audio=(
            AudioTrack(codec="AAC", channels=2, language="eng", duration_ms=9_000, sample_rate_hz=48_000),
        ),
        subtitles=(SubtitleTrack(codec="TX3G", language="fra"),),
        tracks_left_out=3,
    )
    assert source_from_record(source.as_record()) == source
    whole = replace(source, tracks_left_out=0)
    assert "tracks_left_out" not in whole.as_record()
    assert source_from_record(whole.as_record()) == whole


def test_a_removal_is_begun_on_the_asset_that_was_read() -> None:
    """The first mark stays, and an asset that changed meanwhile is not marked."""
    record: dict[str, Any] = {"asset_id": "id", "status": "FAILED", "attempt": 1}
    asset = Asset.from_record(
        {
            **dict.fromkeys(("bucket", "key", "etag", "sequencer"), "x"),
            **dict.fromkeys(("created_at", "updated_at", "claimed_until"), "2026-01-02T03:04:05.000Z"),
            "size_bytes": 5,
            **record,
        }
    )
    now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    marked = removal_begun(asset, now=now).applied_to(record)
    assert marked == {**record, "removing_since": "2026-01-02T03:04:05.000Z"}
    assert removal_begun(asset, now=now + timedelta(days=1)).applied_to(marked) == marked
    for changed in ({"status": "RECEIVED"}, {"attempt": 2}):
        assert removal_begun(asset, now=now).applied_to({**record, **changed}) is None
