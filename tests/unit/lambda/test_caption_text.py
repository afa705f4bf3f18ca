"""Caption files of all kinds become WebVTT, or a sentence that says why not."""

import codecs
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import webvtt
from hypothesis import given
from hypothesis import strategies as st

from media_pipeline.caption_text import MAX_CAPTION_BYTES, decoded, last_cue_ends_ms, webvtt_text
from media_pipeline.errors import UnreadableCaptionError
from tests.conformance.webvtt import webvtt_faults

SRT = "1\n00:00:01,000 --> 00:00:02,500\nHéllo\nthere\n\n2\n00:00:03,000 --> 00:00:04,000\nBye\n"
VTT = "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nHéllo\nthere\n\n00:00:03.000 --> 00:00:04.000\nBye\n"


def converted(text: str | bytes, suffix: str = ".srt", duration_ms: int = 0) -> str:
    """Return the WebVTT that becomes of a file."""
    body = text if isinstance(text, bytes) else text.encode()
    return webvtt_text(body, suffix=suffix, duration_ms=duration_ms)


def faults_of(text: str) -> list[str]:
    """Return what the checker of WebVTT finds."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "captions.vtt")
        path.write_bytes(text.encode())
        return webvtt_faults(path)


@pytest.mark.parametrize(
    "body",
    [
        SRT.encode(),
        codecs.BOM_UTF8 + SRT.encode(),
        SRT.replace("\n", "\r\n").encode(),
        SRT.replace("\n", "\r").encode(),
        SRT.encode("utf-16"),
        codecs.BOM_UTF16_BE + SRT.encode("utf-16-be"),
        SRT.encode("utf-16-le"),
        SRT.encode("utf-16-be"),
        SRT.encode("latin-1"),
        b"\n\n " + SRT.encode() + b"\n\n\n",
        SRT.replace(",", ".").encode(),
        SRT.replace("1\n", "1 \n", 1).encode(),
    ],
)
def test_srt_in_any_encoding_becomes_webvtt(body: bytes) -> None:
    """Byte order marks, line breaks and encodings of all ages are read."""
    assert converted(body) == VTT


def test_webvtt_keeps_what_players_use() -> None:
    """Styles, regions, settings and tags stay; comments, numbers and timestamp maps go."""
    text = (
        "WEBVTT - a title\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:900000\n\nNOTE by somebody\n\n"
        "STYLE\n::cue(.x) { color: red }\n\nREGION\nid:r\n\n"
        "1\n00:01.000 --> 00:02.000 align:start region:r\n<v Ann><c.x>a &amp; b</c></v>\n"
    )
    assert converted(text, ".vtt") == (
        "WEBVTT\n\nREGION\nid:r\n\nSTYLE\n::cue(.x) { color: red }\n\n"
        "00:00:01.000 --> 00:00:02.000 align:start region:r\n<v Ann><c.x>a &amp; b</c></v>\n"
    )


def test_a_place_that_makes_no_sense_is_left_out() -> None:
    """Settings that are no settings of WebVTT go, and the cue stays."""
    text = "WEBVTT\n\n00:01.000 --> 00:02.000 X1:40 top\na\n\n00:02.000 --> 00:03.000 line:0\nb\n"
    assert converted(text, ".vtt") == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\na\n\n00:00:02.000 --> 00:00:03.000 line:0\nb\n"
    )


def test_what_srt_means_is_what_is_shown() -> None:
    """Common tags stay, fonts and positions go, and nothing else is taken for markup."""
    text = (
        '1\n00:00:01,000 --> 00:00:02,000\n{\\an8}<font color="red"><I>R&D</I></font> <3 &lt; a-->b <span>\n'
    )
    assert converted(text).splitlines()[-1] == "<i>R&amp;D</i> &lt;3 &lt; a--&gt;b &lt;span&gt;"


def test_cues_come_in_order() -> None:
    """Players want cues by their begin; files of several authors have them otherwise."""
    later, earlier = SRT.split("\n\n")
    assert converted(f"{earlier.strip()}\n\n{later}\n") == VTT


def test_spoilt_cues_are_left_out() -> None:
    """Negative times, ends before begins and empty cues don't spoil the others."""
    spoilt = (
        "3\n-00:00:05,000 --> 00:00:06,000\nnegative\n\n4\n00:00:09,000 --> 00:00:08,000\nbackwards\n\n"
        "5\n00:00:10,000 --> 00:00:11,000\n\n\n6\nnonsense --> more\nx\n"
    )
    assert converted(f"{SRT}\n{spoilt}") == VTT


def test_cues_after_the_end_are_left_out() -> None:
    """A cue that begins when the video is over is dropped, one that outlasts it stays."""
    assert converted(SRT, duration_ms=3_000).count("-->") == 1
    assert converted(SRT, duration_ms=3_001) == VTT
    assert last_cue_ends_ms(VTT) == 4_000


@pytest.mark.parametrize(
    ("body", "suffix", "sentence"),
    [
        (b"", ".srt", "The caption file is empty."),
        (b" \r\n", ".vtt", "The caption file is empty."),
        (bytes(MAX_CAPTION_BYTES + 1), ".srt", "at most 2,097,152 are accepted"),
        (SRT.encode(), ".vtt", "does not begin with WEBVTT."),
        (VTT.encode(), ".srt", "does not begin with the number of a cue"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)), ".srt", "caption file"),
        (b"WEBVTT\n\nNOTE nothing else\n", ".vtt", "has no cue that can be read"),
        (codecs.BOM_UTF16_LE + b"1\0\n", ".srt", "is not the utf-16 text that it claims"),
        (b"ab\0cd\0ef\0gh" * 20 + b"\0", ".srt", "caption file"),
    ],
)
def test_a_bad_file_says_what_is_wrong(body: bytes, suffix: str, sentence: str) -> None:
    """Whoever uploaded the file reads what to mend."""
    with pytest.raises(UnreadableCaptionError, match=sentence):
        webvtt_text(body, suffix=suffix, duration_ms=0)


def test_captions_of_another_video_are_refused() -> None:
    """Where no cue begins before the end, the file is most likely another video's."""
    with pytest.raises(UnreadableCaptionError, match=r"after the video's end \(0\.5 s\)"):
        converted(SRT, duration_ms=500)


@given(st.binary(max_size=400), st.sampled_from([".srt", ".vtt"]))
def test_any_bytes_are_text_or_a_sentence(body: bytes, suffix: str) -> None:
    """Whatever is uploaded, there is WebVTT that reads back, or the declared error."""
    for prefix in (
        b"",
        b"WEBVTT\n\n",
        b"1\n00:00:01,000 --> 00:00:02,000\n",
        b"WEBVTT\n\n00:01.0 --> 00:02.0\n",
    ):
        try:
            text = webvtt_text(prefix + body, suffix=suffix, duration_ms=0)
        except UnreadableCaptionError:
            continue
        assert webvtt.from_string(text).captions
        assert faults_of(text) == []


LINES = st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20), min_size=1)
CUES = st.lists(st.tuples(st.integers(0, 10**7), st.integers(1, 10**5), LINES), min_size=1, max_size=8)


@given(CUES)
def test_any_srt_converts(cues: list[tuple[int, int, list[str]]]) -> None:
    """Every cue with words comes out at its time; converting again changes nothing."""

    def time(milliseconds: int) -> str:
        seconds, rest = divmod(milliseconds, 1000)
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d},{rest:03d}"

    blocks = [
        f"{number}\n{time(begins)} --> {time(begins + lasts)}\nx " + "\nx ".join(lines)
        for number, (begins, lasts, lines) in enumerate(cues, 1)
    ]
    text = converted("\n\n".join(blocks))
    read = webvtt.from_string(text, strict=True).captions
    assert sorted(
        (cue.start_time.in_milliseconds(), cue.end_time.in_milliseconds()) for cue in read
    ) == sorted((begins, begins + lasts) for begins, lasts, _ in cues)
    assert converted(text, ".vtt") == text
    assert faults_of(text) == []


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200))
def test_utf8_is_never_mistaken(text: str) -> None:
    """Text in UTF-8 is read as what it is."""
    assert decoded(b"1\n" + text.encode()) == "1\n" + text


@pytest.mark.parametrize("piece", [b"<font ", b"{\\", b"&#", b"1\n", b"-->\n"])
def test_a_hostile_file_takes_no_longer_than_another(piece: bytes) -> None:
    """What looks like the begin of a tag, again and again, is read in one go."""
    began = time.monotonic()
    body = (b"1\n00:00:01,000 --> 00:00:02,000\nx " + piece * MAX_CAPTION_BYTES)[: MAX_CAPTION_BYTES // 4]
    assert "-->" in webvtt_text(body, suffix=".srt", duration_ms=0)
    assert time.monotonic() - began < 10
