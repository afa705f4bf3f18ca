"""What a load test sees of the pipeline while it lasts: ended assets, dead letters, repairs."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.chaos.evidence import DeadLetter, about
from sandbox.chaos.following import Ended
from sandbox.chaos.pipeline import TERMINAL, Record, repairs_in

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


class FakePipeline:
    """Answer queries of the index by status."""

    def __init__(self) -> None:
        self.table: dict[str, Record] = {}
        self.read: list[int] = []

    def put(self, asset: str, status: str, seconds: float, key: str = "load-test/a.mp4") -> None:
        """Write a record that last changed so many seconds after noon."""
        moment = NOON + timedelta(seconds=seconds)
        self.table[asset] = {
            "asset_id": asset,
            "key": key,
            "version_id": asset,
            "status": status,
            "updated_at": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }

    def changed(self, status: str, since: str) -> Iterator[Record]:
        """Yield the records of a status that changed since a moment."""
        found = [
            record
            for record in self.table.values()
            if record["status"] == status and record["updated_at"] >= since
        ]
        self.read.append(len(found))
        yield from found


@pytest.fixture
def pipeline() -> FakePipeline:
    """Return a pipeline without assets."""
    return FakePipeline()


@pytest.fixture
def ended(pipeline: FakePipeline) -> Ended:
    """Return what follows the load test's assets."""
    typed: Any = pipeline
    return Ended(typed, ["load-test/", "web/ann/"])


def test_ended_assets_of_the_load_test_are_counted_once(pipeline: FakePipeline, ended: Ended) -> None:
    """Open ones and those of others are not, however often one looks."""
    pipeline.put("a", "COMPLETE", 1)
    pipeline.put("b", "FAILED", 2)
    pipeline.put("open", "SUBMITTED", 3)
    pipeline.put("other", "COMPLETE", 4, key="elsewhere/a.mp4")
    ended.look()
    ended.look()
    assert (len(ended), ended.by_status) == (2, {"COMPLETE": 1, "FAILED": 1, "CANCELED": 0})
    assert ("load-test/a.mp4", "a") in ended
    assert ("load-test/a.mp4", "open") not in ended


def test_a_look_reads_only_what_changed_lately(pipeline: FakePipeline, ended: Ended) -> None:
    """Thousands of old records are not read again, while one that was written a little late is found."""
    for number in range(100):
        pipeline.put(f"old-{number}", "COMPLETE", number / 100)
    pipeline.put("new", "COMPLETE", 60)
    ended.look()
    pipeline.read.clear()
    pipeline.put("written late", "COMPLETE", 50)
    ended.look()
    assert len(ended) == 102
    assert sum(pipeline.read) == 2


def test_a_look_at_all_finds_what_looks_have_missed(pipeline: FakePipeline, ended: Ended) -> None:
    """A record that came much too late is found when everything is read again."""
    pipeline.put("new", "COMPLETE", 600)
    ended.look()
    pipeline.put("very late", "COMPLETE", 1)
    ended.look()
    assert len(ended) == 1
    ended.look_at_all()
    assert len(ended) == 2


def test_every_terminal_status_is_followed(pipeline: FakePipeline, ended: Ended) -> None:
    """None is forgotten."""
    for number, status in enumerate(TERMINAL):
        pipeline.put(status, status, number)
    ended.look()
    assert ended.by_status == dict.fromkeys(TERMINAL, 1)


@pytest.mark.parametrize(
    ("body", "reported"),
    [
        ({"detail": {"userMetadata": {"asset_id": "a"}}}, ("a", None)),
        ({"detail": {"object": {"key": "k", "version-id": "v"}}}, (None, ("k", "v"))),
        ({"detail": {"object": {"key": "k"}}}, (None, ("k", ""))),
        ({"detail": {}}, (None, None)),
        (7, (None, None)),
    ],
)
def test_a_dead_letter_says_what_it_is_about(body: Any, reported: Any) -> None:
    """An upload's event names a version, a job's event an asset; anything else says nothing."""
    assert about(DeadLetter(queue_url="q", body=json.dumps(body))) == reported


def test_repairs_are_counted_by_kind() -> None:
    """Of all that the reconciler logs, only repairs count."""
    repaired = json.dumps({"message": "Repaired", "kind": "missed_complete"})
    other = json.dumps({"message": "Repaired", "kind": "upload_without_asset"})
    lines = ["START", repaired, '{"message": "Stuck"}', "[]", "7", other, repaired]
    assert repairs_in(lines) == {"missed_complete": 2, "upload_without_asset": 1}
