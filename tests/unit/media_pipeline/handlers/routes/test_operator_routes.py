"""The routes of operators: the decisions of the command line, as answers and problems."""

from typing import Any

import pytest

from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.errors import TransientError
from media_pipeline.domain.problems import PROBLEMS
from media_pipeline.domain.transitions import Transition
from media_pipeline.domain.uploads.versions import ObjectVersion
from media_pipeline.services.operations.changes import Refusal
from tests.support.api_calls import Answered, machine, person
from tests.support.changing_world import ChangingWorld
from tests.unit.tools.ops.fakes import BrokenQueue

OPERATOR = person("operator", subject="olga")


class OperatedWorld(ChangingWorld):
    """Hold an API, and ask it as an operator."""

    def post(self, asset_id: str, verb: str, body: Any = None, **more: Any) -> Answered:
        """Ask for a change as an operator."""
        claims = more.pop("claims", OPERATOR)
        return self.api.call("POST", f"/api/assets/{asset_id}/{verb}", claims=claims, body=body, **more)

    def delete(self, asset_id: str, query: str = "", claims: dict[str, str] = OPERATOR) -> Answered:
        """Ask for a removal."""
        return self.api.call("DELETE", f"/api/assets/{asset_id}", claims=claims, query=query)

    def status(self, asset_id: str) -> str:
        """Return an asset's status."""
        return str(self.table.records[asset_id].get("status"))


@pytest.fixture
def world() -> OperatedWorld:
    """Return an API with an empty table."""
    return OperatedWorld()


def test_an_asset_is_cancelled_with_its_job(world: OperatedWorld) -> None:
    """The job ends, the record says so, and a second request is told that it has ended."""
    asset_id = world.processing()
    done = world.post(asset_id, "cancel")
    assert (done.status, world.status(asset_id)) == (200, "CANCELED")
    assert done.body == {"asset_id": asset_id, "detail": "cancelled with its job job-1"}
    again = world.post(asset_id, "cancel")
    assert (again.status, again.code) == (409, "ASSET_ENDED")


def test_a_key_cancels_once(world: OperatedWorld) -> None:
    """A repetition with its key reads the first answer, though the asset has ended since."""
    asset_id = world.processing()
    headers = {"Idempotency-Key": "1"}
    first, again = (world.post(asset_id, "cancel", headers=headers) for _ in range(2))
    assert (again.status, again.body) == (first.status, first.body)


def test_a_busy_asset_says_when_to_come_back(world: OperatedWorld) -> None:
    """An asset that is being verified, or whose job has just ended, is answered with Retry-After."""
    asset_id = world.processing()
    world.jobs.jobs["job-1"]["Status"] = "COMPLETE"
    ended = world.post(asset_id, "cancel")
    assert (ended.status, ended.code, int(ended.headers["Retry-After"]) > 800) == (409, "JOB_ENDED", True)
    step = Transition(to=AssetStatus.VERIFYING, attempt=1, at=world.clock(), detail="", job_id="job-1")
    assert world.table.advance(asset_id, step)
    verified = world.post(asset_id, "cancel")
    assert (verified.code, verified.headers["Retry-After"]) == ("ASSET_IN_VERIFICATION", "900")


def test_an_asset_is_replayed(world: OperatedWorld) -> None:
    """The next attempt begins and is announced; while it is under way there is no other one."""
    asset_id = world.complete("a.mp4")
    begun = world.post(asset_id, "replay")
    assert (begun.status, begun.body["detail"]) == (202, "attempt 2 has begun")
    assert (world.status(asset_id), len(world.queue.bodies)) == ("RECEIVED", 1)
    again = world.post(asset_id, "replay", {"force": True})
    assert (again.status, again.code) == (409, "ASSET_UNDER_WAY")


def test_a_useless_replay_is_forced(world: OperatedWorld) -> None:
    """What can't help is refused in words that name the field, not the option of the command line."""
    asset_id = world.fail("a.mp4")
    refused = world.post(asset_id, "replay", {})
    assert (refused.status, refused.code) == (409, "REPLAY_USELESS")
    assert "`force`" in refused.body["detail"]
    assert "--" not in refused.body["detail"]
    assert world.post(asset_id, "replay", {"force": True}).status == 202


def test_an_attempt_that_was_not_announced_has_begun(world: OperatedWorld) -> None:
    """Where the queue fails after the write, the attempt is there, and the reconciler announces it."""
    world.queue = BrokenQueue(TransientError("timeout"))
    asset_id = world.complete("a.mp4")
    begun = world.post(asset_id, "replay")
    assert (begun.status, world.status(asset_id)) == (202, "RECEIVED")
    assert "reconciler announces it" in begun.body["detail"]


@pytest.mark.parametrize("source", ["", "source=false", "source=true"])
def test_an_asset_is_removed(world: OperatedWorld, source: str) -> None:
    """Outputs, record and on demand the upload go; announced and counted once, and then unknown."""
    asset_id = world.with_outputs()
    assert world.delete(asset_id, source).status == 200
    assert len(world.removals.versions) == (0 if source == "source=true" else 1)
    assert "removed_at" in world.table.records[asset_id]
    assert (world.removals.reported, world.removals.counted) == ([asset_id], 1)
    again = world.delete(asset_id, source if source != "source=true" else "")
    assert (again.status, again.code) == (404, "UNKNOWN_ASSET")


def test_a_long_removal_is_gone_on_with(world: OperatedWorld) -> None:
    """What is not done within a request's time is answered 503 with when to repeat it, and then done."""
    asset_id = world.complete("a.mp4")
    world.removals.versions = [ObjectVersion(key=f"{asset_id}/1/a.ts", version_id="1", size_bytes=5)]
    world.pages_left = 0
    unfinished = world.delete(asset_id)
    assert (unfinished.status, unfinished.code) == (503, "REMOVAL_UNFINISHED")
    assert unfinished.headers["Retry-After"] == "1"
    replayed = world.post(asset_id, "replay")
    assert (replayed.status, replayed.code) == (409, "ASSET_IN_REMOVAL")
    world.pages_left = 100
    assert world.delete(asset_id).status == 200


def test_what_is_under_way_is_not_removed(world: OperatedWorld) -> None:
    """An asset that has not ended is cancelled first."""
    asset_id = world.processing()
    refused = world.delete(asset_id)
    assert (refused.status, refused.code) == (409, "ASSET_UNDER_WAY")
    assert world.status(asset_id) == "PROCESSING"


def test_an_unknown_asset_is_unknown_to_all(world: OperatedWorld) -> None:
    """No change of an asset that is not there is more than an answer."""
    for answer in (world.post("0" * 32, "cancel"), world.post("0" * 32, "replay"), world.delete("0" * 32)):
        assert (answer.status, answer.code) == (404, "UNKNOWN_ASSET")


@pytest.mark.parametrize(
    "claims", [person("uploader"), person("viewer"), person(), machine("upload", "read")]
)
def test_only_operators_change_assets(world: OperatedWorld, claims: dict[str, str]) -> None:
    """An uploader who cancels, replays or removes is refused, whatever the asset."""
    asset_id = world.processing()
    for answer in (
        world.post(asset_id, "cancel", claims=claims),
        world.post(asset_id, "replay", claims=claims),
        world.delete(asset_id, claims=claims),
    ):
        assert (answer.status, answer.code) == (403, "NOT_ALLOWED")
    assert world.status(asset_id) == "PROCESSING"


def test_each_refusal_is_a_problem() -> None:
    """Every reason of the operations has its code in the API's contract, with a status of its own."""
    answered = set(Refusal) - {Refusal.ASSET_UNKNOWN, Refusal.NOT_ANNOUNCED}
    assert {refusal.value for refusal in answered} <= PROBLEMS.keys()
