"""Whatever is done to an asset in whatever order, the real table and its fake answer and record the same."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from media_pipeline.adapters.asset_table import AssetTable
from media_pipeline.adapters.dynamodb import from_item
from media_pipeline.domain.asset import (
    Asset,
    AssetError,
    AssetStatus,
    Claim,
    Transition,
    UploadedObject,
    statuses_before,
)
from tests.support.asset_steps import PLAN, SOURCE, Table
from tests.support.fakes import FakeAssetTable, FakeClock
from tests.support.local_resources import new_assets_table

ERROR = AssetError(code="CODE", category="service", message="Why.")
REACHABLE = [status for status in AssetStatus if statuses_before(status)]


@dataclass
class Actor:
    """Do things to one asset in a table, on what was read of it when: now, or at some earlier time."""

    table: Table
    clock: FakeClock
    upload: UploadedObject

    def __post_init__(self) -> None:
        self.reads: list[Asset] = []

    def do(self, operation: str, choice: dict[str, Any]) -> Any:
        """Do one thing; return its answer, or the error that it ends with."""
        asset = self.table.get(self.upload.asset_id)
        if asset is not None:
            self.reads.append(asset)
        answer = getattr(self, operation)(choice)
        return answer.outcome if isinstance(answer, Claim) else answer

    def claim(self, choice: dict[str, Any]) -> Any:
        """Claim the asset for a minute."""
        now = self.clock()
        return self.table.claim(self.upload, now=now, until=now + timedelta(seconds=60))

    def register(self, choice: dict[str, Any]) -> Any:
        """Register the upload."""
        return self.table.register(self.upload, now=self.clock(), detail="registered")

    def refuse(self, choice: dict[str, Any]) -> Any:
        """Register the upload as one that has failed."""
        now = self.clock()
        return self.table.refuse(self.upload, ERROR, now=now, expires_at=None, is_told=choice["flag"])

    def release(self, choice: dict[str, Any]) -> Any:
        """Give a claim back."""
        return self._with(choice, lambda asset: self.table.release(asset, now=self.clock()))

    def plan(self, choice: dict[str, Any]) -> Any:
        """Write down a plan."""
        return self._with(
            choice,
            lambda asset: self.table.record_plan(
                asset, profile="default", preset_versions={"mp4": 1}, source_info=SOURCE, planned_outputs=PLAN
            ),
        )

    def advance(self, choice: dict[str, Any]) -> Any:
        """Take a step."""

        def step(asset: Asset) -> Any:
            under_claim = choice["job_id"] is None and choice["flag"]
            return self.table.advance(
                asset.asset_id,
                Transition(
                    to=choice["to"],
                    attempt=asset.attempt,
                    at=self.clock(),
                    detail="a step",
                    job_id=choice["job_id"],
                    claimed_until=asset.claimed_until if under_claim else None,
                    error=ERROR if choice["flag"] else None,
                    outputs=PLAN if choice["flag"] else None,
                    expires_at=choice["percent"],
                    is_news=not choice["flag"],
                ),
            )

        return self._with(choice, step)

    def progress(self, choice: dict[str, Any]) -> Any:
        """Note progress."""
        return self._with(
            choice,
            lambda asset: self.table.note_progress(asset, percent=choice["percent"], now=self.clock()),
        )

    def warn(self, choice: dict[str, Any]) -> Any:
        """Note warnings."""
        return self._with(
            choice, lambda asset: self.table.note_warnings(asset, [{"code": 1, "count": choice["age"]}])
        )

    def caption(self, choice: dict[str, Any]) -> Any:
        """Record captions."""
        entries = [{"format": "CAPTIONS", "key": f"{choice['age']}.vtt", "duration_ms": 1}]
        rejected = [{"key": "a.srt", "etag": "e", "message": "no"}] if choice["flag"] else []
        return self._with(
            choice,
            lambda asset: self.table.note_captions(asset, outputs=[*PLAN, *entries], rejected=rejected),
        )

    def notify(self, choice: dict[str, Any]) -> Any:
        """Note that the news was sent."""
        return self._with(choice, lambda asset: self.table.note_notified(asset, now=self.clock()))

    def repair(self, choice: dict[str, Any]) -> Any:
        """Take the asset for a repair."""
        return self._with(
            choice,
            lambda asset: self.table.take_for_repair(asset, now=self.clock(), redelivery=choice["flag"]),
        )

    def replay(self, choice: dict[str, Any]) -> Any:
        """Begin the next attempt."""
        return self._with(
            choice,
            lambda asset: (
                self.table.replay(asset, now=self.clock(), detail="again")
                if asset.is_terminal
                else "not at its end"
            ),
        )

    def record(self) -> dict[str, Any] | None:
        """Return the whole record."""
        if isinstance(self.table, FakeAssetTable):
            return self.table.records.get(self.upload.asset_id)
        answer = self.table._client.get_item(
            TableName=self.table._table_name,
            Key={"asset_id": {"S": self.upload.asset_id}},
            ConsistentRead=True,
        )
        return from_item(answer["Item"]) if "Item" in answer else None

    def _with(self, choice: dict[str, Any], do: Callable[[Asset], Any]) -> Any:
        return do(self.reads[-1 - choice["age"] % len(self.reads)]) if self.reads else "nothing was read"


OPERATIONS = [
    "advance",
    "caption",
    "claim",
    "notify",
    "plan",
    "progress",
    "refuse",
    "register",
    "release",
    "repair",
    "replay",
    "warn",
]
choices = st.fixed_dictionaries(
    {
        "age": st.integers(0, 3),
        "to": st.sampled_from(REACHABLE),
        "job_id": st.sampled_from([None, "job-1", "job-2"]),
        "flag": st.booleans(),
        "percent": st.sampled_from([None, 10, 50]),
        "seconds": st.sampled_from([0.001, 1, 61]),
    }
)
deeds = st.lists(st.tuples(st.sampled_from(OPERATIONS), choices), min_size=1, max_size=12)


@pytest.fixture(scope="module")
def real(request: pytest.FixtureRequest) -> AssetTable:
    """Return a table of the local AWS, for all examples."""
    dynamodb = request.getfixturevalue("dynamodb")
    return AssetTable(dynamodb, new_assets_table(dynamodb))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(deeds=deeds)
def test_both_tables_agree(real: AssetTable, deeds: list[tuple[str, dict[str, Any]]]) -> None:
    """Each answer, and the whole record after it, is the same, also for what was read long before."""
    # Not of hypothesis's choosing: an example that is run again begins with a new asset.
    version_id = str(uuid4())
    upload = UploadedObject(
        bucket="uploads", key="a.mp4", version_id=version_id, etag="e", size_bytes=1, sequencer="01"
    )
    clock = FakeClock()
    actors = [Actor(FakeAssetTable(), clock, upload), Actor(real, clock, upload)]
    for operation, choice in deeds:
        clock.advance(choice["seconds"])
        answers = [actor.do(operation, choice) for actor in actors]
        assert answers[0] == answers[1], operation
        records = [actor.record() for actor in actors]
        assert records[0] == records[1], operation
