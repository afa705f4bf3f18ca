"""HLS playlists in their legal shapes, and what isn't one."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_pipeline.domain.errors import UnreadableOutputError
from media_pipeline.manifests.hls import Variant, read_master_playlist, read_media_playlist
from media_pipeline.manifests.output_reader import OutputReader
from tests.support.fakes import FakeOutputs

KEY = "id/1/hls/master.m3u8"
# As MediaConvert writes it, with what its other settings would add.
MASTER = """#EXTM3U
#EXT-X-VERSION:4
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="English, \\"original\\"",DEFAULT=YES,URI="master_en.m3u8"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="in the variant itself"
#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="text",NAME="English",URI="master_text.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=4400000,AVERAGE-BANDWIDTH=4000000,CODECS="avc1.64001f,mp4a.40.2",\
RESOLUTION=1280x720,FRAME-RATE=29.970,AUDIO="sound",SUBTITLES="text"
master%20720p%2b.m3u8?v=1#top
#EXT-X-STREAM-INF:BANDWIDTH=64000
./low/../master_low.m3u8
#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=100000,CODECS="avc1.64001f",RESOLUTION=1280x720,URI="master_I.m3u8"
"""
MEDIA = """#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:7
#EXT-X-MEDIA-SEQUENCE:1
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-MAP:URI="init.mp4",BYTERANGE="720@0"
#EXT-X-PROGRAM-DATE-TIME:2026-01-02T03:04:05.678Z
#EXTINF:6.006,
#EXT-X-BYTERANGE:1000@720
film.mp4
#EXT-X-DISCONTINUITY
#EXT-X-KEY:METHOD=NONE
#EXT-X-UNHEARD-OF:x=1
#EXTINF:6,a title
#EXT-X-BYTERANGE:1000
film.mp4
#EXTINF:0.5
 more%20film%c3%a9.mp4
#EXT-X-ENDLIST"""


def test_a_master_playlist_tells_all_that_it_names() -> None:
    """Keys are those in the bucket, whatever the escapes; attributes that aren't there are not made up."""
    master = read_master_playlist(KEY, MASTER)
    assert master.variants == (
        Variant(key="id/1/hls/master 720p+.m3u8", codecs=("avc1.64001f", "mp4a.40.2"), size=(1280, 720)),
        Variant(key="id/1/hls/master_low.m3u8", codecs=("",), size=None),
    )
    assert master.audio == ("id/1/hls/master_en.m3u8",)
    assert master.others == ("id/1/hls/master_text.m3u8", "id/1/hls/master_I.m3u8")


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_media_playlist_tells_its_files_and_their_duration(ending: str) -> None:
    """Durations add up, and each file is named once, however many ranges of it are played."""
    playlist = read_media_playlist("id/1/hls/a.m3u8", MEDIA.replace("\n", ending))
    assert playlist.duration_seconds == pytest.approx(12.506)
    assert playlist.files == ("id/1/hls/init.mp4", "id/1/hls/film.mp4", "id/1/hls/more filmé.mp4")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "no playlist"),
        ("\ufeff" + MEDIA, "no playlist"),
        (MEDIA.replace("#EXT-X-ENDLIST", ""), "cut off"),
        (MEDIA[: MEDIA.index("#EXTINF")] + "#EXT-X-ENDLIST", "no segment"),
        ("#EXTM3U\n#EXTINF:1\n#EXT-X-ENDLIST", "without its file's name"),
        (MEDIA + "\n#EXT-X-MAP", "without its file's name"),
        (MEDIA.replace('URI="init.mp4",', ""), "can be read"),
        ("#EXTM3U\n#EXTINF:nan,\na.ts\n#EXT-X-ENDLIST", "without a duration"),
        (MEDIA.replace("6.006", "inf"), "can be read"),
        (MEDIA.replace("6.006", ""), "can be read"),
        (MEDIA.replace("film.mp4", "http://[x/film.mp4"), "is no URI"),
    ],
)
def test_what_is_no_whole_media_playlist_is_said(text: str, what: str) -> None:
    """Each way of not being a playlist that plays to its end has its own words."""
    with pytest.raises(UnreadableOutputError, match=what):
        read_media_playlist("id/1/hls/a.m3u8", text)


@given(
    st.one_of(
        st.text(),
        st.lists(
            st.sampled_from([*MASTER.splitlines(), *MEDIA.splitlines(), "#EXT-X-MAP", "#EXTINF:,", "x=\"'"])
        ).map(lambda lines: "\n".join(["#EXTM3U", *lines])),
        st.tuples(st.integers(0, len(MASTER)), st.text(max_size=5)).map(
            lambda cut: MASTER[: cut[0]] + cut[1] + MASTER[cut[0] + len(cut[1]) :]
        ),
        st.tuples(st.integers(0, len(MEDIA)), st.text(max_size=5)).map(
            lambda cut: MEDIA[: cut[0]] + cut[1] + MEDIA[cut[0] + len(cut[1]) :]
        ),
    )
)
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text makes a reader fail in another way than by its own error."""
    for read in (read_master_playlist, read_media_playlist):
        with suppress(UnreadableOutputError):
            read(KEY, text)


def test_sound_and_other_playlists_beside_a_variant_are_read() -> None:
    """Renditions beside a variant count with all their files; one that can't be read doesn't hide another."""
    outputs = FakeOutputs()
    folder = "id/1/hls/"
    sound = MEDIA.replace("film", "sound")
    outputs.objects = {
        KEY: MASTER.encode(),
        f"{folder}master 720p+.m3u8": MEDIA.encode(),
        f"{folder}master_en.m3u8": sound.encode(),
        f"{folder}master_low.m3u8": b"nothing of the kind",
    }
    found = OutputReader(sizes=outputs.sizes(folder), outputs=outputs).read("HLS", KEY)
    assert found.faults == [f"{folder}master_low.m3u8 is no playlist: it does not begin with #EXTM3U"]
    assert [
        (
            rendition.name.removeprefix(folder),
            rendition.has_video,
            rendition.has_audio,
            len(rendition.files),
        )
        for rendition in found.renditions
    ] == [
        ("master 720p+.m3u8", True, True, 4),
        ("master_low.m3u8", False, False, 1),
        ("master_en.m3u8", False, True, 4),
        ("master_text.m3u8", False, False, 1),
        ("master_I.m3u8", False, False, 1),
    ]
    assert [rendition.duration_seconds for rendition in found.renditions] == [
        pytest.approx(12.506),
        None,
        pytest.approx(12.506),
        None,
        None,
    ]
