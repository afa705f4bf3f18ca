"""One contract for where the sweep's cursor is kept and for the fake that stands for it elsewhere."""

from datetime import UTC, datetime, timedelta

import pytest

from media_pipeline.adapters.asset_table import AssetTable
from media_pipeline.adapters.checkpoints import SweepCursor
from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.uploads.listing import Cursor
from media_pipeline.services.lifecycle import utc_now
from tests.support.fakes import FakeCursors
from tests.support.local_resources import new_assets_table

Cursors = SweepCursor | FakeCursors
FULL = Cursor(
    key_marker="in/a b+ä🎬.mp4",
    version_marker="null",
    began_at="2026-01-02T03:04:05.678Z",
    previous_began_at="2026-01-01T03:04:05.678Z",
)


@pytest.fixture(params=["fake", "dynamodb"])
def cursors(request: pytest.FixtureRequest) -> Cursors:
    """Return the cursor of a sweep that never ran, of a pipeline that was made just now."""
    if request.param == "fake":
        return FakeCursors(beginning=utc_now())
    dynamodb = request.getfixturevalue("dynamodb")
    return SweepCursor(dynamodb, new_assets_table(dynamodb))


def test_a_sweep_that_never_ran_is_at_the_beginning(cursors: Cursors) -> None:
    """Before the first run there is no place to go on from."""
    assert cursors.load() == Cursor()


@pytest.mark.parametrize(
    "cursor",
    [
        FULL,
        Cursor(key_marker="a.mp4", began_at=FULL.began_at),
        Cursor(previous_began_at=FULL.previous_began_at),
        Cursor(),
    ],
)
def test_a_cursor_is_remembered_as_it_was(cursors: Cursors, cursor: Cursor) -> None:
    """The last cursor that was saved is loaded, and nothing is left of the one before it."""
    cursors.save(FULL)
    assert cursors.load() == FULL
    cursors.save(cursor)
    assert cursors.load() == cursor


def test_the_pipeline_has_a_beginning(cursors: Cursors) -> None:
    """The beginning can be compared with the times of uploads, and does not move."""
    beginning = cursors.beginning()
    assert beginning.tzinfo is UTC
    assert abs(beginning - datetime.now(tz=UTC)) < timedelta(seconds=60)
    cursors.save(FULL)
    assert cursors.beginning() == beginning


def test_the_cursor_is_no_asset(dynamodb: object) -> None:
    """The cursor lies among the assets, and in none of their lists."""
    name = new_assets_table(dynamodb)
    SweepCursor(dynamodb, name).save(FULL)
    table = AssetTable(dynamodb, name)
    assert [list(table.by_status(status)) for status in AssetStatus] == [[] for _ in AssetStatus]
