"""A player offers no closed captions where there are none."""

from hypothesis import given
from hypothesis import strategies as st

from media_pipeline.publishing.closed_captions import without_closed_captions

MEDIA = '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="English",LANGUAGE="en",URI="a.m3u8"\n'
VARIANT = '#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS="avc1.64001f,mp4a.40.2",AUDIO="audio"'


def test_every_variant_says_that_it_has_none() -> None:
    """Each variant gets the attribute, whatever its line break, and everything else stays as it is."""
    master = f"#EXTM3U\n{MEDIA}{VARIANT}\nv.m3u8\n{VARIANT}\r\nw.m3u8\r\n{VARIANT}"
    assert without_closed_captions(master) == (
        f"#EXTM3U\n{MEDIA}{VARIANT},CLOSED-CAPTIONS=NONE\nv.m3u8\n{VARIANT},CLOSED-CAPTIONS=NONE\r\nw.m3u8\r\n"
        f"{VARIANT},CLOSED-CAPTIONS=NONE"
    )


def test_what_has_closed_captions_stays_as_it_is() -> None:
    """A master that names closed captions, in a rendition or by a group, is not changed."""
    named = '#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID="cc",NAME="English",INSTREAM-ID="CC1"\n'
    for master in (
        f"#EXTM3U\n{named}{VARIANT}\nv.m3u8\n",
        f'#EXTM3U\n{VARIANT},CLOSED-CAPTIONS="cc"\nv.m3u8\n',
    ):
        assert without_closed_captions(master) == master


def test_a_name_is_no_attribute() -> None:
    """What stands in quotes names no closed captions."""
    master = '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO="CLOSED-CAPTIONS=NONE"\nv.m3u8\n'
    assert without_closed_captions(master).count("CLOSED-CAPTIONS=NONE") == 2


@given(
    lines=st.lists(
        st.one_of(st.just(VARIANT), st.just(f"{VARIANT},CLOSED-CAPTIONS=NONE"), st.text(max_size=20))
    )
)
def test_saying_it_twice_changes_nothing(lines: list[str]) -> None:
    """The attribute is given once, and lines that are no variant's are never touched."""
    master = "\n".join(lines)
    changed = without_closed_captions(master)
    assert without_closed_captions(changed) == changed
    assert changed.replace(",CLOSED-CAPTIONS=NONE", "") == master.replace(",CLOSED-CAPTIONS=NONE", "")
