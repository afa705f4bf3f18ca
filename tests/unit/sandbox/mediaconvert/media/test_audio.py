"""Sound itself: its channels, loudness and length, measured in what was made."""

import io
from math import log10
from pathlib import Path
from typing import Any

import av
import pytest

from sandbox.mediaconvert.encoding.ffmpeg import executable
from sandbox.mediaconvert.model import JobError
from sandbox.mediaconvert.probing.probe_result import probe_file
from sandbox.mediaconvert.probing.source import inspect_source
from tests.support.media_checks import check_mp4
from tests.support.playback import play
from tests.unit.sandbox.mediaconvert.media.conftest import RunJob
from tests.unit.sandbox.mediaconvert.media.jobs import (
    Settings,
    audio_output,
    cmaf,
    file,
    job,
    output,
    selectors,
    sound,
    video,
)
from tests.unit.sandbox.mediaconvert.media.sounds import (
    Sound,
    levels,
    loudness,
    make_source,
    run,
)

SILENT = float("-inf")
SURROUND = Sound(
    channels=6,
    expression="|".join(f"{level}*sin(2*PI*{hertz}*t)" for level, hertz in ((0.1, 300), (0, 1), (0.1, 500)))
    + "|0.1*sin(2*PI*60*t)|0.1*sin(2*PI*700*t)|0",
)
TONE_DBFS = 20 * log10(0.1) - 3.01
QUIET = "0.02*sin(2*PI*440*t)"
LOUD = "0.9*sin(2*PI*440*t)"
# A whisper and a shout in turn, and a murmur with claps far above it.
UNEVEN = r"(0.02+0.3*mod(floor(t)\,2))*sin(2*PI*440*t)"
CLAPS = r"0.03*sin(2*PI*300*t)+0.9*lt(mod(t\,0.5)\,0.002)*sin(2*PI*2000*t)"


def normalised(target_lkfs: float | None = -16.0, **members: Any) -> Settings:
    """Ask for a loudness; keyword arguments are further members of audioNormalizationSettings."""
    settings: Settings = {
        "algorithm": "ITU_BS_1770_4",
        "algorithmControl": "CORRECT_AUDIO",
        "peakCalculation": "TRUE_PEAK",
        "truePeakLimiterThreshold": -1.0,
        **members,
    }
    if target_lkfs is not None:
        settings["targetLkfs"] = target_lkfs
    return {"audioNormalizationSettings": settings}


def made_m4a(run_job: RunJob, source: Path, **description: Any) -> Path:
    """Make an M4A of a source's first track; keyword arguments describe its sound."""
    group = file(
        output("", "MP4", sound=sound(**description), extension="m4a"),
        destination="s3://outputs/one/m4a/audio",
    )
    return run_job(job(group, audioSelectors=selectors(1)), source)[1] / "one/m4a/audio.m4a"


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        # Left whole, 0.7 of center and 0.7 of the left surround; of the other side 0.7 of center alone.
        ("CODING_MODE_2_0", [TONE_DBFS + 3, TONE_DBFS - 3]),
        ("CODING_MODE_5_1", [TONE_DBFS, SILENT, TONE_DBFS, TONE_DBFS, TONE_DBFS, SILENT]),
        ("CODING_MODE_AUTO", [TONE_DBFS, SILENT, TONE_DBFS, TONE_DBFS, TONE_DBFS, SILENT]),
    ],
)
def test_surround_is_kept_or_mixed_down(
    mode: str, expected: list[float], run_job: RunJob, tmp_path: Path
) -> None:
    """From 5.1 six channels stay as they are, and two hold center and surrounds as ITU-R BS.775 says."""
    source = make_source(tmp_path / "surround.mp4", SURROUND)
    made = levels(made_m4a(run_job, source, mode=mode, bitrate_bps=384_000))
    assert made == pytest.approx(expected, abs=0.3)


def test_a_full_mix_down_does_not_clip(run_job: RunJob, tmp_path: Path) -> None:
    """Six channels at full level become two that stay below full level."""
    source = make_source(tmp_path / "full.wav", Sound(expression=LOUD, channels=6), has_video=False)
    assert loudness(made_m4a(run_job, source))[1] < 0


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("CODING_MODE_1_0", [-28.0]),
        ("CODING_MODE_2_0", [-23.0, -29.0]),
        ("CODING_MODE_AUTO", [-23.0, -29.0]),
        ("CODING_MODE_5_1", [-23.0, -29.0, SILENT, SILENT, SILENT, SILENT]),
    ],
)
def test_stereo_is_not_blown_up(mode: str, expected: list[float], run_job: RunJob, tmp_path: Path) -> None:
    """Stereo keeps its two channels, and where six are asked for nothing is made up for the others."""
    two = Sound(expression="0.1*sin(2*PI*300*t)|0.05*sin(2*PI*500*t)")
    source = make_source(tmp_path / "stereo.mp4", two)
    bitrate_bps = 256_000
    assert levels(made_m4a(run_job, source, mode=mode, bitrate_bps=bitrate_bps)) == pytest.approx(
        expected, abs=0.3
    )


@pytest.mark.parametrize(
    ("suffix", "codec"),
    [
        ("m4a", "AAC"),
        ("mp3", "MP3"),
        ("wav", "PCM"),
        ("flac", "FLAC"),
        ("ogg", "VORBIS"),
        ("aac", "AAC"),
    ],
)
def test_a_source_of_sound_alone_becomes_an_m4a(
    suffix: str, codec: str, run_job: RunJob, tmp_path: Path
) -> None:
    """Probe tells its track and length, and its M4A begins with the index and plays as long."""
    source = make_source(tmp_path / f"source.{suffix}", Sound(), seconds=3, has_video=False)
    reported = probe_file(source)["container"]
    (track,) = reported["tracks"]
    assert (track["trackType"], track["codec"]) == ("audio", codec)
    assert reported["duration"] == pytest.approx(3, abs=0.06)
    made = made_m4a(run_job, source)
    head = made.read_bytes()
    assert head.index(b"moov") < head.index(b"mdat")
    played = play(io.BytesIO(head))
    assert played.width is None
    assert played.audio_seconds == pytest.approx(3, abs=0.1)


@pytest.mark.parametrize("suffix", ["mp3", "m4a", "flac"])
def test_cover_art_is_not_a_video(suffix: str, run_job: RunJob, tmp_path: Path) -> None:
    """A picture attached to sound is no track of Probe's, and an output that shows video fails with 1020."""
    plain = make_source(tmp_path / f"plain.{suffix}", Sound(), has_video=False)
    cover, source = tmp_path / "cover.jpg", tmp_path / f"cover.{suffix}"
    run(["-f", "lavfi", "-i", "testsrc2=size=64x64:duration=0.1", "-frames:v", "1", str(cover)])
    parts = ["-i", str(plain), "-i", str(cover), "-map", "0", "-map", "1", "-c", "copy"]
    run([*parts, "-disposition:v", "attached_pic", str(source)])
    assert [track["trackType"] for track in probe_file(source)["container"]["tracks"]] == ["audio"]
    assert play(made_m4a(run_job, source)).audio_seconds == pytest.approx(2, abs=0.1)
    with pytest.raises(JobError) as failed:
        run_job(job(file(output("_v", "MP4", picture=video(64, 36)))), source)
    assert failed.value.code == 1020


@pytest.mark.parametrize("suffix", ["mp3", "aac"])
def test_sound_without_an_index_is_measured_to_its_end(suffix: str, run_job: RunJob, tmp_path: Path) -> None:
    """Of a varying bitrate the file's size tells no duration: it is read through, and nothing is missing."""
    source = tmp_path / f"bare.{suffix}"
    noise_then_silence = r"aevalsrc=0.3*(random(0)-0.5)*lt(t\,1):d=8:s=48000"
    arguments = ["-f", "lavfi", "-i", noise_then_silence, "-q:a", "2"]
    run([*arguments, *(["-write_xing", "0"] if suffix == "mp3" else []), str(source)])
    assert inspect_source(source).duration_seconds == pytest.approx(8, abs=0.06)
    assert play(made_m4a(run_job, source)).audio_seconds == pytest.approx(8, abs=0.1)


def test_an_mp3_that_ends_too_early_fails(run_job: RunJob, tmp_path: Path) -> None:
    """An MP3 with an index, cut in half, fails with 1076."""
    whole = make_source(tmp_path / "whole.mp3", Sound(), seconds=6, has_video=False).read_bytes()
    half = tmp_path / "half.mp3"
    half.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(JobError) as failed:
        made_m4a(run_job, half)
    assert failed.value.code == 1076


@pytest.mark.parametrize("expression", [QUIET, LOUD, UNEVEN, CLAPS], ids=["quiet", "loud", "uneven", "claps"])
@pytest.mark.parametrize("target_lkfs", [-16.0, -23.0])
def test_sound_is_brought_to_its_loudness(
    expression: str, target_lkfs: float, run_job: RunJob, tmp_path: Path
) -> None:
    """Whatever the source's, the output's loudness is within 1 LU of the target, its peaks are limited."""
    source = make_source(tmp_path / "a.wav", Sound(expression=expression), seconds=4, has_video=False)
    heard, peak = loudness(made_m4a(run_job, source, **normalised(target_lkfs)))
    assert heard == pytest.approx(target_lkfs, abs=1)
    assert peak <= -0.9


def test_normalising_does_not_pump(run_job: RunJob, tmp_path: Path) -> None:
    """A quiet and a loud second keep their distance: the gain is one for the whole track."""
    source = make_source(tmp_path / "a.wav", Sound(expression=UNEVEN), seconds=4, has_video=False)
    made = made_m4a(run_job, source, **normalised(-23.0))

    def distance(path: Path) -> float:
        seconds = []
        for start in (0.2, 1.2):
            part = tmp_path / "part.wav"
            run(["-ss", str(start), "-t", "0.6", "-i", str(path), str(part)])
            seconds.append(levels(part)[0])
        return seconds[1] - seconds[0]

    assert distance(made) == pytest.approx(distance(source), abs=0.3)


@pytest.mark.parametrize(
    ("settings", "change_db"),
    [
        (normalised(algorithmControl="MEASURE_ONLY"), 0),
        (normalised(correctionGateLevel=-20), 0),
        (normalised(correctionGateLevel=-50), 18.7),
        (normalised(None), 11.7),
        (normalised(None, algorithm="ITU_BS_1770_1"), 10.7),
    ],
    ids=["measured only", "below the gate", "above the gate", "default target", "default target, ungated"],
)
def test_what_normalising_changes(
    settings: Settings, change_db: float, run_job: RunJob, tmp_path: Path
) -> None:
    """Measuring alone and sound below the gate change nothing; targets have the algorithm's defaults."""
    source = make_source(tmp_path / "a.wav", Sound(expression=QUIET), seconds=3, has_video=False)
    change = loudness(made_m4a(run_job, source, **settings))[0] - loudness(source)[0]
    assert change == pytest.approx(change_db, abs=0.3)


def test_the_ungated_algorithm_counts_pauses(run_job: RunJob, tmp_path: Path) -> None:
    """Sound that is silent half of the time becomes louder by BS.1770-1, which leaves no pause out."""
    halves = r"0.05*sin(2*PI*440*t)*lt(mod(t\,4)\,2)"
    source = make_source(tmp_path / "a.wav", Sound(expression=halves), seconds=8, has_video=False)
    heard = {
        algorithm: loudness(made_m4a(run_job, source, **normalised(-20.0, algorithm=algorithm)))[0]
        for algorithm in ("ITU_BS_1770_1", "ITU_BS_1770_2")
    }
    assert heard["ITU_BS_1770_2"] == pytest.approx(-20, abs=0.5)
    assert heard["ITU_BS_1770_1"] == pytest.approx(-17.2, abs=0.5)


@pytest.mark.parametrize("expression", ["0", "0.1*sin(2*PI*440*t)*lt(t,0)"])
def test_silence_stays_silent(expression: str, run_job: RunJob, tmp_path: Path) -> None:
    """Where there is nothing to measure nothing is changed."""
    silent = Sound(expression=expression.replace(",", r"\,"))
    source = make_source(tmp_path / "a.wav", silent, seconds=1, has_video=False)
    assert levels(made_m4a(run_job, source, **normalised())) == [SILENT, SILENT]


def test_normalising_is_measured_only_where_asked(
    run_job: RunJob, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without normalisation ffmpeg runs twice, to encode and to package; with it once more."""
    source = make_source(tmp_path / "a.wav", Sound(expression=QUIET), has_video=False)
    runs: list[str] = []

    def counted() -> str:
        runs.append("")
        return executable()

    monkeypatch.setattr("sandbox.mediaconvert.encoding.ffmpeg.executable", counted)
    made_m4a(run_job, source)
    assert len(runs) == 2
    made_m4a(run_job, source, **normalised())
    assert len(runs) == 5


@pytest.mark.parametrize("sound_seconds", [1.0, 3.0])
def test_sound_may_be_matched_to_the_picture(sound_seconds: float, run_job: RunJob, tmp_path: Path) -> None:
    """Sound that is shorter or longer than the picture becomes as long, where the job asks for that."""
    source, picture, heard = (tmp_path / name for name in ("source.mp4", "picture.mp4", "heard.wav"))
    make_source(picture, seconds=2)
    make_source(heard, Sound(), seconds=sound_seconds, has_video=False)
    run(["-i", str(picture), "-i", str(heard), "-c:v", "copy", str(source)])
    shown = output("_v", "CMFC", picture=video(64, 36))
    settings = job(
        cmaf(
            shown,
            audio_output("_m", sound(), audioDuration="MATCH_VIDEO_DURATION"),
            audio_output("_a", sound(bitrate_bps=64_000), audioDuration="DEFAULT_CODEC_DURATION"),
        )
    )
    result = run_job(settings, source)[0]
    lengths = [one.duration_ms for one in result.groups[0].outputs]
    frame_ms = 1024 / 48
    assert 2000 <= lengths[1] <= 2000 + frame_ms
    assert lengths[2] == pytest.approx(sound_seconds * 1000, abs=frame_ms)


def test_a_mono_track_of_a_video_stays_mono(run_job: RunJob, tmp_path: Path) -> None:
    """One channel is one channel in the file."""
    source = make_source(tmp_path / "mono.mp4", Sound(channels=1))
    settings = job(
        file(output("_v", "MP4", picture=video(64, 36), sound=sound(mode="CODING_MODE_1_0"))),
        audioSelectors=selectors(1),
    )
    path = run_job(settings, source)[1] / "one/mp4/video_v.mp4"
    check_mp4(path, seconds=2)
    with av.open(str(path)) as container:
        assert container.streams.audio[0].channels == 1
