"""Sets that a player may not switch within are found; codecs are named, peaks and packed audio measured."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from checks.conformance import UnreadableError
from checks.conformance.codecs import aac_codec_of_stream, avc_codec, hevc_codec
from checks.conformance.dash_sets import set_errors
from checks.conformance.hls_media import check_media_playlist
from checks.conformance.media import Rendition, Segment
from checks.conformance.mpd import PREFIX, adaptation_sets
from checks.conformance.mpd_schema import NAMESPACE
from checks.conformance.packed_audio import (
    OWNER,
    PackedAudio,
    is_packed_audio,
    read_packed_audio,
)

SEGMENTS = [Segment(Path(f"{at}.cmfv"), Fraction(2 * at), Fraction(2), 1000, True) for at in range(3)]
LARGE = Rendition(SEGMENTS, ["avc1.640028"], (1920, 1080), Fraction(30), "SDR", None, None)


def set_of(other: Rendition) -> list[str]:
    """Return the errors of a set of a large picture and another one, whose declarations are true."""
    text = "".join(
        f'<Representation id="{number}" codecs="{one.codecs[0]}" bandwidth="4000" frameRate="30" '
        f'width="{one.size[0]}" height="{one.size[1]}" />'
        for number, one in enumerate((LARGE, other))
        if one.size is not None
    )
    root = ElementTree.fromstring(
        f'<MPD xmlns="{NAMESPACE}"><Period><AdaptationSet id="1" contentType="video" mimeType="video/mp4">'
        f"{text}</AdaptationSet></Period></MPD>"
    )
    assert root.find(f"{PREFIX}Period") is not None
    (one,) = adaptation_sets(root, Path())
    return list(set_errors([(one, list(zip(one.representations, (LARGE, other), strict=True)))]))


def test_rungs_of_one_ladder_are_a_set() -> None:
    """A smaller picture of the same kind has no error, also where its size is rounded to even numbers."""
    assert set_of(replace(LARGE, size=(854, 480))) == []
    assert set_of(replace(LARGE, size=(426, 240))) == []


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"codecs": ["hvc1.2.4.L120.90"]}, "different codecs"),
        ({"video_range": "PQ"}, "different ranges of brightness"),
        ({"size": (608, 1080)}, "608x1080 has another shape than 1920x1080"),
        ({"segments": SEGMENTS[:2]}, "3 and 2 segments"),
    ],
)
def test_what_a_player_can_not_switch_between_is_found(change: dict[str, Any], error: str) -> None:
    """Another codec, range, shape or number of segments does not belong into a set."""
    errors = set_of(replace(LARGE, **change))
    assert any(error in found for found in errors), errors


def test_codecs_are_named_as_rfc_6381_does() -> None:
    """Names come from the decoder's configuration: avcC, hvcC, ADTS."""
    assert avc_codec(bytes([0x64, 0x00, 0x28])) == "avc1.640028"
    main10 = bytes([0x02, 0x20, 0, 0, 0, 0xB0, 0, 0, 0, 0, 0, 153])
    assert hevc_codec(main10) == "hvc1.2.4.L153.B0"
    assert hevc_codec(bytes([0x21, 0x60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 93])) == "hvc1.1.6.H93"
    assert aac_codec_of_stream(bytes([0xFF, 0xF1, 0x50])) == "mp4a.40.2"
    assert aac_codec_of_stream(bytes([0x00, 0x00, 0x50])) is None


def test_the_peak_is_of_runs_near_the_target_duration() -> None:
    """A short dense segment counts only together with the one beside it."""
    sizes = [(Fraction(2), 2000), (Fraction(2), 1000), (Fraction(1, 2), 1000)]
    segments = [Segment(Path("s"), Fraction(0), seconds, size, True) for seconds, size in sizes]
    rendition = replace(LARGE, segments=segments)
    assert rendition.peak_bps(2) == 8000
    assert replace(LARGE, segments=segments[1:]).peak_bps(2) == pytest.approx(6400)
    assert replace(LARGE, segments=segments[2:]).peak_bps(2) == 16_000


def packed(start: int, frames: int, *, owner: bytes = OWNER) -> bytes:
    """Make packed audio: an ID3 tag, and frames of AAC, stereo at 48 kHz, with nothing in them."""
    private = owner + start.to_bytes(8, "big")
    frame = b"PRIV" + len(private).to_bytes(4, "big") + bytes(2) + private
    tag = b"ID3\x04\x00\x00" + bytes([0, 0, 0, len(frame)]) + frame
    return tag + frames * bytes([0xFF, 0xF1, 0x4C, 0x80, 0x01, 0x1F, 0xFC, 0x00])


def test_packed_audio_begins_when_its_tag_says() -> None:
    """Start, duration, codec, sample rate and channels are read of AAC frames behind their tag."""
    assert is_packed_audio(packed(90_000, 1))
    assert is_packed_audio(packed(90_000, 1)[73:])
    assert not is_packed_audio(b"G" * 188)
    assert read_packed_audio(packed(90_000, 3)) == PackedAudio(90_000, 3, "mp4a.40.2", 48_000, 2)


@pytest.mark.parametrize(
    "segment",
    [
        packed(0, 3, owner=b"another"),
        packed(0, 3)[73:],
        packed(0, 0),
        packed(0, 3)[:-1],
        packed(0, 3) + b"more",
    ],
)
def test_packed_audio_without_time_or_with_broken_frames_is_refused(segment: bytes) -> None:
    """No timestamp, no frame, half a frame, something else behind the frames."""
    with pytest.raises(UnreadableError, match="packed audio"):
        read_packed_audio(segment)


@pytest.mark.parametrize(("frames", "is_right"), [(141, True), (142, True), (143, False), (138, False)])
def test_packed_audio_may_hold_the_encoders_delay(tmp_path: Path, frames: int, is_right: bool) -> None:
    """A segment of 3 s has 141 frames filled up, or one more for the delay; others are errors."""
    (tmp_path / "1.aac").write_bytes(packed(90_000, frames))
    playlist = tmp_path / "sound.m3u8"
    playlist.write_text(
        "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:3\n#EXT-X-PLAYLIST-TYPE:VOD\n"
        "#EXTINF:3.000,\n1.aac\n#EXT-X-ENDLIST\n"
    )
    assert (check_media_playlist(playlist).errors == []) is is_right
