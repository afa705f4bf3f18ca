"""One contract for where checkpoints are kept and for the fake that stands for it elsewhere."""

from datetime import UTC, datetime, timedelta

import pytest

from media_pipeline.adapters.asset_table import AssetTable
from media_pipeline.adapters.checkpoints import REINDEXING, UPLOAD_SWEEP, DynamoCheckpoint
from media_pipeline.adapters.dynamodb import to_item
from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.clock import utc_now
from media_pipeline.domain.status_index import ReindexingCursor
from media_pipeline.domain.uploads.listing import Cursor
from tests.support.fakes import FakeAssetTable, FakeCheckpoint
from tests.support.local_resources import new_assets_table

Checkpoint = DynamoCheckpoint[Cursor] | FakeCheckpoint[Cursor]
FULL = Cursor(
    key_marker="in/a b+ä🎬.mp4",
    version_marker="null",
    began_at="2026-01-02T03:04:05.678Z",
    previous_began_at="2026-01-01T03:04:05.678Z",
)


@pytest.fixture(params=["fake", "dynamodb"])
def checkpoint(request: pytest.FixtureRequest) -> Checkpoint:
    """Return the checkpoint of a sweep that never ran."""
    if request.param == "fake":
        return FakeCheckpoint[Cursor]()
    dynamodb = request.getfixturevalue("dynamodb")
    return DynamoCheckpoint(dynamodb, new_assets_table(dynamodb), UPLOAD_SWEEP, state=Cursor)


def test_a_run_that_never_was_has_no_checkpoint(checkpoint: Checkpoint) -> None:
    """Before the first run there is no place to go on from."""
    assert checkpoint.load() is None


@pytest.mark.parametrize(
    "cursor",
    [
        FULL,
        Cursor(key_marker="a.mp4", began_at=FULL.began_at),
        Cursor(previous_began_at=FULL.previous_began_at),
        Cursor(),
    ],
)
def test_a_checkpoint_is_remembered_as_it_was(checkpoint: Checkpoint, cursor: Cursor) -> None:
    """The last state that was saved is loaded, and nothing is left of the one before it."""
    checkpoint.save(FULL)
    assert checkpoint.load() == FULL
    checkpoint.save(cursor)
    assert checkpoint.load() == cursor


@pytest.mark.parametrize("kind", ["fake", "dynamodb"])
def test_the_pipeline_has_a_beginning(kind: str, request: pytest.FixtureRequest) -> None:
    """The beginning can be compared with the times of uploads, and does not move."""
    if kind == "fake":
        table: AssetTable | FakeAssetTable = FakeAssetTable(utc_now())
    else:
        dynamodb = request.getfixturevalue("dynamodb")
        table = AssetTable(dynamodb, new_assets_table(dynamodb))
    beginning = table.beginning()
    assert beginning.tzinfo is UTC
    assert abs(beginning - datetime.now(tz=UTC)) < timedelta(seconds=60)
    assert table.beginning() == beginning


def test_a_checkpoint_is_no_asset(dynamodb: object) -> None:
    """The item lies among the assets, and in none of their lists."""
    name = new_assets_table(dynamodb)
    DynamoCheckpoint(dynamodb, name, UPLOAD_SWEEP, state=Cursor).save(FULL)
    table = AssetTable(dynamodb, name)
    assert [list(table.by_status(status)) for status in AssetStatus] == [[] for _ in AssetStatus]
    assert table.get(UPLOAD_SWEEP) is None


def test_what_another_release_saved_is_read(dynamodb: object) -> None:
    """An empty value counts as none, and a field that this release does not know is passed over."""
    name = new_assets_table(dynamodb)
    item = {"asset_id": REINDEXING, "after": None, "finished": 2, "unknown": "x"}
    dynamodb.put_item(TableName=name, Item=to_item(item))  # type: ignore[attr-defined]
    checkpoint = DynamoCheckpoint(dynamodb, name, REINDEXING, state=ReindexingCursor)
    assert checkpoint.load() == ReindexingCursor(finished=2)
