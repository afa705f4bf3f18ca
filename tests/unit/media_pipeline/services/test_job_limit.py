"""How many jobs are let into MediaConvert's queue, and how often it is asked."""

import pytest

from media_pipeline.domain.errors import OperatorError, ThrottledError, TransientError
from media_pipeline.services.job_limit import JobLimit


class Jobs:
    """Count jobs in flight as the test says, and how often the count was asked for."""

    def __init__(self, in_flight: int, failure: Exception | None = None) -> None:
        self.in_flight = in_flight
        self.failure = failure
        self.asked = 0

    def jobs_in_flight(self) -> int:
        """Return the count, or fail."""
        self.asked += 1
        if self.failure:
            raise self.failure
        return self.in_flight


class Time:
    """Tell a time that only the test moves, in seconds from some beginning."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.seconds


def taken(slots: JobLimit, wanted: int) -> int:
    """Return how many of the wanted slots can be taken."""
    for number in range(wanted):
        try:
            slots.take()
        except ThrottledError:
            return number
    return wanted


@pytest.mark.parametrize(("in_flight", "free"), [(0, 3), (1, 2), (2, 1), (3, 0), (99, 0)])
def test_so_many_jobs_are_in_flight_as_may_be(in_flight: int, free: int) -> None:
    """What MediaConvert already has counts, and so does what this function adds before it asks again."""
    slots = JobLimit(Jobs(in_flight).jobs_in_flight, limit=3, monotonic=Time())
    assert taken(slots, 10) == free


def test_the_refusal_says_how_full_it_is() -> None:
    """A full queue is throttling: the message waits, and its log line tells why."""
    with pytest.raises(ThrottledError, match="7 jobs are in flight, 5 may be"):
        JobLimit(Jobs(7).jobs_in_flight, limit=5).take()


def test_the_count_is_asked_for_at_intervals() -> None:
    """A warm function asks once in a quarter of a minute, however many uploads it handles, and then anew."""
    jobs, time = Jobs(2), Time()
    slots = JobLimit(jobs.jobs_in_flight, limit=3, monotonic=time)
    assert taken(slots, 5) == 1
    time.seconds = 14.9
    assert (taken(slots, 5), jobs.asked) == (0, 1)
    jobs.in_flight = 0
    time.seconds = 15.0
    assert (taken(slots, 5), jobs.asked) == (3, 2)


@pytest.mark.parametrize("failure", [TransientError("500"), ThrottledError("429"), OperatorError("403")])
def test_a_count_that_fails_holds_up_nothing(failure: TransientError) -> None:
    """Where MediaConvert can't tell, CreateJob itself decides; the count is not asked for again at once."""
    jobs = Jobs(99, failure)
    slots = JobLimit(jobs.jobs_in_flight, limit=3, monotonic=Time())
    slots.take()
    slots.take()
    assert jobs.asked == 1
