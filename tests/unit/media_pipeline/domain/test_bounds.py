"""How texts and lists are cut that are too long to be recorded or sent."""

import json
from typing import Any

import pytest

from media_pipeline.domain.bounds import cut, first_within, within


def readable(document: Any) -> str:
    """Return JSON as notifications have it: letters as they are."""
    return json.dumps(document, ensure_ascii=False)


def test_a_text_is_cut_between_characters() -> None:
    """A text that fits stays; another one loses whole characters, and ends with a sign that it did."""
    assert cut("語語", 6) == "語語"
    assert cut("語語語", 8) == "語…"
    assert cut("abcdef", 5) == "ab…"
    assert cut("abc", 2) == "…"


def test_the_first_entries_that_fit_are_kept() -> None:
    """Entries are counted in bytes of their JSON, up to so many; the others are counted."""
    assert first_within(["語"] * 5, max_entries=4, max_bytes=15) == (["語"] * 3, 2)
    assert first_within(["語"] * 5, max_entries=2, max_bytes=15) == (["語"] * 2, 3)
    assert first_within(["a"], max_entries=1, max_bytes=3) == (["a"], 0)
    assert first_within(["a"], max_entries=1, max_bytes=2) == ([], 1)


def test_the_longest_list_is_halved_until_all_fits() -> None:
    """Of two lists the longer one in bytes loses its end, and what it lost is counted beside it."""
    document = {"short": ["a"] * 8, "long": ["語" * 20] * 8, "text": "kept"}
    fitted = within(document, max_bytes=250, dumps=readable)
    assert fitted == {"short": ["a"] * 8, "long": ["語" * 20] * 2, "long_left_out": 6, "text": "kept"}
    assert within(document, max_bytes=10_000, dumps=readable) == document


def test_texts_are_cut_where_no_list_is_left() -> None:
    """A nested value is kept where its letters fit, and else becomes a text that can still be read."""
    kept = {"caption": "語" * 300}
    document = {"error": "x" * 5000, "nested": kept, "number": 3}
    fitted = within(document, max_bytes=2500, dumps=readable)
    assert fitted == {"error": "x" * 997 + "…", "nested": kept, "number": 3}
    longer = within({**document, "nested": {"caption": "語" * 400}}, max_bytes=2500, dumps=readable)
    assert longer["nested"].startswith('{"caption": "語語')
    assert longer["nested"].endswith("語…")
    assert len(longer["nested"].encode()) <= 1000


@pytest.mark.parametrize(("more", "is_kept"), [(0, True), (1, False)])
def test_a_nested_value_of_just_the_limit_is_kept(more: int, is_kept: bool) -> None:
    """A value is kept up to 1,000 bytes of its JSON, and becomes a text with one more."""
    nested = {"caption": "a" * (1000 - len(readable({"caption": ""})) + more)}
    fitted = within({"error": "x" * 5000, "nested": nested}, max_bytes=2100, dumps=readable)
    assert (fitted["nested"] == nested) is is_kept
    assert isinstance(fitted["nested"], dict if is_kept else str)


@pytest.mark.parametrize("max_bytes", [600, 300, 150])
def test_what_is_far_too_long_is_cut_further(max_bytes: int) -> None:
    """The bound holds however little it leaves of each text, names among them."""
    fitted = within({"n" * 2000: "語" * 2000, "b": "y" * 2000}, max_bytes=max_bytes, dumps=readable)
    assert len(readable(fitted).encode()) <= max_bytes
    assert len(fitted) == 2
