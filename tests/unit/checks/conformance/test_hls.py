"""The checker of HLS finds no error in a valid presentation, and finds each rule's breach."""

import shutil
from pathlib import Path

import pytest

from checks.conformance.hls import hls_errors
from tests.unit.checks.conformance.damage import (
    Broken,
    both,
    copied,
    keyframe_lost,
    overwritten,
    removed,
    replaced,
    scaled,
    shifted,
)

MASTER, LARGE, SOUND = "index.m3u8", "index_l.m3u8", "index_audio_1.m3u8"
TAG = "#EXT-X-STREAM-INF:"


def in_master(rule: str, old: str, new: str, error: str) -> Broken:
    """Break a rule by changing the master playlist."""
    return Broken(rule, replaced(MASTER, old, new), error)


def in_media(rule: str, old: str, new: str, error: str, name: str = LARGE) -> Broken:
    """Break a rule by changing a media playlist."""
    return Broken(rule, replaced(name, old, new), error)


GRAMMAR = [
    in_master("first line", "#EXTM3U\n", "", "first line"),
    in_master("unknown tag", "#EXT-X-IND", "#EXT-X-FOO\n#EXT-X-IND", "EXT-X-FOO is unknown"),
    in_master("tag twice", "(#EXT-X-VERSION:7\n)", r"\1\1", "EXT-X-VERSION is there twice"),
    in_master("version's value", "VERSION:7", "VERSION:seven", "EXT-X-VERSION has the value"),
    in_master("media tag in master", "#EXT-X-IND", "#EXT-X-ENDLIST\n#EXT-X-IND", "belong into a master"),
    in_master("required attribute", "[:,]BANDWIDTH=\\d+", ":X=1", "lacks BANDWIDTH"),
    in_master("unknown attribute", ",AVERAGE-BAND", ",MEDIAN-BAND", "unknown attribute MEDIAN-BANDWIDTH"),
    in_master("attribute twice", ",RESOLUTION", ",RESOLUTION=1x1,RESOLUTION", "RESOLUTION twice"),
    in_master("quoting", 'CODECS="([^"]*)"', r"CODECS=\1", "attribute"),
    in_master("enumeration", "DEFAULT=YES", "DEFAULT=TRUE", "DEFAULT=TRUE"),
    in_master("language tag", 'LANGUAGE="eng"', 'LANGUAGE="e n g"', "LANGUAGE="),
    in_master("frame rate's form", "FRAME-RATE=30.000", "FRAME-RATE=30/1", "FRAME-RATE=30/1"),
    in_media(
        "master tag in media", "#EXTINF", '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="b"\n#EXTINF', "bel"
    ),
    in_media("EXTINF's form", "#EXTINF:2.0+,", "#EXTINF:two,", "EXTINF has the value"),
]
STRUCTURE = [
    Broken("variant exists", removed(LARGE), f"{LARGE} does not exist"),
    Broken("segment exists", removed("index_l_000000002.cmfv"), "index_l_000000002.cmfv does not exist"),
    Broken("init exists", removed("index_linit.cmfv"), "index_linit.cmfv does not exist"),
    Broken("tile exists", removed("tile_2.jpg"), "tile_2.jpg: the tile does not exist"),
    in_master("URI of a variant", f"{LARGE}\n", "", "has no URI"),
    in_media("EXTINF", "#EXTINF:2.0+,\n", "", "has no EXTINF"),
    in_media("target duration", "#EXT-X-TARGETDURATION:2\n", "", "no EXT-X-TARGETDURATION"),
    in_media("target duration is enough", "DURATION:2", "DURATION:1", "longer than the target duration"),
    in_media("target duration is near", "DURATION:2", "DURATION:9", "its target duration is 9"),
    in_media("end", "#EXT-X-ENDLIST\n", "", "does not end"),
    in_media("end is last", "#EXT-X-ENDLIST\n", "#EXT-X-ENDLIST\n#EXT-X-DISCONTINUITY\n", "does not end"),
    in_media("type", "TYPE:VOD", "TYPE:EVENT", "isn't VOD"),
    in_media("version 6 for a map", "VERSION:7", "VERSION:5", "says version 5, and needs 6"),
    in_media("map", '#EXT-X-MAP:URI="[^"]*"\n', "", "no EXT-X-MAP"),
    in_media("segment twice", "_000000002", "_000000001", "is there twice"),
]
GROUPS = [
    in_master("group exists", 'AUDIO="audio"', 'AUDIO="other"', "no AUDIO group other"),
    in_master(
        "group is used", 'GROUP-ID="subs"', 'GROUP-ID="texts"', "no variant uses the SUBTITLES group texts"
    ),
    in_master("names are unique", 'NAME="Deutsch"', 'NAME="English"', "two members named English"),
    in_master("one default", "DEFAULT=NO", "DEFAULT=YES", "more than one default"),
    in_master("a default", "DEFAULT=YES", "DEFAULT=NO", "has no default"),
    in_master("default is selectable", "AUTOSELECT=YES", "AUTOSELECT=NO", "may not be selected"),
    in_master("every variant has sound", ',AUDIO="audio"', "", "some variants have AUDIO"),
    in_master("subtitles' URI", ',URI="en.m3u8"', "", "subtitles English without URI"),
    in_master("no stray INSTREAM-ID", 'CHANNELS="2"', 'INSTREAM-ID="CC1"', "INSTREAM-ID"),
    in_master("no stray FORCED", 'CHANNELS="2"', "FORCED=YES", "FORCED"),
    in_master(
        "groups have the same members",
        "(#EXT-X-IND.*\n)",
        r'\1#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="more",NAME="Only",DEFAULT=YES,URI="index_audio_1.m3u8"\n',
        "different members",
    ),
]
DECLARED = [
    Broken("bandwidth is enough", scaled(MASTER, ",BANDWIDTH=", 0.88), ": BANDWIDTH is"),
    Broken("bandwidth isn't too much", scaled(MASTER, ",BANDWIDTH=", 1.12), ": BANDWIDTH is"),
    Broken("average bandwidth", scaled(MASTER, "AVERAGE-BANDWIDTH=", 0.88), "AVERAGE-BANDWIDTH is"),
    in_master("codec of the picture", "avc1.64000d", "avc1.640028", "CODECS lacks avc1.64000d"),
    in_master("codec of the sound", "mp4a.40.2", "mp4a.40.5", "CODECS has mp4a.40.5"),
    in_master("every codec", ",mp4a.40.2", "", "CODECS lacks mp4a.40.2"),
    in_master("codecs", ',CODECS="[^"]*"', "", "it has no CODECS"),
    in_master("resolution", "=320x180", "=640x360", "RESOLUTION is 640x360, the picture's 320x180"),
    in_master("frame rate", "FRAME-RATE=30.000", "FRAME-RATE=25.000", "FRAME-RATE is 25.0"),
    in_master("frame rate is there", ",FRAME-RATE=30.000", "", "no FRAME-RATE"),
    in_master("video range", ",RESOLUTION", ",VIDEO-RANGE=PQ,RESOLUTION", "VIDEO-RANGE is PQ"),
    in_master("channels", 'CHANNELS="2"', 'CHANNELS="6"', "CHANNELS is 6, and the sound has 2"),
    in_master("sound is sound", SOUND, "index_l.m3u8", "declared as sound|CHANNELS is 2"),
]
SEGMENTS = [
    in_media("duration declared", "#EXTINF:2.000000", "#EXTINF:1.900000", "lasts 2.000 s, not 1.9 s"),
    in_media("duration declared of sound", "#EXTINF:1.984", "#EXTINF:2.084", "lasts 1.984 s", SOUND),
    Broken("keyframe", keyframe_lost("index_l_000000002.cmfv"), "index_l_000000002.cmfv does not begin"),
    Broken("no gap", shifted("index_l_000000002.cmfv", 3000), "between index_l_000000001.cmfv and"),
    Broken("order", copied("index_l_000000001.cmfv", "index_l_000000002.cmfv"), "between index_l_"),
    Broken("media segment", overwritten("index_l_000000002.cmfv", b"no"), "isn't a media segment"),
    Broken("init segment", overwritten("index_linit.cmfv", b"no"), "isn't an init segment"),
    Broken("init of this track", copied("index_audio_1init.cmfa", "index_linit.cmfv"), "index_l.m3u8: "),
    Broken("not empty", overwritten("index_l_000000002.cmfv", b""), "isn't a media segment"),
    Broken(
        "alignment of the rungs",
        both(*(shifted(f"index_s_00000000{number}.cmfv", 3000) for number in (1, 2, 3))),
        r"index_s_000000001.cmfv begins \+0.195 s from index_l_000000001.cmfv",
    ),
    Broken(
        "as many segments in each rung",
        replaced("index_s.m3u8", "#EXTINF:1.0+,\n.*\n", ""),
        "index_s.m3u8 has 2 segments, index_l.m3u8 has 3",
    ),
]
BESIDE = [
    in_master("roles of subtitles", ',CHARACTERISTICS="[^"]*"', "", "several of one language and role"),
    in_master("characteristics", "describes-music-and-sound", "shouts", r"characteristics \['public.acc"),
    in_master(
        "forced subtitles", 'AUTOSELECT=YES,URI="sdh', 'FORCED=YES,URI="sdh', "forced subtitles English .SDH."
    ),
    in_media("first line of WebVTT", "WEBVTT", "WEBVT", "first line isn't WEBVTT", "en.vtt"),
    in_media("order of cues", "00:00.500 -->", "00:02.500 -->", "ends at 2.0 s", "en.vtt"),
    in_media("form of times", "00:00.500", "00:00,500", "has no timing", "en.vtt"),
    in_media("target duration of captions", "DURATION:5", "DURATION:4", "longer than", "en.m3u8"),
    in_media("captions' length", "5.0,", "50.0,", "longer than|covers", "en.m3u8"),
    in_media("images only", "#EXT-X-IMAGES-ONLY\n", "", "no EXT-X-IMAGES-ONLY", "tiles.m3u8"),
    in_media("tiles declared", "#EXT-X-TILES.*\n", "", "has no EXT-X-TILES", "tiles.m3u8"),
    in_media("layout", "LAYOUT=2x2", "LAYOUT=3x2", "has 128x72 pixels, its tiles 192x72", "tiles.m3u8"),
    in_media("tiles enough", "DURATION=1\n", "DURATION=0.5\n", "has too few tiles", "tiles.m3u8"),
    in_media("coverage", "#EXTINF:1.0,\n.*\n.*\n", "", "its tiles cover 4.000 of 5.000 s", "tiles.m3u8"),
    in_master("size of the tiles", "RESOLUTION=64x36", "RESOLUTION=32x18", "declared as 32x18"),
    Broken("tile is a picture", overwritten("tile_1.jpg", b"no picture"), "can't be decoded"),
]
IN_TS = [
    Broken("keyframe", keyframe_lost("master_l_00002.ts"), "master_l_00002.ts does not begin"),
    in_media("duration declared", "#EXTINF:2.000000", "#EXTINF:1.900000", "not 1.9 s", "master_l.m3u8"),
    in_media("codec", "avc1.64000d", "avc1.42000d", "CODECS lacks avc1.64000d", "master.m3u8"),
    in_media("codec of the sound", ",mp4a.40.2", "", "CODECS lacks mp4a.40.2", "master.m3u8"),
    in_media("version 3 for fractions", "VERSION:3", "VERSION:2", "needs 3", "master_l.m3u8"),
    Broken("bandwidth", scaled("master.m3u8", ":BANDWIDTH=", 0.85), ": BANDWIDTH is"),
    Broken("segment is one", overwritten("master_l_00002.ts", b"no"), "can't be demuxed"),
]
IN_CMAF = [*GRAMMAR, *STRUCTURE, *GROUPS, *DECLARED, *SEGMENTS, *BESIDE]


@pytest.mark.parametrize("master", ["cmaf/index.m3u8", "hls/master.m3u8"])
def test_a_valid_hls_presentation_has_no_error(valid: Path, master: str) -> None:
    """What the sandbox makes, fragmented MP4 with captions and tiles or MPEG-TS, passes."""
    assert hls_errors(valid / master) == []


@pytest.mark.parametrize("broken", IN_CMAF, ids=[f"{one.rule}" for one in IN_CMAF])
def test_each_breach_in_fragmented_mp4_is_found(copy: Path, broken: Broken) -> None:
    """A presentation that breaks one rule has an error that names it."""
    broken.damage(copy / "cmaf")
    broken.assert_found(hls_errors(copy / "cmaf" / MASTER))


@pytest.mark.parametrize("broken", IN_TS, ids=[f"{one.rule}" for one in IN_TS])
def test_each_breach_in_mpeg_ts_is_found(copy: Path, broken: Broken) -> None:
    """The rules about segments hold for MPEG-TS as well."""
    broken.damage(copy / "hls")
    broken.assert_found(hls_errors(copy / "hls" / "master.m3u8"))


def test_a_missing_master_is_an_error(copy: Path) -> None:
    """A presentation without master playlist isn't valid."""
    shutil.rmtree(copy / "hls")
    assert hls_errors(copy / "hls" / "master.m3u8") == ["master.m3u8 does not exist"]
