"""What uploads and jobs' outputs hold, damaged or forged, is read or refused by the reader's own error."""

import contextlib
import json
from typing import Any

from hypothesis import strategies as st

from media_pipeline.adapters.dynamodb import to_item
from media_pipeline.adapters.probe_response import source_from_probe
from media_pipeline.domain.errors import (
    MalformedEventError,
    PermanentError,
    UnreadableCaptionError,
    UnreadableOutputError,
)
from media_pipeline.domain.events import state_change_of_job
from media_pipeline.domain.outputs import PlannedOutput
from media_pipeline.domain.source import has_audio, has_video, source_from_record
from media_pipeline.encoding.job_settings import job_settings
from media_pipeline.encoding.planned_outputs import planned_outputs
from media_pipeline.manifests.dash import read_dash_manifest
from media_pipeline.manifests.file_kinds import FileKind, kind_of
from media_pipeline.manifests.hls import read_master_playlist, read_media_playlist
from media_pipeline.manifests.mp4 import read_mp4
from media_pipeline.manifests.mpegts import first_timestamp
from media_pipeline.publishing import dash_subtitles, hls_subtitles
from media_pipeline.publishing.caption_text.webvtt import webvtt_text
from media_pipeline.publishing.dash_images import read_dash_images
from media_pipeline.publishing.published_caption import PublishedCaption
from media_pipeline.publishing.storyboard import image_playlist_key, read_image_playlist, storyboard
from tests.fuzz.fuzzing import forged, fuzzed, mutated, mutated_text
from tests.support.caption_lines import LINES
from tests.support.made_outputs import encrypted_mp4, made_mp4, made_outputs
from tests.support.strategies import json_values, shipped_presets, shipped_profiles

MASTER_KEY, MEDIA_KEY, MPD_KEY = "a/1/hls/master.m3u8", "a/1/hls/master_720p.m3u8", "a/1/dash/manifest.mpd"
MADE = made_outputs(
    [
        PlannedOutput(
            format="HLS",
            key=MASTER_KEY,
            group=0,
            width=1280,
            height=720,
            files=(MEDIA_KEY,),
            sizes=((1280, 720),),
        ),
        PlannedOutput(format="DASH", key=MPD_KEY, group=1, width=1280, height=720, sizes=((1280, 720),)),
    ],
    seconds=13.0,
)
MASTER, MEDIA, MPD = MADE[MASTER_KEY].decode(), MADE[MEDIA_KEY].decode(), MADE[MPD_KEY]
RICH_MASTER = (
    "#EXTM3U\n#EXT-X-VERSION:7\n"
    '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="en",LANGUAGE="en",URI="a.m3u8",CHANNELS="2"\n'
    '#EXT-X-STREAM-INF:BANDWIDTH=1000,AVERAGE-BANDWIDTH=900,CODECS="avc1.640028,mp4a.40.2",RESOLUTION=64x36,'
    'FRAME-RATE=29.970,AUDIO="a",SUBTITLES="s"\nv.m3u8\n'
    '#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=100,CODECS="avc1.640028",RESOLUTION=64x36,URI="i.m3u8"\n'
    '#EXT-X-IMAGE-STREAM-INF:BANDWIDTH=100,RESOLUTION=64x36,CODECS="jpeg",URI="t.m3u8"\n'
)
RICH_MEDIA = (
    "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:6\n#EXT-X-MEDIA-SEQUENCE:1\n#EXT-X-PLAYLIST-TYPE:VOD\n"
    '#EXT-X-MAP:URI="init.mp4",BYTERANGE="10@0"\n#EXT-X-KEY:METHOD=AES-128,URI="k",IV=0x1\n'
    "#EXT-X-PROGRAM-DATE-TIME:2026-01-02T03:04:05Z\n#EXT-X-DISCONTINUITY\n#EXT-X-BYTERANGE:5@1\n"
    '#EXT-X-DATERANGE:ID="x",START-DATE="2026-01-02T03:04:05Z",DURATION=1\n'
    '#EXT-X-PART:DURATION=1,URI="p"\n#EXT-X-SERVER-CONTROL:CAN-SKIP-UNTIL=1\n#EXT-X-START:TIME-OFFSET=1\n'
    "#EXT-X-CUE-OUT:DURATION=1\n#EXT-X-SKIP:SKIPPED-SEGMENTS=1\n#EXTINF:6.0,\na.ts\n#EXT-X-ENDLIST\n"
)
IMAGES = (
    "#EXTM3U\n#EXT-X-TARGETDURATION:50\n#EXT-X-VERSION:7\n#EXT-X-MEDIA-SEQUENCE:1\n#EXT-X-PLAYLIST-TYPE:VOD\n"
    "#EXT-X-IMAGES-ONLY\n#EXTINF:50,\n#EXT-X-TILES:RESOLUTION=64x36,LAYOUT=5x5,DURATION=2\n1.jpg\n"
    "#EXTINF:9,\n#EXT-X-TILES:RESOLUTION=64x36,LAYOUT=5x5,DURATION=2\n2.jpg\n#EXT-X-ENDLIST\n"
)
NUMBERED_MPD = (
    b'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" mediaPresentationDuration="PT1M2.5S">'
    b'<BaseURL>x/</BaseURL><Period duration="PT62S"><AdaptationSet mimeType="video/mp4">'
    b'<SegmentTemplate timescale="90000" duration="540000" startNumber="1" endNumber="9" '
    b'media="$RepresentationID$_$Number%05d$.m4s" initialization="$RepresentationID$_i.mp4"/>'
    b'<Representation id="v" bandwidth="1000" codecs="avc1.640028" width="64" height="36"/></AdaptationSet>'
    b'<AdaptationSet contentType="audio"><Representation id="a" bandwidth="1"><SegmentList duration="6">'
    b'<Initialization sourceURL="i"/><SegmentURL media="s"/></SegmentList></Representation></AdaptationSet>'
    b'<AdaptationSet><Representation id="t"><SegmentTemplate media="$Time$" timescale="10">'
    b'<SegmentTimeline><S t="0" d="60" r="-1"/><S t="300" d="60" r="5"/></SegmentTimeline></SegmentTemplate>'
    b'</Representation></AdaptationSet><AdaptationSet contentType="image" mimeType="image/jpeg">'
    b'<SegmentTemplate media="t_$Number$.jpg" duration="50.05" timescale="1" startNumber="1"/>'
    b'<Representation id="9" width="640" height="360"><EssentialProperty value="5x5" '
    b'schemeIdUri="http://dashif.org/guidelines/thumbnail_tile"/></Representation>'
    b"</AdaptationSet></Period></MPD>"
)
ENTITIES = (
    b'<!DOCTYPE MPD [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;">'
    b'<!ENTITY x SYSTEM "file:///etc/passwd">]><MPD mediaPresentationDuration="PT1S"><Period>&c;&x;'
    b"</Period></MPD>"
)
SRT = (
    "1\n00:00:01,000 --> 00:00:02,500\n<i>Hello</i> {\\an8}<font color=red>& <b>you\n\n"
    "2\n00:00:03,000 --> 00:00:04,000\n- Yes\n- No\n"
)
VTT = (
    "WEBVTT - title\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\n\nNOTE a\n\nSTYLE\n::cue { color: red }\n\n"
    "REGION\nid:r\nwidth:40%\nlines:3\nregionanchor:0%,100%\nviewportanchor:10%,90%\nscroll:up\n\n"
    "id\n00:01.000 --> 00:02.500 region:r line:0 position:20%,line-left size:60% align:start vertical:rl\n"
    "<v A>Hi <c.x>there</c> &amp;\n\n100:00:03.000 --> 100:00:04.000\nsecond\n"
)
TRANSPORT = (b"G\x40\x00\x30\x02\x00\x00" + b"\0\0\1\xe0\0\0\x80\x80\x05\x21\0\1\0\1" + bytes(167)) + (
    b"G\x40\x00\x10" + b"\0\0\1\xc0\0\0\x80\x80\x05\x21\0\1\0\1" + bytes(170)
)
ENCRYPTED = encrypted_mp4()
PROBED: dict[str, Any] = {
    "ProbeResults": [
        {
            "Container": {
                "Format": "mp4",
                "Duration": 4.0,
                "Tracks": [
                    {
                        "Index": 1, "TrackType": "video", "Codec": "AVC", "Duration": 4.0,
                        "VideoProperties": {
                            "Width": 1280, "Height": 720, "BitDepth": 8, "BitRate": 100, "Rotation": 90,
                            "FrameRate": {"Numerator": 24, "Denominator": 1},
                            "SampleAspectRatio": {"Numerator": 4, "Denominator": 3},
                            "TransferCharacteristics": "SMPTE_2084", "ColorPrimaries": "ITU_2020",
                            "CodecMetadata": {
                                "CodedFrameRate": {"Numerator": 24, "Denominator": 1},
                                "ScanType": "interlaced", "Width": 1280, "Height": 720, "BitDepth": 8,
                            },
                        },
                    },
                    {
                        "Index": 2, "TrackType": "audio", "Codec": "AAC", "Duration": 4.0,
                        "AudioProperties": {"Channels": 2, "SampleRate": 48000, "LanguageCode": "eng"},
                    },
                    {"Index": 3, "TrackType": "data", "DataProperties": {"LanguageCode": "d"}},
                ],
            },
            "Metadata": {"FileSize": 1},
        }
    ]
}  # fmt: skip
JOB: dict[str, Any] = {
    "Id": "1-a", "Status": "COMPLETE", "ErrorCode": 1010, "ErrorMessage": "m", "JobPercentComplete": 5,
    "UserMetadata": {"pipeline": "p", "asset_id": "0" * 32, "attempt": "1"},
    "Warnings": [{"Code": 1, "Count": 2}],
    "OutputGroupDetails": [
        {"OutputDetails": [{"DurationInMs": 5, "VideoDetails": {"WidthInPx": 1, "HeightInPx": 1}}]}
    ],
}  # fmt: skip
CAPTION = PublishedCaption(
    language="en", key="a/1/captions/en.vtt", playlist_key="a/1/captions/en.m3u8", size_bytes=9
)


def is_text(value: str) -> bool:
    """Tell whether a text can be written and sent: it holds no lone surrogate."""
    return value.encode(errors="replace").decode() == value


@fuzzed(text=mutated_text(MASTER, RICH_MASTER))
def test_any_master_playlist(text: str) -> None:
    """A master playlist is read, and added to, or refused; the image playlist that it names, too."""
    with contextlib.suppress(UnreadableOutputError):
        assert read_master_playlist(MASTER_KEY, text).variants
    with contextlib.suppress(UnreadableOutputError):
        hls_subtitles.with_captions(text, [CAPTION], key=MASTER_KEY)
    with contextlib.suppress(UnreadableOutputError):
        image_playlist_key(MASTER_KEY, text)


@fuzzed(text=mutated_text(MEDIA, RICH_MEDIA))
def test_any_media_playlist(text: str) -> None:
    """A media playlist is read to its end or refused."""
    with contextlib.suppress(UnreadableOutputError):
        assert read_media_playlist(MEDIA_KEY, text).files


@fuzzed(text=mutated_text(IMAGES), duration_ms=st.sampled_from([0, 1, 59_000, 2**53]))
def test_any_image_playlist(text: str, duration_ms: int) -> None:
    """An image playlist becomes a storyboard of bounded length, or is refused."""
    try:
        sheets = read_image_playlist("a/1/hls/t.m3u8", text)
        assert storyboard("a/1/thumbnails/storyboard.vtt", sheets, duration_ms=duration_ms).startswith(
            "WEBVTT"
        )
    except UnreadableOutputError:
        pass


@fuzzed(text=mutated(MPD, NUMBERED_MPD, ENTITIES))
def test_any_dash_manifest(text: bytes) -> None:
    """A manifest is read, and added to, or refused; entities neither grow nor name files."""
    with contextlib.suppress(UnreadableOutputError):
        sheets = read_dash_images(MPD_KEY, text)
        board = storyboard("a/1/thumbnails/storyboard.vtt", sheets, duration_ms=0) if sheets else "WEBVTT"
        assert board.startswith("WEBVTT")
    try:
        manifest = read_dash_manifest(MPD_KEY, text)
        assert manifest.representations
    except UnreadableOutputError:
        pass
    with contextlib.suppress(UnreadableOutputError):
        dash_subtitles.with_captions(
            text.decode(errors="replace"), [CAPTION], key=MPD_KEY, duration_ms=59_000
        )


@fuzzed(body=mutated(made_mp4(13.0, "vide", "soun"), made_mp4(13.0, "vide", version=1, padding=300)))
def test_any_mp4(body: bytes) -> None:
    """A film's boxes are read within the file, or refused."""

    def read(offset: int, length: int) -> bytes:
        assert 0 <= offset <= len(body)
        return body[offset : offset + length]

    with contextlib.suppress(UnreadableOutputError):
        read_mp4(len(body), read)


@fuzzed(body=mutated(ENCRYPTED, TRANSPORT * 3, NUMBERED_MPD, IMAGES.encode()))
def test_any_upload_of_a_failed_job(body: bytes) -> None:
    """A source is of a known kind or of none; nothing is read beyond its end."""

    def read(offset: int, length: int) -> bytes:
        assert 0 <= offset <= len(body)
        return body[offset : offset + length]

    assert kind_of(len(body), read) in (*FileKind, None)


@fuzzed(body=mutated(TRANSPORT))
def test_any_transport_stream(body: bytes) -> None:
    """A stream's first time is 33 bits, or unknown."""
    first = first_timestamp(body)
    assert first is None or 0 <= first < 2**33


@fuzzed(
    body=mutated(
        SRT.encode(),
        VTT.encode(),
        SRT.encode("utf-16"),
        VTT.encode("utf-8-sig"),
        SRT.encode("utf-16-le"),
        f"1\n00:00:01 --> 00:00:02\n{LINES['ru'][1][0]}\n".encode("cp1251"),
        "1\n00:00:01,5 --> 00:00:02\n元気ですか\n".encode("cp932"),
    ),
    language=st.sampled_from(["und", "en", "ru", "ja", "zh-Hant", "tr", "hi"]),
    duration_ms=st.sampled_from([0, 1, 2_000, 59_000, 2**53]),
)
def test_any_caption_file(body: bytes, language: str, duration_ms: int) -> None:
    """A caption file becomes WebVTT that can be read again and mapped, or a sentence for its uploader."""
    try:
        read = webvtt_text(body, language=language, duration_ms=duration_ms)
    except UnreadableCaptionError:
        return
    assert read.text.startswith("WEBVTT")
    assert read.ends_ms > 0
    assert all(is_text(note) for note in read.notes)
    assert is_text(hls_subtitles.with_timestamp_map(read.text, 90_000))


@fuzzed(response=st.one_of(forged(PROBED), json_values.map(json.dumps)))
def test_any_probe_response(response: str) -> None:
    """What Probe says becomes a source whose record is read again, or a failure of the asset."""
    value = json.loads(response)
    if not isinstance(value, dict):
        return
    presets, profiles = shipped_presets(), shipped_profiles()
    try:
        source = source_from_probe(value)
        profile = profiles.fitting(
            profiles.chosen(key="a.mp4", requested=None),
            has_video=has_video(source, "s3://u/a.mp4"),
            has_audio=has_audio(source),
        )
    except PermanentError:
        return
    assert source_from_record(source.as_record()) == source
    to_item(source.as_record())
    plan = planned_outputs(folder="a/1", source=source, profile=profile, presets=presets)
    assert all(output.key.startswith("a/1/") for output in plan)
    job_settings(
        source_uri="s3://u/a.mp4", destination="s3://o/a/1", source=source, profile=profile, presets=presets
    )


@fuzzed(job=forged(JOB))
def test_any_job(job: str) -> None:
    """What GetJob says becomes news, or a malformed event."""
    try:
        change = state_change_of_job(json.loads(job))
    except MalformedEventError:
        return
    assert is_text(change.error_message)
    assert is_text(change.asset_id or "")
