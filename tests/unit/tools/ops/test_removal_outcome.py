"""What a removal says in the end, where it goes on when time ran out, and what goes after it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from media_pipeline.domain.uploads.versions import ObjectVersion
from media_pipeline.services.operations.changes import Outcome, Refusal, Result
from tests.support.fakes.removals import FakeRemovals
from tests.unit.tools.ops.removals import KEY, Removals


@pytest.mark.parametrize("with_source", [True, False])
def test_a_removal_says_what_went(with_source: bool) -> None:
    """People and programs read what went; the upload's versions are named where they went, too."""
    removals = Removals("v2", files=("1/hls/a.ts", "1/captions/en.vtt"))
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
    removals = Removals()
    asset_id = removals.asset.asset_id
    del removals.world.table.records[asset_id]
    remove = removals.remove(with_source=False)
    outcome = remove.apply(remove.plan(asset_id))
    assert outcome.text == "removed: 1 versions of outputs"
    assert (removals.outputs.told, removals.outputs.counted) == ([], 0)
    assert asset_id not in removals.world.table.records


def test_a_profile_is_an_attribute_of_the_notification() -> None:
    """Subscribers filter by it; an asset that never chose one has none."""
    removals = Removals()
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
    removals = Removals()
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
    removals = Removals()
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
