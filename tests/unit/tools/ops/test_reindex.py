"""Reindex: records of an earlier release get into the indexes, bounded, and from where a run stopped."""

from typing import Any

import boto3
import pytest

from media_pipeline.adapters.listing.assets import DynamoAssetListing
from media_pipeline.domain.clock import utc_now
from tests.unit.tools.ops.conftest import Operated
from tools.ops.adapters import Adapters


def old_records(operated: Operated, count: int) -> set[str]:
    """Return the ids of assets whose records are as a release before the index over creation wrote them."""
    make: Any = boto3.client
    dynamodb, ids = make("dynamodb"), set()
    for number in range(count):
        asset_id = operated.received(f"{number}.mp4").asset_id
        dynamodb.update_item(
            TableName=operated.name,
            Key={"asset_id": {"S": asset_id}},
            UpdateExpression="REMOVE creation_shard",
        )
        ids.add(asset_id)
    return ids


def listed(operated: Operated) -> set[str]:
    """Return the ids of the assets that the API would list."""
    make: Any = boto3.client
    listing = DynamoAssetListing(make("dynamodb"), operated.name, clock=utc_now)
    return {asset.asset_id for asset in listing.page(status=None, limit=100, cursor=None).assets}


def test_old_records_are_listed_afterwards(operated: Operated) -> None:
    """A look changes nothing; the command gives each record its place, and a second one finds nothing."""
    old = old_records(operated, 5)
    new = operated.received("new.mp4").asset_id
    run = operated.run("reindex", "--dry-run")
    assert (run.code, "6 records, 5 of them out of place" in run.out) == (0, True)
    assert listed(operated) == {new}
    run = operated.run("reindex", "--yes", "--rate", "1000")
    assert (run.code, "6 records gone through, 5 put into the indexes" in run.out) == (0, True), run.err
    assert listed(operated) == {*old, new}
    assert "6 records gone through, 0 put into the indexes" in operated.run("reindex", "--yes").out


def test_a_run_that_reached_its_limit_is_gone_on_with(
    operated: Operated, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two pages a run stops where it may write no more; the next one begins behind it."""
    old = old_records(operated, 5)
    monkeypatch.setattr(
        Adapters,
        "indexed_records",
        property(lambda self: _small_pages(operated)),
    )
    run = operated.run("reindex", "--yes", "--limit", "2", "--rate", "1000")
    assert (run.code, "The limit is reached" in run.out) == (0, True)
    assert len(listed(operated)) == 2
    run = operated.run("reindex", "--yes", "--rate", "1000")
    assert "3 records gone through, 3 put into the indexes" in run.out
    assert listed(operated) == old


def _small_pages(operated: Operated) -> Any:
    from media_pipeline.adapters.asset_scan import IndexedRecordTable

    make: Any = boto3.client
    return IndexedRecordTable(make("dynamodb"), operated.name, page_size=2)
