"""Arrivals, quotas and what is asked for."""

import random
from dataclasses import replace
from datetime import date

import pytest

from checks.capacity.arrivals import DAY_SECONDS, Shape, arrivals, binned, peak_a_second
from checks.capacity.demand import INDEX_WRITES, TABLE_WRITES, peaks
from checks.capacity.films import MEAN_JOB_SECONDS
from checks.capacity.model.simulation import Outcome
from checks.capacity.model.world import Setup
from checks.capacity.quotas import read_quotas
from checks.capacity.scenarios import HEADROOM, asked, limits_of, loads, mean, times_of
from checks.capacity.storm import read_storm
from stacks.settings import ENVIRONMENTS

PROD = Setup.of(ENVIRONMENTS["prod"])
QUOTAS = read_quotas()
LIMITS = limits_of(QUOTAS)
TIMES = times_of(read_storm())


@pytest.mark.parametrize("shape", Shape)
def test_a_days_uploads_arrive_on_that_day_in_order(shape: Shape) -> None:
    """As many as were asked for, sorted, within 24 hours, the same for the same seed."""
    found = arrivals(shape, 5_000, random.Random(3))
    assert len(found) == 5_000
    assert found == sorted(found) == arrivals(shape, 5_000, random.Random(3))
    assert found[0] >= 0
    assert found[-1] < DAY_SECONDS


def test_a_bulk_comes_at_once_and_the_rest_evenly() -> None:
    """So many within a minute, of a larger day the others over all of it."""
    found = arrivals(Shape.BULK, 3_000, random.Random(3), bulk=1_000)
    at_once = [at for at in found if 8 * 3600 <= at < 8 * 3600 + 60]
    assert 1_000 <= len(at_once) < 1_010
    assert len([at for at in found if at < DAY_SECONDS / 2]) > 1_500


def test_the_busiest_hour_of_a_business_day_is_busier_than_its_average() -> None:
    """As many as the hours' shares say, which is more than twice the average."""
    found = arrivals(Shape.BUSINESS, 100_000, random.Random(3))
    by_hour = [sum(hour * 3600 <= at < (hour + 1) * 3600 for at in found) for hour in range(24)]
    peak = peak_a_second(Shape.BUSINESS, 100_000)
    assert max(by_hour) / 3600 == pytest.approx(peak, rel=0.05)
    assert peak > 2 * peak_a_second(Shape.STEADY, 100_000)


def test_counted_arrivals_stay_in_their_stretch() -> None:
    """Each stretch has as many as were counted in it."""
    found = binned([3, 0, 2], 5.0, random.Random(3))
    assert [sum(5 * number <= at < 5 * number + 5 for at in found) for number in range(3)] == [3, 0, 2]


def test_every_quota_has_a_source_and_a_date() -> None:
    """What is not settled says in a note what it stands on."""
    for quota in QUOTAS.values():
        assert quota.source.startswith("https://")
        assert date.fromisoformat(quota.date)
        assert quota.value > 0
        assert quota.is_settled or len(quota.note) > 10


def test_what_bends_first_is_at_the_top() -> None:
    """MediaConvert's slots need arrivals times a job's length (Little's law), and bend before all others."""
    found = loads(500_000, Shape.STEADY, PROD, LIMITS, TIMES)
    assert [load.ratio for load in found] == sorted((load.ratio for load in found), reverse=True)
    assert found[0].id == "mediaconvert_jobs"
    assert found[0].needed == pytest.approx(500_000 / DAY_SECONDS * MEAN_JOB_SECONDS)
    assert all(load.ratio < 1 for load in loads(5_000, Shape.BUSINESS, PROD, LIMITS, TIMES))


@pytest.mark.parametrize("uploads", [5_000, 50_000, 500_000])
def test_what_is_asked_for_is_enough_and_nothing_gets_smaller(uploads: int) -> None:
    """With it no load of the busiest hour is above what headroom leaves, but for what was larger before."""
    setup, limits = asked(uploads, Shape.BUSINESS, PROD, LIMITS, TIMES)
    assert setup.max_jobs_in_flight >= PROD.max_jobs_in_flight
    assert setup.processing_concurrency >= PROD.processing_concurrency
    assert limits.mediaconvert_jobs >= LIMITS.mediaconvert_jobs
    assert limits.create_job_rate >= LIMITS.create_job_rate
    before = {load.id: load for load in loads(uploads, Shape.BUSINESS, PROD, LIMITS, TIMES)}
    for load in loads(uploads, Shape.BUSINESS, setup, limits, TIMES):
        assert load.ratio <= 1 - HEADROOM + 1e-9 or load.needed == pytest.approx(before[load.id].needed)
        assert load.ratio < 1


def test_more_jobs_in_flight_than_slots_are_asked_for() -> None:
    """No slot is empty while the next upload is looked at."""
    setup, limits = asked(500_000, Shape.BUSINESS, PROD, LIMITS, TIMES)
    assert setup.max_jobs_in_flight >= 1.25 * limits.mediaconvert_jobs


def test_peaks_are_of_the_busiest_stretch_and_of_the_whole_system() -> None:
    """Ten seconds with 40 uploads that stand for 5 each: 20 a second; a partition has an eighth of writes."""
    outcome = Outcome(
        arrived=[],
        seconds_to_end=[],
        open=0,
        dead=0,
        dead_events=0,
        deepest=0,
        deepest_events=0,
        oldest_seconds=0,
        in_flight=7,
        uploads_busy=0,
        events_busy=0,
        jobs_busy=0,
        jobs_at_once=3,
        jobs_waiting=0,
        ended_at=0,
        counts={},
        by_stretch={
            ("CreateJob", 0): 40,
            ("CreateJob", 1): 10,
            ("released", 0): 16,
            ("claimed again", 0): 16,
            ("event delivered", 1): 100,
        },
    )
    found = peaks(outcome, 5)
    assert found.by_quota["mediaconvert_create_job"] == 20.0
    assert found.by_quota["eventbridge_invocations"] == 50.0
    assert (found.by_quota["mediaconvert_jobs"], found.by_quota["sqs_in_flight"]) == (15.0, 35.0)
    assert found.by_status == {"RECEIVED": 16 * 4 * 5 / 10 / 8}
    assert found.by_quota.keys() <= QUOTAS.keys()


def test_what_writes_the_index_writes_the_table() -> None:
    """No entry of the index changes without its record; a waiting upload costs four writes a receive."""
    assert INDEX_WRITES.keys() <= TABLE_WRITES.keys()
    a_receive = INDEX_WRITES["released"]["RECEIVED"] + INDEX_WRITES["claimed again"]["RECEIVED"]
    assert a_receive == 4
    life = [INDEX_WRITES[kind] for kind in ("claimed anew", "submitted", "began", "ended")]
    assert sum(writes.get("RECEIVED", 0) for writes in life) == 2
    assert sum(writes.get("PROCESSING", 0) for writes in life) == 2


def test_the_mean_is_that_of_what_is_drawn() -> None:
    """Between two neighbours of a sample all values are as likely."""
    assert mean([1.0]) == 1.0
    assert mean([0.0, 1.0, 3.0]) == 1.25
    assert replace(TIMES, submit=(2.0, 4.0)).submit == (2.0, 4.0)
