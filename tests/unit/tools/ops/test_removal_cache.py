"""A removal has CloudFront drop its copies, before the record goes that would repeat it."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from media_pipeline.adapters.delivery.viewer_cache import CloudFrontCache
from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.errors import OperatorError
from media_pipeline.domain.uploads.versions import ObjectVersion
from media_pipeline.services.operations.changes import Result
from media_pipeline.services.operations.removal import Remove
from tests.support.fakes.removals import FakeRemovals
from tests.support.service_model import request_faults
from tests.unit.tools.ops.fakes import OpsWorld


class _Cache:
    """Note what is dropped, and what of outputs and record was left by then; fail as often as is said."""

    def __init__(self, world: OpsWorld, removals: FakeRemovals, *, failures: int = 0) -> None:
        self.world = world
        self.removals = removals
        self.failures = failures
        self.dropped: list[str] = []

    def forget_asset(self, asset_id: str) -> None:
        """Drop an asset's copies."""
        assert self.removals.versions == []
        assert not self.world.table.was_removed(asset_id)
        if self.failures:
            self.failures -= 1
            raise OperatorError("dropping: AccessDenied")
        self.dropped.append(asset_id)


def _removal(world: OpsWorld, removals: FakeRemovals, cache: _Cache | None) -> Remove:
    return Remove(
        pipeline="media-pipeline-test",
        uploads_bucket="uploads",
        table=world.table,
        records=removals,
        outputs=removals,
        uploads=removals,
        news=removals,
        metrics=removals,
        cache=cache,
        with_source=False,
        clock=world.clock,
    )


def test_copies_are_dropped_once_the_outputs_are_gone() -> None:
    """Nothing can be fetched anew by then; where it fails, the record stays and the same command goes on."""
    world = OpsWorld()
    asset = world.asset(AssetStatus.COMPLETE)
    versions = [
        ObjectVersion(key=f"{folder}{asset.asset_id}/1/a", version_id="v", size_bytes=1)
        for folder in ("", "public/")
    ]
    removals = FakeRemovals(world.table, versions)
    assert _removal(world, removals, None).plan(asset.asset_id).outputs.versions == 2
    cache = _Cache(world, removals, failures=1)
    remove = _removal(world, removals, cache)
    with pytest.raises(OperatorError):
        remove.apply(remove.plan(asset.asset_id))
    assert not world.table.was_removed(asset.asset_id)
    assert remove.apply(remove.plan(asset.asset_id)).result is Result.DONE
    assert cache.dropped == [asset.asset_id]
    assert world.table.was_removed(asset.asset_id)


class _CloudFront:
    """Take requests as boto3's client does."""

    def __init__(self, error: ClientError | None = None) -> None:
        self.requests: list[dict[str, Any]] = []
        self.error = error

    def create_invalidation(self, **request: Any) -> dict[str, Any]:
        """Drop copies."""
        self.requests.append(request)
        if self.error:
            raise self.error
        return {}


def test_all_paths_of_the_asset_are_dropped_by_one_request() -> None:
    """The request is one that CloudFront takes, and each is its own: a repeated one drops anew."""
    client = _CloudFront()
    cache = CloudFrontCache(client, "E123")
    cache.forget_asset("a" * 32)
    cache.forget_asset("a" * 32)
    first, second = client.requests
    assert request_faults("cloudfront", "CreateInvalidation", first) == []
    assert first["DistributionId"] == "E123"
    folders = ("a" * 32, f"public/{'a' * 32}")
    paths = [path for folder in folders for path in (f"/media/{folder}/*", f"/{folder}/*")]
    assert first["InvalidationBatch"]["Paths"] == {"Quantity": 4, "Items": paths}
    references = {request["InvalidationBatch"]["CallerReference"] for request in (first, second)}
    assert len(references) == 2


def test_a_refusal_is_the_operators() -> None:
    """Where the policy doesn't allow it, the error says so."""
    answer: Any = {"Error": {"Code": "AccessDenied"}, "ResponseMetadata": {"HTTPStatusCode": 403}}
    with pytest.raises(OperatorError):
        CloudFrontCache(_CloudFront(ClientError(answer, "CreateInvalidation")), "E1").forget_asset("a")
