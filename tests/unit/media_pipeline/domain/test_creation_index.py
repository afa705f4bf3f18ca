"""The index over the time of creation: its months, its partitions and the cursors of its listings."""

import base64
import json
from typing import Any

import pytest

from media_pipeline.domain.errors import InvalidCursorError
from media_pipeline.domain.indexes.creation import (
    CREATION_SHARDS,
    FIRST_MONTH,
    MAX_CURSOR_CHARACTERS,
    Position,
    as_cursor,
    creation_shard,
    creation_shards,
    from_cursor,
    month_ends,
    months_back,
)

PLACE = Position(time="2026-01-02T03:04:05.678Z", asset_id="a" * 32)


def made_up(value: Any) -> str:
    """Return a value as a cursor is written."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("time", "months"),
    [
        ("2025-01-31T23:59:59.999Z", ["2025-01"]),
        ("2025-03-01T00:00:00.000Z", ["2025-03", "2025-02", "2025-01"]),
        ("2026-02-02T03:04:05.678Z", ["2026-02", "2026-01", *(f"2025-{at:02}" for at in range(12, 0, -1))]),
        ("2024-12-31T23:59:59.999Z", []),
    ],
)
def test_readers_go_back_month_by_month(time: str, months: list[str]) -> None:
    """Every month from that of a time comes once, the newest first, back to the first with records."""
    assert list(months_back(time)) == months
    assert FIRST_MONTH == "2025-01"


def test_a_month_is_spread_over_all_of_its_partitions() -> None:
    """Assets of a month are in the partitions that a reader of the month asks, in each about as many."""
    found = [creation_shard(PLACE.time, f"{number:032x}") for number in range(400)]
    assert set(found) == set(creation_shards("2026-01"))
    assert set(found) == {f"2026-01#{shard}" for shard in range(CREATION_SHARDS)}
    assert min(found.count(shard) for shard in set(found)) > 50


def test_behind_the_end_of_a_month_are_all_of_its_entries() -> None:
    """The position that a month is read from comes after its last instant, and before the next month."""
    assert month_ends("2026-01") == Position(time="2026-01-99Z", asset_id="")
    ends = month_ends("2026-01").order
    assert ("2026-01-31T23:59:59.999Z", "f" * 32) < ends < ("2026-02-01T00:00:00.000Z", "")


@pytest.mark.parametrize("place", [PLACE, month_ends("2026-01"), Position(time="2026-12", asset_id="é")])
@pytest.mark.parametrize("of", ["", "FAILED"])
def test_a_cursor_is_read_as_it_was_written(place: Position, of: str) -> None:
    """A cursor needs no escape in a URL, and says where its own listing goes on."""
    cursor = as_cursor(place, of=of)
    assert from_cursor(cursor, of=of) == place
    assert set(cursor) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@pytest.mark.parametrize("characters", range(1, 41))
def test_a_cursor_of_any_length_is_read(characters: int) -> None:
    """What is left off at a cursor's end is put back, however much that is."""
    place = Position(time=PLACE.time, asset_id="a" * characters)
    assert from_cursor(as_cursor(place)) == place


def test_a_cursor_is_the_one_of_earlier_releases() -> None:
    """A listing that began before a deployment goes on after it."""
    text = f'["FAILED","{PLACE.time}","{PLACE.asset_id}"]'
    assert as_cursor(PLACE, of="FAILED") == base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def test_a_cursor_belongs_to_its_listing() -> None:
    """The cursor of one status, or of all assets, is refused by another listing."""
    for of, other in (("", "FAILED"), ("FAILED", ""), ("FAILED", "COMPLETE")):
        with pytest.raises(InvalidCursorError):
            from_cursor(as_cursor(PLACE, of=of), of=other)


@pytest.mark.parametrize(
    "cursor",
    [
        *("", "=", "a", "é", "made up", "../a", made_up("x" * MAX_CURSOR_CHARACTERS)),
        made_up(None),
        made_up(["", PLACE.time]),
        made_up(["", PLACE.time, PLACE.asset_id, ""]),
        made_up(["", PLACE.time, 1]),
        made_up(["", 2026, PLACE.asset_id]),
        made_up(["", "2026-13", PLACE.asset_id]),
        made_up(["", "2026-00", PLACE.asset_id]),
        made_up(["", "yesterday", PLACE.asset_id]),
        made_up(["", f"{PLACE.time} or so", PLACE.asset_id]),
        base64.urlsafe_b64encode(b"[" * 150).decode(),
        base64.urlsafe_b64encode(b"\xff" * 30).decode(),
    ],
)
def test_no_other_text_is_a_cursor(cursor: str) -> None:
    """What no listing returned is refused, and never asked of DynamoDB."""
    with pytest.raises(InvalidCursorError):
        from_cursor(cursor)


def test_a_cursor_has_a_longest_length() -> None:
    """A cursor of just that length is read; a longer one is refused before it is decoded."""
    fixed = len(as_cursor(Position(time="2026-01", asset_id="")))
    longest = Position(time="2026-01", asset_id="x" * ((MAX_CURSOR_CHARACTERS - fixed) * 3 // 4))
    while len(as_cursor(longest)) < MAX_CURSOR_CHARACTERS:
        longest = Position(time="2026-01", asset_id=f"{longest.asset_id}x")
    assert len(as_cursor(longest)) == MAX_CURSOR_CHARACTERS
    assert from_cursor(as_cursor(longest)) == longest
    with pytest.raises(InvalidCursorError):
        from_cursor(as_cursor(Position(time="2026-01", asset_id=f"{longest.asset_id}x")))
