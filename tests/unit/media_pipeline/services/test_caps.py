"""What may be spent is not exceeded, and what waits for money is not lost."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.errors import CapReachedError, ThrottledError
from media_pipeline.domain.failures import failure
from media_pipeline.domain.source import UnknownSource
from media_pipeline.domain.spending.caps import Caps
from media_pipeline.services.operations.replay import Replay
from media_pipeline.services.spending.budget import Budget
from tests.support.capped_world import PRICE, REST_SECONDS, day_of, end_jobs, world_with
from tests.support.fakes import FakeQueue
from tests.support.ingest_world import IngestWorld


def test_without_caps_nothing_is_counted() -> None:
    """No counter changes, and the record has no reservation."""
    world = IngestWorld()
    world.deliver()
    assert (world.ledger.counters, dict(world.asset.reservation)) == ({}, {})
    assert world.asset.status is AssetStatus.SUBMITTED


def test_too_dear_an_asset_fails() -> None:
    """Its error names price and cap; no job was made, and a replay must be forced."""
    world = world_with(asset=PRICE - 1)
    world.deliver()
    error = world.asset.error
    assert error is not None
    assert (error.code, error.replay_helps) == ("TOO_EXPENSIVE", False)
    assert "$0.018500" in error.message
    assert "$0.018499" in error.message
    assert not world.transcoder.jobs
    at_the_cap = world_with(asset=PRICE)
    at_the_cap.deliver()
    assert at_the_cap.asset.status is AssetStatus.SUBMITTED


def test_a_forced_replay_lets_it_through_once() -> None:
    """The attempt that an operator forces has no cap; the one after it has it again."""
    world = world_with(asset=PRICE - 1)
    upload = world.deliver()
    replay = Replay(table=world.table, queue=FakeQueue(world.clock), clock=world.clock)
    assert not replay.intention(world.asset).acts
    forced = Replay(table=world.table, queue=FakeQueue(world.clock), clock=world.clock, force=True)
    forced.apply(world.asset)
    world.ingest.handle(upload)
    assert (world.asset.status, world.asset.attempt) == (AssetStatus.SUBMITTED, 2)
    world.table.records[upload.asset_id] |= {"status": "FAILED"}
    replay.apply(world.asset)
    world.ingest.handle(upload)
    assert world.asset.error is not None
    assert world.asset.error.code == "TOO_EXPENSIVE"


def test_too_dear_an_asset_waits_where_that_is_set() -> None:
    """It stays RECEIVED, its message comes back, and a higher cap lets it through."""
    world = world_with(asset=PRICE - 1, waits=True)
    with pytest.raises(CapReachedError, match="above the cap"):
        world.deliver()
    assert world.asset.status is AssetStatus.RECEIVED
    assert ("cap reached",) in world.metrics.counted


@pytest.mark.parametrize("waits", [True, False])
def test_an_unknown_price_is_above_the_cap_of_an_asset(waits: bool) -> None:
    """Nobody knows how long the source is, so nobody knows that it is cheap."""
    world = world_with(asset=10**12, waits=waits)
    world.transcoder.source = UnknownSource(reason="not known")
    if waits:
        with pytest.raises(CapReachedError, match="an unknown amount"):
            world.deliver()
    else:
        world.deliver()
        assert world.asset.error is not None
        assert "an unknown amount" in world.asset.error.message


@pytest.mark.parametrize("cap", ["day", "month", "by_prefix"])
def test_what_a_sum_has_no_room_for_waits(cap: str) -> None:
    """Two fit, the third waits with nothing written, and is submitted once there is room."""
    room = 2 * PRICE + 1
    world = world_with(**{cap: {"in/": room} if cap == "by_prefix" else room})
    for number in range(2):
        world.deliver(f"in/{number}.mp4")
    with pytest.raises(CapReachedError):
        world.deliver("in/late.mp4")
    assert len(world.transcoder.jobs) == 2
    assert day_of(world) == 2 * PRICE
    late = world.upload("in/late.mp4")
    assert world.asset_of(late.asset_id).status is AssetStatus.RECEIVED
    assert not world.asset_of(late.asset_id).reservation
    world.clock.advance(timedelta(days=31).total_seconds())
    world.ingest.handle(late)
    assert world.asset_of(late.asset_id).status is AssetStatus.SUBMITTED


def test_a_cap_of_one_uploader_is_no_one_elses() -> None:
    """The longest prefix counts, and other keys are on no such counter."""
    world = world_with(by_prefix={"in/": PRICE, "in/team/": 10 * PRICE})
    world.deliver("in/a.mp4")
    world.deliver("in/team/b.mp4")
    world.deliver("else.mp4")
    end_jobs(world)
    with pytest.raises(CapReachedError):
        world.deliver("in/c.mp4")


def test_one_uploaders_cap_keeps_no_other_waiting() -> None:
    """While an uploader's uploads are refused, those of others are submitted at once."""
    world = world_with(by_prefix={"in/": PRICE, "other/": 10 * PRICE})
    world.deliver("in/a.mp4")
    with pytest.raises(CapReachedError):
        world.deliver("in/b.mp4")
    other = world.deliver("other/c.mp4")
    assert world.asset_of(other.asset_id).status is AssetStatus.SUBMITTED


def test_what_an_operator_raised_is_spent() -> None:
    """After a rest, what waited is submitted, up to where the cap was raised."""
    world = world_with(day=PRICE)
    world.deliver("a.mp4")
    with pytest.raises(CapReachedError):
        world.deliver("b.mp4")
    world.ledger.raised[f"spending#{world.clock().date().isoformat()}"] = 2 * PRICE
    world.clock.advance(REST_SECONDS)
    raised = world.deliver("b.mp4")
    assert world.asset_of(raised.asset_id).status is AssetStatus.SUBMITTED
    with pytest.raises(CapReachedError):
        world.deliver("c.mp4")


def test_what_waits_is_not_looked_into_again_and_again() -> None:
    """Within a minute of a refusal no other upload is probed; after it one is."""
    world = world_with(day=PRICE)
    world.deliver("a.mp4")
    probes = 0
    probe = world.transcoder.probe

    def counted(source_uri: str) -> Any:
        nonlocal probes
        probes += 1
        return probe(source_uri)

    world.transcoder.probe = counted  # type: ignore[method-assign]
    for key in ("b.mp4", "c.mp4", "b.mp4"):
        with pytest.raises(CapReachedError):
            world.deliver(key)
    assert probes == 1
    world.clock.advance(REST_SECONDS)
    with pytest.raises(CapReachedError):
        world.deliver("c.mp4")
    assert probes == 2


def test_nothing_rests_for_longer_than_its_message_waits() -> None:
    """Where messages come back within seconds, each of them may find that the cap was raised."""
    world = world_with(day=PRICE)
    budget = Budget(
        caps=Caps(day=PRICE, by_prefix={}),
        table=world.table,
        ledger=world.ledger,
        metrics=world.metrics,
        clock=world.clock,
        longest_wait=timedelta(seconds=2),
    )
    world.ingest = replace(world.ingest, budget=budget)
    world.deliver("a.mp4")
    with pytest.raises(CapReachedError):
        world.deliver("b.mp4")
    world.ledger.raised[f"spending#{world.clock().date().isoformat()}"] = 2 * PRICE
    with pytest.raises(CapReachedError):
        world.deliver("b.mp4")
    world.clock.advance(2)
    late = world.deliver("b.mp4")
    assert world.asset_of(late.asset_id).status is AssetStatus.SUBMITTED


def test_what_ends_without_a_job_is_given_back() -> None:
    """MediaConvert refuses the job: the asset fails, and its price is off all counters."""
    world = world_with(day=10 * PRICE, month=10 * PRICE, by_prefix={"": 10 * PRICE})
    world.transcoder.failures["create_job"] = [failure("JOB_REFUSED").fault(said="no")]
    world.deliver()
    assert world.asset.status is AssetStatus.FAILED
    assert set(world.ledger.counters.values()) == {0}
    assert not world.asset.reservation


def test_a_retry_on_another_day_stays_on_its_own() -> None:
    """What was counted before a submission failed is counted there, and not once more."""
    world = world_with(day=PRICE, month=PRICE)
    first = world.clock().date().isoformat()
    world.transcoder.failures["create_job"] = [ThrottledError("slow down")]
    with pytest.raises(ThrottledError):
        world.deliver()
    world.clock.advance(timedelta(days=1).total_seconds())
    world.deliver()
    assert world.asset.status is AssetStatus.SUBMITTED
    assert world.ledger.counters == {f"spending#{first}": PRICE, f"spending#{first[:7]}": PRICE}


def test_an_attempt_more_is_counted_as_well() -> None:
    """Each attempt has a job of its own, and each job its price."""
    world = world_with(day=10 * PRICE)
    upload = world.deliver()
    world.table.records[upload.asset_id] |= {"status": "FAILED"}
    Replay(table=world.table, queue=FakeQueue(world.clock), clock=world.clock).apply(world.asset)
    world.ingest.handle(upload)
    assert len(world.transcoder.jobs) == 2
    assert day_of(world) == 2 * PRICE
