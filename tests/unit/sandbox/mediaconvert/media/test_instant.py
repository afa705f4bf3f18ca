"""Outputs that are made up without an encoder: they play, and look like the real ones from outside."""

import io
import threading
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import pytest

from sandbox.demo.clip import Clip
from sandbox.mediaconvert.instant import h264 as picture
from sandbox.mediaconvert.instant.transcode import InstantTranscode
from sandbox.mediaconvert.model import Cancelled, JobError, Progress, TranscodeResult
from sandbox.mediaconvert.planning.input_check import accept_any
from sandbox.mediaconvert.probing.source import inspect_source
from tests.support.media_checks import check_dash, check_hls, check_mp4
from tests.support.playback import seconds_in_ffmpeg
from tests.unit.sandbox.mediaconvert.media.conftest import MakeClip, RunJob
from tests.unit.sandbox.mediaconvert.media.jobs import (
    STEREO,
    Settings,
    captures,
    cmaf,
    dash,
    file,
    hls,
    job,
    output,
    source,
    video,
)

SECONDS = 7.0
LANDSCAPE = Clip(width=320, height=180, seconds=SECONDS, frame_rate=Fraction(30000, 1001))
LARGE, SMALL = video(320, 180), video(162, 90)
MakeUp = Callable[[Settings, Path], tuple[TranscodeResult, Path]]


@pytest.fixture(scope="session")
def make_up(tmp_path_factory: pytest.TempPathFactory) -> MakeUp:
    """Run an instant job and lay its files out under their keys; return the result and the folder."""
    transcode = InstantTranscode()

    def run(settings: Settings, path: Path) -> tuple[TranscodeResult, Path]:
        work_dir, outputs = tmp_path_factory.mktemp("100%d"), tmp_path_factory.mktemp("outputs")
        progress: list[Progress] = []
        result = transcode(settings, inspect_source(path), work_dir, progress.append, threading.Event())
        for made in result.files:
            target = outputs / made.bucket / made.key
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(made.path.read_bytes())
        return result, outputs / "outputs"

    return run


@pytest.fixture(scope="module")
def settings() -> Settings:
    """Ask for every kind of group."""
    beside = [
        output("_l", "{}", picture=LARGE),
        output("_s", "{}", picture=SMALL),
        output("_a", "{}", sound=STEREO),
    ]
    in_container = [
        [one | {"containerSettings": {"container": name}} for one in beside] for name in ("MPD", "CMFC")
    ]
    return job(
        hls(
            output("_l", "M3U8", picture=LARGE, sound=STEREO),
            output("_s", "M3U8", picture=SMALL, sound=STEREO),
            segmentLength=3,
        ),
        dash(*in_container[0], segmentLength=2),
        cmaf(*in_container[1], segmentLength=4),
        file(output("_web", "MP4", picture=LARGE, sound=STEREO)),
        file(output("_t", "RAW", picture=captures(160, 90, 2)), destination="s3://outputs/one/t/p"),
    )


def test_every_manifest_plays_to_its_end(settings: Settings, clip: MakeClip, make_up: MakeUp) -> None:
    """All renditions decode to the source's end, with the sizes, rates and keyframes that were asked for."""
    _, outputs = make_up(settings, clip(LANDSCAPE))
    folder = outputs / "one"
    large, small = check_hls(folder / "hls/master.m3u8", seconds=SECONDS)
    assert (large.played.width, small.played.width) == (320, 162)
    assert large.played.keyframes == (0.0, 2.002, 3.003, 5.005, 6.006)
    assert len(check_dash(folder / "dash/manifest.mpd", seconds=SECONDS)) == 2
    assert len(check_hls(folder / "cmaf/c.m3u8", seconds=SECONDS)) == 2
    assert len(check_dash(folder / "cmaf/c.mpd", seconds=SECONDS)) == 2
    assert check_mp4(folder / "mp4/video_web.mp4", seconds=SECONDS).frame_rate == pytest.approx(29.97, 0.001)
    for name in ("hls/master.m3u8", "dash/manifest.mpd", "mp4/video_web.mp4"):
        path = folder / name
        assert seconds_in_ffmpeg(Path(path.name), path.parent) == pytest.approx(SECONDS, abs=0.3)
    with av.open(str(folder / "t/p_t.0000003.jpg")) as picture:
        frame = next(picture.decode(video=0))
        assert (frame.width, frame.height) == (160, 90)


def test_files_and_details_are_those_of_a_real_job(
    settings: Settings, clip: MakeClip, make_up: MakeUp, run_job: RunJob
) -> None:
    """The same files under the same names, and the same description but for bitrates."""
    made, outputs = make_up(settings, clip(LANDSCAPE))
    real, expected, _ = run_job(settings, clip(LANDSCAPE))

    def names(folder: Path) -> list[str]:
        return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))

    assert names(outputs) == names(expected)
    for one, other in zip(made.groups, real.groups, strict=True):
        assert (one.type, list(one.playlist_file_paths)) == (other.type, list(other.playlist_file_paths))
        for mine, its in zip(one.outputs, other.outputs, strict=True):
            assert list(mine.output_file_paths) == list(its.output_file_paths)
            assert (mine.width, mine.height) == (its.width, its.height)
            assert mine.duration_ms == pytest.approx(its.duration_ms, abs=50)


def test_a_second_job_on_the_same_body_has_its_own_names(clip: MakeClip, make_up: MakeUp) -> None:
    """What is kept is what was made, not where it went."""
    picture = output("_p", "MP4", picture=SMALL)
    _, first = make_up(job(file(picture, destination="s3://outputs/first/v")), clip(LANDSCAPE))
    _, second = make_up(job(file(picture, destination="s3://outputs/second/w")), clip(LANDSCAPE))
    assert [path.name for path in first.rglob("*.mp4")] == ["v_p.mp4"]
    assert [path.name for path in second.rglob("*.mp4")] == ["w_p.mp4"]
    assert (first / "first/v_p.mp4").read_bytes() == (second / "second/w_p.mp4").read_bytes()


@pytest.mark.parametrize("channels", [1, 2, 6])
@pytest.mark.parametrize("sample_rate", [22_050, 44_100, 48_000])
def test_silence_decodes_in_every_layout(
    channels: int, sample_rate: int, clip: MakeClip, make_up: MakeUp
) -> None:
    """Mono, stereo and 5.1 are silent for as long as the source sounds."""
    mode = {1: "CODING_MODE_1_0", 2: "CODING_MODE_2_0", 6: "CODING_MODE_5_1"}[channels]
    aac = {"codingMode": mode, "sampleRate": sample_rate}
    sound: Settings = {"codecSettings": {"codec": "AAC", "aacSettings": aac}}
    settings = job(file(output("_v", "MP4", picture=SMALL, sound=sound)))
    _, outputs = make_up(settings, clip(LANDSCAPE))
    path = outputs / "one/mp4/video_v.mp4"
    check_mp4(path, seconds=SECONDS)
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        assert (stream.channels, stream.sample_rate) == (channels, sample_rate)
        assert all(not any(plane) for frame in container.decode(stream) for plane in map(bytes, frame.planes))


@pytest.mark.parametrize(("width", "height"), [(2, 2), (176, 144), (1920, 1080), (2160, 3840)])
@pytest.mark.parametrize("rate", [Fraction(1, 5), Fraction(25), Fraction(30000, 1001), Fraction(120)])
def test_a_picture_tells_its_size_and_rate(width: int, height: int, rate: Fraction) -> None:
    """The headers hold the size and the frame rate."""
    sample = picture.sample(width, height, rate)
    with av.open(io.BytesIO(sample), "r", format="h264") as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.width, stream.codec_context.height) == (width, height)
        assert stream.codec_context.framerate == rate
        assert [frame.key_frame for frame in container.decode(stream)] == [True]


def test_gray_pictures_decode_beyond_the_wrap_of_their_numbers() -> None:
    """Long GOPs of one gray, with keyframes where they are asked for, two in a row too."""
    places = {0, 40, 41, 60}
    stream = b"".join(picture.pictures(176, 144, Fraction(25), (number in places for number in range(80))))
    parameters = picture.sample(176, 144, Fraction(25))
    with av.open(io.BytesIO(parameters + stream), "r", format="h264") as container:
        _, *frames = container.decode(container.streams.video[0])
        assert [number for number, frame in enumerate(frames) if frame.key_frame] == sorted(places)
        assert len({bytes(frame.planes[0]) for frame in frames}) == 1


def test_a_silent_source_has_no_sound(clip: MakeClip, make_up: MakeUp) -> None:
    """Nothing is made up that the source doesn't have."""
    silent = clip(Clip(width=176, height=144, seconds=1, has_audio=False))
    settings = job(hls(output("_v", "M3U8", picture=video(176, 144), sound=STEREO)))
    _, outputs = make_up(settings, silent)
    check_hls(outputs / "one/hls/master.m3u8", seconds=1, has_audio=False)


def test_what_a_job_asks_of_its_source_still_counts(tmp_path: Path) -> None:
    """A source without a picture fails as it does for real."""
    silent = source()
    settings = job(file(output("_v", "MP4", picture=SMALL)))
    only_sound = type(silent)(format="mp4", size_bytes=1, duration_seconds=1.0, audios=silent.audios)
    with pytest.raises(JobError) as failed:
        InstantTranscode()(settings, only_sound, tmp_path, lambda _: None, threading.Event())
    assert failed.value.code == 1020


def test_undocumented_inputs_are_refused_too(tmp_path: Path) -> None:
    """A job of an input that MediaConvert's table lacks fails, unless everything is accepted."""
    settings, odd = job(file(output("_v", "MP4", picture=SMALL))), source(format_="avi")
    with pytest.raises(JobError) as failed:
        InstantTranscode()(settings, odd, tmp_path, lambda _: None, threading.Event())
    assert failed.value.code == 1030
    result = InstantTranscode(accept_any)(settings, odd, tmp_path, lambda _: None, threading.Event())
    assert result.files


def test_a_cancelled_job_stops(tmp_path: Path) -> None:
    """A job that is cancelled while it is made up ends with Cancelled."""
    cancelled = threading.Event()
    cancelled.set()
    settings = job(file(output("_v", "MP4", picture=SMALL)))
    with pytest.raises(Cancelled):
        InstantTranscode()(settings, source(), tmp_path, lambda _: None, cancelled)


def test_large_outputs_are_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept is bounded, and a job whose files are not kept has all of them."""
    monkeypatch.setattr("sandbox.mediaconvert.instant.transcode.KEPT_BYTES", 10)
    transcode = InstantTranscode()
    settings = job(file(output("_v", "MP4", picture=SMALL)))
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        result = transcode(settings, source(), tmp_path / name, lambda _: None, threading.Event())
        assert all(made.path.stat().st_size > 0 for made in result.files)
