"""Whole jobs on small clips: real files in, real files out."""

import threading
from fractions import Fraction
from pathlib import Path

import av
import pytest

from sandbox.demo.clip import Clip
from sandbox.mediaconvert.model import Cancelled, JobError, Phase
from sandbox.mediaconvert.transcode import transcode_file
from tests.support.media_checks import check_dash, check_hls, check_mp4
from tests.unit.sandbox.mediaconvert.media.conftest import MakeClip, RunJob, Transcoded
from tests.unit.sandbox.mediaconvert.media.jobs import (
    STEREO,
    captures,
    cmaf,
    dash,
    file,
    hls,
    job,
    output,
    video,
)

SECONDS = 5.0
LANDSCAPE = Clip(width=320, height=180, seconds=SECONDS)
LARGE, SMALL = video(320, 180), video(160, 90)


@pytest.fixture(scope="module")
def everything(clip: MakeClip, run_job: RunJob) -> Transcoded:
    """Run one job with every kind of group; its destinations hold characters that need care."""
    base = "s3://outputs/a 'b'|c:é%24"
    mp4_outputs = [
        output("_l", "{}", picture=LARGE),
        output("_s", "{}", picture=SMALL),
        output("_a", "{}", sound=STEREO),
    ]
    in_container = [
        [one | {"containerSettings": {"container": name}} for one in mp4_outputs] for name in ("MPD", "CMFC")
    ]
    settings = job(
        hls(
            output("_l", "M3U8", picture=LARGE, sound=STEREO),
            output("_s", "M3U8", picture=SMALL, sound=STEREO),
            destination=f"{base}/hls/it's $it",
            segmentLength=2,
        ),
        dash(*in_container[0], destination=f"{base}/dash/m $Time$", segmentLength=2),
        cmaf(*in_container[1], destination=f"{base}/cmaf/c", segmentLength=4),
        file(output("_web", "MP4", picture=LARGE, sound=STEREO), destination=f"{base}/mp4/v"),
        file(output("_t", "RAW", picture=captures(160, 90, 2)), destination=f"{base}/t/p"),
    )
    return run_job(settings, clip(LANDSCAPE))


FOLDER = "a 'b'|c:é%24"


def test_every_manifest_plays_to_its_end(everything: Transcoded) -> None:
    """HLS, DASH, CMAF and MP4 of one job all play for the source's duration, picture and sound."""
    _, outputs, _ = everything
    assert len(check_hls(outputs / FOLDER / "hls/it's $it.m3u8", seconds=SECONDS)) == 2
    assert len(check_dash(outputs / FOLDER / "dash/m $Time$.mpd", seconds=SECONDS)) == 2
    assert len(check_hls(outputs / FOLDER / "cmaf/c.m3u8", seconds=SECONDS)) == 2
    assert len(check_dash(outputs / FOLDER / "cmaf/c.mpd", seconds=SECONDS)) == 2
    assert check_mp4(outputs / FOLDER / "mp4/v_web.mp4", seconds=SECONDS).keyframes == (0.0, 2.0, 4.0)


def test_files_are_named_as_mediaconvert_names_them(everything: Transcoded) -> None:
    """Manifests, segments, init files, files and pictures have MediaConvert's names."""
    _, outputs, _ = everything
    names = {
        folder.name: sorted(path.name for path in folder.iterdir()) for folder in (outputs / FOLDER).iterdir()
    }
    assert names["hls"] == [
        "it's $it.m3u8",
        *(f"it's $it_l{end}" for end in (".m3u8", "_00001.ts", "_00002.ts", "_00003.ts")),
        *(f"it's $it_s{end}" for end in (".m3u8", "_00001.ts", "_00002.ts", "_00003.ts")),
    ]
    assert [name for name in names["dash"] if "_a" in name] == [
        *(f"m $Time$_a_00000000{number}.mp4" for number in (1, 2, 3)),
        "m $Time$_ainit.mp4",
    ]
    assert names["cmaf"] == [
        "c.m3u8",
        "c.mpd",
        *("c_a.m3u8", "c_a_000000001.cmfa", "c_a_000000002.cmfa", "c_ainit.cmfa"),
        *("c_l.m3u8", "c_l_000000001.cmfv", "c_l_000000002.cmfv", "c_linit.cmfv"),
        *("c_s.m3u8", "c_s_000000001.cmfv", "c_s_000000002.cmfv", "c_sinit.cmfv"),
    ]
    assert names["mp4"] == ["v_web.mp4"]
    assert names["t"] == ["p_t.0000000.jpg", "p_t.0000001.jpg", "p_t.0000002.jpg"]


def test_the_result_describes_groups_as_mediaconvert_events_do(everything: Transcoded) -> None:
    """Only HLS and FILE outputs name their files; playlists are the group's."""
    result, _, _ = everything
    base = f"s3://outputs/{FOLDER}"
    described = [
        (group.type, list(group.playlist_file_paths), [list(one.output_file_paths) for one in group.outputs])
        for group in result.groups
    ]
    hls_paths = [[f"{base}/hls/it's $it_l.m3u8"], [f"{base}/hls/it's $it_s.m3u8"]]
    assert described == [
        ("HLS_GROUP", [f"{base}/hls/it's $it.m3u8"], hls_paths),
        ("DASH_ISO_GROUP", [f"{base}/dash/m $Time$.mpd"], [[], [], []]),
        ("CMAF_GROUP", [f"{base}/cmaf/c.mpd", f"{base}/cmaf/c.m3u8"], [[], [], []]),
        ("FILE_GROUP", [], [[f"{base}/mp4/v_web.mp4"]]),
        ("FILE_GROUP", [], [[f"{base}/t/p_t.0000002.jpg"]]),
    ]
    first = result.groups[0].outputs[0]
    assert (first.width, first.height, first.duration_ms) == (320, 180, 5000)
    assert first.average_bitrate is not None
    assert 50_000 < first.average_bitrate < 500_000


def test_progress_goes_through_the_phases_without_falling_back(everything: Transcoded) -> None:
    """Progress is probing, then transcoding up to 100 percent with every frame of the source."""
    _, _, progress = everything
    assert [one.phase for one in progress if one.percent == 100] == [Phase.PROBING, Phase.TRANSCODING]
    transcoding = [one.percent for one in progress if one.phase is Phase.TRANSCODING]
    assert transcoding == sorted(transcoding)
    assert progress[-1].frames_decoded == SECONDS * 30


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_rotated_source_is_seen_upright(rotation: int, clip: MakeClip, run_job: RunJob) -> None:
    """A portrait video that its metadata turns comes out upright, and without that metadata."""
    wanted = Clip(width=180, height=320, seconds=1, rotation=rotation, has_audio=False)
    _, outputs, _ = run_job(job(file(output("_p", "MP4", picture=video(180, 320)))), clip(wanted))
    played = check_mp4(outputs / "one/mp4/video_p.mp4", seconds=1, has_audio=False)
    assert (played.width, played.height, played.marker) == (180, 320, "top right")


def test_without_rotate_the_picture_stays_as_stored(clip: MakeClip, run_job: RunJob) -> None:
    """A job that doesn't say AUTO ignores rotation metadata, as MediaConvert does."""
    wanted = Clip(width=180, height=320, seconds=1, rotation=90, has_audio=False)
    settings = job(file(output("_p", "MP4", picture=video(320, 180))), rotate="DEGREE_0")
    _, outputs, _ = run_job(settings, clip(wanted))
    played = check_mp4(outputs / "one/mp4/video_p.mp4", seconds=1, has_audio=False)
    assert played.marker == "top left"


def test_a_silent_source_plays_without_sound(clip: MakeClip, run_job: RunJob) -> None:
    """A tiny source without sound becomes HLS without sound, though the job describes some."""
    silent = clip(Clip(width=176, height=144, seconds=2, has_audio=False))
    settings = job(hls(output("_v", "M3U8", picture=video(176, 144), sound=STEREO)))
    _, outputs, _ = run_job(settings, silent)
    check_hls(outputs / "one/hls/master.m3u8", seconds=2, has_audio=False)


def test_ntsc_segments_and_keyframes_stay_aligned(clip: MakeClip, run_job: RunJob) -> None:
    """At 29.97 frames a second segments begin with keyframes, also where a segment is no whole GOP."""
    source = clip(Clip(width=160, height=90, seconds=7, frame_rate=Fraction(30000, 1001)))
    settings = job(
        hls(
            output("_l", "M3U8", picture=video(160, 90), sound=STEREO),
            output("_s", "M3U8", picture=video(80, 46), sound=STEREO),
            segmentLength=3,
        )
    )
    _, outputs, _ = run_job(settings, source)
    renditions = check_hls(outputs / "one/hls/master.m3u8", seconds=7)
    assert renditions[0].played.keyframes == (0.0, 2.002, 3.003, 5.005, 6.006)


def test_a_file_that_ends_too_early_fails_with_the_missing_part(
    clip: MakeClip, run_job: RunJob, tmp_path: Path
) -> None:
    """A Matroska file cut in half decodes without complaint, and the job fails with 1076."""
    whole = clip(Clip(width=160, height=90, seconds=4, suffix=".mkv"))
    half = tmp_path / "half.mkv"
    half.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    with pytest.raises(JobError, match=r"of its 4\.00 s of video") as caught:
        run_job(job(file(output("_v", "MP4", picture=video(160, 90)))), half)
    assert caught.value.code == 1076


@pytest.mark.parametrize(
    "content", [b"", b"This is no video.\n" * 100, bytes(20_000)], ids=["empty", "text", "zeros"]
)
def test_what_is_not_media_cannot_be_opened(content: bytes, run_job: RunJob, tmp_path: Path) -> None:
    """Empty files, text and zeros named .mp4 fail with 1010."""
    path = tmp_path / "video.mp4"
    path.write_bytes(content)
    with pytest.raises(JobError) as caught:
        run_job(job(file(output("_v", "MP4", picture=LARGE))), path)
    assert caught.value.code == 1010


@pytest.mark.parametrize(
    ("playlist", "code"),
    [
        ("#EXTM3U\n#EXTINF:1,\n{}\n#EXT-X-ENDLIST\n", 3400),
        ("ffconcat version 1.0\nfile '{}'\n", 1010),
        ("v=0\nm=video 0 RTP {}\n", 1010),
    ],
    ids=["hls", "concat", "sdp"],
)
def test_a_playlist_named_as_video_reads_no_other_file(
    playlist: str, code: int, clip: MakeClip, run_job: RunJob, tmp_path: Path
) -> None:
    """A playlist that names a readable video is not media: it cannot be used to read other files."""
    path = tmp_path / "video.mp4"
    path.write_text(playlist.format(clip(LANDSCAPE)))
    with pytest.raises(JobError) as caught:
        run_job(job(file(output("_v", "MP4", picture=LARGE))), path)
    assert caught.value.code == code


def test_a_file_without_its_index_cannot_be_opened(clip: MakeClip, run_job: RunJob, tmp_path: Path) -> None:
    """An MP4 whose index was cut off fails with 1075."""
    whole = clip(LANDSCAPE).read_bytes()
    path = tmp_path / "video.mp4"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(JobError) as caught:
        run_job(job(file(output("_v", "MP4", picture=LARGE))), path)
    assert caught.value.code == 1075


def test_a_cancelled_job_stops_at_once(clip: MakeClip, tmp_path: Path) -> None:
    """Setting the event during the encode ends the job with Cancelled, before anything is packaged."""
    cancelled = threading.Event()
    settings = job(file(output("_v", "MP4", picture=video(1920, 1080, qualityTuningLevel="MULTI_PASS_HQ"))))

    def cancel_once_running(_: object) -> None:
        threading.Timer(0.3, cancelled.set).start()

    with pytest.raises(Cancelled):
        transcode_file(
            settings,
            clip(LANDSCAPE),
            tmp_path,
            threads=1,
            progress=cancel_once_running,
            cancelled=cancelled,
        )
    assert not list(tmp_path.glob("p*")), "packaging began though the job was cancelled"


@pytest.mark.parametrize("suffix", ["ts", "aac"])
def test_sound_in_renditions_of_its_own_stays_with_the_picture(
    suffix: str, clip: MakeClip, run_job: RunJob
) -> None:
    """In HLS with separate audio renditions picture and sound begin at the same presentation time."""
    beside = {
        "hlsSettings": {
            "audioGroupId": "sound",
            "audioTrackType": "ALTERNATE_AUDIO_AUTO_SELECT_DEFAULT",
            "audioOnlyContainer": "M2TS" if suffix == "ts" else "AUTOMATIC",
        }
    }
    settings = job(
        hls(
            output("_v", "M3U8", picture=video(160, 90)),
            output("_a", "M3U8", sound=STEREO, outputSettings=beside),
        )
    )
    _, outputs, _ = run_job(settings, clip(Clip(width=160, height=90, seconds=2)))
    check_hls(outputs / "one/hls/master.m3u8", seconds=2)
    starts = []
    for name in ("_v_00001.ts", f"_a_00001.{suffix}"):
        path = outputs / f"one/hls/master{name}"
        if suffix == "aac" and path.suffix == ".aac":
            # Bare AAC tells the time of its beginning in a tag, in ticks of MPEG-TS.
            owner = b"com.apple.streaming.transportStreamTimestamp\0"
            head = path.read_bytes()[:100]
            assert head.startswith(b"ID3")
            starts.append(int.from_bytes(head.partition(owner)[2][:8]) / 90_000)
            continue
        with av.open(path) as container:
            stream = container.streams[0]
            assert stream.time_base is not None
            starts.append(float((stream.start_time or 0) * stream.time_base))
    # An AAC encoder's first 1024 samples are priming: they come before the sound.
    assert starts[0] - starts[1] == pytest.approx(1024 / 48_000, abs=0.001)
