"""DASH manifests in their legal shapes, and what isn't one."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media_pipeline.domain.errors import UnreadableOutputError
from media_pipeline.manifests.dash import DashManifest, read_dash_manifest

KEY = "id/1/dash/manifest.mpd"
NAMESPACE = 'xmlns="urn:mpeg:dash:schema:mpd:2011"'


def mpd(
    inner: str, *, seconds: float = 20.02, attributes: str = "", period: str = '<Period start="PT0S">'
) -> str:
    """Return a manifest around one picture's representation and what else is given."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><MPD {NAMESPACE} type="static" {attributes} '
        f'mediaPresentationDuration="PT{seconds}S">{period}<AdaptationSet id="7" mimeType="video/mp4">'
        f"{inner}</AdaptationSet></Period></MPD>"
    )


def read(text: str) -> DashManifest:
    """Read a manifest."""
    return read_dash_manifest(KEY, text.encode())


def files(text: str) -> list[str]:
    """Return the names of the files of a manifest's one representation."""
    (representation,) = read(text).representations
    return [file.removeprefix("id/1/dash/") for file in representation.files]


NUMBERED = 'media="m_$Number%09d$.mp4" initialization="minit.mp4"'
REPRESENTATION = '<Representation id="1" width="1280" height="720" bandwidth="99" codecs="avc1.64001f">'


def numbered(*numbers: int) -> list[str]:
    """Return the names of an init file and of segments."""
    return ["minit.mp4", *(f"m_{number:09d}.mp4" for number in numbers)]


def timeline(entries: str, attributes: str = 'timescale="1000"') -> str:
    """Return a representation with a timeline."""
    return mpd(
        f"{REPRESENTATION}<SegmentTemplate {NUMBERED} {attributes}><SegmentTimeline>{entries}"
        "</SegmentTimeline></SegmentTemplate></Representation>"
    )


@pytest.mark.parametrize(
    ("entries", "count", "seconds"),
    [
        ('<S t="0" d="6006" r="2"/><S d="2002"/>', 4, 20.02),
        ('<S d="6006"/><S d="6006"/>', 2, 12.012),
        ('<S t="0" d="6006" r="-1"/>', 4, 24.024),
        ('<S t="0" d="2002" r="-1"/><S t="6006" d="7007" r="1"/>', 5, 20.02),
        # The period's end is rounded: no segment of three milliseconds is meant.
        ('<S t="0" d="20017" r="-1"/>', 1, 20.017),
        ('<S t="90000" d="6006" r="1"/><S t="108018" d="2002"/>', 3, 14.014),
    ],
)
def test_a_timeline_names_a_segment_for_each_time(entries: str, count: int, seconds: float) -> None:
    """Repeats count in addition, negative ones up to the next entry or the end of the period."""
    text = timeline(entries)
    assert files(text) == numbered(*range(1, count + 1))
    assert read(text).representations[0].duration_seconds == pytest.approx(seconds)


def test_segments_may_be_named_by_their_times() -> None:
    """$Time$ is each entry's own; $$ is a dollar sign, and identifiers of the representation fill in, too."""
    text = mpd(
        '<Representation id="r 1" bandwidth="99"><SegmentTemplate timescale="10" presentationTimeOffset="50" '
        'media="$$%20$RepresentationID$/$Bandwidth%05d$_$Time$.mp4"><SegmentTimeline>'
        '<S d="60" r="1"/><S t="900" d="20"/></SegmentTimeline></SegmentTemplate></Representation>'
    )
    assert files(text) == ["$ r 1/00099_50.mp4", "$ r 1/00099_110.mp4", "$ r 1/00099_900.mp4"]


@pytest.mark.parametrize(
    ("seconds", "attributes", "numbers"),
    [
        (20.02, 'timescale="90000" duration="540540" startNumber="1"', range(1, 5)),
        (18.018, 'timescale="90000" duration="540540"', range(1, 4)),
        (18.019, 'timescale="90000" duration="540540"', range(1, 4)),
        (0.033, 'timescale="30" duration="180"', range(1, 2)),
        (20.02, 'duration="6" startNumber="0"', range(4)),
        (20.02, 'duration="6" startNumber="5" endNumber="7"', range(5, 8)),
        (20.02, "", range(1, 2)),
    ],
)
def test_a_template_with_a_duration_covers_the_period(
    seconds: float, attributes: str, numbers: range
) -> None:
    """Without a timeline the period's length tells how many segments there are."""
    text = mpd(
        f"{REPRESENTATION}<SegmentTemplate {NUMBERED} {attributes}/></Representation>", seconds=seconds
    )
    assert files(text) == numbered(*numbers)
    assert read(text).representations[0].duration_seconds == seconds


def test_a_template_inherits_attribute_by_attribute() -> None:
    """What MediaConvert says once for an adaptation set holds for each representation in it."""
    text = mpd(
        '<SegmentTemplate timescale="90000" startNumber="3"/>'
        f'{REPRESENTATION}<SegmentTemplate {NUMBERED}><SegmentTimeline><S t="0" d="540540" r="1"/>'
        "</SegmentTimeline></SegmentTemplate></Representation>"
    )
    assert files(text) == numbered(3, 4)
    assert read(text).representations[0].duration_seconds == pytest.approx(12.012)


def test_places_are_resolved_through_every_base() -> None:
    """Each BaseURL is relative to the one around it, down to the segment's own name."""
    template = f'<SegmentTemplate {NUMBERED} duration="60"/>'
    text = mpd(
        f"<BaseURL>b/</BaseURL>{REPRESENTATION}<BaseURL> ../c%20d/ </BaseURL>{template}</Representation>",
        period="<BaseURL>./</BaseURL><Period><BaseURL>a/</BaseURL><BaseURL>spare/</BaseURL>",
    )
    assert files(text) == [f"a/c d/{name}" for name in numbered(1)]


def test_segments_may_be_listed_or_be_one_file() -> None:
    """A SegmentList names its segments; without segments, the BaseURL is the file."""
    listed = (
        '<SegmentList duration="10"><Initialization sourceURL="i.mp4"/><SegmentURL media="1.mp4"/>'
        '<SegmentURL media="2.mp4"/></SegmentList>'
    )
    assert files(mpd(f"{REPRESENTATION}{listed}</Representation>")) == ["i.mp4", "1.mp4", "2.mp4"]
    whole = '<BaseURL>film.mp4</BaseURL><SegmentBase indexRange="0-99"/>'
    assert files(mpd(f"{REPRESENTATION}{whole}</Representation>")) == ["film.mp4"]


def test_kinds_and_sizes_are_read_on_either_level() -> None:
    """Picture, sound, both and neither are distinguished by type or codecs, wherever those are."""
    template = f'<SegmentTemplate {NUMBERED} duration="60"/>'
    text = (
        f'<MPD {NAMESPACE}><Period duration="P0DT0H0M20S">'
        f'<AdaptationSet contentType="video" width="640" height="360"><Representation id="1">{template}'
        "</Representation></AdaptationSet>"
        '<AdaptationSet mimeType="video/mp4" codecs="avc1.4d4028,mp4a.40.2">'
        f'<Representation id="2" width="16" height="9">{template}</Representation></AdaptationSet>'
        f'<AdaptationSet><Representation id="3" mimeType="audio/mp4">{template}</Representation>'
        "</AdaptationSet>"
        f'<AdaptationSet contentType="text"><Representation id="4" codecs="stpp">{template}</Representation>'
        "</AdaptationSet></Period></MPD>"
    )
    manifest = read(text)
    assert manifest.duration_seconds == 20
    assert [(one.has_video, one.has_audio, one.size) for one in manifest.representations] == [
        (True, False, (640, 360)),
        (True, True, (16, 9)),
        (False, True, None),
        (False, False, None),
    ]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "not XML"),
        (timeline('<S d="1"/>')[:-20], "not XML"),
        ('<?xml version="1.0" encoding="unheard-of"?><MPD/>', "not XML"),
        ("<MPD/>", "0 periods"),
        (f"<MPD {NAMESPACE}><Period/><Period/></MPD>", "2 periods"),
        (f"<MPD {NAMESPACE}><Period/></MPD>", "not tell its duration"),
        (f'<MPD {NAMESPACE} mediaPresentationDuration="PT1S"><Period/></MPD>', "no representation"),
        (f'<MPD {NAMESPACE} mediaPresentationDuration="20"><Period/></MPD>', "where a duration belongs"),
        (f'<MPD {NAMESPACE} mediaPresentationDuration="P"><Period/></MPD>', "where a duration belongs"),
        (mpd(f"{REPRESENTATION}</Representation>"), "representation 1 without segments"),
        (
            mpd(f'{REPRESENTATION}<SegmentTemplate media="$Number$" endNumber="0"/></Representation>'),
            "ends before",
        ),
        (
            mpd(f'{REPRESENTATION}<SegmentTemplate media="m" initialization="$Time$"/></Representation>'),
            "can't be filled in",
        ),
        (mpd(f"{REPRESENTATION}<SegmentList/></Representation>"), "without segments"),
        (timeline(""), "empty SegmentTimeline"),
        (timeline('<S d="0"/>'), "without a duration"),
        (timeline('<S d="six"/>'), "where a whole number belongs"),
        (timeline('<S d="1" r="99999999999"/>'), "more than 1,000,000 segments"),
        (
            mpd(f'{REPRESENTATION}<SegmentTemplate media="m" endNumber="9999999"/></Representation>'),
            "more than 1,000,000 segments",
        ),
        (mpd(f"{REPRESENTATION}<BaseURL>http://[x/</BaseURL></Representation>"), "is no URI"),
    ],
)
def test_what_is_no_manifest_of_a_film_is_said(text: str, what: str) -> None:
    """Each way of not being a manifest that plays has its own words."""
    with pytest.raises(UnreadableOutputError, match=what):
        read(text)


def test_entities_that_multiply_are_refused() -> None:
    """A few hundred bytes that would become gigabytes of text are refused by the XML reader itself."""
    levels = "".join(f'<!ENTITY l{level} "{f"&l{level - 1};" * 20}">' for level in range(1, 10))
    text = f'<!DOCTYPE MPD [<!ENTITY l0 "laughs">{levels}]><MPD {NAMESPACE}><Period>&l9;</Period></MPD>'
    with pytest.raises(UnreadableOutputError, match="not XML"):
        read(text)


WHOLE = timeline('<S t="0" d="6006" r="2"/><S d="2002"/>')


@settings(deadline=None)  # a line may name a million segments
@given(
    st.one_of(
        st.binary(),
        st.tuples(st.integers(0, len(WHOLE)), st.text(max_size=5)).map(
            lambda cut: (WHOLE[: cut[0]] + cut[1] + WHOLE[cut[0] + len(cut[1]) :]).encode()
        ),
        st.tuples(
            st.sampled_from(["d", "r", "t", "timescale", "startNumber", "duration", "endNumber", "media"]),
            st.one_of(
                st.integers().map(str), st.sampled_from(["", "-1", "1e9", "$Number$", "$Foo$", "9" * 30])
            ),
        ).map(lambda put: WHOLE.replace("<S ", f'<S {put[0]}="{put[1]}" ', 1).encode()),
        st.tuples(
            st.sampled_from(
                ["d", "timescale", "startNumber", "duration", "endNumber", "presentationTimeOffset"]
            ),
            st.one_of(st.integers().map(str), st.sampled_from(["", "-1", "1e9", "9" * 30])),
        ).map(
            lambda put: mpd(
                f'{REPRESENTATION}<SegmentTemplate media="$Number$" {put[0]}="{put[1]}"/></Representation>'
            ).encode()
        ),
    )
)
def test_any_bytes_are_read_or_refused(text: bytes) -> None:
    """No bytes make the reader fail in another way than by its own error."""
    with suppress(UnreadableOutputError):
        read_dash_manifest(KEY, text)
