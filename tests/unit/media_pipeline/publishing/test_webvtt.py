"""Caption files of all kinds become WebVTT, or a sentence that says why not."""

import codecs
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import webvtt
from hypothesis import example, given
from hypothesis import strategies as st

from checks.conformance.webvtt import webvtt_errors
from media_pipeline.domain.errors import UnreadableCaptionError
from media_pipeline.domain.uploads.limits import MAX_CAPTION_BYTES
from media_pipeline.publishing.caption_text.webvtt import CaptionText, webvtt_text

SRT = "1\n00:00:01,000 --> 00:00:02,500\nHéllo\nthere\n\n2\n00:00:03,000 --> 00:00:04,000\nBye\n"
VTT = "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nHéllo\nthere\n\n00:00:03.000 --> 00:00:04.000\nBye\n"


def read(text: str | bytes, duration_ms: int = 0) -> CaptionText:
    """Return what becomes of a file."""
    return webvtt_text(text if isinstance(text, bytes) else text.encode(), duration_ms=duration_ms)


def converted(text: str | bytes, duration_ms: int = 0) -> str:
    """Return the WebVTT that becomes of a file."""
    return read(text, duration_ms).text


def cues_of(text: str | bytes) -> list[tuple[str, str, str]]:
    """Return the cues that become of a file: begin, end, text."""
    return [(cue.start, cue.end, cue.raw_text) for cue in webvtt.from_string(converted(text)).captions]


def errors_of(text: str) -> list[str]:
    """Return what the checker of WebVTT finds."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "captions.vtt")
        path.write_bytes(text.encode())
        return webvtt_errors(path)


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
    assert converted(text) == (
        "WEBVTT\n\nREGION\nid:r\n\nSTYLE\n::cue(.x) { color: red }\n\n"
        "00:00:01.000 --> 00:00:02.000 align:start region:r\n<v Ann><c.x>a &amp; b</c></v>\n"
    )


def test_a_place_that_makes_no_sense_is_left_out() -> None:
    """Settings that are no settings of WebVTT go, and the cue stays."""
    text = "WEBVTT\n\n00:01.000 --> 00:02.000 X1:40 top\na\n\n00:02.000 --> 00:03.000 line:0\nb\n"
    assert converted(text) == (
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
    """Negative times and ends before begins don't spoil the others; how many they are is reported."""
    spoilt = (
        "3\n-00:00:05,000 --> 00:00:06,000\nnegative\n\n4\n00:00:09,000 --> 00:00:08,000\nbackwards\n\n"
        "5\n00:00:10,000 --> 00:00:11,000\n\n\n6\nnonsense --> more\nx\n"
    )
    found = read(f"{SRT}\n{spoilt}")
    assert found.text == VTT
    assert found.notes == (
        "3 of 5 cues were left out: 2 with times that can't be read, 1 that end before they begin.",
    )


def test_cues_after_the_end_are_left_out() -> None:
    """A cue that begins when the video is over is dropped, one that outlasts it stays."""
    cut = read(SRT, duration_ms=3_000)
    assert (cut.text.count("-->"), cut.ends_ms) == (1, 2_500)
    assert cut.notes == ("1 of 2 cues was left out: 1 that begin after the video's end.",)
    whole = read(SRT, duration_ms=3_001)
    assert (whole.text, whole.ends_ms, whole.notes) == (VTT, 4_000, ())


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "The caption file is empty."),
        (b" \r\n", "The caption file is empty."),
        (bytes(MAX_CAPTION_BYTES + 1), "at most 2,097,152 are accepted"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)), "caption file"),
        (b"WEBVTT\n\nNOTE nothing else\n", "has no cue that can be read"),
        (b"no captions at all", "has no cue that can be read"),
        (codecs.BOM_UTF16_LE + b"1\0\n", "is not the utf-16 text that it claims"),
        (b"ab\0cd\0ef\0gh" * 20 + b"\0", "caption file"),
    ],
)
def test_a_bad_file_says_what_is_wrong(body: bytes, sentence: str) -> None:
    """The error says what the uploader has to do."""
    with pytest.raises(UnreadableCaptionError, match=sentence):
        read(body)


def test_captions_of_another_video_are_refused() -> None:
    """Where no cue begins before the end, the file is most likely another video's."""
    with pytest.raises(UnreadableCaptionError, match=r"after the video's end \(0\.5 s\)"):
        read(SRT, duration_ms=500)


@given(st.binary(max_size=400))
def test_any_bytes_are_text_or_a_sentence(body: bytes) -> None:
    """Whatever is uploaded, there is WebVTT that reads back, or the declared error."""
    for prefix in (
        b"",
        b"WEBVTT\n\n",
        b"1\n00:00:01,000 --> 00:00:02,000\n",
        b"WEBVTT\n\n00:01.0 --> 00:02.0\n",
    ):
        try:
            text = converted(prefix + body)
        except UnreadableCaptionError:
            continue
        assert webvtt.from_string(text).captions
        assert errors_of(text) == []


LINES = st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20), min_size=1)
CUES = st.lists(st.tuples(st.integers(0, 10**7), st.integers(1, 10**5), LINES), min_size=1, max_size=8)


@given(CUES)
@example([(0, 1, ["{\\}"])])
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
    found = webvtt.from_string(text, strict=True).captions
    assert sorted(
        (cue.start_time.in_milliseconds(), cue.end_time.in_milliseconds()) for cue in found
    ) == sorted((begins, begins + lasts) for begins, lasts, _ in cues)
    assert converted(text) == text
    assert errors_of(text) == []


TIME_LINE = "00:00:01,000 --> 00:00:02,000"


@example(["", "7", "A --> B", "{0}"])
@given(st.lists(st.sampled_from([TIME_LINE, "", "7", "A --> B", "x < y", "NOTE", "{0}", " "]), max_size=30))
def test_no_cue_is_lost_silently(lines: list[str]) -> None:
    """In whatever order times, numbers, blanks and texts stand: each text is shown, or its cue is counted."""
    numbered = [line.replace("{0}", f"text{number}") for number, line in enumerate(lines)]
    cues = sum(1 for line in lines if line == TIME_LINE)
    for head in ("", "WEBVTT\n\n"):
        try:
            found = read(head + "\n".join([TIME_LINE, "first", *numbered]))
        except UnreadableCaptionError:
            pytest.fail("a cue with words was refused")
        assert found.text.count("-->") <= cues + 1
        if not head:
            lost = [word for word in numbered if word.startswith("text") and word not in found.text]
            assert not lost or ("A --> B" in lines and any("left out" in note for note in found.notes))


SHOWN = [("00:00:00.500", "00:00:01.500", "first"), ("00:00:02.000", "00:00:03.000", "second")]
FIRST, SECOND = "00:00:00,500 --> 00:00:01,500", "00:00:02,000 --> 00:00:03,000"


@pytest.mark.parametrize(
    "text",
    [
        f"1\n{FIRST}\nfirst\n\n{SECOND}\nsecond\n",
        f"{FIRST}\nfirst\n\n{SECOND}\nsecond\n",
        f"{FIRST}\nfirst\n{SECOND}\nsecond\n",
        f"1\n{FIRST}\nfirst\n2\n{SECOND}\nsecond\n",
        f"1\n\n{FIRST}\nfirst\n\n2\n\n{SECOND}\nsecond\n",
        f"1\n{FIRST}\n\nfirst\n\n2\n{SECOND}\n\nsecond\n",
        f"1\n\n{FIRST}\n\nfirst\n\n\n2\n\n{SECOND}\n\nsecond\n",
        f"0\n{FIRST}\nfirst\n\n1\n{SECOND}\nsecond\n",
        f"17\n{FIRST}\nfirst\n\n3\n{SECOND}\nsecond\n",
        f"1\n{FIRST}X1:40 X2:50\nfirst\n\n2\n{SECOND}\nsecond\n".replace("X1", " X1"),
        f"1\n{FIRST.replace(' --> ', '-->')}\nfirst\n\n2\n{SECOND.replace(' --> ', ' -> ')}\nsecond\n",
        f"1\n{FIRST.replace(',', '.')}\nfirst\n\n2\n{SECOND.replace(',', ' , ')}\nsecond\n",
        f"1\n{FIRST.replace('00:00:00', '0:0:0')}\nfirst\n\n2\n{SECOND.replace(',000', '')}\nsecond\n",
        f"WEBVTT\n\n{FIRST}\nfirst\n\n{SECOND}\nsecond\n",
        f"WEBVTT\n\n{FIRST.replace(',', '.')}\nfirst\n\n{SECOND}\nsecond\n",
        f"WEBVTT\n\n{FIRST.replace(',', '.')}\n\nfirst\n\n{SECOND.replace(',', '.')}\nsecond\n",
        f"WEBVTT\n\none\n{FIRST}\nfirst\n\ntwo\n{SECOND}\nsecond\n",
        f"WEBVTT\n{FIRST}\nfirst\n\nNOTE\nnot shown\n\n{SECOND}\nsecond\n",
        f"WEBVTT\n\n{FIRST.replace('00:00:', '00:')}\nfirst\n{SECOND.replace('00:00:', '0:')}\nsecond\n",
    ],
)
def test_cues_are_found_however_they_are_written(text: str) -> None:
    """Without numbers, with blank lines anywhere, with times of any style: both cues come out, unnoted."""
    assert cues_of(text) == SHOWN
    assert read(text).notes == ()


def test_a_blank_line_within_a_text_loses_nothing() -> None:
    """What follows it belongs to the cue, up to the next one's number or times."""
    for head in ("", "WEBVTT\n\n"):
        assert cues_of(f"{head}1\n{FIRST}\none\n\ntwo\n\n2\n{SECOND}\n3\n\n") == [
            (*SHOWN[0][:2], "one\ntwo"),
            (*SHOWN[1][:2], "3"),
        ]


def test_a_number_that_is_a_text_is_shown() -> None:
    """In a file without numbers, and where it is not the next one."""
    assert cues_of(f"{FIRST}\n10\n\n{SECOND}\n9\n") == [(*SHOWN[0][:2], "10"), (*SHOWN[1][:2], "9")]
    assert cues_of(f"1\n{FIRST}\n10\n2\n{SECOND}\n9\n") == [(*SHOWN[0][:2], "10"), (*SHOWN[1][:2], "9")]


@pytest.mark.parametrize("head", ["", "WEBVTT\n\n"])
@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("A --> B", "A --&gt; B"),
        ("Tom & Jerry <3 you, 1 < 2", "Tom &amp; Jerry &lt;3 you, 1 &lt; 2"),
        ("a<b and c>d", "a&lt;b and c&gt;d"),
        ("&lt;3 &amp; &eacute; &#233; &x; AT&T;", "&lt;3 &amp; &eacute; &#233; &amp;x; AT&amp;T;"),
        ("<I>a</I> <b>b", "<i>a</i> <b>b"),
        ("<font color='red'>a</font>", "a"),
        ("<v Ann & Bob>a</v>", "<v Ann &amp; Bob>a</v>"),
        ("<c.red>a</c> <00:00:00.700>b", "<c.red>a</c> <00:00:00.700>b"),
        ("<unknown> <", "&lt;unknown&gt; &lt;"),
    ],
)
def test_text_is_shown_as_it_was_meant(head: str, written: str, shown: str) -> None:
    """Markup stays, what only looks like it is shown; writing it again changes nothing."""
    text = f"{head}{FIRST}\n{written}\n\n{SECOND}\nsecond\n"
    assert cues_of(text) == [(*SHOWN[0][:2], shown), SHOWN[1]]
    assert converted(converted(text)) == converted(text)
    assert errors_of(converted(text)) == []


def test_positions_are_those_of_srt() -> None:
    """What SubRip borrows from ASS is left out of SubRip, and is text in WebVTT."""
    assert cues_of(f"{FIRST}\n{{\\an8}}up\n")[0][2] == "up"
    assert cues_of(f"WEBVTT\n\n{FIRST}\n{{\\an8}}up\n")[0][2] == "{\\an8}up"


@pytest.mark.parametrize("piece", [b"<font ", b"<v ", b"<c.", b"{\\", b"&#", b"1\n", b"-->\n"])
def test_a_hostile_file_takes_no_longer_than_another(piece: bytes) -> None:
    """What looks like the begin of a tag, again and again, is read in one go."""
    began = time.monotonic()
    body = (b"1\n00:00:01,000 --> 00:00:02,000\nx " + piece * MAX_CAPTION_BYTES)[: MAX_CAPTION_BYTES // 4]
    assert "-->" in converted(body)
    assert time.monotonic() - began < 10
