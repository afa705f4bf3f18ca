"""ListObjects reads the keys of its page alone, and answers as MiniStack does by going through all."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.local_aws.fixes.s3.object_listing import SortedObjects, entries

_KEYS = st.text(alphabet="ab/é", max_size=6)


def _going_through_all(
    keys: list[str], prefix: str, delimiter: str, max_keys: int, start_after: str
) -> tuple[list[str], list[str], bool, str]:
    """Return a page as S3's API defines it. Source: S3 API Reference, ListObjectsV2."""
    rows = {}
    for key in sorted(keys):
        if key.startswith(prefix):
            head, found, _ = key[len(prefix) :].partition(delimiter) if delimiter else (key, "", "")
            row = prefix + head + delimiter if found else key
            if row > start_after:
                rows[row] = bool(found)
    page = list(rows.items())[:max_keys]
    return (
        [row for row, collapsed in page if not collapsed],
        [row for row, collapsed in page if collapsed],
        len(rows) > max_keys,
        page[-1][0] if page else "",
    )


@given(
    keys=st.lists(_KEYS, unique=True, max_size=30),
    prefix=st.text(alphabet="ab/", max_size=2),
    delimiter=st.sampled_from(["", "/", "a"]),
    max_keys=st.integers(0, 8),
    start_after=_KEYS,
)
def test_a_page_holds_what_the_api_defines(
    keys: list[str], prefix: str, delimiter: str, max_keys: int, start_after: str
) -> None:
    """Keys, common prefixes, truncation and the last entry are those of a listing of every key."""
    objects = SortedObjects({key: {} for key in keys})
    expected = _going_through_all(keys, prefix, delimiter, max_keys, start_after)
    assert entries(objects, prefix, delimiter, max_keys, start_after) == expected


@given(st.lists(st.tuples(st.sampled_from(["set", "pop", "del", "setdefault", "update", "clear"]), _KEYS)))
def test_the_order_of_keys_follows_every_change(changes: list[tuple[str, str]]) -> None:
    """After any sequence of writes and removals, the keys that are listed are those that are there."""
    objects = SortedObjects({"a": {}, "b/a": {}})
    for change, key in changes:
        if change == "set":
            objects[key] = {}
        elif change == "pop":
            objects.pop(key, None)
        elif change == "del" and key in objects:
            del objects[key]
        elif change == "setdefault":
            objects.setdefault(key, {})
        elif change == "update":
            objects.update({key: {}})
        elif change == "clear":
            objects.clear()
        assert list(objects.keys_from("", "")) == sorted(objects)


def test_a_page_of_a_large_bucket_reads_no_other_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """One folder of a thousand is listed by looking at that folder's keys and the way to them."""
    objects = SortedObjects({f"{folder:03}/{name}": {} for folder in range(1_000) for name in "abc"})
    looked_at: list[str] = []

    class Noted(list[str]):
        def __getitem__(self, index: Any) -> Any:
            looked_at.append(key := super().__getitem__(index))
            return key

    monkeypatch.setattr(objects, "_keys", Noted(objects._keys))
    keys, _, truncated, _ = entries(objects, "500/", "", 1_000, "")
    assert keys == ["500/a", "500/b", "500/c"]
    assert not truncated
    assert len(looked_at) < 25
