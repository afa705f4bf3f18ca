"""One contract for the listing of assets in DynamoDB and for the fake that stands for it elsewhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from media_pipeline.adapters.asset_table import AssetTable
from media_pipeline.adapters.listing.assets import MAX_MONTHS, DynamoAssetListing
from media_pipeline.adapters.removal.records import RemovedRecords
from media_pipeline.domain.asset import Asset, AssetStatus
from media_pipeline.domain.errors import InvalidCursorError
from media_pipeline.domain.indexes.creation import Position, as_cursor
from media_pipeline.domain.ports import AssetListing
from media_pipeline.services.delivery.asset_views import asset_summary
from tests.support.asset_steps import Table, ended, step, upload
from tests.support.fakes import FakeAssetTable, FakeClock
from tests.support.fakes.listing import FakeAssetListing
from tests.support.local_resources import new_assets_table


@dataclass
class Listed:
    """Hold a table, and its listing."""

    table: Table
    listing: AssetListing
    clock: FakeClock

    def made(self, name: str, *, at: datetime) -> str:
        """Return the id of an asset that was made at a time."""
        which = upload(name)
        assert self.table.register(which, now=at, detail="")
        return which.asset_id

    def pages(self, *, status: AssetStatus | None = None, limit: int = 3) -> Iterator[list[Asset]]:
        """Yield all pages of a listing, and check that none is too long."""
        cursor = None
        while True:
            page = self.listing.page(status=status, limit=limit, cursor=cursor)
            assert len(page.assets) <= limit
            yield list(page.assets)
            cursor = page.next_cursor
            if cursor is None:
                return

    def ids(self, *, status: AssetStatus | None = None, limit: int = 3) -> list[str]:
        """Return the ids of all pages, in their order."""
        return [asset.asset_id for page in self.pages(status=status, limit=limit) for asset in page]


@pytest.fixture(params=["fake", "dynamodb"])
def listed(request: pytest.FixtureRequest, clock: FakeClock) -> Listed:
    """Return an empty table with its listing."""
    if request.param == "fake":
        fake = FakeAssetTable()
        return Listed(fake, FakeAssetListing(fake), clock)
    dynamodb = request.getfixturevalue("dynamodb")
    name = new_assets_table(dynamodb)
    listing = DynamoAssetListing(dynamodb, name, clock=clock)
    return Listed(AssetTable(dynamodb, name), listing, clock)


def test_an_empty_table_has_one_empty_page(listed: Listed) -> None:
    """Where nothing is, neither listing says that there is more."""
    for status in (None, AssetStatus.FAILED):
        assert listed.listing.page(status=status, limit=10, cursor=None).assets == []
    assert listed.ids() == []


@pytest.mark.parametrize("limit", [1, 3, 10, 100])
def test_all_assets_are_listed_once_newest_first(listed: Listed, limit: int) -> None:
    """Pages of any size give each asset once, over the borders of months and partitions."""
    begin = listed.clock()
    made = [listed.made(f"{n}.mp4", at=begin - timedelta(days=11 * n)) for n in range(10)]
    assert listed.ids(limit=limit) == made


@pytest.mark.parametrize("limit", [1, 2, 7])
def test_assets_of_one_instant_are_all_listed(listed: Listed, limit: int) -> None:
    """A page that ends among assets of the same millisecond is gone on with behind its last one."""
    made = [listed.made(f"{n}.mp4", at=listed.clock()) for n in range(12)]
    assert sorted(listed.ids(limit=limit)) == sorted(made)
    assert len(listed.ids(limit=limit)) == 12


def test_a_status_is_listed_by_the_last_change(listed: Listed) -> None:
    """Those of a status come as they last changed, and no others."""
    begin = listed.clock()
    made = [listed.made(f"{n}.mp4", at=begin - timedelta(days=40 * n)) for n in range(5)]
    for asset_id in (made[3], made[1], made[2]):
        listed.clock.advance(1)
        assert listed.table.advance(asset_id, step(listed.clock, AssetStatus.SUBMITTED))
    assert listed.ids(status=AssetStatus.SUBMITTED, limit=2) == [made[2], made[1], made[3]]
    assert listed.ids(status=AssetStatus.RECEIVED, limit=2) == [made[0], made[4]]
    assert listed.ids(limit=2) == made


def test_a_listing_has_all_that_a_line_says_of_an_asset(listed: Listed) -> None:
    """The error of one that failed, too; what only its details say may be missing."""
    asset = ended(listed.table, listed.clock)
    [found] = listed.listing.page(status=AssetStatus.FAILED, limit=2, cursor=None).assets
    assert asset_summary(found) == asset_summary(asset)
    assert {"error_code", "duration_ms", "quote_usd", "billed_usd"} <= asset_summary(found).keys()


def test_a_line_tells_how_far_an_asset_is_and_then_has_its_picture(listed: Listed) -> None:
    """The percentage is there while the job runs, and the poster's path once there is one."""
    asset_id, clock, table = listed.made("a.mp4", at=listed.clock()), listed.clock, listed.table
    processing = table.advance(asset_id, step(clock, AssetStatus.PROCESSING))
    assert processing is not None
    table.note_progress(processing, percent=42, now=clock())
    [line] = [asset_summary(asset) for page in listed.pages() for asset in page]
    assert line["progress_percent"] == 42
    outputs = [{"format": "MP4", "key": "id/1/a.mp4"}, {"format": "POSTER", "key": "id/1/a.jpg"}]
    assert table.advance(asset_id, step(clock, AssetStatus.VERIFYING))
    assert table.advance(asset_id, step(clock, AssetStatus.COMPLETE, outputs=outputs))
    [line] = [asset_summary(asset) for page in listed.pages() for asset in page]
    assert line["poster"] == "/media/id/1/a.jpg"
    assert "progress_percent" not in line


def test_a_new_asset_shifts_no_later_page(listed: Listed) -> None:
    """What is made while somebody turns pages comes before the first one, and nothing twice."""
    begin = listed.clock()
    made = [listed.made(f"{n}.mp4", at=begin - timedelta(hours=n)) for n in range(4)]
    first = listed.listing.page(status=None, limit=2, cursor=None)
    listed.made("new.mp4", at=begin + timedelta(seconds=1))
    second = listed.listing.page(status=None, limit=2, cursor=first.next_cursor)
    assert [asset.asset_id for asset in (*first.assets, *second.assets)] == made


@pytest.mark.parametrize("cursor", ["", "a", "é", "ä" * 400, "W10", "bnVsbA", "A" * 257, "../../etc"])
def test_what_is_no_cursor_is_refused(listed: Listed, cursor: str) -> None:
    """Any text may come from outside; no asset is looked for behind one that no page ended with."""
    with pytest.raises(InvalidCursorError):
        listed.listing.page(status=None, limit=1, cursor=cursor)


@pytest.mark.parametrize("time", ["", "2026", "2026-13", "2026-1", "٢٠٢٦-01", "2026-01#3", "9999-99-99"])
def test_a_cursor_with_another_time_is_refused(listed: Listed, time: str) -> None:
    """A cursor that somebody made up names no partition but those of months."""
    with pytest.raises(InvalidCursorError):
        listed.listing.page(status=None, limit=1, cursor=as_cursor(Position(time=time, asset_id="a")))


def test_a_cursor_of_another_listing_is_refused(listed: Listed) -> None:
    """Where one listing ended tells nothing of another one, which has another order."""
    for n in range(3):
        listed.made(f"{n}.mp4", at=listed.clock())
    cursor = listed.listing.page(status=None, limit=1, cursor=None).next_cursor
    for status in (AssetStatus.RECEIVED, AssetStatus.FAILED):
        with pytest.raises(InvalidCursorError):
            listed.listing.page(status=status, limit=1, cursor=cursor)


def test_a_page_asks_for_so_many_months_alone(dynamodb: object, clock: FakeClock) -> None:
    """A pipeline that lay idle for years is listed by pages without assets, each in bounded time."""
    name = new_assets_table(dynamodb)
    later = FakeClock()
    later.now = datetime(2031, 5, 6, tzinfo=UTC)
    listed = Listed(AssetTable(dynamodb, name), DynamoAssetListing(dynamodb, name, clock=later), clock)
    made = [listed.made(f"{n}.mp4", at=datetime(2026, 1, 31, 23, 59, 59, 999_000, UTC)) for n in range(2)]
    pages = list(listed.pages(limit=1))
    assert sorted(asset.asset_id for page in pages for asset in page) == sorted(made)
    months = 12 * 5 + 5
    idle = months // MAX_MONTHS
    assert pages[:idle] == [[]] * idle
    assert [len(page) for page in pages[idle : idle + 2]] == [1, 1]


def test_a_removed_asset_is_listed_no_more(dynamodb: object, clock: FakeClock) -> None:
    """A tombstone has no place in any index."""
    name = new_assets_table(dynamodb)
    listed = Listed(AssetTable(dynamodb, name), DynamoAssetListing(dynamodb, name, clock=clock), clock)
    gone, stays = (listed.made(f"{n}.mp4", at=clock()) for n in range(2))
    assert listed.table.advance(gone, step(clock, AssetStatus.CANCELED))
    asset = listed.table.get(gone)
    assert asset is not None
    records = RemovedRecords(dynamodb, name)
    assert records.begin(asset, now=clock())
    assert records.end(gone, now=clock(), expires_at=None)
    assert listed.ids() == [stays]
    assert listed.ids(status=AssetStatus.CANCELED) == []
