"""One contract for where requests are remembered and for the fake that stands for it elsewhere."""

from datetime import timedelta
from typing import Any

import pytest

from media_pipeline.adapters.asset_scan import IndexedRecordTable
from media_pipeline.adapters.asset_table import AssetTable
from media_pipeline.adapters.listing.assets import DynamoAssetListing
from media_pipeline.adapters.requests.memory import ID_PREFIX, DynamoRequestMemory
from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.requests.remembered import Answered, Remembered
from tests.support.fakes import FakeClock
from tests.support.fakes.requests import FakeRequestMemory
from tests.support.local_resources import new_assets_table

Memory = DynamoRequestMemory | FakeRequestMemory
ANSWER = Answered(status=201, body='{"name":"Ä 🎬"}')


@pytest.fixture(params=["fake", "dynamodb"])
def memory(request: pytest.FixtureRequest) -> Memory:
    """Return an empty memory."""
    if request.param == "fake":
        return FakeRequestMemory()
    dynamodb = request.getfixturevalue("dynamodb")
    return DynamoRequestMemory(dynamodb, new_assets_table(dynamodb))


def take(memory: Memory, clock: FakeClock, *, digest: str = "d", name: str = "r") -> Remembered | None:
    """Hold a request for 30 seconds, and let it be forgotten after a day."""
    return memory.take(
        name,
        digest=digest,
        now=clock(),
        until=clock() + timedelta(seconds=30),
        forgotten_at=clock() + timedelta(days=1),
    )


def test_a_request_is_held_by_one(memory: Memory, clock: FakeClock) -> None:
    """While it is held, another one with its id reads that it is under way; another id is another request."""
    assert take(memory, clock) is None
    clock.advance(29)
    assert take(memory, clock) == Remembered(digest="d", answer=None)
    assert take(memory, clock, digest="other") == Remembered(digest="d", answer=None)
    assert take(memory, clock, name="another") is None


def test_a_hold_ends_by_itself(memory: Memory, clock: FakeClock) -> None:
    """What its function left, dead or cut off, is done by the next one with the same body."""
    assert take(memory, clock) is None
    clock.advance(30)
    assert take(memory, clock, digest="other") == Remembered(digest="d", answer=None)
    assert take(memory, clock) is None
    assert take(memory, clock) == Remembered(digest="d", answer=None)


def test_an_answer_is_kept_and_forgotten(memory: Memory, clock: FakeClock) -> None:
    """It is given for a day, also after the hold, and then the id may be used for anything."""
    until = clock() + timedelta(seconds=30)
    assert take(memory, clock) is None
    memory.keep("r", ANSWER, until=until)
    for seconds in (0, 31, 86_000):
        clock.advance(seconds)
        assert take(memory, clock) == Remembered(digest="d", answer=ANSWER)
    clock.advance(400)
    assert take(memory, clock, digest="other") is None


def test_a_released_request_is_done_again_at_once(memory: Memory, clock: FakeClock) -> None:
    """A request that failed holds its id no longer, but for another body."""
    assert take(memory, clock) is None
    memory.release("r", until=clock() + timedelta(seconds=30))
    assert take(memory, clock, digest="other") == Remembered(digest="d", answer=None)
    assert take(memory, clock) is None


def test_who_took_too_long_answers_no_more(memory: Memory, clock: FakeClock) -> None:
    """The answer of a request that another took over is not kept, nor does it release the other."""
    first = clock() + timedelta(seconds=30)
    assert take(memory, clock) is None
    clock.advance(31)
    assert take(memory, clock) is None
    memory.keep("r", ANSWER, until=first)
    memory.release("r", until=first)
    assert take(memory, clock) == Remembered(digest="d", answer=None)
    memory.keep("r", ANSWER, until=clock() + timedelta(seconds=30))
    assert take(memory, clock) == Remembered(digest="d", answer=ANSWER)


def test_readers_of_assets_pass_requests_over(dynamodb: Any, clock: FakeClock) -> None:
    """An item of a request is no asset: not by its id, in no listing, and nothing to reindex."""
    name = new_assets_table(dynamodb)
    memory, table = DynamoRequestMemory(dynamodb, name), AssetTable(dynamodb, name)
    assert take(memory, clock) is None
    memory.keep("r", ANSWER, until=clock() + timedelta(seconds=30))
    assert table.get(f"{ID_PREFIX}r") is None
    assert table.get_many([f"{ID_PREFIX}r"]) == []
    assert not table.was_removed(f"{ID_PREFIX}r")
    assert IndexedRecordTable(dynamodb, name).page(None).records == []
    listing = DynamoAssetListing(dynamodb, name, clock=clock)
    for status in (None, *AssetStatus):
        assert listing.page(status=status, limit=10, cursor=None).assets == []
