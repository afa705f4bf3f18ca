"""How a pipeline is: parts by themselves, kept for seconds, with alarms in the order of their weight."""

import pytest

from media_pipeline.domain.monitoring.charts import QueueCounts
from media_pipeline.domain.monitoring.runbook import by_alarm
from media_pipeline.domain.spending.caps import Caps
from media_pipeline.services.monitoring.health import NOW_SECONDS, SERIES_SECONDS, Health
from tests.support.fakes import FakeClock
from tests.support.fakes.monitoring import FakeWatched, watched_pipeline


def health_of(aws: FakeWatched, clock: FakeClock, caps: Caps | None = None) -> Health:
    """Return the health of a pipeline for which these answer."""
    return Health(
        watched_pipeline("p", caps=caps),
        metrics=aws,
        queues=aws,
        jobs=aws,
        counters=aws,
        clock=clock,
        monotonic=lambda: clock().timestamp(),
    )


@pytest.fixture
def aws(clock: FakeClock) -> FakeWatched:
    """Return an AWS in which everything answers."""
    return FakeWatched(clock)


@pytest.fixture
def clock() -> FakeClock:
    """Return a clock that the test moves."""
    return FakeClock()


def test_queues_and_jobs_are_those_of_now(aws: FakeWatched, clock: FakeClock) -> None:
    """Dead letters that somebody looks at are dead as well."""
    aws.queues["https://sqs/processing-dlq"] = QueueCounts(waiting=2, in_flight=1)
    found = health_of(aws, clock).document()
    assert found["queues"][0] == {"name": "processing", "waiting": 12, "in_flight": 3, "dead_letters": 3}
    assert [queue["name"] for queue in found["queues"]] == [
        "processing",
        "captions",
        "job-events",
        "webhooks",
    ]
    assert found["jobs"] == {"in_flight": 7, "limit": 200}


def test_what_is_spent_stands_beside_its_caps(aws: FakeWatched, clock: FakeClock) -> None:
    """Day and month are there where anything is counted, each with its cap if it has one."""
    found = health_of(aws, clock).document()
    assert found["spending"] == [
        {"period": "day", "spent_usd": "1.250000", "cap_usd": "5.000000"},
        {"period": "month", "spent_usd": "1.250000"},
    ]


def test_a_raised_cap_is_the_one_that_counts(aws: FakeWatched, clock: FakeClock) -> None:
    """What an operator raised for a day stands in place of what is deployed."""
    aws.raised = 9_000_000
    day, _ = health_of(aws, clock).document()["spending"]
    assert day["cap_usd"] == "9.000000"


def test_without_caps_nothing_is_spent_that_were_known(aws: FakeWatched, clock: FakeClock) -> None:
    """Nothing is counted then, and nothing is asked."""
    found = health_of(aws, clock, Caps(asset=5, by_prefix={})).document()
    assert "spending" not in found
    assert found["unavailable"] == []
    assert "read" not in aws.calls


def test_alarms_that_are_on_come_first(aws: FakeWatched, clock: FakeClock) -> None:
    """All alarms of the runbook are there, each with its row."""
    aws.on = {"stuck-assets", "api-latency"}
    alarms = health_of(aws, clock).document()["alarms"]
    assert [alarm["name"] for alarm in alarms[:2]] == ["api-latency", "stuck-assets"]
    assert {alarm["name"] for alarm in alarms} == set(by_alarm())
    entry = by_alarm()["stuck-assets"]
    assert alarms[1]["runbook"] == {"means": entry.means, "look_at": entry.look_at, "then": entry.then}


def test_failures_are_by_code(aws: FakeWatched, clock: FakeClock) -> None:
    """Each code is a series that says whether a replay helps; other series don't."""
    charts = {chart["name"]: chart for chart in health_of(aws, clock).document()["charts"]}
    codes = {series["label"]: series["replay_helps"] for series in charts["failures"]["series"]}
    assert codes == {"OUTPUTS_MISSING": True, "NOT_A_MEDIA_FILE": False}
    assert all("replay_helps" not in series for series in charts["assets"]["series"])


def test_the_last_day_begins_with_a_full_hour(aws: FakeWatched, clock: FakeClock) -> None:
    """CloudWatch's periods and the chart's are the same."""
    (chart, *_) = health_of(aws, clock).document()["charts"]
    assert (chart["since"], chart["until"]) == ("2026-01-01T03:00:00.000Z", "2026-01-02T03:04:05.678Z")


@pytest.mark.parametrize(
    ("call", "part"),
    [
        ("points", "charts"),
        ("alarms", "alarms"),
        ("counts", "queues"),
        ("jobs_in_flight", "jobs"),
        ("read", "spending"),
    ],
)
def test_a_part_that_is_not_answered_for_is_named(
    aws: FakeWatched, clock: FakeClock, call: str, part: str
) -> None:
    """The others are there all the same, and the missing one is asked for again at once."""
    health = health_of(aws, clock)
    aws.failing = {call}
    found = health.document()
    assert found["unavailable"] == [part]
    assert part not in found
    assert len(found) == 6
    aws.failing = set()
    assert part in health.document()


def test_answers_are_kept_for_seconds(aws: FakeWatched, clock: FakeClock) -> None:
    """Pages that ask again at once cost nothing; series are kept for as long as their points are apart."""
    health = health_of(aws, clock)
    health.document()
    once = len(aws.calls)
    health.document()
    assert len(aws.calls) == once
    clock.advance(NOW_SECONDS)
    health.document()
    assert (aws.calls.count("alarms"), aws.calls.count("points")) == (2, 1)
    clock.advance(SERIES_SECONDS)
    health.document()
    assert aws.calls.count("points") == 2


def test_a_repair_is_seen_at_once(aws: FakeWatched, clock: FakeClock) -> None:
    """What was kept is forgotten when something was changed."""
    health = health_of(aws, clock)
    health.document()
    health.forget()
    health.document()
    assert aws.calls.count("alarms") == 2
