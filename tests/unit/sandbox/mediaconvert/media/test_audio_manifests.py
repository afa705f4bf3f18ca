"""Sound of several tracks: its place in HLS, DASH and MP4, read from what was made."""

import io
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import av
import m3u8  # type: ignore[import-untyped]
import pytest

from tests.support.media_checks import MPD_NAMESPACE, check_dash, check_hls
from tests.support.playback import play, seconds_in_ffmpeg
from tests.unit.sandbox.mediaconvert.media.conftest import RunJob
from tests.unit.sandbox.mediaconvert.media.jobs import (
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
    joined,
    make_source,
    master,
)

SELECTED = "ALTERNATE_AUDIO_AUTO_SELECT"
NOT_SELECTED = "ALTERNATE_AUDIO_NOT_AUTO_SELECT"
VARIANT = "AUDIO_ONLY_VARIANT_STREAM"


def media_of(playlist: Any) -> list[tuple[Any, ...]]:
    """List what a master playlist says of sound."""
    return [
        (one.group_id, one.name, one.language, one.default, one.autoselect, one.channels, one.uri)
        for one in playlist.media
    ]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a source in two languages."""
    return make_source(tmp_path_factory.mktemp("two") / "two.mp4", ENGLISH, FRENCH, seconds=SECONDS)


@pytest.fixture(scope="module")
def outputs(source: Path, run_job: RunJob) -> Path:
    """Return the outputs of a job that makes a source in two languages: CMAF, HLS and MP4."""
    beside = {"audioGroupId": "audio", "audioTrackType": SELECTED}
    settings = job(
        cmaf(
            picture("_l", 128, audioRenditionSets="audio"),
            picture("_s", 64, audioRenditionSets="audio"),
            audio_output(
                "_audio_1", sound(1, streamName="English"), audioGroupId="audio", audioTrackType=DEFAULT
            ),
            audio_output(
                "_audio_2", sound(2, streamName="French"), audioGroupId="audio", audioTrackType=SELECTED
            ),
            segmentLength=2,
        ),
        hls(
            output(
                "_v",
                "M3U8",
                picture=video(128, 72),
                sound=sound(1, streamName="English"),
                outputSettings={"hlsSettings": {"audioRenditionSets": "audio"}},
            ),
            output(
                "_audio_2",
                "M3U8",
                sound=sound(2, streamName="French"),
                outputSettings={"hlsSettings": beside},
            ),
            segmentLength=2,
        ),
        file(output("_v", "MP4", picture=video(128, 72)) | {"audioDescriptions": [sound(1), sound(2)]}),
        audioSelectors=selectors(2),
    )
    return run_job(settings, source)[1] / "one"


def test_cmaf_names_each_track_in_one_group(outputs: Path) -> None:
    """HLS has a rendition for each track with label, language and channels; every variant names the group."""
    playlist = master(outputs / "cmaf/c.m3u8")
    assert media_of(playlist) == [
        ("audio", "English", "eng", "YES", "YES", "2", "c_audio_1.m3u8"),
        ("audio", "French", "fra", "NO", "YES", "2", "c_audio_2.m3u8"),
    ]
    assert [one.uri for one in playlist.playlists] == ["c_l.m3u8", "c_s.m3u8"]
    for variant in playlist.playlists:
        assert variant.stream_info.audio == "audio"
        assert variant.stream_info.codecs.split(",")[1:] == ["mp4a.40.2"]
    check_hls(outputs / "cmaf/c.m3u8", seconds=SECONDS)


def test_dash_has_a_set_for_each_language(outputs: Path) -> None:
    """The MPD has a set for each track with language, label, role and channels, the default one is main."""
    root = ElementTree.parse(outputs / "cmaf/c.mpd").getroot()
    sets = root.findall(".//mpd:AdaptationSet[@contentType='audio']", MPD_NAMESPACE)
    found = []
    for one in sets:
        label, role, channels = (
            one.find(f".//mpd:{name}", MPD_NAMESPACE)
            for name in ("Label", "Role", "AudioChannelConfiguration")
        )
        assert label is not None
        assert role is not None
        assert channels is not None
        found.append((one.get("lang"), label.text, role.get("value"), channels.get("value")))
    assert found == [("eng", "English", "main", "2"), ("fra", "French", "alternate", "2")]
    assert len(check_dash(outputs / "cmaf/c.mpd", seconds=SECONDS)) == 2


def test_files_have_the_languages_of_their_manifests(outputs: Path) -> None:
    """The tracks' own languages are those that HLS and DASH declare."""
    for number, language in ((1, "eng"), (2, "fra")):
        with av.open(str(outputs / f"cmaf/c_audio_{number}init.cmfa")) as container:
            assert container.streams.audio[0].metadata["language"] == language


def test_sound_is_cut_where_the_picture_is(outputs: Path) -> None:
    """Segments of sound begin within one of its frames of those of the picture."""
    of_picture, of_sound = (
        [segment.duration for segment in m3u8.loads((outputs / f"cmaf/c_{name}.m3u8").read_text()).segments]
        for name in ("l", "audio_2")
    )
    assert len(of_picture) == len(of_sound) == 3
    for number in range(3):
        assert sum(of_sound[:number]) == pytest.approx(sum(of_picture[:number]), abs=1024 / 48_000)


def test_hls_with_sound_in_its_segments_offers_the_other_track(outputs: Path) -> None:
    """In MPEG-TS the first track is in the variant, as the group's default, and the second beside it."""
    playlist = master(outputs / "hls/master.m3u8")
    assert media_of(playlist) == [
        ("audio", "English", "eng", "YES", "YES", "2", None),
        ("audio", "French", "fra", "NO", "YES", "2", "master_audio_2.m3u8"),
    ]
    (variant,) = playlist.playlists
    assert (variant.uri, variant.stream_info.audio) == ("master_v.m3u8", "audio")
    check_hls(outputs / "hls/master.m3u8", seconds=SECONDS)
    assert seconds_in_ffmpeg(Path("master.m3u8"), outputs / "hls") == pytest.approx(SECONDS, abs=0.2)


def test_bare_sound_tells_the_times_of_its_segments(outputs: Path) -> None:
    """Each segment of bare AAC begins with its time, which goes on where the segment before it ended."""
    names = [f"master_audio_2_0000{number}.aac" for number in (1, 2, 3)]
    contents = [(outputs / "hls" / name).read_bytes() for name in names]
    times = [
        int.from_bytes(content[:100].partition(b"com.apple.streaming.transportStreamTimestamp\0")[2][:8])
        for content in contents
    ]
    for content, begin, end in zip(contents, times, times[1:], strict=False):
        with av.open(io.BytesIO(content), "r") as container:
            samples = sum(frame.samples for frame in container.decode(audio=0))
        assert (end - begin) / 90_000 == pytest.approx(samples / 48_000, abs=0.0001)


def test_mp4_has_all_tracks_and_begins_with_the_first(outputs: Path) -> None:
    """One file holds both languages; only the first is on by default."""
    with av.open(str(outputs / "mp4/video_v.mp4")) as container:
        tracks = container.streams.audio
        assert [one.metadata["language"] for one in tracks] == ["eng", "fra"]
        assert [av.stream.Disposition.default in one.disposition for one in tracks] == [True, False]


def test_bandwidth_includes_the_densest_sound_of_the_group(source: Path, run_job: RunJob) -> None:
    """A variant's bandwidth is its own and that of the densest sound it may play with."""
    settings = job(
        cmaf(
            picture("_v", 64, audioRenditionSets="low,high"),
            audio_output("_a", sound(1, bitrate_bps=64_000), audioGroupId="low"),
            audio_output("_b", sound(2, bitrate_bps=64_000), audioGroupId="low"),
            audio_output("_c", sound(2, bitrate_bps=256_000), audioGroupId="high"),
            segmentLength=2,
        ),
        audioSelectors=selectors(2),
    )
    folder = run_job(settings, source)[1] / "one/cmaf"
    playlist = master(folder / "c.m3u8")
    assert [(one.uri, one.stream_info.audio) for one in playlist.playlists] == [
        ("c_v.m3u8", "low"),
        ("c_v.m3u8", "high"),
    ]

    def peak(name: str) -> float:
        segments = m3u8.loads((folder / name).read_text()).segments
        rates: list[float] = [(folder / one.uri).stat().st_size * 8 / one.duration for one in segments]
        return max(rates)

    own = peak("c_v.m3u8")
    for variant, beside in zip(playlist.playlists, [("c_a.m3u8", "c_b.m3u8"), ("c_c.m3u8",)], strict=True):
        measured = own + max(map(peak, beside))
        assert variant.stream_info.bandwidth == pytest.approx(measured, rel=0.1)


def test_sound_without_a_group_gets_one_of_its_own(source: Path, run_job: RunJob) -> None:
    """Where the job names no groups, each track is a group, and every variant is listed with each."""
    settings = job(
        cmaf(picture("_v", 64), audio_output("_a", sound(1)), audio_output("_b", sound(2))),
        audioSelectors=selectors(2),
    )
    playlist = master(run_job(settings, source)[1] / "one/cmaf/c.m3u8")
    assert [(one.group_id, one.language) for one in playlist.media] == [
        ("program_audio_0", "eng"),
        ("program_audio_1", "fra"),
    ]
    assert [one.stream_info.audio for one in playlist.playlists] == ["program_audio_0", "program_audio_1"]


def test_track_types_say_what_a_player_may_choose(source: Path, run_job: RunJob) -> None:
    """One rendition is the default, one may be chosen by language, one only by hand; names are unique."""
    settings = job(
        cmaf(
            picture("_v", 64),
            audio_output("_a", sound(1, streamName="Film"), audioGroupId="g", audioTrackType=SELECTED),
            audio_output("_b", sound(2, streamName="Film"), audioGroupId="g", audioTrackType=DEFAULT),
            audio_output(
                "_c",
                sound(1, streamName="Described", bitrate_bps=64_000),
                audioGroupId="g",
                audioTrackType=NOT_SELECTED,
                descriptiveVideoServiceFlag="FLAG",
            ),
        ),
        audioSelectors=selectors(2),
    )
    path = run_job(settings, source)[1] / "one/cmaf/c.m3u8"
    playlist = master(path)
    assert [(one.name, one.default, one.autoselect) for one in playlist.media] == [
        ("Film", "NO", "YES"),
        ("Film 2", "YES", "YES"),
        ("Described", "NO", "NO"),
    ]
    assert playlist.media[2].characteristics == "public.accessibility.describes-video"


@pytest.mark.parametrize("is_cmaf", [True, False])
def test_a_group_of_sound_alone_has_variants(is_cmaf: bool, source: Path, run_job: RunJob) -> None:
    """Several bitrates of one track are variants with sound only, aligned, and one set in DASH."""
    rates = (64_000, 128_000)
    if is_cmaf:
        group = cmaf(
            *(audio_output(f"_{rate}", sound(1, bitrate_bps=rate), audioTrackType=VARIANT) for rate in rates),
            destination="s3://outputs/one/audio/index",
            segmentLength=2,
        )
    else:
        variant = {"hlsSettings": {"audioTrackType": VARIANT}}
        group = hls(
            *(
                output(f"_{rate}", "M3U8", sound=sound(1, bitrate_bps=rate), outputSettings=variant)
                for rate in rates
            ),
            destination="s3://outputs/one/audio/index",
            segmentLength=2,
        )
    result, outputs, _ = run_job(job(group), source)
    folder = outputs / "one/audio"
    playlist = master(folder / "index.m3u8")
    assert not playlist.media
    lengths = []
    for rate, variant_ in zip(rates, playlist.playlists, strict=True):
        assert variant_.stream_info.codecs == "mp4a.40.2"
        assert variant_.stream_info.resolution is None
        media = m3u8.loads((folder / variant_.uri).read_text())
        lengths.append([one.duration for one in media.segments])
        assert media.target_duration >= max(lengths[-1]) - 0.5
        sizes = [(folder / one.uri).stat().st_size * 8 for one in media.segments]
        peak = max(size / length for size, length in zip(sizes, lengths[-1], strict=True) if length > 1)
        assert variant_.stream_info.bandwidth == pytest.approx(peak, rel=0.1)
        assert sum(sizes) / sum(lengths[-1]) == pytest.approx(rate, rel=0.35)
        whole = joined(folder / variant_.uri, folder / f"whole{rate}")
        assert play(whole).audio_seconds == pytest.approx(SECONDS, abs=0.1)
    assert lengths[0] == lengths[1]
    assert seconds_in_ffmpeg(Path("index.m3u8"), folder) == pytest.approx(SECONDS, abs=0.2)
    assert [(one.width, one.average_bitrate) for one in result.groups[0].outputs] == [(None, None)] * 2
    if is_cmaf:
        (one,) = ElementTree.parse(folder / "index.mpd").getroot().findall(".//{*}AdaptationSet")
        assert (one.get("contentType"), one.get("lang")) == ("audio", "eng")
        assert len(one.findall("{*}Representation")) == 2
        timescale, reported = 48_000, [int(entry.get("d", "0")) for entry in one.iterfind(".//{*}S")]
        assert [length / timescale for length in reported] == pytest.approx(lengths[0] * 2, abs=0.001)
