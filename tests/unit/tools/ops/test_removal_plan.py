"""What a removal would take, counted to the byte, without a bucket."""

from dataclasses import replace

import pytest

from media_pipeline.domain.asset import Asset, AssetStatus
from media_pipeline.domain.uploads.upload import UploadedObject
from media_pipeline.domain.uploads.versions import ObjectVersion
from media_pipeline.services.operations.changes import Refusal, Result
from media_pipeline.services.operations.removal import Amount, Removal
from tests.unit.tools.ops.fakes import upload
from tests.unit.tools.ops.removals import KEY, Removals


def test_an_amount_counts_objects_versions_bytes_and_captions() -> None:
    """Captions are the WebVTT files of a folder of captions, each once, whatever versions it has."""
    amount = Amount()
    names = [
        "1/captions/en.vtt",
        "1/captions/en.vtt",
        "1/captions/en.m3u8",
        "1/hls/a.vtt",
        "1/hls/a.ts",
        "2/captions/en.vtt",
    ]
    for number, name in enumerate(names):
        amount.add(ObjectVersion(key=f"id/{name}", version_id=str(number), size_bytes=number))
    assert (len(amount.keys), amount.versions, amount.size_bytes, amount.captions) == (5, 6, 15, 2)


def test_a_plan_names_all_that_would_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """Outputs and all versions of the upload are counted, and how many other assets it was."""
    removals = Removals("v2", "v3", files=("1/hls/a.ts", "1/captions/en.vtt"))
    removals.add("v2", AssetStatus.FAILED)
    marker = ObjectVersion(key=KEY, version_id="v4", size_bytes=0, is_marker=True)
    removals.uploads.versions.append(marker)
    asked: list[str] = []
    get = removals.world.table.get

    def noted(asset_id: str) -> Asset | None:
        asked.append(asset_id)
        return get(asset_id)

    monkeypatch.setattr(removals.world.table, "get", noted)
    plan = removals.remove().plan(removals.asset.asset_id)
    # A marker of deletion is no upload, so no record is read for it.
    assert asked == [removals.asset.asset_id, *(upload(KEY, f"v{number}").asset_id for number in (1, 2, 3))]
    assert (plan.acts, plan.asset, plan.key, plan.other_assets) == (True, removals.asset, KEY, 1)
    assert (plan.outputs.versions, plan.outputs.size_bytes, plan.outputs.captions) == (2, 14, 1)
    assert plan.source is not None
    assert (len(plan.source.keys), plan.source.versions, plan.source.size_bytes) == (1, 4, 15)
    assert (plan.reason, plan.refusal) == ("", None)


def test_without_the_source_the_uploads_are_not_looked_at() -> None:
    """What stays is neither listed nor counted."""
    removals = Removals("v2")
    plan = removals.remove(with_source=False).plan(removals.asset.asset_id)
    assert (plan.acts, plan.source, plan.other_assets) == (True, None, 0)
    assert removals.uploads.listed == []


def test_another_version_under_way_keeps_the_upload() -> None:
    """The source of a job that runs is not taken away from it: the refusal names what to end first."""
    removals = Removals("v2")
    other = removals.add("v2", AssetStatus.PROCESSING)
    asset_id = removals.asset.asset_id
    assert removals.remove().plan(asset_id) == Removal(
        asset_id=asset_id,
        acts=False,
        reason="left alone: another version of its upload is PROCESSING. First end it: "
        f"cancel {other.asset_id}",
        refusal=Refusal.SOURCE_UNDER_WAY,
        asset=removals.asset,
        key=KEY,
    )
    assert removals.remove(with_source=False).plan(asset_id).acts


def test_an_asset_under_way_is_left_alone() -> None:
    """The refusal names what to end first."""
    removals = Removals()
    other = removals.add("v2", AssetStatus.SUBMITTED)
    plan = removals.remove().plan(other.asset_id)
    assert (plan.acts, plan.refusal) == (False, Refusal.ASSET_UNDER_WAY)
    assert plan.reason == f"left alone: it is SUBMITTED. First end it: cancel {other.asset_id}"
    assert plan.asset is not None
    assert plan.asset.asset_id == other.asset_id


def test_what_has_no_record_goes_by_what_is_left_of_it() -> None:
    """Outputs or an upload without a record are removed; where there is nothing at all it says so."""
    removals = Removals(files=())
    asset_id = removals.asset.asset_id
    del removals.world.table.records[asset_id]
    unknown = Removal(
        asset_id=asset_id,
        acts=False,
        reason="left alone: there is no such asset",
        refusal=Refusal.ASSET_UNKNOWN,
    )
    assert removals.remove().plan(asset_id) == unknown
    assert removals.remove().plan(asset_id, key="other.mp4") == replace(unknown, key="other.mp4")
    by_key = removals.remove().plan(asset_id, key=KEY)
    assert (by_key.acts, by_key.source and by_key.source.versions) == (True, 1)
    removals.outputs.versions = [ObjectVersion(key=f"{asset_id}/1/a", version_id="o", size_bytes=1)]
    assert removals.remove().plan(asset_id).outputs.versions == 1
    assert removals.remove().plan(asset_id).acts


def test_what_was_removed_before_is_told_apart() -> None:
    """A tombstone is no asset; the operator reads that the work was done."""
    removals = Removals()
    remove = removals.remove()
    assert remove.apply(remove.plan(removals.asset.asset_id)).result is Result.DONE
    again = remove.plan(removals.asset.asset_id)
    assert (again.acts, again.reason, again.refusal) == (
        False,
        "left alone: it was removed before",
        Refusal.ASSET_UNKNOWN,
    )


def test_the_asset_of_a_version_is_found_by_what_the_bucket_lists() -> None:
    """A version before versioning was on is listed as `null`, and its asset has no version id."""
    removals = Removals()
    unversioned = UploadedObject(
        bucket="uploads", key=KEY, version_id=None, etag="etag", size_bytes=5, sequencer=""
    )
    now = removals.world.clock()
    removals.world.table.claim(unversioned, now=now, until=now)
    stored = ObjectVersion(key=KEY, version_id="null", size_bytes=5, etag="etag")
    removals.uploads.versions.append(stored)
    plan = removals.remove().plan(removals.asset.asset_id)
    assert (plan.acts, plan.refusal) == (False, Refusal.SOURCE_UNDER_WAY)
    assert unversioned.asset_id in plan.reason
