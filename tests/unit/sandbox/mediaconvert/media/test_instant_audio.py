"""Sound that is made up without an encoder has the tracks, languages and manifests of a real job's."""

import re
import threading
from pathlib import Path

import av
import pytest

from sandbox.mediaconvert.instant.transcode import InstantTranscode
from sandbox.mediaconvert.model import TranscodeResult
from sandbox.mediaconvert.probing.source import inspect_source
from tests.support.playback import seconds_in_ffmpeg
from tests.unit.sandbox.mediaconvert.media.conftest import RunJob
from tests.unit.sandbox.mediaconvert.media.jobs import (
    Settings,
    audio_output,
    cmaf,
    file,
    hls,
    job,
    output,
    selectors,
    sound,
    video,
)
from tests.unit.sandbox.mediaconvert.media.sounds import Sound, make_source

SECONDS = 5.0
MEASURED = re.compile(r'BANDWIDTH=\d+|CODECS="[^"]*"')


def settings() -> Settings:
    """Ask for two tracks in CMAF, HLS and MP4, and for sound alone in CMAF, HLS and M4A."""
    beside = {"audioGroupId": "audio", "audioTrackType": "ALTERNATE_AUDIO_AUTO_SELECT"}
    alone = {"audioTrackType": "AUDIO_ONLY_VARIANT_STREAM"}
    shown = output("_v", "CMFC", picture=video(64, 36))
    shown["containerSettings"]["cmfcSettings"] = {"audioRenditionSets": "audio"}
    both = output("_v", "MP4", picture=video(64, 36)) | {"audioDescriptions": [sound(1), sound(2)]}
    return job(
        cmaf(
            shown,
            audio_output("_audio_1", sound(1, streamName="English"), **beside),
            audio_output("_audio_2", sound(2, streamName="French"), **beside),
            segmentLength=2,
        ),
        hls(
            output("_v", "M3U8", picture=video(64, 36), sound=sound(1)),
            output("_audio_2", "M3U8", sound=sound(2), outputSettings={"hlsSettings": beside}),
            segmentLength=2,
        ),
        file(both),
        cmaf(
            audio_output("_64k", sound(1, bitrate_bps=64_000), **alone),
            audio_output("_128k", sound(1), **alone),
            destination="s3://outputs/one/audio/index",
            segmentLength=2,
        ),
        hls(
            output("_128k", "M3U8", sound=sound(1), outputSettings={"hlsSettings": alone}),
            destination="s3://outputs/one/audio_ts/index",
            segmentLength=2,
        ),
        file(output("", "MP4", sound=sound(1), extension="m4a"), destination="s3://outputs/one/m4a/audio"),
        audioSelectors=selectors(2),
    )


def laid_out(result: TranscodeResult, folder: Path) -> Path:
    """Lay a job's files out under their keys."""
    for made in result.files:
        target = folder / made.key
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(made.path.read_bytes())
    return folder / "one"


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a source in two languages."""
    path = tmp_path_factory.mktemp("two") / "two.mp4"
    return make_source(path, Sound(language="eng"), Sound(language="fra"), seconds=SECONDS)


@pytest.fixture(scope="module")
def made(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the outputs of an instant job."""
    work_dir = tmp_path_factory.mktemp("work")
    described = inspect_source(source)
    result = InstantTranscode()(settings(), described, work_dir, lambda _: None, threading.Event())
    return laid_out(result, tmp_path_factory.mktemp("outputs"))


@pytest.fixture(scope="module")
def real(source: Path, run_job: RunJob) -> Path:
    """Return the outputs of a real job."""
    return run_job(settings(), source)[1] / "one"


def test_files_are_those_of_a_real_job(made: Path, real: Path) -> None:
    """The same files lie in the same folders."""
    for folder in (made, real):
        assert len(list(folder.rglob("*"))) > 40
    assert sorted(str(path.relative_to(made)) for path in made.rglob("*")) == sorted(
        str(path.relative_to(real)) for path in real.rglob("*")
    )


@pytest.mark.parametrize("name", ["cmaf/c", "hls/master", "audio/index", "audio_ts/index"])
def test_masters_say_what_those_of_a_real_job_say(name: str, made: Path, real: Path) -> None:
    """Groups, names, languages, channels and variants are the same; only bitrates and levels differ."""
    texts = [MEASURED.sub("", (folder / f"{name}.m3u8").read_text()) for folder in (made, real)]
    assert texts[0] == texts[1]


# Bare AAC that is next to nothing ffmpeg skips while it still looks at the picture: each is played alone.
PLAYED = ("cmaf/c", "hls/master_v", "hls/master_audio_2", "audio/index", "audio_ts/index")


@pytest.mark.parametrize("name", PLAYED)
def test_playlists_play_to_their_end(name: str, made: Path) -> None:
    """ffmpeg's own reader plays every rendition for as long as the source."""
    path = made / f"{name}.m3u8"
    assert seconds_in_ffmpeg(Path(path.name), path.parent) == pytest.approx(SECONDS, abs=0.3)


def test_files_have_their_languages_and_one_default_track(made: Path) -> None:
    """The MP4 has both languages and begins with the first; the M4A has sound only."""
    with av.open(str(made / "mp4/video_v.mp4")) as container:
        tracks = container.streams.audio
        assert [one.metadata["language"] for one in tracks] == ["eng", "fra"]
        assert [av.stream.Disposition.default in one.disposition for one in tracks] == [True, False]
    with av.open(str(made / "m4a/audio.m4a")) as container:
        assert [one.type for one in container.streams] == ["audio"]
        assert container.streams[0].metadata["language"] == "eng"
