"""One contract for where reservations are booked and for the fake that stands for it elsewhere."""

from typing import Any

import pytest

from media_pipeline.adapters.asset_table import AssetTable
from media_pipeline.adapters.dynamodb import from_item
from media_pipeline.adapters.spending.counters import DynamoCounters
from media_pipeline.adapters.spending.ledger import TRIES, DynamoLedger
from media_pipeline.domain.asset import Asset
from media_pipeline.domain.errors import CapReachedError, TransientError
from media_pipeline.domain.spending.caps import Caps
from media_pipeline.domain.spending.reservation import Change, Reservation, Spent, changes, refunded
from media_pipeline.domain.transitions import planned
from tests.support.asset_steps import upload
from tests.support.fakes import FakeAssetTable, FakeClock, FakeLedger
from tests.support.local_resources import new_assets_table

DAY, MONTH = "spending#2026-01-02", "spending#2026-01"
CAPS = Caps(day=100, month=150, by_prefix={})


class Booked:
    """Hold a table, its ledger, and an asset that is claimed."""

    def __init__(self, table: Any, ledger: Any, clock: FakeClock) -> None:
        self.table, self.ledger, self.clock = table, ledger, clock

    def claimed(self, version: str = "v1") -> Asset:
        """Return an asset that is claimed."""
        claim = self.table.claim(upload(version_id=version), now=self.clock(), until=self.clock())
        found: Asset = claim.asset
        return found

    def book(self, asset: Asset, micro: int, caps: Caps = CAPS) -> bool:
        """Plan an asset's job at a price."""
        before = Reservation.of(asset)
        counters = caps.counters("in/a.mp4", self.clock())
        reserved = Reservation(
            attempt=asset.attempt, micro_usd=micro, counters=tuple(counter.id for counter in counters)
        )
        write = planned(
            asset,
            profile="default",
            preset_versions={},
            source_info={},
            planned_outputs=[],
            reservation=reserved.as_record(),
        )
        booked: bool = self.ledger.book(
            asset.asset_id, write, changes(before, micro, counters, now=self.clock())
        )
        return booked

    def sum_of(self, name: str) -> int:
        """Return what a counter holds."""
        if isinstance(self.ledger, FakeLedger):
            return self.ledger.counters.get(name, 0)
        table: AssetTable = self.table
        answer = table._client.get_item(
            TableName=table._table_name, Key={"asset_id": {"S": name}}, ConsistentRead=True
        )
        return int(from_item(answer["Item"])["micro_usd"]) if "Item" in answer else 0

    def raise_day(self, micro: int) -> None:
        """Raise the day's cap, as an operator does."""
        if isinstance(self.ledger, FakeLedger):
            self.ledger.raised[DAY] = micro
        else:
            self._counters.raise_cap(CAPS.day_counter(self.clock()), micro_usd=micro)

    @property
    def day(self) -> Spent:
        """Return the day's counter as an operator sees it."""
        if isinstance(self.ledger, FakeLedger):
            return Spent(micro_usd=self.ledger.counters[DAY], raised_micro_usd=self.ledger.raised.get(DAY))
        return self._counters.read(CAPS.day_counter(self.clock()))

    @property
    def _counters(self) -> DynamoCounters:
        table: AssetTable = self.table
        return DynamoCounters(table._client, table._table_name)

    @property
    def sums(self) -> tuple[int, int]:
        """Return what day and month hold."""
        return self.sum_of(DAY), self.sum_of(MONTH)


@pytest.fixture(params=["fake", "dynamodb"])
def booked(request: pytest.FixtureRequest, clock: FakeClock) -> Booked:
    """Return an empty table and its ledger."""
    if request.param == "fake":
        fake = FakeAssetTable()
        return Booked(fake, FakeLedger(fake), clock)
    dynamodb = request.getfixturevalue("dynamodb")
    name = new_assets_table(dynamodb)
    return Booked(AssetTable(dynamodb, name), DynamoLedger(dynamodb, name), clock)


def read(booked: Booked, asset: Asset) -> Asset:
    """Return an asset as it stands."""
    found: Asset = booked.table.get(asset.asset_id)
    return found


def test_a_plan_and_its_price_are_written_together(booked: Booked) -> None:
    """The record has what it reserved on which counters, and each counter has it once."""
    asset = booked.claimed()
    assert booked.book(asset, 40)
    assert booked.sums == (40, 40)
    assert read(booked, asset).reservation == {"attempt": 1, "micro_usd": 40, "counters": [DAY, MONTH]}


def test_what_was_decided_on_an_older_record_is_counted_once(booked: Booked) -> None:
    """A second invocation that read the asset before the first one booked changes nothing."""
    asset = booked.claimed()
    assert booked.book(asset, 40)
    assert not booked.book(asset, 40)
    assert booked.sums == (40, 40)


def test_another_price_of_the_same_attempt_takes_the_place_of_the_first(booked: Booked) -> None:
    """Counters get the difference, in either direction."""
    asset = booked.claimed()
    assert booked.book(asset, 40)
    assert booked.book(read(booked, asset), 70)
    assert booked.sums == (70, 70)
    assert booked.book(read(booked, asset), 10)
    assert booked.sums == (10, 10)


def test_a_cap_keeps_everything_out(booked: Booked) -> None:
    """Up to the cap there is room, beyond it nothing is written: no counter, and no plan."""
    assert booked.book(booked.claimed("v1"), 100)
    late = booked.claimed("v2")
    with pytest.raises(CapReachedError):
        booked.book(late, 1)
    assert booked.sums == (100, 100)
    assert not read(booked, late).reservation
    assert read(booked, late).profile is None
    raised = Caps(day=200, month=150, by_prefix={})
    with pytest.raises(CapReachedError):
        booked.book(late, 51, raised)
    assert booked.book(late, 50, raised)
    assert booked.sums == (150, 150)


def test_a_first_job_above_the_cap_has_no_room_either(booked: Booked) -> None:
    """A counter that isn't there yet holds nothing, and not any amount."""
    with pytest.raises(CapReachedError):
        booked.book(booked.claimed(), 101)
    assert booked.sums == (0, 0)


def test_a_raised_cap_has_room_up_to_where_it_was_raised(booked: Booked) -> None:
    """What an operator raised counts above the setting, for each counter by itself, and never below it."""
    assert booked.book(booked.claimed("v1"), 90)
    late = booked.claimed("v2")
    booked.raise_day(50)
    with pytest.raises(CapReachedError):
        booked.book(late, 20)
    booked.raise_day(140)
    assert booked.book(late, 20)
    with pytest.raises(CapReachedError) as refused:
        booked.book(booked.claimed("v3"), 31)
    assert refused.value.counter == DAY
    booked.raise_day(1000)
    with pytest.raises(CapReachedError) as refused:
        booked.book(booked.claimed("v3"), 41)
    assert refused.value.counter == MONTH
    assert booked.book(booked.claimed("v3"), 40)
    assert booked.sums == (150, 150)


def test_a_cap_is_raised_before_anything_is_counted(booked: Booked) -> None:
    """A first job above the day's cap is let through by it, and the counter keeps both figures."""
    booked.raise_day(120)
    assert booked.book(booked.claimed(), 110)
    assert booked.sums == (110, 110)
    assert booked.day == Spent(micro_usd=110, raised_micro_usd=120)


def test_what_is_given_back_is_given_back_once(booked: Booked) -> None:
    """The record forgets its reservation with it, and a lower sum needs no room."""
    asset = booked.claimed()
    assert booked.book(asset, 40)
    held = read(booked, asset)
    off = changes(Reservation.of(held), 0, (), now=booked.clock())
    assert booked.ledger.book(asset.asset_id, refunded(held), off)
    assert not booked.ledger.book(asset.asset_id, refunded(held), off)
    assert booked.sums == (0, 0)
    assert not read(booked, asset).reservation


class Busy:
    """Cancel transactions as DynamoDB does where others are at the same item."""

    def __init__(self, client: Any, times: int, code: str = "TransactionConflict") -> None:
        self._client, self._times, self._code = client, times, code
        self.tries = 0

    def transact_write_items(self, **request: Any) -> Any:
        """Refuse so many times, then pass on."""
        self.tries += 1
        if self.tries > self._times:
            return self._client.transact_write_items(**request)
        reasons = [{"Code": "None"}, {"Code": self._code}]
        raise self._client.exceptions.TransactionCanceledException(
            {
                "Error": {"Code": "TransactionCanceledException", "Message": "cancelled"},
                "ResponseMetadata": {"HTTPStatusCode": 400},
                "CancellationReasons": reasons,
            },
            "TransactWriteItems",
        )


def _busy(dynamodb: Any, clock: FakeClock, times: int, code: str) -> tuple[Booked, Busy]:
    name = new_assets_table(dynamodb)
    busy = Busy(dynamodb, times, code)
    ledger = DynamoLedger(busy, name, sleep=lambda seconds: clock.advance(seconds))
    return Booked(AssetTable(dynamodb, name), ledger, clock), busy


def test_transactions_that_meet_are_tried_again(dynamodb: Any, clock: FakeClock) -> None:
    """Whoever meets another at a counter waits a moment, and comes through."""
    booked, busy = _busy(dynamodb, clock, TRIES - 1, "TransactionConflict")
    asset = booked.claimed()
    book = Change(counter=CAPS.counters("", clock())[0], micro_usd=7)
    write = planned(asset, profile="p", preset_versions={}, source_info={}, planned_outputs=[])
    assert booked.ledger.book(asset.asset_id, write, [book])
    assert (busy.tries, booked.sum_of(DAY)) == (TRIES, 7)


@pytest.mark.parametrize("code", ["TransactionConflict", "ThrottlingError"])
def test_what_does_not_come_through_returns_to_the_queue(dynamodb: Any, clock: FakeClock, code: str) -> None:
    """After some tries, and at once for any other reason, the message comes back later."""
    booked, busy = _busy(dynamodb, clock, 99, code)
    asset = booked.claimed()
    book = Change(counter=CAPS.counters("", clock())[0], micro_usd=7)
    write = planned(asset, profile="p", preset_versions={}, source_info={}, planned_outputs=[])
    with pytest.raises(TransientError):
        booked.ledger.book(asset.asset_id, write, [book])
    assert busy.tries == (TRIES if code == "TransactionConflict" else 1)
    assert booked.sum_of(DAY) == 0
