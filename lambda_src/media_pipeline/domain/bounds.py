"""Bounds of what is written down and sent: texts and lists in bytes, with how much was left out.

DynamoDB takes items of 400 KB, SNS messages of 256 KB, and CloudWatch Logs events of 256 KB, whatever the
number of caption files beside a video and however long their names are. Sizes are those of UTF-8.
Sources: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html,
https://docs.aws.amazon.com/sns/latest/api/API_Publish.html and
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

Entry = TypeVar("Entry")

# Of a sentence in a record's history, or of an error.
MAX_DETAIL_BYTES = 1000
LEFT_OUT = "_left_out"
# A longer text in what is too long as a whole is cut.
_CUT_BYTES = 1_000
_ELLIPSIS = "…"


def cut(text: str, max_bytes: int) -> str:
    """Return a text of at most so many bytes of UTF-8; a cut one ends in `…`, and in no half character."""
    encoded = text.encode(errors="replace")
    if len(encoded) <= max_bytes:
        return encoded.decode()
    kept = encoded[: max(0, max_bytes - len(_ELLIPSIS.encode()))].decode(errors="ignore")
    return f"{kept}{_ELLIPSIS}"


def first_within(entries: Sequence[Entry], *, max_entries: int, max_bytes: int) -> tuple[list[Entry], int]:
    """Return the first entries that fit, and how many were left out; sizes are those of their JSON."""
    kept: list[Entry] = []
    size = 0
    for entry in entries[:max_entries]:
        size += _size(entry)
        if size > max_bytes:
            break
        kept.append(entry)
    return kept, len(entries) - len(kept)


def within(
    document: Mapping[str, Any], *, max_bytes: int, dumps: Callable[[Any], str] = json.dumps
) -> dict[str, Any]:
    """Return a document whose text, as `dumps` writes it, has at most so many bytes.

    The longest list loses entries from its end, and `<its name>_left_out` beside it counts them; where all
    lists are empty, long texts are cut. What fits is returned as it is.
    """
    fitted = dict(document)
    while len(dumps(fitted).encode(errors="replace")) > max_bytes:
        lists = {name: value for name, value in fitted.items() if isinstance(value, list | tuple) and value}
        if not lists:
            return _with_cut_texts(fitted, max_bytes=max_bytes, dumps=dumps)
        longest = max(lists, key=lambda name: _size(lists[name]))
        entries = lists[longest]
        kept = list(entries[: len(entries) // 2])
        before = fitted.get(f"{longest}{LEFT_OUT}", 0)
        fitted[longest] = kept
        fitted[f"{longest}{LEFT_OUT}"] = (before if isinstance(before, int) else 0) + len(entries) - len(kept)
    return fitted


def _with_cut_texts(
    document: Mapping[str, Any], *, max_bytes: int, dumps: Callable[[Any], str]
) -> dict[str, Any]:
    limit, fitted = _CUT_BYTES, dict(document)
    while limit and len(dumps(fitted).encode(errors="replace")) > max_bytes:
        fitted = {cut(name, limit): _cut_within(value, limit) for name, value in fitted.items()}
        limit //= 2
    return fitted


def _cut_within(value: Any, max_bytes: int) -> Any:
    if isinstance(value, str):
        return cut(value, max_bytes)
    text = json.dumps(value, default=str, ensure_ascii=False)
    return value if len(text.encode(errors="replace")) <= max_bytes else cut(text, max_bytes)


def _size(value: Any) -> int:
    return len(json.dumps(value, default=str, ensure_ascii=False).encode(errors="replace"))
