"""A storyboard shows which part of which sheet belongs to which moment."""

import pytest
import webvtt
from hypothesis import given
from hypothesis import strategies as st

from media_pipeline.domain.errors import UnreadableOutputError
from media_pipeline.publishing.storyboard import (
    Sheet,
    image_playlist_key,
    read_image_playlist,
    storyboard,
)

KEY, PLAYLIST = "id/1/thumbnails/storyboard.vtt", "id/1/cmaf/index_images.m3u8"
MASTER = (
    "#EXTM3U\n"
    "#EXT-X-STREAM-INF:BANDWIDTH=1\nv.m3u8\n"
    '#EXT-X-IMAGE-STREAM-INF:BANDWIDTH=1,RESOLUTION=320x180,CODECS="jpeg",URI="index_images.m3u8"\n'
)
IMAGES = (
    "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:8\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-IMAGES-ONLY\n"
    "#EXT-X-TILES:RESOLUTION=320x180,LAYOUT=2x2,DURATION=2.0\n#EXTINF:8.000,\nindex%20img_1.jpg\n"
    "#EXT-X-TILES:RESOLUTION=320x180,LAYOUT=2x2,DURATION=2.0\n#EXTINF:3.000,\nindex%20img_2.jpg\n"
    "#EXT-X-ENDLIST\n"
)


def test_pictures_follow_each_other_to_the_end() -> None:
    """Row by row, sheet by sheet, each picture has its place and time; the last one stands to the end."""
    assert image_playlist_key("id/1/cmaf/index.m3u8", MASTER) == PLAYLIST
    sheets = read_image_playlist(PLAYLIST, IMAGES)
    cues = webvtt.from_string(storyboard(KEY, sheets, duration_ms=11_250), strict=True).captions
    assert [(cue.start, cue.end, cue.text) for cue in cues] == [
        ("00:00:00.000", "00:00:02.000", "../cmaf/index%20img_1.jpg#xywh=0,0,320,180"),
        ("00:00:02.000", "00:00:04.000", "../cmaf/index%20img_1.jpg#xywh=320,0,320,180"),
        ("00:00:04.000", "00:00:06.000", "../cmaf/index%20img_1.jpg#xywh=0,180,320,180"),
        ("00:00:06.000", "00:00:08.000", "../cmaf/index%20img_1.jpg#xywh=320,180,320,180"),
        ("00:00:08.000", "00:00:10.000", "../cmaf/index%20img_2.jpg#xywh=0,0,320,180"),
        ("00:00:10.000", "00:00:11.250", "../cmaf/index%20img_2.jpg#xywh=320,0,320,180"),
    ]


def test_tiles_may_be_described_after_the_duration() -> None:
    """The order of a sheet's lines is free."""
    tiles = "#EXT-X-TILES:RESOLUTION=320x180,LAYOUT=2x2,DURATION=2.0\n"
    turned = IMAGES.replace(f"{tiles}#EXTINF:8.000,\n", f"#EXTINF:8.000,\n{tiles}")
    assert turned != IMAGES
    assert read_image_playlist(PLAYLIST, turned) == read_image_playlist(PLAYLIST, IMAGES)


def test_one_description_is_for_all_sheets() -> None:
    """Where tiles are described once, they are of every sheet."""
    once = IMAGES.replace("#EXT-X-TILES:RESOLUTION=320x180,LAYOUT=2x2,DURATION=2.0\n#EXTINF:3", "#EXTINF:3")
    assert read_image_playlist(PLAYLIST, once) == read_image_playlist(PLAYLIST, IMAGES)


def test_a_master_without_images_has_no_storyboard() -> None:
    """Nothing names an image playlist: there is none."""
    assert (
        image_playlist_key("id/1/hls/master.m3u8", "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv.m3u8\n") is None
    )


@pytest.mark.parametrize(
    ("of", "to", "complaint"),
    [
        ("#EXT-X-IMAGES-ONLY\n", "", "no image playlist"),
        ("RESOLUTION=320x180", "RESOLUTION=320", "can't be read"),
        ("LAYOUT=2x2", "LAYOUT=0x2", "not above zero"),
        ("DURATION=2.0", "DURATION=0", "not above zero"),
        ("DURATION=2.0", "DURATION=nan", "not above zero"),
        (",DURATION=2.0", "", "can't be read"),
        ("#EXTINF:8.000,", "#EXTINF:0,", "not above zero"),
        ("#EXTINF:8.000,", f"#EXTINF:1{'0' * 40},", "beyond measure"),
        ("RESOLUTION=320x180", f"RESOLUTION=1{'0' * 400}x180", "beyond measure"),
        ("index%20img_2.jpg", '#EXT-X-PART:DURATION=1,URI="p"', "without its file's name"),
        ("#EXT-X-ENDLIST", "#EXTINF:1,\nx.jpg\n#EXT-X-ENDLIST", "describes 2 sheets, but names 3"),
    ],
)
def test_what_can_not_be_read_is_reported(of: str, to: str, complaint: str) -> None:
    """A playlist without what a storyboard needs says what it lacks."""
    text = IMAGES.replace(of, to)
    with pytest.raises(UnreadableOutputError, match=complaint):
        read_image_playlist(PLAYLIST, text)


@given(
    st.lists(
        st.tuples(st.floats(0.5, 100), st.integers(1, 5), st.integers(1, 5), st.floats(0.2, 10)), min_size=1
    ),
    st.integers(0, 10**6),
)
def test_cues_cover_the_video(drawn: list[tuple[float, int, int, float]], duration_ms: int) -> None:
    """Whatever the sheets, cues follow without a gap from the beginning to the end."""
    sheets = [
        Sheet(key=f"id/1/c/{n}.jpg", width=8, height=8, columns=c, rows=r, tile_seconds=t, seconds=s)
        for n, (s, c, r, t) in enumerate(drawn)
    ]
    cues = webvtt.from_string(storyboard(KEY, sheets, duration_ms=duration_ms)).captions
    times = [(cue.start_time.in_milliseconds(), cue.end_time.in_milliseconds()) for cue in cues]
    assert times[0][0] == 0
    assert [begins for begins, _ in times[1:]] == [ends for _, ends in times[:-1]]
    end_ms = duration_ms or round(sum(sheet.seconds for sheet in sheets) * 1000)
    assert abs(times[-1][1] - end_ms) <= 1
