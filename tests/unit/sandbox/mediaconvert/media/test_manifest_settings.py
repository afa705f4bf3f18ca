"""What a job says of its manifests: durations, timelines, languages, captions that there are none."""

import threading
from pathlib import Path
from xml.etree import ElementTree

import av
import pytest

from sandbox.mediaconvert.planning.plan import make_plan
from sandbox.mediaconvert.probing.source import inspect_source
from tests.support.media_checks import MPD_NAMESPACE
from tests.unit.sandbox.mediaconvert.media.conftest import RunJob
from tests.unit.sandbox.mediaconvert.media.jobs import (
    Settings,
    audio_output,
    cmaf,
    file,
    hls,
    job,
    output,
    picture,
    selectors,
    sound,
    video,
)
from tests.unit.sandbox.mediaconvert.media.sounds import (
    DEFAULT,
    ENGLISH,
    FRENCH,
    SECONDS,
    make_source,
    master,
)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a source in two languages."""
    return make_source(tmp_path_factory.mktemp("two") / "two.mp4", ENGLISH, FRENCH, seconds=SECONDS)


def test_manifests_are_written_as_their_settings_say(source: Path, run_job: RunJob) -> None:
    """Resolution may be left out, durations whole, DASH without a timeline and with average bandwidths."""
    settings = job(
        cmaf(
            picture("_v", 64),
            audio_output("_a", sound(1), audioDuration="DEFAULT_CODEC_DURATION"),
            segmentLength=2,
            streamInfResolution="EXCLUDE",
            manifestDurationFormat="INTEGER",
            codecSpecification="RFC_6381",
            ptsOffsetHandlingForBFrames="MATCH_INITIAL_PTS",
            writeSegmentTimelineInRepresentation="DISABLED",
            mpdManifestBandwidthType="AVERAGE",
        )
    )
    folder = run_job(settings, source)[1] / "one/cmaf"
    assert master(folder / "c.m3u8").playlists[0].stream_info.resolution is None
    assert "#EXTINF:2,\n" in (folder / "c_v.m3u8").read_text()
    root = ElementTree.parse(folder / "c.mpd").getroot()
    assert root.find(".//{*}SegmentTimeline") is None
    template = root.find(".//{*}SegmentTemplate")
    assert template is not None
    assert int(template.get("duration", "0")) == 2 * int(template.get("timescale", "0"))
    size = sum(path.stat().st_size for path in folder.glob("c_v_*.cmfv"))
    shown = root.find(".//{*}Representation")
    assert shown is not None
    assert int(shown.get("bandwidth", "0")) == pytest.approx(size * 8 / SECONDS, rel=0.02)


@pytest.fixture(scope="module")
def reported(source: Path, run_job: RunJob) -> Path:
    """Return the outputs of a job that names languages itself: short in streams, three letters in a file."""
    spoken = {"languageCodeControl": "USE_CONFIGURED", "streamName": "English"}
    short: Settings = spoken | {"customLanguageCode": "en"}
    long: Settings = spoken | {"customLanguageCode": "eng"}
    settings = job(
        cmaf(
            picture("_l", 128, audioRenditionSets="audio"),
            audio_output("_audio", sound(1, **short), audioGroupId="audio", audioTrackType=DEFAULT),
        ),
        hls(
            output("_v", "M3U8", picture=video(128, 72), sound=sound(1, **short)),
            captionLanguageSetting="NONE",
        ),
        file(output("_v", "MP4", picture=video(128, 72), sound=sound(1, **long))),
        audioSelectors=selectors(2),
    )
    assert len(make_plan(settings, inspect_source(source, threading.Event())).audio_encodes) == 1
    return run_job(settings, source)[1] / "one"


def test_manifests_carry_the_language_as_the_job_writes_it(reported: Path) -> None:
    """HLS and DASH say "en" where the job does; the file beside them, made of the same encode, says "eng"."""
    assert [media.language for media in master(reported / "cmaf/c.m3u8").media] == ["en"]
    manifest = ElementTree.parse(reported / "cmaf/c.mpd").getroot()
    sets = manifest.iterfind(".//mpd:AdaptationSet", MPD_NAMESPACE)
    languages = [element.get("lang") for element in sets]
    assert languages == [None, "en"]
    with av.open(str(reported / "mp4/video_v.mp4")) as container:
        assert container.streams.audio[0].metadata["language"] == "eng"


def test_closed_captions_are_denied_where_the_job_says_so(reported: Path) -> None:
    """HLS groups can say that there are none; those of CMAF, which have no such setting, say nothing."""
    variants = [variant.stream_info for variant in master(reported / "hls/master.m3u8").playlists]
    assert [variant.closed_captions for variant in variants] == ["NONE"]
    variants = [variant.stream_info for variant in master(reported / "cmaf/c.m3u8").playlists]
    assert [variant.closed_captions for variant in variants] == [None]
