"""Uploads of types that are not accepted: a record each, one write each, and one message an hour."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from media_pipeline.adapters.asset_table import AssetTable
from media_pipeline.adapters.notification_turns import DynamoTurns
from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.clock import utc_now
from media_pipeline.domain.errors import TooEarlyError, TransientError
from media_pipeline.domain.uploads.limits import SourceTypes
from media_pipeline.services.refusals import TOLD_EVERY
from tests.support.fakes import FakeAssetTable, FakeClock, FakeTurns
from tests.support.ingest_world import IngestWorld
from tests.support.local_resources import new_assets_table

EMPTY_FILE_GRACE_SECONDS = 120


@pytest.fixture
def world() -> IngestWorld:
    """Return a world in which nothing has happened."""
    return IngestWorld()


def test_many_files_of_a_wrong_type_cost_one_write_each(world: IngestWorld) -> None:
    """No look into them, no job, no failure of the pipeline's, and one message for all of them."""
    world.uploads.failures = [TransientError("it was looked at")]
    for number in range(50):
        world.deliver(f"{number}.log")
    assert {record["status"] for record in world.table.records.values()} == {"FAILED"}
    assert all("notified_at" in record for record in world.table.records.values())
    assert world.metrics.counted == [("refused",)] * 50
    assert len(world.publisher.published) == 1
    assert world.publisher.published[0][1]["error"]["code"] == "UNSUPPORTED_FILE_TYPE"
    world.clock.now += TOLD_EVERY
    world.deliver("later.log")
    assert len(world.publisher.published) == 2


def test_a_refused_upload_is_refused_once(world: IngestWorld) -> None:
    """Its event may come again: the record stays as it is, and nothing is counted or announced twice."""
    world.deliver("a.log")
    before = dict(world.table.records[world.asset.asset_id])
    world.clock.advance(5)
    world.deliver("a.log")
    assert world.table.records[world.asset.asset_id] == before
    assert (world.metrics.counted, len(world.publisher.published)) == ([("refused",)], 1)
    assert "expires_at" in before


def test_unsent_news_of_a_refusal_is_sent_by_the_next_delivery(world: IngestWorld) -> None:
    """Where the notification failed, the record says that it is still due."""
    world.publisher.failures = [TransientError("SNS is down")]
    with pytest.raises(TransientError):
        world.deliver("a.log")
    assert world.asset.status is AssetStatus.FAILED
    for _ in range(2):
        world.deliver("a.log")
    assert len(world.publisher.published) == 1


def test_an_empty_file_is_given_time() -> None:
    """A mount that makes an empty file first and then replaces it causes neither mail nor failure."""
    world = IngestWorld(empty_file_grace_seconds=EMPTY_FILE_GRACE_SECONDS)
    with pytest.raises(TooEarlyError) as early:
        world.deliver(size=0, version_id="v1", etag="empty")
    assert early.value.seconds_left == EMPTY_FILE_GRACE_SECONDS
    empty = world.asset
    world.clock.advance(50)
    whole = world.deliver(size=5, version_id="v2", etag="whole")
    world.clock.advance(EMPTY_FILE_GRACE_SECONDS - 50)
    # The empty one's message comes back.
    world.uploads.stored["a.mp4"].sort(key=lambda stored: stored.upload.version_id or "")
    world.deliver(size=0, version_id="v1", etag="empty")
    ended = world.asset_of(empty.asset_id)
    assert (ended.status, ended.error and ended.error.code) == (AssetStatus.CANCELED, "SUPERSEDED")
    assert world.asset_of(whole.asset_id).status is AssetStatus.SUBMITTED
    assert ended.notified_at is not None
    assert world.publisher.published == []
    assert ("failed", "EMPTY_FILE", None) not in world.metrics.counted


def test_a_file_that_stays_empty_fails() -> None:
    """When its time is over it is EMPTY_FILE, with a notification."""
    world = IngestWorld(empty_file_grace_seconds=EMPTY_FILE_GRACE_SECONDS)
    with pytest.raises(TooEarlyError):
        world.deliver(size=0)
    world.clock.advance(EMPTY_FILE_GRACE_SECONDS - 1)
    with pytest.raises(TooEarlyError) as early:
        world.deliver(size=0)
    assert early.value.seconds_left == 1
    world.clock.advance(1)
    world.deliver(size=0)
    assert world.asset.error is not None
    assert (world.asset.error.code, len(world.publisher.published)) == ("EMPTY_FILE", 1)


def test_both_tables_refuse_alike(table: AssetTable | FakeAssetTable, clock: FakeClock) -> None:
    """One write makes the whole record; a second one changes nothing."""
    world = IngestWorld()
    error = SourceTypes(suffixes=(".mp4",)).error
    for upload, is_told in ((world.upload("a.log"), True), (world.upload("b.log"), False)):
        made = table.refuse(upload, error, now=clock(), expires_at=7, is_told=is_told)
        assert made is not None
        assert table.refuse(upload, error, now=clock(), expires_at=7, is_told=not is_told) is None
        assert table.get(upload.asset_id) == made
        assert (made.status, made.error, made.notified_at is not None) == (AssetStatus.FAILED, error, is_told)
        assert [entry["status"] for entry in made.history] == ["RECEIVED", "FAILED"]
        assert [asset.asset_id for asset in table.by_status(AssetStatus.FAILED)].count(upload.asset_id) == 1


@pytest.mark.parametrize("kind", ["fake", "dynamodb"])
def test_one_process_has_the_turn(kind: str, request: pytest.FixtureRequest) -> None:
    """Of several processes one gets it in each interval; who has asked does not ask again within it."""
    now, hour = utc_now(), timedelta(hours=1)
    if kind == "fake":
        first: Any = FakeTurns()
        second = first
    else:
        client: Callable[..., Any] | Any = request.getfixturevalue("dynamodb")
        name = new_assets_table(client)
        first, second = DynamoTurns(client, name), DynamoTurns(client, name)
    assert first.take(now=now, every=hour)
    assert not second.take(now=now, every=hour)
    assert not first.take(now=now + timedelta(minutes=59), every=hour)
    assert second.take(now=now + hour, every=hour)
    assert not first.take(now=now + hour, every=hour)
