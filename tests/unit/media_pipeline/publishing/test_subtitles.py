"""Captions are added to manifests, and taken out again, without a change to anything else."""

from xml.etree import ElementTree

import m3u8  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_pipeline.domain.errors import UnreadableOutputError
from media_pipeline.domain.outputs import PlannedOutput
from media_pipeline.manifests.dash import read_dash_manifest
from media_pipeline.manifests.hls import read_master_playlist, read_media_playlist
from media_pipeline.publishing import dash_subtitles, hls_subtitles
from media_pipeline.publishing.published_caption import PublishedCaption, variant
from tests.support.made_outputs import made_outputs

MASTER_KEY, MPD_KEY = "id/1/hls/master.m3u8", "id/1/dash/manifest.mpd"
MASTER = (
    "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n"
    '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="a, SUBTITLES=",DEFAULT=YES,URI="a.m3u8"\n'
    '#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS="avc1.640028,mp4a.40.2",RESOLUTION=1280x720,AUDIO="audio"\n'
    "master_720p.m3u8\n"
    '#EXT-X-IMAGE-STREAM-INF:BANDWIDTH=1,RESOLUTION=320x180,CODECS="jpeg",URI="images.m3u8"\n'
    '#EXT-X-STREAM-INF:BANDWIDTH=2,CODECS="avc1.640028",NAME="SUBTITLES=x, y"\n'
    "master_360p.m3u8"
)
PLANNED = PlannedOutput(
    format="DASH", key=MPD_KEY, group=0, width=1280, height=720, sizes=((1280, 720), (640, 360))
)
MPD = made_outputs([PLANNED], seconds=10.0)[MPD_KEY].decode()
PRETTY_MPD = (
    '<?xml version="1.0"?>\n<MPD>\n  <Period>\n    <AdaptationSet contentType="text">\n'
    "      <Label>x</Label>\n    </AdaptationSet>\n"
    '\t<AdaptationSet id="2">\n    </AdaptationSet>\n  </Period>\n</MPD>\n'
)


def caption(language: str, size_bytes: int = 1000, role: str = "") -> PublishedCaption:
    """Return a published caption file."""
    name = variant(language, role)
    return PublishedCaption(
        language=language,
        role=role,
        key=f"id/1/captions/{name}.vtt",
        playlist_key=f"id/1/captions/{name}.m3u8",
        size_bytes=size_bytes,
    )


VARIANTS = st.lists(
    st.tuples(
        st.sampled_from(["de", "en", "pt-BR", "und", "zh-Hant"]), st.sampled_from(["", "sdh", "forced"])
    ),
    unique=True,
)
CAPTIONS = VARIANTS.map(lambda found: [caption(language, role=role) for language, role in sorted(found)])
BREAKS = st.sampled_from(["\n", "\r\n"])


def test_a_master_offers_subtitles() -> None:
    """Every variant names the group, each language is a rendition of it, and the keys lead to the files."""
    text = hls_subtitles.with_captions(MASTER, [caption("en"), caption("und")], key=MASTER_KEY)
    playlist = m3u8.loads(text)
    renditions = [media for media in playlist.media if media.type == "SUBTITLES"]
    assert [(m.group_id, m.language, m.name, m.autoselect, m.uri) for m in renditions] == [
        (hls_subtitles.GROUP, "en", "English", "YES", "../captions/en.m3u8"),
        (hls_subtitles.GROUP, "und", "Captions", "NO", "../captions/und.m3u8"),
    ]
    assert [variant.stream_info.subtitles for variant in playlist.playlists] == [hls_subtitles.GROUP] * 2
    master = read_master_playlist(MASTER_KEY, text)
    assert {"id/1/captions/en.m3u8", "id/1/captions/und.m3u8"} <= set(master.others)
    assert [variant.key for variant in master.variants] == [
        "id/1/hls/master_720p.m3u8",
        "id/1/hls/master_360p.m3u8",
    ]


ROLES = [
    caption("en"),
    caption("en", role="forced"),
    caption("en", role="sdh"),
    caption("und", role="forced"),
]


def test_a_master_tells_roles() -> None:
    """For people who can't hear there are CHARACTERISTICS; forced ones are shown without being chosen."""
    playlist = m3u8.loads(hls_subtitles.with_captions(MASTER, ROLES, key=MASTER_KEY))
    renditions = [media for media in playlist.media if media.type == "SUBTITLES"]
    described = [(m.language, m.name, m.autoselect, m.forced, m.characteristics, m.uri) for m in renditions]
    sdh = "public.accessibility.transcribes-spoken-dialog,public.accessibility.describes-music-and-sound"
    assert described == [
        ("en", "English", "YES", "NO", None, "../captions/en.m3u8"),
        ("en", "English (forced)", "YES", "YES", None, "../captions/en.forced.m3u8"),
        ("en", "English (SDH)", "YES", "NO", sdh, "../captions/en.sdh.m3u8"),
        ("und", "Captions (forced)", "YES", "YES", None, "../captions/und.forced.m3u8"),
    ]


def test_a_manifest_tells_roles() -> None:
    """Roles are ISO's; captions for people who can't hear are marked as accessible as well."""
    text = dash_subtitles.with_captions(MPD, ROLES, key=MPD_KEY, duration_ms=10_000)
    sets = ElementTree.fromstring(text).findall(".//{*}AdaptationSet[@contentType='text']")
    described = [
        (s.get("lang"), s.findtext("{*}Label"), [(d.tag.rpartition("}")[2], d.get("value")) for d in s[1:-1]])
        for s in sets
    ]
    assert described == [
        ("en", "English", [("Role", "subtitle")]),
        ("en", "English (forced)", [("Role", "forced-subtitle")]),
        ("en", "English (SDH)", [("Accessibility", "caption"), ("Role", "caption")]),
        ("und", "Captions (forced)", [("Role", "forced-subtitle")]),
    ]
    assert len({r.get("id") for s in sets for r in s.iterfind("{*}Representation")}) == len(ROLES)


@given(CAPTIONS)
def test_no_closed_captions_stay_none(captions: list[PublishedCaption]) -> None:
    """CLOSED-CAPTIONS=NONE of a variant, without which Safari shows an unknown track, is kept."""
    master = "".join(
        f"{line},CLOSED-CAPTIONS=NONE\n" if line.startswith("#EXT-X-STREAM-INF") else f"{line}\n"
        for line in MASTER.splitlines()
    )
    text = hls_subtitles.with_captions(master, captions, key=MASTER_KEY)
    assert [variant.stream_info.closed_captions for variant in m3u8.loads(text).playlists] == ["NONE"] * 2
    assert hls_subtitles.with_captions(text, [], key=MASTER_KEY) == master


def test_captions_of_the_earlier_release_are_replaced() -> None:
    """What was added before there were roles, as it lies in buckets, is known and goes."""
    before_hls = MASTER.replace(
        "#EXT-X-STREAM-INF:BANDWIDTH=1",
        '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="sidecar-captions",NAME="English",LANGUAGE="en",DEFAULT=NO,'
        'AUTOSELECT=YES,FORCED=NO,URI="../captions/en.m3u8"\n#EXT-X-STREAM-INF:BANDWIDTH=1',
    )
    assert hls_subtitles.with_captions(before_hls, [], key=MASTER_KEY) == MASTER
    before_dash = MPD.replace(
        "</AdaptationSet>",
        '</AdaptationSet>\n<AdaptationSet contentType="text" mimeType="text/vtt" lang="en"><Label>English'
        '</Label><Role schemeIdUri="urn:mpeg:dash:role:2011" value="subtitle"/><Representation '
        'id="sidecar-captions-en" bandwidth="800"><BaseURL>../captions/en.vtt</BaseURL></Representation>'
        "</AdaptationSet>",
        1,
    )
    assert dash_subtitles.with_captions(before_dash, ROLES, key=MPD_KEY, duration_ms=10_000) == (
        dash_subtitles.with_captions(MPD, ROLES, key=MPD_KEY, duration_ms=10_000)
    )


def test_subtitles_of_somebody_else_stay() -> None:
    """A variant that names a group of subtitles already is left as it is."""
    foreign = MASTER.replace('AUDIO="audio"\n', 'AUDIO="audio",SUBTITLES="theirs"\n')
    text = hls_subtitles.with_captions(foreign, [caption("en")], key=MASTER_KEY)
    variants = m3u8.loads(text).playlists
    assert [variant.stream_info.subtitles for variant in variants] == ["theirs", hls_subtitles.GROUP]


@given(CAPTIONS, CAPTIONS, BREAKS)
def test_a_master_holds_the_current_captions(
    before: list[PublishedCaption], after: list[PublishedCaption], line_break: str
) -> None:
    """Adding twice is adding once, what was there is replaced, and without captions all is as it was."""
    master = MASTER.replace("\n", line_break)
    once = hls_subtitles.with_captions(master, after, key=MASTER_KEY)
    assert hls_subtitles.with_captions(once, after, key=MASTER_KEY) == once
    other = hls_subtitles.with_captions(master, before, key=MASTER_KEY)
    assert hls_subtitles.with_captions(other, after, key=MASTER_KEY) == once
    assert hls_subtitles.with_captions(once, [], key=MASTER_KEY) == master


def test_a_caption_playlist_plays_the_file_to_the_end() -> None:
    """One segment as long as the video, found from where the playlist lies."""
    text = hls_subtitles.caption_playlist(caption("en"), duration_ms=10_500)
    read = read_media_playlist("id/1/captions/en.m3u8", text)
    assert (read.duration_seconds, read.files) == (10.5, ("id/1/captions/en.vtt",))
    assert "#EXT-X-TARGETDURATION:11\n" in text


def test_a_manifest_offers_text() -> None:
    """Each language is an AdaptationSet of its own, whose file is found from where the manifest lies."""
    text = dash_subtitles.with_captions(MPD, [caption("en"), caption("und")], key=MPD_KEY, duration_ms=10_000)
    root = ElementTree.fromstring(text)
    sets = [s for s in root.iterfind(".//{*}AdaptationSet") if s.get("contentType") == "text"]
    assert [(s.get("lang"), s.get("mimeType"), s.findtext("{*}Label")) for s in sets] == [
        ("en", "text/vtt", "English"),
        ("und", "text/vtt", "Captions"),
    ]
    read = read_dash_manifest(MPD_KEY, text.encode()).representations
    assert [(r.files, r.has_video, r.has_audio) for r in read if not (r.has_video or r.has_audio)] == [
        (("id/1/captions/en.vtt",), False, False),
        (("id/1/captions/und.vtt",), False, False),
    ]
    assert [r.get("bandwidth") for s in sets for r in s].count("800") == 2


@pytest.mark.parametrize("manifest", [MPD, PRETTY_MPD, PRETTY_MPD.replace("\n", "\r\n")])
@given(before=CAPTIONS, after=CAPTIONS)
def test_a_manifest_holds_the_current_captions(
    manifest: str, before: list[PublishedCaption], after: list[PublishedCaption]
) -> None:
    """Adding twice is adding once, what was there is replaced, and without captions all is as it was."""

    def added(text: str, captions: list[PublishedCaption]) -> str:
        return dash_subtitles.with_captions(text, captions, key=MPD_KEY, duration_ms=10_000)

    once = added(manifest, after)
    assert added(once, after) == once
    assert added(added(manifest, before), after) == once
    assert added(once, []) == manifest


def test_what_is_no_manifest_is_an_error() -> None:
    """Without a variant or an AdaptationSet there is no place for captions."""
    with pytest.raises(UnreadableOutputError, match="no variant"):
        hls_subtitles.with_captions("#EXTM3U\n", [caption("en")], key=MASTER_KEY)
    with pytest.raises(UnreadableOutputError, match="no AdaptationSet"):
        dash_subtitles.with_captions("<MPD/>", [caption("en")], key=MPD_KEY, duration_ms=1)
