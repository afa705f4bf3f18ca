"""Which names are passed over, and that an event rule never passes over anything else."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_pipeline.domain.uploads.ignored_names import IgnoredNames, rule_suffixes
from stacks.settings import ENVIRONMENTS

SHIPPED = IgnoredNames(patterns=ENVIRONMENTS["dev"].ignored_names)


@pytest.mark.parametrize(
    ("pattern", "key", "covered"),
    [
        ("*a*b", "ab", True),
        ("*a*b", "xaxb", True),
        ("*a*b", "ba", False),
        ("a*b*c", "abc", True),
        ("a*b*c", "ac", False),
        ("ab*ba", "aba", False),
        ("**", "", True),
    ],
)
def test_any_text_may_be_none(pattern: str, key: str, covered: bool) -> None:
    """A `*` stands for an empty text, too, and what stands beside one does not overlap."""
    assert IgnoredNames(patterns=(pattern,)).cover(key) is covered


@pytest.mark.parametrize(
    "key",
    [
        "._movie.mp4",
        "in/._movie.mp4",
        "in/._folder/movie.mp4",
        ".DS_Store",
        "in/.DS_Store",
        "in/THUMBS.DB",
        "in/movie.mp4.part",
        "in/movie.mp4.1a2b3c.partial",
        "in/Unconfirmed 4711.crdownload",
        "in/~$plan.docx",
        "in/.movie.mp4.~4f2a",
        "in/.syncthing.movie.mp4.tmp",
        "in/~syncthing~movie.mp4",
        "in/.dropbox.cache/movie.mp4",
        "in/@eaDir/movie.mp4/SYNOVIDEO.mp4",
        "in/.stversions/movie.mp4",
        "folder/",
        "/",
    ],
)
def test_what_systems_and_sync_clients_leave_is_passed_over(key: str) -> None:
    """Resource forks, temporary names and folder markers are no uploads, in any letter case."""
    assert SHIPPED.cover(key)


@pytest.mark.parametrize(
    "key",
    ["movie.mp4", "in/my._movie.mp4", "part.mp4", "in/a.part.mp4", "tmp/a.mp4", "in/Thumbs.db.mp4", ".a.mp4"],
)
def test_what_people_upload_is_not(key: str) -> None:
    """A name that only looks like one of those is an upload."""
    assert not SHIPPED.cover(key)


patterns = st.lists(st.from_regex(r"[ab._*]{1,5}", fullmatch=True).filter(lambda text: text.strip("*")))
keys = st.from_regex(r"[abAB._]{0,4}(/[abAB._]{0,4}){0,3}", fullmatch=True)


@given(patterns=patterns, key=keys)
def test_a_pattern_means_the_same_as_its_expression(patterns: list[str], key: str) -> None:
    """`*` is any text, from any name of the key on to its end."""
    expressions = [".*".join(re.escape(part) for part in pattern.split("*")) for pattern in patterns]
    found = key.endswith("/") or any(
        re.search(rf"(?:\A|/){expression}\Z", key, re.IGNORECASE | re.DOTALL) for expression in expressions
    )
    assert IgnoredNames(patterns=tuple(patterns)).cover(key) == found


@given(patterns=patterns, key=keys)
def test_the_rule_passes_over_nothing_else(patterns: list[str], key: str) -> None:
    """Whatever the patterns, a key that the event rule keeps back is one that is ignored."""
    if key.endswith(tuple(rule_suffixes(patterns))):
        assert IgnoredNames(patterns=tuple(patterns)).cover(key)
