"""What a removal would take and what it says in the end, counted to the byte, without a bucket."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from media_pipeline.domain.asset import Asset, AssetStatus
from media_pipeline.domain.uploads.upload import UploadedObject
from media_pipeline.domain.uploads.versions import ObjectVersion
from media_pipeline.services.operations.changes import Outcome, Refusal, Result
from media_pipeline.services.operations.removal import Amount, Removal, Remove
from tests.support.fakes.removals import FakeRemovals
from tests.unit.tools.ops.fakes import OpsWorld, upload

KEY = "incoming/a.mp4"


class _Uploads:
    """Hold an uploads bucket's versions by key, one version a page, and note which are deleted."""

    def __init__(self, versions: Sequence[ObjectVersion]) -> None:
        self.versions = list(versions)
        self.listed: list[ObjectVersion] = []

    def pages(self, prefix: str) -> Iterator[Sequence[ObjectVersion]]:
        """Yield versions page by page."""
        for version in sorted(self.versions, key=lambda version: version.key):
            if version.key.startswith(prefix):
                self.listed.append(version)
                yield [version]

    def delete(self, versions: Sequence[ObjectVersion]) -> None:
        """Delete versions."""
        self.versions = [version for version in self.versions if version not in versions]


class _Told(FakeRemovals):
    """Keep what is published, whole, and when records expire."""

    def __init__(self, world: OpsWorld, versions: Sequence[ObjectVersion]) -> None:
        super().__init__(world.table, list(versions))
        self.told: list[tuple[str, Mapping[str, Any], Mapping[str, str]]] = []

    def publish(self, subject: str, message: Mapping[str, Any], *, attributes: Mapping[str, str]) -> None:
        """Tell people."""
        self.told.append((subject, message, attributes))


class _Removals:
    """An operator's removals of the assets of one key, whose versions are `v1` (complete) and others."""

    def __init__(self, *versions: str, files: Sequence[str] = ("1/hls/a.ts",)) -> None:
        self.world = OpsWorld()
        self.asset = self.world.asset(AssetStatus.COMPLETE)
        outputs = [
            ObjectVersion(key=f"{self.asset.asset_id}/{name}", version_id=f"o{number}", size_bytes=7)
            for number, name in enumerate(files)
        ]
        self.outputs = _Told(self.world, outputs)
        stored = [self.stored(version) for version in ("v1", *versions)]
        self.uploads = _Uploads([*stored, self.stored("v1", key=f"{KEY}.txt")])

    @staticmethod
    def stored(version: str, *, key: str = KEY) -> ObjectVersion:
        """Return a version of an upload, as its bucket lists it."""
        return ObjectVersion(key=key, version_id=version, size_bytes=5, etag=f"etag of {version}")

    def add(self, version: str, status: AssetStatus) -> Asset:
        """Let another version of the upload have an asset."""
        which = upload(KEY, version)
        now = self.world.clock()
        asset = self.world.table.claim(which, now=now, until=now).asset
        self.world.table.records[which.asset_id]["status"] = status.value
        return replace(asset, status=status)

    def remove(self, *, with_source: bool = True, **more: Any) -> Remove:
        """Return the work."""
        return Remove(
            pipeline="media-pipeline-test",
            uploads_bucket="uploads",
            table=self.world.table,
            records=self.outputs,
            outputs=self.outputs,
            uploads=self.uploads,
            news=self.outputs,
            metrics=self.outputs,
            with_source=with_source,
            clock=self.world.clock,
            **more,
        )


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
    removals = _Removals("v2", "v3", files=("1/hls/a.ts", "1/captions/en.vtt"))
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
    removals = _Removals("v2")
    plan = removals.remove(with_source=False).plan(removals.asset.asset_id)
    assert (plan.acts, plan.source, plan.other_assets) == (True, None, 0)
    assert removals.uploads.listed == []


def test_another_version_under_way_keeps_the_upload() -> None:
    """The source of a job that runs is not taken away from it: the refusal names what to end first."""
    removals = _Removals("v2")
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
    removals = _Removals()
    other = removals.add("v2", AssetStatus.SUBMITTED)
    plan = removals.remove().plan(other.asset_id)
    assert (plan.acts, plan.refusal) == (False, Refusal.ASSET_UNDER_WAY)
    assert plan.reason == f"left alone: it is SUBMITTED. First end it: cancel {other.asset_id}"
    assert plan.asset is not None
    assert plan.asset.asset_id == other.asset_id


def test_what_has_no_record_goes_by_what_is_left_of_it() -> None:
    """Outputs or an upload without a record are removed; where there is nothing at all it says so."""
    removals = _Removals(files=())
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
    removals = _Removals()
    remove = removals.remove()
    assert remove.apply(remove.plan(removals.asset.asset_id)).result is Result.DONE
    again = remove.plan(removals.asset.asset_id)
    assert (again.acts, again.reason, again.refusal) == (
        False,
        "left alone: it was removed before",
        Refusal.ASSET_UNKNOWN,
    )


@pytest.mark.parametrize("with_source", [True, False])
def test_a_removal_says_what_went(with_source: bool) -> None:
    """People and programs read what went; the upload's versions are named where they went, too."""
    removals = _Removals("v2", files=("1/hls/a.ts", "1/captions/en.vtt"))
    remove, now = removals.remove(with_source=with_source), removals.world.clock()
    outcome = remove.apply(remove.plan(removals.asset.asset_id))
    source = ", 2 versions of its upload" if with_source else ""
    assert outcome == Outcome(
        asset_id=removals.asset.asset_id,
        result=Result.DONE,
        text=f"removed: 2 versions of outputs{source}, its record",
    )
    (told,) = removals.outputs.told
    assert told == (
        "[media-pipeline-test] REMOVED: a.mp4",
        {
            "pipeline": "media-pipeline-test",
            "asset_id": removals.asset.asset_id,
            "attempt": 1,
            "status": "REMOVED",
            "source": "s3://uploads/incoming/a.mp4",
            "removed_output_versions": 2,
            "removed_source_versions": 2 if with_source else 0,
            "removing_since": None,
        },
        {"status": "REMOVED"},
    )
    assert removals.outputs.counted == 1
    assert {version.key for version in removals.uploads.versions} == (
        {f"{KEY}.txt"} if with_source else {KEY, f"{KEY}.txt"}
    )
    tombstone = removals.world.table.records[removals.asset.asset_id]
    expires = int((now + timedelta(days=30)).timestamp())
    assert tombstone.get("expires_at") == (expires if with_source else None)


def test_what_has_no_record_is_not_announced() -> None:
    """Leftovers of an asset without a record go, and the sentence names no record."""
    removals = _Removals()
    asset_id = removals.asset.asset_id
    del removals.world.table.records[asset_id]
    remove = removals.remove(with_source=False)
    outcome = remove.apply(remove.plan(asset_id))
    assert outcome.text == "removed: 1 versions of outputs"
    assert (removals.outputs.told, removals.outputs.counted) == ([], 0)
    assert asset_id not in removals.world.table.records


def test_a_profile_is_an_attribute_of_the_notification() -> None:
    """Subscribers filter by it; an asset that never chose one has none."""
    removals = _Removals()
    removals.world.table.records[removals.asset.asset_id]["profile"] = "classic"
    remove = removals.remove()
    remove.apply(remove.plan(removals.asset.asset_id))
    ((_, _, attributes),) = removals.outputs.told
    assert attributes == {"status": "REMOVED", "profile": "classic"}


class _Paged(FakeRemovals):
    """List one version a page."""

    def pages(self, prefix: str) -> Iterator[Sequence[ObjectVersion]]:
        """Yield the versions of the objects whose keys begin so."""
        yield from ([version] for page in super().pages(prefix) for version in page)


def test_a_removal_that_runs_out_of_time_goes_on_later() -> None:
    """It stops between two pages and says how far it came; nothing is announced before all is gone."""
    removals = _Removals()
    asset_id = removals.asset.asset_id
    versions = [
        ObjectVersion(key=f"{asset_id}/1/{number}", version_id="o", size_bytes=1) for number in range(4)
    ]
    paged = _Paged(removals.world.table, versions)
    time_left = iter([True, True])
    remove = replace(
        removals.remove(has_time=lambda: next(time_left, False)), outputs=paged, records=paged, metrics=paged
    )
    outcome = remove.apply(remove.plan(asset_id))
    assert outcome == Outcome(
        asset_id=asset_id,
        result=Result.FAILED,
        text="not yet removed: 2 versions of outputs are gone, more are left. Repeat it",
        refusal=Refusal.REMOVAL_UNFINISHED,
        retry_after_seconds=1,
    )
    assert len(paged.versions) == 2
    assert (removals.outputs.told, paged.counted) == ([], 0)
    again = replace(remove, has_time=lambda: True)
    assert again.apply(again.plan(asset_id)).text.startswith("removed: 2 versions of outputs")
    assert (len(removals.outputs.told), paged.counted) == (1, 1)


def test_captions_of_a_publication_that_had_begun_go_too() -> None:
    """What a publication wrote between the mark and the tombstone is removed after it."""
    removals = _Removals()
    asset_id = removals.asset.asset_id
    late = ObjectVersion(key=f"{asset_id}/1/captions/en.vtt", version_id="late", size_bytes=1)
    end = removals.outputs.end

    def published_meanwhile(asset_id: str, **how: Any) -> bool:
        removals.outputs.versions.append(late)
        return end(asset_id, **how)

    removals.outputs.end = published_meanwhile  # type: ignore[method-assign]
    remove = removals.remove()
    remove.apply(remove.plan(asset_id))
    assert removals.outputs.versions == []


def test_the_asset_of_a_version_is_found_by_what_the_bucket_lists() -> None:
    """A version before versioning was on is listed as `null`, and its asset has no version id."""
    removals = _Removals()
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
