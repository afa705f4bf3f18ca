"""The checker of DASH finds no error in a valid presentation, and finds each rule's breach."""

from pathlib import Path

import pytest

from checks.conformance.dash import dash_errors
from tests.unit.checks.conformance.damage import (
    Broken,
    copied,
    keyframe_lost,
    overwritten,
    removed,
    replaced,
    scaled,
    shifted,
)

MANIFEST = "index.mpd"
ROLE = '<Role schemeIdUri="urn:mpeg:dash:role:2011" value="{}" />'


def changed(rule: str, old: str, new: str, error: str) -> Broken:
    """Break a rule by changing the manifest."""
    return Broken(rule, replaced(MANIFEST, old, new), error)


SCHEMA = [
    changed("XML", "</Period>", "", "isn't XML"),
    changed("namespace", "schema:mpd:2011", "schema:mpd:2010", "its root is"),
    changed("profiles", 'profiles="[^"]*" ', "", "lacks @profiles"),
    changed("minBufferTime", 'minBufferTime="[^"]*" ', "", "lacks @minBufferTime"),
    changed("duration's form", 'Duration="PT5.000S"', 'Duration="5 s"', "mediaPresentationDuration is '5 s'"),
    changed("static", 'type="static"', 'type="fixed"', "@type is 'fixed'"),
    changed("known attributes", "maxWidth=", "widest=", "unknown attribute @widest"),
    changed("known elements", "</Period>", "<Chapter /></Period>", "may not hold Chapter"),
    changed("order", "(<Label>.*?</Label>)(<Role.*?/>)", r"\2\1", "wrong order: Role, Label"),
    changed("id", ' id="1">\n *<SegmentT', ">\n<SegmentT", "lacks @id"),
    changed("bandwidth is there", ' bandwidth="\\d+"', "", "lacks @bandwidth"),
    changed("bandwidth's type", 'bandwidth="', 'bandwidth="-', "@bandwidth is"),
    changed("frame rate's form", ' frameRate="30"', ' frameRate="30 fps"', "@frameRate is '30 fps'"),
    changed("language's form", 'lang="deu"', 'lang="german language"', "@lang is"),
    changed("scheme", 'schemeIdUri="[^"]*" value="2"', 'value="2"', "lacks @schemeIdUri"),
    changed("duration of S", '<S d="15360" />', "<S />", "lacks @d"),
    changed("one template", "(<SegmentTemplate media=.*/>)", r"\1\1", "holds 2 SegmentTemplate"),
    changed(
        "a representation", "(?s)<Representation id=.en.*?</Representation>", "", "holds no Representation"
    ),
]
STRUCTURE = [
    changed("duration is the longest", "PT5.000S", "PT5.900S", "is 5.9 s, the longest lasts 5.0"),
    changed("period begins at 0", 'start="PT0S"', 'start="PT1S"', "its period begins at PT1S"),
    changed("one period", "</Period>", '</Period><Period id="2" start="PT5S" />', "it has 2 periods"),
    changed("period's duration", 'start="PT0S"', 'start="PT0S" duration="PT4S"', "its period lasts PT4S"),
    changed("buffer", 'minBufferTime="PT3S"', 'minBufferTime="PT0S"', "minBufferTime is nothing"),
    changed("ids of sets", 'AdaptationSet id="2"', 'AdaptationSet id="1"', "two sets have the id 1"),
    changed("ids", 'id="2">\n *<SegmentT', 'id="1">\n<SegmentT', "two representations have the id 1"),
    changed("base", "<BaseURL>./<", "<BaseURL>other/<", "index_linit.cmfv does not exist"),
    Broken("segment exists", removed("index_l_000000002.cmfv"), "index_l_000000002.cmfv does not exist"),
    Broken("init exists", removed("index_linit.cmfv"), "index_linit.cmfv does not exist"),
    changed("template", 'media="index_l_[^"]*" ', "", "has no SegmentTemplate with media"),
    changed("type of a set", 'contentType="text" mimeType="text/vtt"', 'mimeType="font/woff"', "is unknown"),
]
TIMELINE = [
    changed("no gap", '<S d="15360" />', '<S t="62000" d="15360" />', "its timeline has 560 of 15360"),
    changed("no overlap", '<S d="15360" />', '<S t="61000" d="15360" />', "its timeline has -440 of 15360"),
    changed("duration of a segment", '<S d="15360" />', '<S d="15000" />', "lasts 1.000 s, by the timeline"),
    changed("all segments", '<S d="15360" />', "", "its timeline leaves out index_l_000000003.cmfv"),
    changed(
        "starts", 'S t="0" d="30720"', 'S t="512" d="30720"', "begins at 0.000 s, in the timeline at 0.033"
    ),
    changed("timescale", 'timescale="15360"', 'timescale="15361"', "index_l_000000001.cmfv lasts"),
    changed(
        "begins with the period",
        'timescale="15360"',
        'presentationTimeOffset="7680" timescale="15360"',
        "begins at -0.500 s",
    ),
    Broken("decode time", shifted("index_l_000000002.cmfv", 512), "index_l_000000002.cmfv begins at 2.033"),
    Broken("index", copied("index_l_000000001.cmfv", "index_l_000000002.cmfv"), "index that isn't"),
    Broken("keyframe", keyframe_lost("index_s_000000002.cmfv"), "index_s_000000002.cmfv does not begin with"),
    Broken("media segment", overwritten("index_s_000000002.cmfv", b"no"), "isn't a media segment"),
]
DECLARED = [
    Broken("bandwidth is enough", scaled(MANIFEST, ' bandwidth="', 0.88), "bandwidth is"),
    Broken("bandwidth isn't too much", scaled(MANIFEST, ' bandwidth="', 1.12), "bandwidth is"),
    changed("codecs of the picture", "avc1.64000d", "avc1.640028", "codecs is avc1.640028"),
    changed("codecs of the sound", "mp4a.40.2", "mp4a.40.5", "codecs is mp4a.40.5"),
    changed("MIME type", 'mimeType="video/mp4"', 'mimeType="video/webm"', "mimeType is video/webm"),
    changed(
        "picture",
        'contentType="video" mimeType="video/mp4"',
        'contentType="audio" mimeType="audio/mp4"',
        "and isn't",
    ),
    changed("size", 'width="320" height="180"', 'width="640" height="360"', "its size is 640x360"),
    changed("frame rate", ' frameRate="30"', ' frameRate="25"', "frameRate is 25"),
    changed("frame rate is there", ' frameRate="30"', "", "it has no frameRate"),
    changed(
        "sampling rate",
        'audioSamplingRate="48000"',
        'audioSamplingRate="44100"',
        "audioSamplingRate is 44100",
    ),
    changed("channels", 'ChannelConfiguration" value="2"', 'ChannelConfiguration" value="6"', "sound has 2"),
    changed("channels are declared", "<AudioChannelConfiguration[^>]*>", "", "no AudioChannelConfiguration"),
]
SETS = [
    changed("limit of width", 'maxWidth="320"', 'maxWidth="640"', "maxWidth is 640"),
    changed("limit of rate", 'maxFrameRate="30"', 'maxFrameRate="25"', "maxFrameRate is 25"),
    changed(
        "sounds differ",
        '(?s)lang="deu">.*?</Label>.*?/>',
        f'lang="eng"><Label>English</Label>{ROLE.format("main")}',
        "nothing tells it from another",
    ),
    changed("languages are declared", '(?s) lang="eng">.*?</Label>', ">", "neither lang nor Label"),
    changed("a main sound", 'value="main"', 'value="alternate"', "0 of 2 sets of sound have the role main"),
    changed("one main sound", 'value="alternate"', 'value="main"', "2 of 2 sets of sound have the role main"),
    changed("known roles", 'value="alternate"', 'value="hero"', "role hero is unknown"),
    Broken("alignment", shifted("index_s_000000002.cmfv", 2000), r"index_s_000000002.cmfv begins \+0.130 s"),
]
BESIDE = [
    Broken("captions exist", removed("en.vtt"), "en.vtt does not exist"),
    Broken("WebVTT", replaced("en.vtt", "WEBVTT", "WEBVT"), "first line isn't WEBVTT"),
    changed("language of captions", 'mimeType="text/vtt" lang="en"', 'mimeType="text/vtt"', "it has no lang"),
    changed("roles of text", '<Role[^>]*value="caption" />', "", r"accessible as \['caption'\]"),
    changed("known roles of text", 'value="subtitle"', 'value="hero"', "role hero is unknown"),
    changed(
        "captions differ",
        '(?s)<Accessibility[^>]*>\\n<Role[^>]*value="caption" />',
        '<Role schemeIdUri="urn:mpeg:dash:role:2011" value="subtitle" />',
        "no language or role tells it from another one",
    ),
    changed("type of captions", 'mimeType="text/vtt"', 'mimeType="text/plain"', "MIME type is text/plain"),
    Broken("tile exists", removed("tile_2.jpg"), "tile_2.jpg: the tile does not exist"),
    changed("tiles declared", "(?s)<EssentialProperty.*?/>", "", "does not tell its tiles"),
    changed("layout", 'value="2x2"', 'value="5x2"', "can't be cut into 5x2"),
    changed("size of the tiles", 'width="128" height="72"', 'width="256" height="144"', "its tiles 256x144"),
    changed("coverage", 'duration="4" startNumber', 'duration="0" startNumber', "cover 0.000 of 5.000 s"),
    changed("type of tiles", 'mimeType="image/jpeg"', 'mimeType="image/png"', "MIME type is image/png"),
]
ALL = [*SCHEMA, *STRUCTURE, *TIMELINE, *DECLARED, *SETS, *BESIDE]


@pytest.mark.parametrize("manifest", ["cmaf/index.mpd", "dash/manifest.mpd"])
def test_a_valid_dash_presentation_has_no_error(valid: Path, manifest: str) -> None:
    """What the sandbox makes, two languages with captions and tiles among it, passes."""
    assert dash_errors(valid / manifest) == []


@pytest.mark.parametrize("broken", ALL, ids=[one.rule for one in ALL])
def test_each_breach_is_found(copy: Path, broken: Broken) -> None:
    """A presentation that breaks one rule has an error that names it."""
    broken.damage(copy / "cmaf")
    broken.assert_found(dash_errors(copy / "cmaf" / MANIFEST))


def test_a_missing_manifest_is_an_error(copy: Path) -> None:
    """A presentation without manifest isn't valid."""
    (copy / "cmaf" / MANIFEST).unlink()
    assert dash_errors(copy / "cmaf" / MANIFEST) == ["index.mpd does not exist"]
