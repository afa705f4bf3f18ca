"""What may be spent is not exceeded, and what waits for money is not lost."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.errors import CapReachedError, ThrottledError
from media_pipeline.domain.failures import failure
from media_pipeline.domain.source import UnknownSource
from media_pipeline.domain.spending.caps import NO_CAPS, Caps, caps_text, parse_caps
from media_pipeline.domain.spending.reservation import micro_usd
from media_pipeline.services.operations.replay import Replay
from media_pipeline.services.spending.budget import Budget
from tests.support.fakes import FakeQueue
from tests.support.ingest_world import CLAIM_SECONDS, SOURCE, IngestWorld

# What the world's source is quoted at, by its default profile: see `test_ingest_quotes`.
PRICE = micro_usd("0.018500")
REST_SECONDS = 61


def world_with(**caps: Any) -> IngestWorld:
    """Return a world in which so much may be spent."""
    return IngestWorld(caps=Caps(**{"by_prefix": {}, **caps}))


def day_of(world: IngestWorld) -> int:
    """Return what the world's day holds."""
    return world.ledger.counters.get(f"spending#{world.clock().date().isoformat()}", 0)


def end_jobs(world: IngestWorld) -> None:
    """Let all jobs end, so that others may be in flight."""
    for job in world.transcoder.jobs.values():
        job["Status"] = "COMPLETE"
    world.clock.advance(16)


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


@settings(max_examples=20, deadline=None)
@given(
    cap=st.integers(1, 12 * PRICE),
    seconds=st.lists(st.sampled_from([1, 10, 30, 60, 600]), min_size=1, max_size=12),
    rounds=st.integers(1, 4),
)
def test_a_cap_is_never_exceeded(cap: int, seconds: list[int], rounds: int) -> None:
    """Whatever comes, and however often it comes back: the sum is that of the jobs, and within the cap."""
    world = world_with(day=cap)
    for _ in range(rounds):
        for number, length in enumerate(seconds):
            world.transcoder.source = replace(SOURCE, duration_ms=length * 1000)
            try:
                world.deliver(f"{number}.mp4")
            except CapReachedError:
                world.clock.advance(REST_SECONDS)
            end_jobs(world)
    submitted = [record["quote_usd"] for record in world.table.records.values() if "job_id" in record]
    assert day_of(world) == sum(map(micro_usd, submitted)) <= cap
    waiting = [record for record in world.table.records.values() if record["status"] == "RECEIVED"]
    assert len(waiting) + len(submitted) == len(seconds)


class Killed(Exception):
    """Say that the function's process died."""


def kill_after(world: IngestWorld, half_calls: int) -> None:
    """Let the process die before or after one of the writes of a submission; 0 is before the first."""
    left = half_calls

    def passed() -> None:
        nonlocal left
        left -= 1
        if left == -1:
            raise Killed

    def dying(method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            passed()
            answer = method(*arguments, **named)
            passed()
            return answer

        return call

    for target, name in ((world.ledger, "book"), (world.transcoder, "create_job"), (world.table, "advance")):
        setattr(target, name, dying(getattr(type(target), name).__get__(target)))


@settings(max_examples=40, deadline=None)
@given(
    cap=st.integers(1, 4 * PRICE),
    deliveries=st.lists(
        st.tuples(st.sampled_from("abcd"), st.integers(0, 12), st.booleans()), min_size=4, max_size=12
    ),
)
def test_what_is_counted_is_what_was_submitted_whatever_dies(
    cap: int, deliveries: list[tuple[str, int, bool]]
) -> None:
    """Uploads are delivered again, processes die anywhere, the cap is raised: in the end all have one job."""
    world = world_with(day=cap)
    day = f"spending#{world.clock().date().isoformat()}"
    for key, half_calls, is_raised in deliveries:
        kill_after(world, half_calls)
        if is_raised:
            world.ledger.raised[day] = world.ledger.raised.get(day, cap) + PRICE
        with suppress(Killed, CapReachedError):
            world.deliver(f"{key}.mp4")
        end_jobs(world)
        # The claim of what died, and the rest after a refusal.
        world.clock.advance(CLAIM_SECONDS + REST_SECONDS)
        assert (
            PRICE * len(world.transcoder.jobs) <= day_of(world) <= max(cap, world.ledger.raised.get(day, 0))
        )
    world.ledger.raised[day] = 10**12
    kill_after(world, 1_000)
    keys = {key for key, _, _ in deliveries}
    for key in sorted(keys):
        world.deliver(f"{key}.mp4")
        end_jobs(world)
    assert len(world.transcoder.jobs) == len(keys)
    assert day_of(world) == PRICE * len(keys)


def test_caps_are_read_as_they_were_written() -> None:
    """A function's environment has what the settings say, and nothing where nothing is capped."""
    text = caps_text(asset_cents=5, day_cents=100, month_cents=0, by_prefix={"in/Team ü/": 7}, waits=True)
    assert parse_caps(text) == Caps(asset=50_000, day=1_000_000, by_prefix={"in/Team ü/": 70_000}, waits=True)
    nothing = caps_text(asset_cents=0, day_cents=0, month_cents=0, by_prefix={}, waits=False)
    assert nothing == NO_CAPS
    assert parse_caps(nothing) == Caps(by_prefix={})
