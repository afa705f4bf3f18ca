"""Events on their way to a bus through faults."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sandbox.mediaconvert.faults.events import FaultyEvents
from sandbox.mediaconvert.resources.outbox import PublishError
from sandbox.runtime.fault_injection import Faults
from sandbox.runtime.folder import write_json
from tests.support.waiting import wait_for
from tests.unit.sandbox.mediaconvert.api.endpoint import Endpoint
from tests.unit.sandbox.mediaconvert.api.fakes import FakeBus


def events(*names: str) -> list[dict[str, Any]]:
    """Make an event of each job and status, written as ``job/status``."""
    pairs = [name.split("/") for name in names]
    return [
        {"Time": datetime(2026, 1, 1, tzinfo=UTC), "Detail": json.dumps({"jobId": job, "status": status})}
        for job, status in pairs
    ]


class Bus(FakeBus):
    """Take events, or only the first ``takes`` of each call."""

    takes: int | None = None

    def put_events(self, entries: Sequence[dict[str, Any]]) -> None:
        """Take the entries, none, or some."""
        assert len(entries) <= 10, "EventBridge takes ten a call"
        if self.takes is not None and self.takes < len(entries):
            self.entries += entries[: self.takes]
            raise PublishError("EventBridge took some", self.takes)
        super().put_events(entries)

    @property
    def names(self) -> list[str]:
        """Name what was taken as ``events`` does."""
        details = [json.loads(entry["Detail"]) for entry in list(self.entries)]
        return [f"{detail['jobId']}/{detail['status']}" for detail in details]


class Faulty:
    """Hold a bus, and events that are published to it through faults."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bus = Bus()
        self.inject()
        self.start()

    def start(self) -> None:
        """Begin as a process does."""
        faults = Faults(self.folder / "faults.json", "mediaconvert")
        self.publish = FaultyEvents(self.bus.put_events, faults, self.folder / "late.json")

    def inject(self, **faults: Any) -> None:
        """Switch faults on; without arguments, off."""
        write_json(self.folder / "faults.json", {"mediaconvert": faults})


@pytest.fixture
def faulty(tmp_path: Path) -> Faulty:
    """Publish without any fault yet."""
    return Faulty(tmp_path)


def test_events_pass_untouched_without_faults(faulty: Faulty) -> None:
    """Without faults the entries go to the bus in one call, as they are."""
    given = events("a/1", "a/2", "b/1")
    faulty.publish(given)
    assert faulty.bus.entries == given
    assert faulty.bus.attempts == 1


def test_a_late_event_holds_up_none_behind_it(faulty: Faulty) -> None:
    """A delayed event comes after its delay, and the next one at once."""
    faulty.inject(delay_events=1, delay_seconds=0.4)
    faulty.publish(events("a/1"))
    faulty.inject()
    faulty.publish(events("a/2"))
    assert faulty.bus.names == ["a/2"]
    assert faulty.publish.late_count == 1
    wait_for(lambda: faulty.bus.names == ["a/2", "a/1"])
    wait_for(lambda: faulty.publish.late_count == 0)


def test_a_reordered_event_follows_the_next_of_its_job(faulty: Faulty) -> None:
    """It waits for an event of its own job, in the same call or a later one, whatever others do."""
    faulty.inject(reorder_events=1, delay_seconds=60)
    faulty.publish(events("a/1", "b/1"))
    faulty.inject()
    faulty.publish(events("c/1", "a/2", "a/3"))
    assert faulty.bus.names == ["c/1", "a/2", "a/1", "a/3"]
    faulty.publish(events("b/2"))
    assert faulty.bus.names[4:] == ["b/2", "b/1"]
    assert faulty.publish.late_count == 0


def test_a_doubled_event_does_not_follow_itself(faulty: Faulty) -> None:
    """Of an event that is doubled and reordered, one delivery comes at once and one behind the next."""
    faulty.inject(duplicate_events=1, reorder_events=1, delay_seconds=60)
    faulty.publish(events("a/1"))
    assert faulty.bus.names == ["a/1"]
    faulty.inject()
    faulty.publish(events("a/2"))
    assert faulty.bus.names == ["a/1", "a/2", "a/1"]


def test_a_reordered_event_that_is_the_last_comes_late(faulty: Faulty) -> None:
    """Where its job has no other event, it comes after the delay."""
    faulty.inject(reorder_events=1, delay_seconds=0.2)
    faulty.publish(events("a/9"))
    assert faulty.bus.names == []
    wait_for(lambda: faulty.bus.names == ["a/9"])


def test_dropped_events_count_as_taken(faulty: Faulty) -> None:
    """The outbox takes them for sent, so that it forgets them."""
    faulty.inject(drop_events=1)
    faulty.publish(events("a/1", "a/2"))
    assert faulty.bus.attempts == 0


def test_what_the_bus_refuses_is_decided_once(faulty: Faulty) -> None:
    """Events that come again because the bus was away meet the fate that was decided first."""
    faulty.inject(duplicate_events=1)
    faulty.bus.away = True
    for _ in range(3):
        with pytest.raises(PublishError):
            faulty.publish(events("a/1"))
    faulty.inject()
    faulty.bus.away = False
    faulty.publish(events("a/1", "a/2"))
    assert faulty.bus.names == ["a/1", "a/1", "a/2"]


def test_a_late_event_behind_a_refused_one_is_kept_once(faulty: Faulty) -> None:
    """An event that comes again with the refused one before it is late once, not twice."""
    faulty.bus.away = True
    with pytest.raises(PublishError):
        faulty.publish(events("a/1"))
    faulty.inject(delay_events=1, delay_seconds=60)
    for _ in range(2):
        with pytest.raises(PublishError):
            faulty.publish(events("a/1", "a/2"))
    assert faulty.publish.late_count == 0
    faulty.bus.away = False
    faulty.publish(events("a/1", "a/2"))
    assert faulty.bus.names == ["a/1"]
    assert faulty.publish.late_count == 1


def test_only_whole_events_count_as_taken(faulty: Faulty) -> None:
    """Where the bus takes some deliveries, the outbox gets the events that they complete."""
    faulty.inject(duplicate_events=1)
    faulty.bus.takes = 3
    with pytest.raises(PublishError) as refused:
        faulty.publish(events("a/1", "a/2", "a/3"))
    assert refused.value.taken == 1
    assert faulty.bus.names == ["a/1", "a/1", "a/2"]


def test_many_deliveries_go_in_calls_of_ten(faulty: Faulty) -> None:
    """Ten events that are doubled are twenty deliveries, and none is lost."""
    faulty.inject(duplicate_events=1)
    names = [f"{number}/1" for number in range(10)]
    faulty.publish(events(*names))
    assert sorted(faulty.bus.names) == sorted(names * 2)


def test_late_events_outlive_the_process(faulty: Faulty) -> None:
    """An event that waits for its time when the process ends is sent by the next one."""
    faulty.inject(delay_events=1, delay_seconds=0.5)
    given = events("a/1")
    lost, faulty.bus = faulty.bus, Bus()
    lost.away = True
    faulty.publish(given)
    faulty.start()
    wait_for(lambda: faulty.bus.names == ["a/1"])
    assert faulty.bus.entries == given


def test_a_late_event_is_sent_until_it_is_taken(faulty: Faulty, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bus that is away when the time has come gets the event when it is back, once."""
    monkeypatch.setattr("sandbox.mediaconvert.faults.events.PAUSE_SECONDS", 0.05)
    faulty.bus.away = True
    faulty.inject(delay_events=1, delay_seconds=0.1)
    faulty.publish(events("a/1"))
    wait_for(lambda: faulty.bus.attempts >= 2)
    faulty.bus.away = False
    wait_for(lambda: faulty.publish.late_count == 0)
    assert faulty.bus.names == ["a/1"]


def test_reordered_events_of_a_job_arrive_reordered(endpoint: Endpoint) -> None:
    """Through the whole endpoint, no event is lost by reordering and their order differs."""
    endpoint.inject(reorder_events=1, delay_seconds=0.5)
    id_ = endpoint.submit()["Id"]
    wait_for(lambda: len(endpoint.statuses(id_)) == 3)
    assert sorted(endpoint.statuses(id_)) == ["COMPLETE", "INPUT_INFORMATION", "PROGRESSING"]
    assert endpoint.health()["faults"]["reorder_events"] == 3
