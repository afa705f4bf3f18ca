"""The model of the whole pipeline: what goes in comes out once, whatever goes wrong, the same each time."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.capacity.model.simulation import Outcome, simulate
from checks.capacity.model.world import STRETCH_SECONDS, Faults, Limits, Measured, Scenario, Setup
from checks.capacity.scenarios import mean
from stacks.settings import ENVIRONMENTS

TIMES = Measured(
    submit=(0.4, 0.6, 1.2),
    look=(0.1, 0.2),
    event=(0.05, 0.1),
    stale=(0.02, 0.05),
    end=(0.5, 1.0),
    job=(20.0, 60.0, 130.0),
    gap=0.02,
    delivery=0.5,
    repair=0.3,
)
STORMY = Faults(
    drop_uploads=0.1,
    duplicate_uploads=0.2,
    delay_uploads=0.1,
    throttle=0.1,
    server_error=0.05,
    timeout_after_accept=0.05,
    drop_events=0.2,
    duplicate_events=0.2,
    delay_events=0.2,
    slow_jobs=0.05,
    endless_jobs=0.02,
    without_job=0.1,
    killed_uploads=0.05,
    killed_events=0.05,
    away=((30.0, 9.0),),
)
SANDBOX = Setup.of(ENVIRONMENTS["sandbox"])
PROD = Setup.of(ENVIRONMENTS["prod"])


def scenario(
    arrivals: Sequence[float],
    *,
    faults: Faults | None = None,
    seed: int = 1,
    setup: Setup = SANDBOX,
    jobs: int = 20,
) -> Scenario:
    """Return a scenario of a small day."""
    return Scenario(
        setup=setup,
        limits=Limits(mediaconvert_jobs=jobs),
        times=TIMES,
        arrivals=arrivals,
        faults=faults or Faults(),
        seed=seed,
    )


def counted(outcome: Outcome, *kinds: str) -> int:
    """Return how often any of these things was done."""
    return sum(outcome.counts.get(kind, 0) for kind in kinds)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    uploads=st.integers(1, 60),
    a_second=st.floats(0.1, 20.0),
    is_stormy=st.booleans(),
    jobs=st.integers(1, 30),
)
def test_every_upload_ends_exactly_once(
    seed: int, uploads: int, a_second: float, is_stormy: bool, jobs: int
) -> None:
    """What arrives ends once, and nothing else does, with every fault and with none."""
    arrivals = [number / a_second for number in range(uploads)]
    faults = STORMY if is_stormy else None
    outcome = simulate(scenario(arrivals, faults=faults, seed=seed, jobs=jobs))
    assert counted(outcome, "ended", "ended without a job") == uploads
    assert sorted(outcome.arrived) == pytest.approx(arrivals)
    assert outcome.open == 0
    assert min(outcome.seconds_to_end) > 0


def test_a_quiet_day_takes_what_its_parts_take() -> None:
    """Nothing waits: an upload takes its delivery, submission, job, delivery and end, and is told of once."""
    outcome = simulate(scenario([60.0 * number for number in range(200)], setup=PROD))
    parts = (TIMES.submit, TIMES.job, TIMES.end)
    expected = sum(mean(part) for part in parts) + 2 * TIMES.delivery
    took = sum(outcome.seconds_to_end) / 200
    # The job begins when it was submitted, which is at some point of the execution: here at its beginning.
    assert expected - mean(TIMES.submit) - 5 < took < expected + 5
    assert counted(outcome, "CreateJob", "Probe", "upload received") == 600
    assert outcome.counts["claimed anew"] == outcome.counts["ended"] == 200
    assert counted(outcome, "claimed again", "announced again", "missed end", "SearchJobs") == 0


def test_the_same_seed_has_the_same_outcome_and_another_one_has_not() -> None:
    """All chance follows from the seed."""
    arrivals = [number / 2 for number in range(100)]
    first, again, other = (simulate(scenario(arrivals, faults=STORMY, seed=seed)) for seed in (5, 5, 6))
    assert first == again
    assert first.seconds_to_end != other.seconds_to_end


def test_jobs_at_a_time_are_their_rate_times_their_length() -> None:
    """Little's law for MediaConvert's slots: how many run on average is arrivals times seconds."""
    outcome = simulate(scenario([2.0 * number for number in range(1500)], setup=PROD, jobs=500))
    on_average = outcome.jobs_busy / outcome.ended_at
    assert on_average == pytest.approx(0.5 * mean(TIMES.job), rel=0.05)
    assert outcome.jobs_at_once < 3 * on_average


def test_lost_events_are_repaired_by_the_reconciler() -> None:
    """Without any event of a job each end is found by GetJob, once the asset is overdue."""
    faults = Faults(drop_events=1.0)
    outcome = simulate(scenario([float(number) for number in range(30)], faults=faults))
    assert outcome.counts["missed end"] == 30
    assert min(outcome.seconds_to_end) > SANDBOX.stuck_after_seconds


def test_lost_uploads_are_registered_by_the_sweep() -> None:
    """An upload whose event was dropped is found when it is overdue, and then takes its way."""
    outcome = simulate(scenario([float(number) for number in range(30)], faults=Faults(drop_uploads=1.0)))
    assert outcome.counts["registered"] == outcome.counts["ended"] == 30
    assert SANDBOX.stuck_after_seconds < min(outcome.seconds_to_end)
    # Two rounds of the reconciler, a job, and a little.
    assert max(outcome.seconds_to_end) < SANDBOX.stuck_after_seconds + 120 + 150


def test_no_more_jobs_are_in_flight_than_the_setting_lets() -> None:
    """What is beyond waits in the processing queue, and comes back as the pipeline's own redelivery says."""
    setup = replace(PROD, max_jobs_in_flight=10)
    outcome = simulate(scenario([0.1 * number for number in range(100)], setup=setup, jobs=5))
    assert outcome.jobs_at_once == 5
    assert outcome.jobs_waiting <= 10
    assert outcome.counts["waits for a job's place"] > 0
    assert counted(outcome, "upload hidden", "upload renewed") == outcome.counts["released"]


def test_an_upload_that_is_throttled_for_days_ends_in_the_dead_letter_queue() -> None:
    """After a hundred renewals a message is left to the queue: then an operator has to send it again."""
    throttled = replace(scenario([0.0, 1.0]), limits=Limits(mediaconvert_jobs=1, create_job_rate=1e-9))
    outcome = simulate(replace(throttled, horizon_seconds=10 * 86_400.0, setup=PROD))
    # The burst of one lets one through. The other one is announced anew by the reconciler, more seldom.
    assert outcome.counts["ended"] == 1
    assert outcome.open == 1
    assert outcome.dead >= 1


def test_a_smaller_system_is_as_busy_and_waits_a_little_longer() -> None:
    """One upload that stands for several, with executions and slots divided by as many, is a fair model."""
    whole = scenario([0.4 * number for number in range(1500)], setup=PROD, jobs=250)
    part = replace(whole, arrivals=whole.arrivals[::5], weight=5)
    assert part.scaled()[0].processing_concurrency == 10
    assert part.scaled()[1].mediaconvert_jobs == 50
    one, other = simulate(whole), simulate(part)
    assert other.jobs_busy * 5 == pytest.approx(one.jobs_busy, rel=0.1)
    assert median(other) == pytest.approx(median(one), rel=0.2)


def test_counts_are_kept_by_the_time_they_happen() -> None:
    """The stretches of time add up to the whole, and an upload is counted in its own."""
    outcome = simulate(scenario([0.0, 25.0]))
    assert outcome.by_stretch["uploaded", 0] == 1
    assert outcome.by_stretch["uploaded", 25 // STRETCH_SECONDS] == 1
    for kind, total in outcome.counts.items():
        assert sum(number for (of, _), number in outcome.by_stretch.items() if of == kind) == total


def median(outcome: Outcome) -> float:
    """Return the median time to the end."""
    ordered = sorted(outcome.seconds_to_end)
    return ordered[len(ordered) // 2]
