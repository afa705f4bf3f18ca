"""How uploads whose event was lost are found, page by page, run by run."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any

import pytest

from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.clock import timestamp
from media_pipeline.domain.errors import TransientError
from media_pipeline.domain.uploads.listing import Cursor
from media_pipeline.domain.uploads.upload import UploadedObject
from media_pipeline.services.backlog import MAX_WAITING
from media_pipeline.services.upload_sweep import MAX_PAGES, MAX_REGISTERED
from tests.support.asset_world import AssetWorld
from tests.support.fakes import FakeAssetTable
from tests.support.swept_world import SweptWorld


@pytest.fixture
def world() -> SweptWorld:
    """Return a world with an empty bucket."""
    return SweptWorld()


class Watched(FakeAssetTable):
    """Be the assets table, and note which ids are looked up; something may happen after the first look-up."""

    def __init__(self, table: FakeAssetTable, meanwhile: Callable[[], Any] | None = None) -> None:
        super().__init__()
        self.records = table.records
        self._meanwhile = meanwhile
        self.asked: list[str] = []

    def known(self, asset_ids: Collection[str]) -> set[str]:
        """Look ids up."""
        self.asked += asset_ids
        found = super().known(asset_ids)
        if self._meanwhile:
            meanwhile, self._meanwhile = self._meanwhile, None
            meanwhile()
        return found


def test_a_lost_event_is_made_up_for_once(world: SweptWorld) -> None:
    """The upload gets its asset and its message, is counted, and is left alone from then on."""
    upload = world.upload()
    world.until_overdue()
    assert world.run() == {"listed": 1, "registered": 1}
    asset = world.table.get(upload.asset_id)
    assert asset is not None
    assert (asset.status, asset.upload) == (AssetStatus.RECEIVED, upload)
    assert world.announced == [upload]
    assert world.metrics.counted == [("received",), ("repaired", "upload_without_asset")]
    for _ in range(3):
        world.clock.advance(300)
        assert world.run()["registered"] == 0
    assert world.announced == [upload]


def test_an_upload_with_an_asset_is_left_alone(world: SweptWorld) -> None:
    """Whatever became of an upload that was announced, the sweep has nothing to do for it."""
    upload = world.upload()
    world.table.claim(upload, now=world.clock(), until=world.clock())
    before = dict(world.table.records[upload.asset_id])
    world.until_overdue()
    assert world.run() == {"listed": 1, "registered": 0}
    assert world.table.records[upload.asset_id] == before
    assert (world.announced, world.metrics.counted) == ([], [])


def test_each_version_of_a_key_is_an_upload(world: SweptWorld) -> None:
    """A version that was overwritten, or deleted, before its event was handled gets its own asset and end."""
    versions = [world.upload(version_id=f"v{number}", etag=f"e{number}") for number in range(3)]
    world.uploads.delete("in/a b.mp4")
    world.until_overdue()
    assert world.run() == {"listed": 3, "registered": 3}
    assert {upload.asset_id for upload in world.announced} == {upload.asset_id for upload in versions}


def test_two_runs_at_once_announce_once(world: SweptWorld) -> None:
    """Where another run is faster between look and registration, the upload is announced by it alone."""
    upload = world.upload()
    world.until_overdue()
    watched = Watched(world.table, meanwhile=world.run)
    slower = replace(world.sweep, table=watched)
    assert slower.run(has_time=lambda: True)["registered"] == 0
    assert world.announced == [upload]
    assert world.metrics.counted.count(("received",)) == 1


def test_an_upload_that_got_its_record_meanwhile_holds_up_no_other(
    world: SweptWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a page in which some uploads are registered elsewhere since, the others are announced."""
    uploads = [world.upload(version_id=f"v{number}", etag=f"e{number}") for number in range(3)]
    world.until_overdue()
    register, first = world.table.register, min(upload.asset_id for upload in uploads)

    def taken(upload: UploadedObject, **how: Any) -> bool:
        return upload.asset_id != first and register(upload, **how)

    monkeypatch.setattr(world.table, "register", taken)
    assert world.run() == {"listed": 3, "registered": 2}
    assert {upload.asset_id for upload in world.announced} == {
        upload.asset_id for upload in uploads if upload.asset_id != first
    }


@pytest.mark.parametrize("page_size", [1, 2, 3, 5, 1000])
@pytest.mark.parametrize("pages_a_run", [1, 2, 1000])
def test_a_sweep_goes_on_where_the_last_run_stopped(
    world: SweptWorld, page_size: int, pages_a_run: int
) -> None:
    """However little time a run has, together they see every version once, and then begin anew."""
    versions = [
        world.upload(f"in/{key}.mp4", version_id=version)
        for key in ("a", "ä", "z")
        for version in ("v1", "v2")
    ]
    world.uploads.page_size = page_size
    world.until_overdue()
    began, listed = timestamp(world.clock()), 0
    for _ in versions:
        if world.checkpoint.state is None or world.checkpoint.state.previous_began_at is None:
            listed += world.run(pages=pages_a_run)["listed"]
            world.clock.advance(60)
    assert listed == len(versions) == len(world.announced)
    assert set(world.announced) == set(versions)
    assert world.checkpoint.state == Cursor(previous_began_at=began)


def test_a_page_that_cant_be_listed_is_tried_again(world: SweptWorld) -> None:
    """Where S3 does not answer, what was seen stays seen, and the next run goes on from there."""
    for key in ("in/a.mp4", "in/b.mp4"):
        world.upload(key)
    world.uploads.page_size = 1
    world.until_overdue()
    assert world.run(pages=1)["registered"] == 1
    world.uploads.failures = [TransientError("S3 is down")]
    with pytest.raises(TransientError):
        world.run()
    assert world.run() == {"listed": 1, "registered": 1}


def test_a_run_that_dies_before_it_announces_loses_nothing(world: SweptWorld) -> None:
    """An upload that was registered and not announced is overdue some day: the repairs announce it."""
    first, second = world.upload("in/1.mp4"), world.upload("in/2.mp4")
    world.until_overdue()
    world.queue.failures["send"] = [TransientError("SQS is down")]
    with pytest.raises(TransientError):
        world.run()
    assert world.run()["registered"] == 1
    (announced,) = world.announced
    (silent,) = {first, second} - {announced}
    repairs = replace(AssetWorld().repairs, table=world.table, queue=world.queue, clock=world.clock)
    repairs.run(has_time=lambda: True)
    assert world.announced == [announced]
    world.until_overdue()
    repairs.run(has_time=lambda: True)
    assert set(world.announced) == {announced, silent}


def test_the_next_sweep_passes_over_what_the_last_one_has_seen(world: SweptWorld) -> None:
    """Nothing is looked up again that was overdue when the last whole sweep began."""
    old = world.upload("in/old.mp4")
    world.until_overdue()
    watched = Watched(world.table)
    sweep = replace(world.sweep, table=watched)
    sweep.run(has_time=lambda: True)
    new = world.upload("in/new.mp4")
    world.until_overdue()
    sweep.run(has_time=lambda: True)
    assert watched.asked == [old.asset_id, new.asset_id]
    assert world.announced == [old, new]


def test_what_comes_behind_a_sweep_is_found_by_the_next(world: SweptWorld) -> None:
    """An upload under a key that a running sweep has already passed is not lost to the one after it."""
    for number in range(4):
        world.upload(f"in/{number}.mp4")
    world.uploads.page_size = 2
    world.until_overdue()
    world.run(pages=1)
    late = world.upload("in/0 and a half.mp4")
    world.until_overdue()
    world.run()
    assert late not in world.announced
    world.clock.advance(60)
    world.run()
    assert late in world.announced
    assert len(world.announced) == 5


def uploads(world: SweptWorld, count: int) -> Sequence[UploadedObject]:
    """Upload so many files whose events are lost."""
    made = [world.upload(f"in/{number:04}.mp4") for number in range(count)]
    world.until_overdue()
    return made


def test_a_run_lists_so_many_pages_at_most(world: SweptWorld) -> None:
    """A run over a large bucket ends, and the next one goes on."""
    uploads(world, MAX_PAGES + 1)
    world.uploads.page_size = 1
    assert world.run()["listed"] == MAX_PAGES
    assert world.run()["listed"] == 1


def test_a_run_registers_so_many_uploads_at_most(world: SweptWorld) -> None:
    """A run after a long silence of S3's events does not flood the pipeline: it stops after a full page."""
    uploads(world, MAX_REGISTERED + 20)
    world.uploads.page_size = 100
    assert world.run()["registered"] == MAX_REGISTERED
    assert world.run()["registered"] == 20


def test_a_run_announces_so_many_captions_at_most(world: SweptWorld) -> None:
    """Captions count towards a run's share as uploads do."""
    for number in range(MAX_REGISTERED + 20):
        world.upload(f"in/{number:04}.srt")
    world.until_overdue()
    world.uploads.page_size = 100
    world.run()
    assert len(world.announced_captions) == MAX_REGISTERED
    world.run()
    assert len(world.announced_captions) == MAX_REGISTERED + 20


def test_a_run_goes_on_until_its_share_is_reached(world: SweptWorld) -> None:
    """One caption less than a run's share leaves room for another page."""
    for number in range(MAX_REGISTERED + 20):
        world.upload(f"in/{number:04}.srt")
    world.until_overdue()
    world.uploads.page_size = MAX_REGISTERED - 1
    world.run()
    assert len(world.announced_captions) == MAX_REGISTERED + 20


def test_a_run_without_time_does_nothing(world: SweptWorld) -> None:
    """Where the function's time is nearly over, not even a page is listed."""
    uploads(world, 1)
    assert world.run(pages=0) == {"listed": 0, "registered": 0}
    assert world.checkpoint.load() is None


def test_an_empty_bucket_is_swept(world: SweptWorld) -> None:
    """A bucket without objects has one page, with nothing on it."""
    assert world.run() == {"listed": 0, "registered": 0}
    assert world.checkpoint.state == Cursor(previous_began_at=timestamp(world.clock()))


def test_a_caption_is_announced_again_once(world: SweptWorld) -> None:
    """Captions have no record: each overdue one gets another event, when the first sweep comes by."""
    caption = world.upload("in/a b.en.SRT")
    world.upload("elsewhere/a.srt")
    assert world.run()["registered"] == 0
    world.until_overdue()
    assert world.run() == {"listed": 1, "registered": 0}
    assert world.announced_captions == [caption]
    assert world.announced == []
    assert world.table.records == {}
    assert world.metrics.counted == []
    for _ in range(3):
        world.until_overdue()
        world.run()
    assert world.announced_captions == [caption]


def test_only_the_newest_version_of_a_caption_is_announced(world: SweptWorld) -> None:
    """Older versions, and those of a removed file, count for nothing."""
    world.upload("in/a.srt", version_id="v1")
    newest = world.upload("in/a.srt", version_id="v2", etag="f")
    world.upload("in/gone.srt")
    world.uploads.delete("in/gone.srt")
    world.until_overdue()
    world.run()
    assert world.announced_captions == [newest]


def test_captions_that_wait_keep_no_upload_from_being_found(world: SweptWorld) -> None:
    """A long captions queue holds up captions alone: the sweep goes on, and finds the other video."""
    for number in range(2 * MAX_WAITING):
        world.captions_queue.send(str(number))
    upload = world.upload()
    world.until_overdue()
    assert world.run() == {"listed": 1, "registered": 1}
    assert world.announced == [upload]
