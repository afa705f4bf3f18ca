"""A removal marks the record first, and takes nothing of an asset that is another one than was shown."""

from typing import Any

from botocore.exceptions import ClientError

from media_pipeline.adapters.removal.records import RemovedRecords
from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.uploads.versions import ObjectVersion
from media_pipeline.services.operations.changes import Result
from media_pipeline.services.operations.removal import Removal, Remove
from tests.support.fakes.removals import FakeRemovals
from tests.support.service_model import request_faults
from tests.unit.tools.ops.fakes import OpsWorld


def removal_in(world: OpsWorld, removals: FakeRemovals) -> Remove:
    """Return the command's work on a world."""
    return Remove(
        pipeline="media-pipeline-test",
        uploads_bucket="uploads",
        table=world.table,
        records=removals,
        outputs=removals,
        uploads=removals,
        news=removals,
        metrics=removals,
        with_source=False,
        clock=world.clock,
    )


class _Marked(FakeRemovals):
    """Delete outputs of marked records alone."""

    def delete(self, versions: Any) -> None:
        """Delete versions."""
        for version in versions:
            assert "removing_since" in self.table.records[version.key.partition("/")[0]]
        super().delete(versions)


def test_the_mark_comes_before_anything_is_deleted() -> None:
    """Captions and replays that come meanwhile find the mark, and add nothing to what is going."""
    world = OpsWorld()
    asset = world.asset(AssetStatus.COMPLETE)
    removals = _Marked(
        world.table, [ObjectVersion(key=f"{asset.asset_id}/1/a", version_id="v", size_bytes=1)]
    )
    remove = removal_in(world, removals)
    assert remove.apply(remove.plan(asset.asset_id)).result is Result.DONE
    assert removals.versions == []
    assert world.table.was_removed(asset.asset_id)


def test_an_asset_that_changed_meanwhile_is_left_alone() -> None:
    """Where the mark is refused, or a replay began after the look, nothing is deleted and announced."""
    world = OpsWorld()
    asset = world.asset(AssetStatus.FAILED)
    removals = FakeRemovals(
        world.table, [ObjectVersion(key=f"{asset.asset_id}/1/a", version_id="v", size_bytes=1)]
    )
    remove = removal_in(world, removals)
    shown = remove.plan(asset.asset_id)
    assert world.table.replay(asset, now=world.clock(), detail="again")
    assert remove.apply(shown).result is Result.SKIPPED
    assert "removing_since" not in world.table.records[asset.asset_id]

    other = world.asset(AssetStatus.FAILED, key="b.mp4")
    removals.begin = lambda asset, *, now: False  # type: ignore[method-assign]
    assert remove.apply(Removal(asset_id=other.asset_id, acts=True, asset=other)).result is Result.SKIPPED
    assert len(removals.versions) == 1
    assert (removals.reported, removals.counted) == ([], 0)


class _Refusing:
    """Refuse a tombstone as DynamoDB does where its condition does not hold."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []

    def put_item(self, **request: Any) -> None:
        """Write an item."""
        self.requests.append(request)
        answer: Any = {
            "Error": {"Code": "ConditionalCheckFailedException", "Message": ""},
            "ResponseMetadata": {"HTTPStatusCode": 400},
        }
        raise ClientError(answer, "PutItem")


def test_a_tombstone_takes_the_place_of_a_marked_record_alone() -> None:
    """DynamoDB itself refuses a tombstone where there is no mark, which is an answer and no error."""
    world, client = OpsWorld(), _Refusing()
    assert not RemovedRecords(client, "assets").end("a" * 32, now=world.clock(), expires_at=None)
    (request,) = client.requests
    assert request_faults("dynamodb", "PutItem", request) == []
    assert request["ConditionExpression"] == "attribute_exists(removing_since)"
