"""Which assets a command is about, and the values with which it is said."""

from argparse import ArgumentTypeError
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.failures.failure import AssetError
from media_pipeline.domain.transitions import Transition
from media_pipeline.services.operations.pace import Pace
from media_pipeline.services.operations.selection import Selection, named
from tests.support.fakes import FakeUploads
from tests.support.fakes.dead_letters import START
from tests.unit.tools.ops.fakes import (
    FakeTime,
    OpsWorld,
    upload,
)
from tools.ops import arguments
from tools.ops.errors import UsageError
from tools.ops.records import asset_ids


@pytest.fixture
def world() -> OpsWorld:
    """Return five assets, the first the oldest, each changed 61 seconds after the one before."""
    world = OpsWorld()
    statuses = ("RECEIVED", "COMPLETE", "SUBMITTED", "CANCELED", "RECEIVED")
    for number, status in enumerate(statuses):
        world.asset(AssetStatus(status), key=f"{number}.mp4")
    return world


def keys(world: OpsWorld, *, newest_first: bool = False, **described: Any) -> list[str]:
    """Return the keys of the assets that are found."""
    selection = Selection(**{"statuses": list(AssetStatus), "limit": 100, **described})
    found = selection.find(world.table, now=world.clock(), newest_first=newest_first)
    return [asset.upload.key for asset in found]


def test_statuses_are_merged_by_the_time_of_their_change(world: OpsWorld) -> None:
    """Several statuses read as one list, the oldest or the newest first."""
    assert keys(world) == ["0.mp4", "1.mp4", "2.mp4", "3.mp4", "4.mp4"]
    assert keys(world, newest_first=True, limit=2) == ["4.mp4", "3.mp4"]
    assert keys(world, statuses=[AssetStatus.RECEIVED]) == ["0.mp4", "4.mp4"]


def test_ages_are_counted_from_the_last_change(world: OpsWorld) -> None:
    """The assets last changed 305, 244, 183, 122 and 61 seconds ago."""
    assert keys(world, older_than=timedelta(minutes=4)) == ["0.mp4", "1.mp4"]
    assert keys(world, newer_than=timedelta(minutes=3)) == ["3.mp4", "4.mp4"]
    assert keys(world, older_than=timedelta(minutes=2), newer_than=timedelta(minutes=4)) == ["2.mp4", "3.mp4"]


def test_a_code_selects_what_failed_of_it(world: OpsWorld) -> None:
    """The limit counts what has the code, not what was looked through."""
    for key, code in (("0.mp4", "A"), ("4.mp4", "B")):
        step = Transition(
            to=AssetStatus.FAILED,
            attempt=1,
            at=world.clock(),
            detail="failed",
            error=AssetError(code=code, category="source", message="failed"),
        )
        assert world.table.advance(upload(key).asset_id, step)
    assert keys(world, code="B", limit=1) == ["4.mp4"]


def test_named_assets_come_once_and_unknown_ids_are_reported(world: OpsWorld) -> None:
    """A mistyped id is not passed over in silence."""
    known = upload("1.mp4").asset_id
    found, unknown = named(world.table, [known, "typo", known])
    assert ([asset.asset_id for asset in found], unknown) == ([known], ["typo"])


def test_an_asset_is_found_by_id_key_and_uri() -> None:
    """A key stands for all of its versions, the newest first, and for no longer key that begins alike."""
    bucket = FakeUploads()
    bucket.page_size = 1
    for key, version in (("a/b", "v1"), ("a/b", "v2"), ("a/b.mp4", "v1"), ("a", "v1")):
        bucket.put(upload(key, version), START)
    versions = [upload("a/b", "v2").asset_id, upload("a/b", "v1").asset_id]
    an_id = "0123456789abcdef0123456789abcdef"
    for reference, ids in (("a/b", versions), ("s3://uploads/a/b", versions), ("z", []), (an_id, [an_id])):
        assert asset_ids(reference, bucket=bucket, bucket_name="uploads") == ids
    with pytest.raises(UsageError, match="uploads"):
        asset_ids("s3://elsewhere/a/b", bucket=bucket, bucket_name="uploads")


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (arguments.duration, "90s", timedelta(seconds=90)),
        (arguments.duration, "1h30m", timedelta(minutes=90)),
        (arguments.duration, "2w", timedelta(days=14)),
        (arguments.date, "2026-01-31", datetime(2026, 1, 31, tzinfo=UTC)),
        (arguments.date, "2026-01-31T12:00+02:00", datetime(2026, 1, 31, 10, tzinfo=UTC)),
        (arguments.count, "7", 7),
        (arguments.rate, "0.5", 0.5),
    ],
)
def test_values_are_read(read: Callable[[str], Any], text: str, value: Any) -> None:
    """Durations, dates (UTC where no zone is named), counts and rates."""
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "texts"),
    [
        (arguments.duration, ["", "5", "5 m", "-5m", "m", "99999999999999w"]),
        (arguments.date, ["", "yesterday", "2026-13-01"]),
        (arguments.count, ["", "0", "-1", "1.5", "²"]),
        (arguments.rate, ["", "0", "-1", "nan", "inf", "x"]),
    ],
)
def test_other_values_are_refused_with_an_example(read: Callable[[str], Any], texts: list[str]) -> None:
    """What can't be meant is said before anything is done."""
    for text in texts:
        with pytest.raises(ArgumentTypeError):
            read(text)


def test_a_pace_is_even_and_saves_nothing_up() -> None:
    """After a long pause the next turns are not all at once."""
    time = FakeTime()
    pace = Pace(2, monotonic=time.monotonic, sleep=time.sleep)
    turns = []
    for _ in range(3):
        pace.wait()
        turns.append(time.now)
    time.now = 10
    for _ in range(2):
        pace.wait()
        turns.append(time.now)
    assert turns == [0, 0.5, 1.0, 10, 10.5]
