"""Which uploads count as lost, by key and by age."""

from dataclasses import replace
from datetime import timedelta

import pytest

from media_pipeline.domain.uploads.upload import UploadedObject
from media_pipeline.services.upload_sweep import LOOK_BACK
from tests.support.fakes import FakeAssetTable
from tests.support.swept_world import OVERDUE_SECONDS, SweptWorld


@pytest.fixture
def world() -> SweptWorld:
    """Return a world with an empty bucket."""
    return SweptWorld()


def test_an_upload_is_given_time_for_its_event(world: SweptWorld) -> None:
    """A young upload is passed over, and found by a later sweep although an earlier one has listed it."""
    upload = world.upload()
    for _ in range(2):
        world.clock.advance(OVERDUE_SECONDS / 2)
        assert world.run() == {"listed": 1, "registered": 0}
    world.clock.advance(1)
    assert world.run() == {"listed": 1, "registered": 1}
    assert world.announced == [upload]


@pytest.mark.parametrize(
    ("key", "wanted"),
    [
        ("in/a.mp4", True),
        ("in/deep/er/a.MoV", True),
        ("in/a.txt", True),
        ("in/mp4", True),
        ("in/._a.mp4", False),
        ("in/._folder/a.mp4", False),
        ("in/a.mp4.PART", False),
        ("in/folder/", False),
        ("out/a.mp4", False),
        ("a/in/a.mp4", False),
    ],
)
def test_only_the_pipelines_uploads_are_swept(world: SweptWorld, key: str, wanted: bool) -> None:
    """What is passed over by its name, or lies elsewhere, is no lost upload; all else gets a record."""
    world.upload(key)
    world.until_overdue()
    assert world.run() == {"listed": key.startswith("in/"), "registered": wanted}


def swept_after(world: SweptWorld, age: timedelta, *, retention_days: int = 0) -> int:
    """Return how many uploads are registered in the first sweep so long after one was made."""
    world.upload()
    world.clock.now += age
    sweep = replace(world.sweep, asset_retention_days=retention_days)
    return sweep.run(has_time=lambda: True)["registered"]


@pytest.mark.parametrize(("after", "registered"), [(timedelta(0), 1), (timedelta(seconds=-1), 0)])
def test_what_was_there_before_the_pipeline_is_not_its_own(
    world: SweptWorld, after: timedelta, registered: int
) -> None:
    """Older uploads than the pipeline are the operator's to backfill."""
    world.upload()
    beginning = world.clock() - after
    world.until_overdue()
    sweep = replace(world.sweep, table=FakeAssetTable(beginning))
    assert sweep.run(has_time=lambda: True)["registered"] == registered


@pytest.mark.parametrize(("age", "registered"), [(LOOK_BACK, 1), (LOOK_BACK + timedelta(seconds=1), 0)])
def test_a_sweep_looks_back_for_some_weeks(world: SweptWorld, age: timedelta, registered: int) -> None:
    """What has had no asset for so long has another reason than a lost event."""
    assert swept_after(world, age) == registered


@pytest.mark.parametrize("retention_days", [1, 5])
@pytest.mark.parametrize(("earlier", "registered"), [(3600, 1), (0, 0), (-3600, 0)])
def test_an_upload_whose_record_may_have_expired_is_left_alone(
    world: SweptWorld, retention_days: int, earlier: int, registered: int
) -> None:
    """Records are kept for some days: an older upload without one may have been done, and deleted."""
    age = timedelta(days=retention_days, seconds=-earlier)
    assert swept_after(world, age, retention_days=retention_days) == registered


def test_an_upload_in_parts_is_as_old_as_its_beginning(world: SweptWorld) -> None:
    """S3 dates an upload in parts back to its beginning: done after a sweep, it is found by the next one."""
    world.until_overdue()
    world.run()
    began = world.clock()
    for _ in range(4):
        world.clock.advance(12 * 3600)
        world.run()
    upload = UploadedObject(
        bucket="uploads", key="in/long.mp4", version_id="v1", etag="e-700", size_bytes=5, sequencer=""
    )
    world.uploads.put(upload, began)
    world.run()
    assert world.announced == [upload]


def test_a_lost_upload_of_another_type_costs_one_write(world: SweptWorld) -> None:
    """It is FAILED at once: no message, no failure counted; the first of them alone is announced."""
    for number in range(3):
        world.upload(f"in/{number}.log")
    world.until_overdue()
    assert world.run() == {"listed": 3, "registered": 3}
    assert {record["status"] for record in world.table.records.values()} == {"FAILED"}
    assert (world.queue.bodies, world.metrics.counted) == ([], [("refused",)] * 3)
    assert len(world.announced_ends) == 1
    assert world.run() == {"listed": 3, "registered": 0}
