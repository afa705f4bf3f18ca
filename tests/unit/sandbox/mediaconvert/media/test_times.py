"""Time stamps as real files have them: rates that vary, pictures that begin late, sizes that change."""

import struct
from fractions import Fraction
from itertools import accumulate
from pathlib import Path
from typing import Any

import av
import pytest

from sandbox.mediaconvert.model import JobError
from sandbox.mediaconvert.probing.probe_result import probe_file
from sandbox.mediaconvert.probing.source import inspect_source
from sandbox.mediaconvert.probing.timing import Timing, file_seconds, timing
from tests.unit.sandbox.mediaconvert.media.clips import (
    ffmpeg,
    first_picture,
    seen_numbers,
    timed_pictures,
)
from tests.unit.sandbox.mediaconvert.media.conftest import RunJob
from tests.unit.sandbox.mediaconvert.media.jobs import (
    captures,
    file,
    job,
    output,
    sound,
    video,
)

TICK = Fraction(1, 90_000)
SIZE = (32, 32)
# A second of thirty, then pauses: less than ten a second in all.
BURSTS = [0, *accumulate([*[3000] * 29, 180_000, *[3000] * 9, *[90_000] * 3, *[3000] * 5])]


def made(run_job: RunJob, source: Path, *, has_audio: bool = False) -> Path:
    """Make an MP4 of a source, of its picture and perhaps its sound."""
    picture = video(*SIZE, maxBitrate=2_000_000)
    heard = sound() if has_audio else None
    settings = job(file(output("", "MP4", picture=picture, sound=heard)))
    return run_job(settings, source)[1] / "one/mp4/video.mp4"


def measured(path: Path) -> tuple[Any, ...]:
    """Return the rate, the number and the duration of a file's frames."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.average_rate is not None
        assert stream.duration is not None
        assert stream.time_base is not None
        return stream.average_rate, stream.frames, float(stream.duration * stream.time_base)


def test_every_picture_of_a_slow_film_with_bursts_is_kept(run_job: RunJob, tmp_path: Path) -> None:
    """Of a film with eight pictures a second and bursts of thirty each picture is in the output, in time."""
    assert len(BURSTS) * 90_000 / BURSTS[-1] < 10
    path = made(run_job, timed_pictures(tmp_path / "bursts.mp4", BURSTS, TICK))
    rate, _, seconds = measured(path)
    seen = seen_numbers(path)
    assert (rate, sorted(set(seen))) == (30, list(range(len(BURSTS))))
    assert seconds == pytest.approx(BURSTS[-1] / 90_000, abs=0.1)
    for number, ticks in enumerate(BURSTS):
        assert seen.index(number) / rate == pytest.approx(ticks / 90_000, abs=1 / 30)


def test_pictures_out_of_step_are_kept_at_the_sources_rate(run_job: RunJob, tmp_path: Path) -> None:
    """Two pictures that fall into one frame get a frame each, and the rate stays what it was."""
    ticks = [
        3000 * number + (1400 if number % 3 == 1 else -1400 if number % 3 == 2 else 0) for number in range(45)
    ]
    path = made(run_job, timed_pictures(tmp_path / "jitter.mp4", ticks, TICK))
    assert measured(path)[:2] == (30, 45)
    assert seen_numbers(path) == list(range(45))


def test_an_odd_last_picture_raises_no_rate(run_job: RunJob, tmp_path: Path) -> None:
    """A clip of 30 a second stays one though its last picture is shown for no time, and Probe says so."""
    source = tmp_path / "last.mp4"
    whole = timed_pictures(tmp_path / "whole.mp4", range(0, 40 * 3000, 3000), TICK)
    shorter = "setts=duration='if(eq(N,39),9,DURATION)'"
    ffmpeg("-i", str(whole), "-c", "copy", "-bsf:v", shorter, "-video_track_timescale", "90000", str(source))
    with av.open(str(source)) as container:
        declared = container.streams.video[0].average_rate
        assert declared is not None
        assert declared > Fraction(306, 10)
    shown = probe_file(source)["container"]["tracks"][0]["videoProperties"]
    assert (
        shown["frameRate"] == shown["codecMetadata"]["codedFrameRate"] == {"numerator": 30, "denominator": 1}
    )
    assert measured(made(run_job, source))[0] == 30


def test_a_rate_beside_a_standard_one_becomes_that(run_job: RunJob, tmp_path: Path) -> None:
    """A clip of 60.06 a second is made at 60, with all its pictures, and Probe tells its own rate."""
    ticks = [round(number * 90_000 / 60.06) for number in range(18)]
    source = timed_pictures(tmp_path / "fast.mp4", ticks, TICK)
    shown = probe_file(source)["container"]["tracks"][0]["videoProperties"]["frameRate"]
    assert shown["numerator"] / shown["denominator"] == pytest.approx(60.06, abs=0.05)
    path = made(run_job, source)
    assert measured(path)[:2] == (60, 18)
    assert seen_numbers(path) == list(range(18))


@pytest.mark.parametrize("late_seconds", [2.5, 8.0])
@pytest.mark.parametrize("suffix", [".ts", ".mp4", ".mkv"])
def test_a_file_whose_times_begin_late_lasts_as_long_as_its_pictures(
    suffix: str, late_seconds: float, run_job: RunJob, tmp_path: Path
) -> None:
    """Segments that begin at 2.5 or 8 s are as long as from their first picture to their last."""
    whole, late = tmp_path / "whole.mp4", tmp_path / f"late{suffix}"
    timed_pictures(whole, range(0, 40 * 3000, 3000), TICK)
    fragmented = ["-movflags", "+frag_keyframe+empty_moov+default_base_moof"] if suffix == ".mp4" else []
    ffmpeg("-i", str(whole), "-c", "copy", *fragmented, "-output_ts_offset", str(late_seconds), str(late))
    assert inspect_source(late).duration_seconds == pytest.approx(40 / 30, abs=0.1)
    rate, frames, seconds = measured(made(run_job, late))
    assert (rate, frames, seconds) == (30, 40, pytest.approx(40 / 30, abs=0.04))


def test_a_picture_that_begins_after_its_sound_is_no_damage(run_job: RunJob, tmp_path: Path) -> None:
    """A picture that begins 2.5 s after its sound is made to its end, in step with the sound."""
    whole, late = tmp_path / "whole.mp4", tmp_path / "late.mp4"
    timed_pictures(whole, range(0, 40 * 3000, 3000), TICK)
    heard = ("-f", "lavfi", "-i", "sine=frequency=440:duration=4")
    ffmpeg("-itsoffset", "2.5", "-i", str(whole), *heard, "-c:v", "copy", "-c:a", "aac", str(late))
    source = inspect_source(late)
    assert source.videos[0].start_seconds == pytest.approx(2.5, abs=0.05)
    assert source.videos[0].duration_seconds == pytest.approx(40 / 30, abs=0.05)
    assert source.duration_seconds == pytest.approx(4, abs=0.1)
    path = made(run_job, late, has_audio=True)
    assert measured(path)[2] == pytest.approx(2.5 + 40 / 30, abs=0.05)
    assert seen_numbers(path)[-40:] == list(range(40))


def test_a_file_lasts_as_long_as_its_longest_track(run_job: RunJob, tmp_path: Path) -> None:
    """Of a picture of 1.3 s and a sound of 4 s file and outputs last 4 s, and each track as long as it is."""
    whole, longer = tmp_path / "whole.mp4", tmp_path / "longer.mp4"
    timed_pictures(whole, range(0, 40 * 3000, 3000), TICK)
    heard = ("-f", "lavfi", "-i", "sine=frequency=440:duration=4")
    ffmpeg("-i", str(whole), *heard, "-c:v", "copy", "-c:a", "aac", str(longer))
    container = probe_file(longer)["container"]
    assert container["duration"] == pytest.approx(4, abs=0.1)
    lengths = [track["duration"] for track in container["tracks"]]
    assert lengths == pytest.approx([40 / 30, 4], abs=0.1)
    result, _, _ = run_job(job(file(output("", "MP4", picture=video(*SIZE), sound=sound()))), longer)
    ((reported,),) = (group.outputs for group in result.groups)
    assert reported.duration_ms == pytest.approx(4000, abs=100)


@pytest.mark.parametrize("second", [(64, 64), (64, 32), (16, 24)])
def test_a_size_that_changes_on_the_way_keeps_frames_and_duration(
    second: tuple[int, int], run_job: RunJob, tmp_path: Path
) -> None:
    """Where the picture's size changes, all frames are there, at the first size and each in its shape."""
    parts = []
    for number, size in enumerate([SIZE, second]):
        part = timed_pictures(tmp_path / f"{number}.mp4", range(0, 20 * 3000, 3000), TICK, size=size)
        stream = tmp_path / f"{number}.h264"
        ffmpeg("-i", str(part), "-c", "copy", "-bsf:v", "h264_mp4toannexb", str(stream))
        parts.append(stream.read_bytes())
    joined, source = tmp_path / "joined.h264", tmp_path / "changes.mp4"
    joined.write_bytes(b"".join(parts))
    ffmpeg("-r", "30", "-i", str(joined), "-c", "copy", str(source))
    settings = job(
        file(
            output("", "MP4", picture=video(*SIZE, maxBitrate=2_000_000)),
            output("_still", "RAW", picture=captures(*SIZE, 1)),
        )
    )
    folder = run_job(settings, source)[1]
    rate, frames, seconds = measured(folder / "one/mp4/video.mp4")
    assert (rate, frames, seconds) == (30, 40, pytest.approx(40 / 30))
    assert seen_numbers(folder / "one/mp4/video.mp4") == [*range(20), *range(20)]
    assert len([*folder.glob("one/mp4/*.jpg")]) == 2


def test_side_data_without_a_name_says_nothing_about_a_file(run_job: RunJob, tmp_path: Path) -> None:
    """Motion JPEG whose pictures carry EXIF, which PyAV has no name for, is read and made."""
    exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x01\0\0\0\0\0\0\0"
    segment = b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
    plain, tagged, source = tmp_path / "plain.mjpeg", tmp_path / "tagged.mjpeg", tmp_path / "exif.mov"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=64x64:rate=10:duration=1", "-c:v", "mjpeg", str(plain))
    tagged.write_bytes(plain.read_bytes().replace(b"\xff\xd8\xff", b"\xff\xd8" + segment + b"\xff"))
    ffmpeg("-f", "mjpeg", "-r", "10", "-i", str(tagged), "-c", "copy", str(source))
    with av.open(str(source)) as container, pytest.raises(ValueError, match="is not a valid Type"):
        list(next(container.decode(video=0)).side_data)
    assert inspect_source(source).videos[0].codec == "MJPEG"
    assert measured(made(run_job, source))[:2] == (10, 10)


def test_an_error_of_the_reader_is_no_judgement_about_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the endpoint's own reader fails, the job ends as the service's error, not as a damaged file."""
    source = timed_pictures(tmp_path / "good.mp4", range(0, 30_000, 3000), TICK)
    monkeypatch.setattr("sandbox.mediaconvert.probing.inspection.MAX_PIXELS", "no number")
    with pytest.raises(JobError, match=r"endpoint failed.*ValueError") as failed:
        inspect_source(source)
    assert failed.value.code == 1999


def test_titles_of_another_encoding_say_nothing_about_a_file(tmp_path: Path) -> None:
    """A file whose title is in Latin-1 is read like any other."""
    titled, source = tmp_path / "titled.mp4", tmp_path / "latin.mp4"
    whole = timed_pictures(tmp_path / "whole.mp4", range(0, 30_000, 3000), TICK)
    ffmpeg("-i", str(whole), "-c", "copy", "-metadata", "title=Cafe noir", str(titled))
    source.write_bytes(titled.read_bytes().replace(b"Cafe noir", b"Caf\xe9 noir"))
    assert inspect_source(source).videos[0].duration_seconds == pytest.approx(1 / 3, abs=0.01)


def test_sound_whose_time_stamps_are_too_near_is_counted_by_its_samples(
    run_job: RunJob, tmp_path: Path
) -> None:
    """An AVI whose header tells a wrong rate of sound gives all of its sound, not the first tenth."""
    whole, source = tmp_path / "whole.avi", tmp_path / "crowded.avi"
    pictures = ("-f", "lavfi", "-i", "testsrc2=size=32x32:rate=10:duration=2")
    heard = ("-f", "lavfi", "-i", "sine=frequency=440:duration=2:sample_rate=44100")
    ffmpeg(*pictures, *heard, "-c:v", "mpeg4", "-c:a", "libmp3lame", str(whole))
    content = bytearray(whole.read_bytes())
    scale = content.index(b"strh", content.index(b"strh") + 4) + 8 + 20
    content[scale : scale + 4] = struct.pack("<I", 8)
    source.write_bytes(content)
    assert inspect_source(source).audios[0].duration_seconds == pytest.approx(2, abs=0.1)
    with av.open(str(made(run_job, source, has_audio=True))) as container:
        stream = container.streams.audio[0]
        assert stream.duration is not None
        assert stream.time_base is not None
        assert float(stream.duration * stream.time_base) == pytest.approx(2, abs=0.1)


@pytest.mark.parametrize(
    ("declared", "start", "end", "begins", "expected"),
    [
        (10.0, 0.0, 10.0, 0.0, 10.0),
        (10.0, 0.0, 9.9, 0.0, 10.0),
        # It ends too early: what was promised counts.
        (10.0, 0.0, 6.0, 0.0, 10.0),
        (10.0, 0.0, 1.0, 8.0, 10.0),
        # Its headers count from zero: within the file, and in the file's own clock.
        (10.0, 8.0, 10.0, 0.0, 2.0),
        (3.0, 0.0, 1.23, 1.77, 1.23),
        (2.0, 2.5, 4.5, 0.0, 2.0),
        # There is more than they say.
        (4.0, 0.0, 10.0, 0.0, 10.0),
        (None, 0.5, 2.0, 0.0, 1.5),
    ],
)
def test_a_duration_is_the_end_minus_the_start(
    declared: float | None, start: float, end: float, begins: float, expected: float
) -> None:
    """A track lasts from its start to its end, unless its headers promise more than is there."""
    times = {"start": start, "end": end, "lasting": end - start, "is_trusted": True}
    reported = timing(declared, times, begins=begins, is_sound=False)
    assert reported.start_seconds == start
    assert reported.duration_seconds == pytest.approx(expected)


def test_a_file_lasts_from_its_first_start_to_its_last_end() -> None:
    """The file's own word counts where it is about the same, and where no track tells its duration."""
    picture, heard = (
        Timing(start_seconds=start, duration_seconds=lasts) for start, lasts in ((2.5, 4.0), (0.0, 10.0))
    )
    assert file_seconds(4.0, [picture, heard]) == 10.0
    assert file_seconds(10.1, [picture, heard]) == 10.1
    assert file_seconds(None, [picture]) == 4.0
    assert file_seconds(7.0, [Timing(start_seconds=0.0, duration_seconds=None)]) == 7.0


def test_a_changed_shape_stands_in_black_bars(run_job: RunJob, tmp_path: Path) -> None:
    """A wide picture that follows a square one keeps its shape."""
    square = timed_pictures(tmp_path / "0.mp4", range(0, 30_000, 3000), TICK)
    wide = timed_pictures(tmp_path / "1.mp4", range(0, 30_000, 3000), TICK, size=(64, 32))
    parts = []
    for part in (square, wide):
        stream = part.with_suffix(".h264")
        ffmpeg("-i", str(part), "-c", "copy", "-bsf:v", "h264_mp4toannexb", str(stream))
        parts.append(stream.read_bytes())
    joined, source, last = tmp_path / "joined.h264", tmp_path / "changes.mp4", tmp_path / "last.mp4"
    joined.write_bytes(b"".join(parts))
    ffmpeg("-r", "30", "-i", str(joined), "-c", "copy", str(source))
    ffmpeg("-i", str(made(run_job, source)), "-vf", "select='gte(n,19)'", "-crf", "4", str(last))
    picture = first_picture(last)
    assert picture.luma(0.5, 0.05) == pytest.approx(16, abs=4)
    assert picture.luma(0.5, 0.5) == pytest.approx(20 + 4 * 9, abs=4)
