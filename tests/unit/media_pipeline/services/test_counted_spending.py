"""What is counted is what jobs cost, however often uploads come and whatever dies."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from media_pipeline.domain.errors import CapReachedError
from media_pipeline.domain.spending.reservation import micro_usd
from tests.support.capped_world import PRICE, REST_SECONDS, day_of, end_jobs, world_with
from tests.support.ingest_world import CLAIM_SECONDS, SOURCE, IngestWorld


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
