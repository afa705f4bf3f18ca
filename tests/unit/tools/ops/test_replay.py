"""Replay: another attempt, once, whatever happens in between."""

from dataclasses import replace

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
from media_pipeline.services.operations.changes import Intention, Outcome, Refusal, Result
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
    assert outcome == Outcome(asset_id=asset.asset_id, result=Result.DONE, text="attempt 2 has begun")
    assert (now.status, now.attempt) == (AssetStatus.RECEIVED, 2)
    assert now.history[-1]["detail"] == "Replayed by an operator"
    assert [parse_upload(body, bucket="uploads") for body in queue.bodies] == [asset.upload]
    assert [past["status"] for past in now.past_attempts] == [status.value]


@pytest.mark.parametrize("status", sorted(set(AssetStatus) - TERMINAL_STATUSES))
def test_an_asset_under_way_is_left_alone(world: OpsWorld, status: AssetStatus) -> None:
    """What hasn't ended isn't begun again, and the operator reads its status."""
    asset = world.asset(status)
    assert replay_in(world, FakeQueue()).intention(asset) == Intention(
        asset=asset,
        acts=False,
        text=f"left alone: attempt 1 is under way ({status.value})",
        refusal=Refusal.ASSET_UNDER_WAY,
    )


def test_an_asset_that_is_being_removed_is_left_alone(world: OpsWorld) -> None:
    """Outputs of another attempt would be in what is going; the operator reads what to do instead."""
    asset_id = world.asset(AssetStatus.FAILED).asset_id
    world.table.records[asset_id]["removing_since"] = "2026-01-02T03:04:05.678Z"
    intention = replay_in(world, FakeQueue(), force=True).intention(world.read(asset_id))
    assert (intention.acts, intention.refusal) == (False, Refusal.ASSET_IN_REMOVAL)
    assert intention.text == "left alone: its removal has begun; `remove` goes on with it"


def test_an_intention_changes_nothing(world: OpsWorld) -> None:
    """A dry run, which goes no further than the intention, leaves table and queue as they were."""
    queue, asset = FakeQueue(), world.asset(AssetStatus.FAILED)
    before = dict(world.table.records[asset.asset_id])
    intention = replay_in(world, queue).intention(asset)
    assert intention == Intention(asset=asset, acts=True, text="begins attempt 2")
    assert (world.table.records[asset.asset_id], queue.bodies) == (before, [])


def failed(world: OpsWorld, code: str) -> Asset:
    """Return an asset that failed with this code of the catalogue."""
    asset = world.asset(AssetStatus.PROCESSING)
    facts = dict.fromkeys(("said", "found", "profile", "allowed", "suffixes", "size_bytes"), "x")
    error = failure(code).error(**facts, max_size_bytes="x", price="x", cap="x")
    step = Transition(to=AssetStatus.FAILED, attempt=1, at=world.clock(), detail="", error=error)
    assert world.table.advance(asset.asset_id, step)
    return world.read(asset.asset_id)


@pytest.mark.parametrize("code", CATALOGUE)
def test_what_a_replay_cant_help_is_left_alone(world: OpsWorld, code: str) -> None:
    """The same file fails for the same reason: unless it is forced, no encode is spent on it."""
    asset = failed(world, code)
    intention = replay_in(world, FakeQueue()).intention(asset)
    assert intention.acts == CATALOGUE[code].replay_helps
    if not intention.acts:
        assert intention.refusal is Refusal.REPLAY_USELESS
        assert intention.text == (
            f"left alone: another attempt at the same file can't help ({code}); "
            "--force replays it all the same"
        )
    assert replay_in(world, FakeQueue(), force=True).intention(asset).acts


def test_a_record_of_before_is_replayed(world: OpsWorld) -> None:
    """A failure that was recorded before replays were judged is replayed as ever."""
    asset = failed(world, "EMPTY_FILE")
    del world.table.records[asset.asset_id]["error"]["replay_helps"]
    assert replay_in(world, FakeQueue()).intention(world.read(asset.asset_id)).acts


def test_attempts_have_an_end(world: OpsWorld) -> None:
    """An asset that has had all attempts is left alone, instead of an error in the middle of the work."""
    queue, asset = FakeQueue(), world.asset(AssetStatus.FAILED)
    world.table.records[asset.asset_id]["attempt"] = MAX_ATTEMPTS - 1
    assert replay_in(world, queue).intention(world.read(asset.asset_id)).acts
    world.table.records[asset.asset_id]["attempt"] = MAX_ATTEMPTS
    intention = replay_in(world, queue).intention(world.read(asset.asset_id))
    assert (intention.acts, intention.refusal) == (False, Refusal.ATTEMPTS_USED_UP)
    assert intention.text == (f"left alone: it has had {MAX_ATTEMPTS} attempts, the most there may be")


def test_two_operators_begin_one_attempt(world: OpsWorld) -> None:
    """Of two that read the same record, the second changes nothing and returns what is under way."""
    queue, asset = FakeQueue(), world.asset(AssetStatus.FAILED)
    outcomes = [replay_in(world, queue).apply(asset) for _ in range(2)]
    assert outcomes[0].result is Result.DONE
    assert outcomes[1] == Outcome(
        asset_id=asset.asset_id,
        result=Result.SKIPPED,
        text="left alone: meanwhile it is RECEIVED (attempt 2)",
        refusal=Refusal.ASSET_CHANGED,
    )
    assert len(queue.bodies) == 1


def test_a_record_that_has_gone_is_reported(world: OpsWorld) -> None:
    """A record that expired meanwhile fails nothing and announces nothing."""
    queue, asset = FakeQueue(), world.asset(AssetStatus.FAILED)
    del world.table.records[asset.asset_id]
    outcome = replay_in(world, queue).apply(asset)
    assert outcome == Outcome(
        asset_id=asset.asset_id,
        result=Result.SKIPPED,
        text="left alone: its record has gone",
        refusal=Refusal.ASSET_CHANGED,
    )
    assert queue.bodies == []


def test_an_attempt_that_was_not_announced_is_reported_and_not_begun_again(world: OpsWorld) -> None:
    """Where the send fails after the write, that is said, and running again begins no third attempt."""
    queue, asset = BrokenQueue(TransientError("timeout")), world.asset(AssetStatus.FAILED)
    replay = replace(replay_in(world, queue), explain=lambda error: f"AWS does not answer ({error}).")
    assert replay.apply(asset) == Outcome(
        asset_id=asset.asset_id,
        result=Result.FAILED,
        text="attempt 2 has begun, but was not announced: AWS does not answer (timeout). "
        "The reconciler announces it when it is overdue.",
        refusal=Refusal.NOT_ANNOUNCED,
    )
    assert not replay_in(world, queue).intention(world.read(asset.asset_id)).acts
