"""Replay: another attempt, once, whatever happens in between."""

import pytest

from media_pipeline.domain.asset import (
    MAX_ATTEMPTS,
    TERMINAL_STATUSES,
    Asset,
    AssetStatus,
)
from media_pipeline.domain.errors import TransientError
from media_pipeline.domain.events import parse_upload
from media_pipeline.domain.failures import CATALOGUE, failure
from media_pipeline.domain.transitions import Transition
from media_pipeline.services.operations.changes import Result
from media_pipeline.services.operations.replay import Replay
from tests.support.fakes import FakeQueue
from tests.unit.tools.ops.fakes import BrokenQueue, OpsWorld


@pytest.fixture
def world() -> OpsWorld:
    """Return an empty table."""
    return OpsWorld()


def replay_in(world: OpsWorld, queue: FakeQueue, *, force: bool = False) -> Replay:
    """Return the command on the world's table."""
    return Replay(table=world.table, queue=queue, clock=world.clock, force=force)


@pytest.mark.parametrize("status", sorted(TERMINAL_STATUSES))
def test_an_asset_that_has_ended_begins_its_next_attempt(world: OpsWorld, status: AssetStatus) -> None:
    """The record stands at RECEIVED with the next number, and the same upload is announced."""
    queue, asset = FakeQueue(), world.asset(status)
    outcome = replay_in(world, queue).apply(asset)
    now = world.read(asset.asset_id)
    assert (outcome.result, now.status, now.attempt) == (Result.DONE, AssetStatus.RECEIVED, 2)
    assert [parse_upload(body, bucket="uploads") for body in queue.bodies] == [asset.upload]
    assert [past["status"] for past in now.past_attempts] == [status.value]


@pytest.mark.parametrize("status", sorted(set(AssetStatus) - TERMINAL_STATUSES))
def test_an_asset_under_way_is_left_alone(world: OpsWorld, status: AssetStatus) -> None:
    """What hasn't ended isn't begun again, and the operator reads its status."""
    intention = replay_in(world, FakeQueue()).intention(world.asset(status))
    assert not intention.acts
    assert status.value in intention.text


def test_an_intention_changes_nothing(world: OpsWorld) -> None:
    """A dry run, which goes no further than the intention, leaves table and queue as they were."""
    queue, asset = FakeQueue(), world.asset(AssetStatus.FAILED)
    before = dict(world.table.records[asset.asset_id])
    intention = replay_in(world, queue).intention(asset)
    assert (intention.acts, intention.text) == (True, "begins attempt 2")
    assert (world.table.records[asset.asset_id], queue.bodies) == (before, [])


def failed(world: OpsWorld, code: str) -> Asset:
    """Return an asset that failed with this code of the catalogue."""
    asset = world.asset(AssetStatus.PROCESSING)
    facts = dict.fromkeys(("said", "found", "profile", "allowed", "suffixes", "size_bytes"), "x")
    error = failure(code).error(**facts, max_size_bytes="x")
    step = Transition(to=AssetStatus.FAILED, attempt=1, at=world.clock(), detail="", error=error)
    assert world.table.advance(asset.asset_id, step)
    return world.read(asset.asset_id)


@pytest.mark.parametrize("code", CATALOGUE)
def test_what_a_replay_cant_help_is_left_alone(world: OpsWorld, code: str) -> None:
    """The same file fails for the same reason: unless it is forced, no encode is spent on it."""
    asset = failed(world, code)
    intention = replay_in(world, FakeQueue()).intention(asset)
    assert intention.acts == CATALOGUE[code].replay_helps
    assert intention.acts or (code in intention.text and "--force" in intention.text)
    assert replay_in(world, FakeQueue(), force=True).intention(asset).acts


def test_a_record_of_before_is_replayed(world: OpsWorld) -> None:
    """A failure that was recorded before replays were judged is replayed as ever."""
    asset = failed(world, "EMPTY_FILE")
    del world.table.records[asset.asset_id]["error"]["replay_helps"]
    assert replay_in(world, FakeQueue()).intention(world.read(asset.asset_id)).acts


def test_attempts_have_an_end(world: OpsWorld) -> None:
    """An asset that has had all attempts is left alone, instead of an error in the middle of the work."""
    queue, asset = FakeQueue(), world.asset(AssetStatus.FAILED)
    world.table.records[asset.asset_id]["attempt"] = MAX_ATTEMPTS
    assert not replay_in(world, queue).intention(world.read(asset.asset_id)).acts


def test_two_operators_begin_one_attempt(world: OpsWorld) -> None:
    """Of two that read the same record, the second changes nothing and returns what is under way."""
    queue, asset = FakeQueue(), world.asset(AssetStatus.FAILED)
    outcomes = [replay_in(world, queue).apply(asset) for _ in range(2)]
    assert [outcome.result for outcome in outcomes] == [Result.DONE, Result.SKIPPED]
    assert "RECEIVED (attempt 2)" in outcomes[1].text
    assert len(queue.bodies) == 1


def test_a_record_that_has_gone_is_reported(world: OpsWorld) -> None:
    """A record that expired meanwhile fails nothing and announces nothing."""
    queue, asset = FakeQueue(), world.asset(AssetStatus.FAILED)
    del world.table.records[asset.asset_id]
    outcome = replay_in(world, queue).apply(asset)
    assert (outcome.result, queue.bodies) == (Result.SKIPPED, [])


def test_an_attempt_that_was_not_announced_is_reported_and_not_begun_again(world: OpsWorld) -> None:
    """Where the send fails after the write, that is said, and running again begins no third attempt."""
    queue, asset = BrokenQueue(TransientError("timeout")), world.asset(AssetStatus.FAILED)
    outcome = replay_in(world, queue).apply(asset)
    assert outcome.result is Result.FAILED
    assert "attempt 2 has begun, but was not announced" in outcome.text
    assert not replay_in(world, queue).intention(world.read(asset.asset_id)).acts
