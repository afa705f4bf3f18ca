"""List objects in time that depends on what is listed, and not on all that the bucket holds.

MiniStack goes through every key of the bucket, and sorts them, for each call of ListObjects: a bucket of
100,000 objects, as a load test fills it, keeps the server busy with little else. Here a bucket's keys stay
sorted, and a listing reads those of its page.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from typing import Any

from ministack.services import s3

_Response = tuple[int, dict[str, str], bytes]


class SortedObjects(dict[str, Any]):
    """Hold a bucket's objects by their keys, and know the order of the keys."""

    def __init__(self, objects: dict[str, Any]) -> None:
        super().__init__(objects)
        self._keys = sorted(self)

    def __setitem__(self, key: str, value: Any) -> None:
        if key not in self:
            insort(self._keys, key)
        super().__setitem__(key, value)

    def __delitem__(self, key: str) -> None:
        super().__delitem__(key)
        self._forget(key)

    def pop(self, key: str, *default: Any) -> Any:
        """Remove an object, and return it."""
        known = key in self
        value = super().pop(key, *default)
        if known:
            self._forget(key)
        return value

    def clear(self) -> None:
        """Remove every object."""
        super().clear()
        self._keys.clear()

    def setdefault(self, key: str, default: Any = None) -> Any:
        """Return an object, after adding it where there is none."""
        if key not in self:
            self[key] = default
        return self[key]

    def update(self, *objects: Any, **more: Any) -> None:
        """Add objects."""
        for key, value in dict(*objects, **more).items():
            self[key] = value

    def keys_from(self, first: str, prefix: str) -> Iterator[str]:
        """Yield the keys that begin with a prefix, in order, from `first` on."""
        for index in range(bisect_left(self._keys, max(first, prefix)), len(self._keys)):
            if not self._keys[index].startswith(prefix):
                return
            yield self._keys[index]

    def _forget(self, key: str) -> None:
        del self._keys[bisect_right(self._keys, key) - 1]


def apply() -> None:
    """Replace how MiniStack's S3 chooses what a listing holds."""
    for name in ("_list_objects_v1", "_list_objects_v2"):
        setattr(s3, name, _with_sorted_keys(getattr(s3, name)))
    s3._collect_list_entries = entries


def _with_sorted_keys(listing: Any) -> Any:
    def list_objects(bucket_name: str, query: dict[str, Any]) -> _Response:
        bucket = s3._ensure_bucket(bucket_name)
        if bucket is not None and not isinstance(bucket["objects"], SortedObjects):
            bucket["objects"] = SortedObjects(bucket["objects"])
        response: _Response = listing(bucket_name, query)
        return response

    return list_objects


def entries(
    objects: SortedObjects, prefix: str, delimiter: str, max_keys: int, start_after: str
) -> tuple[list[str], list[str], bool, str]:
    """Return a page: keys, common prefixes, whether there is more, and the last of both."""
    keys: list[str] = []
    prefixes: list[str] = []
    last = ""
    for entry, is_prefix in _entries(objects, prefix, delimiter, start_after):
        if len(keys) + len(prefixes) == max_keys:
            return keys, prefixes, True, last
        (prefixes if is_prefix else keys).append(entry)
        last = entry
    return keys, prefixes, False, last


def _entries(
    objects: SortedObjects, prefix: str, delimiter: str, start_after: str
) -> Iterator[tuple[str, bool]]:
    """Yield what comes after `start_after`: keys, and what keys begin with up to the delimiter, once each."""
    common = None
    for key in objects.keys_from(start_after, prefix):
        if common is not None and key.startswith(common):
            continue
        head, found, _ = key[len(prefix) :].partition(delimiter) if delimiter else ("", "", "")
        common = f"{prefix}{head}{delimiter}" if found else None
        entry = common or key
        if entry > start_after:
            yield entry, common is not None
