"""Backfill: every current upload without an asset gets one and its event, once."""

from datetime import timedelta

import pytest

from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.errors import TransientError
from media_pipeline.domain.events import parse_upload
from media_pipeline.domain.uploads.filter import UploadFilter
from media_pipeline.domain.uploads.ignored_names import IgnoredNames
from media_pipeline.domain.uploads.limits import SourceTypes
from media_pipeline.domain.uploads.listing import StoredUpload, UploadsPage
from media_pipeline.domain.uploads.upload import UploadedObject
from media_pipeline.services.operations.pace import Pace
from tests.support.fakes import FakeAssetTable, FakeClock, FakeQueue
from tests.support.fakes.dead_letters import START
from tests.unit.tools.ops.fakes import (
    BrokenQueue,
    FakeTime,
    upload,
)
from tools.ops.actions.backfill import Backfill, Found, Period
from tools.ops.errors import UsageError


class FakeBucket:
    """List versions, two a page."""

    def __init__(self, *stored: StoredUpload) -> None:
        self.stored = sorted(stored, key=lambda one: one.upload.key)
        self.prefixes: list[str] = []

    def page(self, *, prefix: str, key_marker: str | None, version_marker: str | None) -> UploadsPage:
        """Return the page of versions after the markers."""
        self.prefixes.append(prefix)
        listed = [one for one in self.stored if one.upload.key.startswith(prefix)]
        start = 0
        if key_marker is not None:
            places = [(one.upload.key, one.upload.version_id) for one in listed]
            start = places.index((key_marker, version_marker)) + 1
        page = listed[start : start + 2]
        more = start + 2 < len(listed)
        return UploadsPage(
            uploads=page,
            key_marker=page[-1].upload.key if more else None,
            version_marker=page[-1].upload.version_id if more else None,
        )


def stored(key: str, *, version_id: str = "v1", is_latest: bool = True, hours_old: float = 0) -> StoredUpload:
    """Return a version in the bucket."""
    return StoredUpload(
        upload=upload(key, version_id),
        modified_at=START - timedelta(hours=hours_old),
        is_latest=is_latest,
    )


class BackfillWorld:
    """Hold the command with what it works on."""

    def __init__(self, *uploads: StoredUpload, queue: FakeQueue | None = None, rate: float = 10) -> None:
        self.bucket = FakeBucket(*uploads)
        self.table = FakeAssetTable()
        self.queue = queue or FakeQueue()
        self.time = FakeTime()
        self.clock = FakeClock()
        self.pages: list[int] = []
        self.command = Backfill(
            bucket=self.bucket,
            table=self.table,
            queue=self.queue,
            wanted=UploadFilter(
                prefix="in/",
                caption_suffixes=(".srt", ".vtt"),
                ignored=IgnoredNames(patterns=("._*", "*.part")),
            ),
            types=SourceTypes(suffixes=(".mp4",)),
            retention_days=30,
            pace=Pace(rate, monotonic=self.time.monotonic, sleep=self.time.sleep),
            clock=self.clock,
        )

    def find(self, *, prefix: str = "", period: Period | None = None, limit: int = 100) -> Found:
        """Look for uploads."""
        return self.command.find(
            prefix=prefix,
            period=period or Period(),
            limit=limit,
            on_page=lambda found: self.pages.append(found.listed),
        )

    def keys(self, *, prefix: str = "", period: Period | None = None, limit: int = 100) -> list[str]:
        """Return the keys of the uploads that are found."""
        return [one.upload.key for one in self.find(prefix=prefix, period=period, limit=limit).uploads]

    def announced(self) -> list[UploadedObject]:
        """Return the uploads whose event was sent."""
        return [parse_upload(body, bucket="uploads") for body in self.queue.bodies]


def test_what_the_pipeline_would_take_is_found() -> None:
    """All below the pipeline's prefix but captions and names that are ignored, as keys hold them now."""
    world = BackfillWorld(
        stored("in/a.mp4"),
        stored("in/B.MP4"),
        stored("in/c.txt"),
        stored("in/._a.mp4"),
        stored("in/folder/"),
        # Captions are no videos: processing their video finds them.
        stored("in/a.en.srt"),
        stored("in/a.VTT"),
        stored("out/d.mp4"),
        stored("in/e.mp4", version_id="v2"),
        stored("in/e.mp4", version_id="v1", is_latest=False),
        stored("in/deleted.mp4", is_latest=False),
    )
    found = world.find()
    assert [(one.upload.key, one.upload.version_id) for one in found.uploads] == [
        ("in/B.MP4", "v1"),
        ("in/a.mp4", "v1"),
        ("in/c.txt", "v1"),
        ("in/e.mp4", "v2"),
    ]
    assert world.pages == [2, 4, 6, 8, 10]


def test_files_of_other_types_are_recorded_and_not_announced() -> None:
    """They are FAILED at once, with what is accepted; no event is sent, and a second run does nothing."""
    world = BackfillWorld(stored("in/a.mp4"), stored("in/c.txt"))
    done = world.command.run(world.find().uploads, on_done=lambda number: None)
    assert (done.announced, done.refused, done.known) == (1, 1, 0)
    assert [one.key for one in world.announced()] == ["in/a.mp4"]
    record = world.table.records[upload("in/c.txt").asset_id]
    assert (record["status"], record["error"]["code"]) == ("FAILED", "UNSUPPORTED_FILE_TYPE")
    assert "notified_at" in record
    again = world.command.run([stored("in/c.txt")], on_done=lambda number: None)
    assert (again.refused, again.known) == (0, 1)


def test_uploads_that_have_an_asset_are_passed_over() -> None:
    """Whatever its status is: an asset is repaired by replay, not by backfill."""
    world = BackfillWorld(stored("in/a.mp4"), stored("in/b.mp4"))
    world.table.register(upload("in/a.mp4"), now=START, detail="")
    assert world.keys() == ["in/b.mp4"]


def test_finding_changes_nothing() -> None:
    """A dry run, which goes no further, registers and sends nothing."""
    world = BackfillWorld(stored("in/a.mp4"))
    assert world.keys() == ["in/a.mp4"]
    assert (world.table.records, world.queue.bodies) == ({}, [])


def test_a_period_has_a_beginning_and_an_end() -> None:
    """From `since` on, before `until`."""
    world = BackfillWorld(*(stored(f"in/{age}.mp4", hours_old=age) for age in range(4)))
    period = Period(since=START - timedelta(hours=2), until=START)
    assert world.keys(period=period) == ["in/1.mp4", "in/2.mp4"]


def test_a_prefix_narrows_the_listing_itself() -> None:
    """Only the keys of interest are listed, however large the bucket is."""
    world = BackfillWorld(stored("in/a/1.mp4"), stored("in/b/2.mp4"))
    assert world.keys(prefix="in/b") == ["in/b/2.mp4"]
    assert world.keys(prefix="i") == ["in/a/1.mp4", "in/b/2.mp4"]
    assert set(world.bucket.prefixes) == {"in/b", "in/"}


def test_a_prefix_that_the_pipeline_does_not_take_is_refused() -> None:
    """Nothing found would look as if nothing were missing."""
    with pytest.raises(UsageError, match="'in/'"):
        BackfillWorld().find(prefix="out/")


def test_a_limit_ends_the_search() -> None:
    """What is beyond is not even listed, and the operator reads that there is more."""
    world = BackfillWorld(*(stored(f"in/{number}.mp4") for number in range(9)))
    found = world.find(limit=3)
    assert ([one.upload.key for one in found.uploads], found.more) == (
        ["in/0.mp4", "in/1.mp4", "in/2.mp4"],
        True,
    )
    assert found.listed == 4


def test_uploads_get_an_asset_and_an_event() -> None:
    """The record is RECEIVED and unclaimed, so that the event's delivery takes it over at once."""
    world = BackfillWorld(stored("in/a.mp4"))
    done = world.command.run(world.find().uploads, on_done=lambda number: None)
    assert (done.announced, done.known, done.error) == (1, 0, None)
    assert world.announced() == [upload("in/a.mp4")]
    asset = world.table.get(upload("in/a.mp4").asset_id)
    assert asset is not None
    assert (asset.status, asset.claimed_until) == (AssetStatus.RECEIVED, asset.created_at)


def test_a_second_run_finds_nothing_to_do() -> None:
    """Running it twice, one after the other, announces each upload once."""
    world = BackfillWorld(stored("in/a.mp4"), stored("in/b.mp4"))
    world.command.run(world.find().uploads, on_done=lambda number: None)
    assert world.keys() == []


def test_two_at_once_announce_each_upload_once() -> None:
    """Of two that found the same uploads, the second passes over what the first has registered."""
    world = BackfillWorld(stored("in/a.mp4"), stored("in/b.mp4"))
    found = world.find().uploads
    runs = [world.command.run(found, on_done=lambda number: None) for _ in range(2)]
    assert [(run.announced, run.known) for run in runs] == [(2, 0), (0, 2)]
    assert len(world.queue.bodies) == 2


def test_an_error_ends_the_work_where_it_can_go_on() -> None:
    """The upload whose event could not be sent is registered: overdue some day, and the reconciler's then."""
    queue = BrokenQueue(TransientError("timeout"))
    world = BackfillWorld(stored("in/a.mp4"), stored("in/b.mp4"), queue=queue)
    done = world.command.run(world.find().uploads, on_done=lambda number: None)
    assert (done.announced, type(done.error)) == (0, TransientError)
    assert world.keys() == ["in/b.mp4"]


def test_uploads_are_announced_at_the_given_pace() -> None:
    """At 2 per second, four uploads take one and a half seconds."""
    world = BackfillWorld(*(stored(f"in/{number}.mp4") for number in range(4)), rate=2)
    world.command.run(world.find().uploads, on_done=lambda number: None)
    assert world.time.slept == [0.5] * 3
