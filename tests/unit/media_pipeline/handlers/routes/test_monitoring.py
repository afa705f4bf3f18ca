"""The routes of the health view: how the pipeline is, and the repairs that its runbook names."""

from typing import Any

import pytest

from media_pipeline.domain.delivery.access import Access
from media_pipeline.domain.errors import TransientError
from media_pipeline.domain.events import upload_event
from media_pipeline.handlers.routes.monitoring import ASSETS_AT_ONCE, LETTERS_AT_ONCE
from media_pipeline.handlers.routes.table import OPERATIONS
from tests.support.api_calls import Answered, machine, person
from tests.support.changing_world import ChangingWorld

OPERATOR = person("operator", subject="olga")


@pytest.fixture
def world() -> ChangingWorld:
    """Return an API with an empty table."""
    return ChangingWorld()


def letter(world: ChangingWorld, key: str = "lectures/week-1.mp4") -> str:
    """Add an asset whose upload lies in the processing DLQ; return the message."""
    asset = world.table.get(world.upload(key))
    assert asset is not None
    body = upload_event(asset.upload)
    world.letters["processing"].put(body)
    return body


def post(world: ChangingWorld, path: str, body: Any = None, **more: Any) -> Answered:
    """Ask for a repair as an operator."""
    return world.api.call("POST", f"/api/{path}", claims=OPERATOR, body=body, **more)


def test_an_operator_sees_how_the_pipeline_is(world: ChangingWorld) -> None:
    """Every part is there, and the alarm that is on comes first with what to do about it."""
    answer = world.api.call("GET", "/api/monitoring", claims=OPERATOR)
    assert (answer.status, answer.body["unavailable"]) == (200, [])
    assert set(answer.body) == {"at", "unavailable", "queues", "jobs", "spending", "alarms", "charts"}
    first = answer.body["alarms"][0]
    assert (first["name"], first["state"], first["redrives"]) == (
        "processing-dlq-not-empty",
        "ALARM",
        ["processing"],
    )
    assert "`redrive processing`" in first["runbook"]["then"]


@pytest.mark.parametrize(
    "claims", [person("viewer"), person("uploader"), person(), machine("read", "upload")]
)
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "monitoring", None),
        ("POST", "queues/processing/redrive", None),
        ("POST", "replays", {"code": "OUTPUTS_MISSING", "newer_than_hours": 1}),
    ],
    ids=["look", "redrive", "replay"],
)
def test_operators_alone_may(
    world: ChangingWorld, claims: dict[str, str], method: str, path: str, body: Any
) -> None:
    """Others are refused, and nothing is asked or moved."""
    letter(world)
    world.fail("a.mp4", "OUTPUTS_MISSING")
    answer = world.api.call(method, f"/api/{path}", claims=claims, body=body)
    assert (answer.status, answer.code) == (403, "NOT_ALLOWED")
    assert not world.watched.calls
    assert not world.letters["processing"].calls
    assert not world.queue.bodies


def test_the_routes_are_operators(world: ChangingWorld) -> None:
    """What the health view asks for needs the operator's group."""
    names = {"getMonitoring", "redriveQueue", "replayFailed"}
    assert {o.access for o in OPERATIONS if o.name in names} == {Access.OPERATOR}


def test_dead_letters_go_back(world: ChangingWorld) -> None:
    """Each message is on its queue again and gone from the DLQ; what no function can read stays there."""
    body = letter(world)
    world.letters["processing"].put("not an event")
    answer = post(world, "queues/processing/redrive")
    assert answer.body == {"moved": 1, "left": 1, "is_all": True}
    letters = world.letters["processing"]
    assert letters.sent == [body]
    assert letters.visible == set(letters.letters) == {"m2"}


def test_one_request_moves_a_bounded_number(world: ChangingWorld) -> None:
    """The rest is visible again, and the answer says that there is more."""
    for number in range(LETTERS_AT_ONCE + 5):
        letter(world, f"{number}.mp4")
    answer = post(world, "queues/processing/redrive")
    assert answer.body == {"moved": LETTERS_AT_ONCE, "left": 0, "is_all": False}
    assert len(world.letters["processing"].visible) == 5


def test_a_key_redrives_once(world: ChangingWorld) -> None:
    """A repetition with its key moves nothing that came since."""
    headers = {"Idempotency-Key": "1"}
    letter(world)
    first = post(world, "queues/processing/redrive", headers=headers)
    letter(world, "later.mp4")
    assert post(world, "queues/processing/redrive", headers=headers).body == first.body
    assert len(world.letters["processing"].sent) == 1


def test_a_redrive_that_sqs_ends_can_be_repeated(world: ChangingWorld) -> None:
    """The answer asks to try again, and nothing is lost."""
    letter(world)
    world.letters["processing"].failures["send"] = [TransientError("busy")]
    answer = post(world, "queues/processing/redrive")
    assert (answer.status, answer.code) == (503, "BUSY")
    assert post(world, "queues/processing/redrive").body["moved"] == 1


def test_no_other_queue_is_redriven(world: ChangingWorld) -> None:
    """A queue that the pipeline has not is refused by its name."""
    answer = post(world, "queues/others/redrive")
    assert (answer.status, answer.code, answer.body["field"]) == (404, "UNKNOWN_QUEUE", "queue")


def test_failed_assets_are_replayed_by_code(world: ChangingWorld) -> None:
    """Those of the code begin their next attempt and are announced; those of another code stay."""
    ids = [world.fail(f"{number}.mp4", "OUTPUTS_MISSING") for number in range(2)]
    other = world.fail("other.mp4")
    answer = post(world, "replays", {"code": "OUTPUTS_MISSING", "newer_than_hours": 1})
    assert (answer.status, answer.body) == (202, {"begun": 2, "left_alone": 0, "is_all": True})
    assert [world.table.records[each]["attempt"] for each in (*ids, other)] == [2, 2, 1]
    assert len(world.queue.bodies) == 2


def test_older_failures_are_left(world: ChangingWorld) -> None:
    """What failed before the span that was asked for is not replayed."""
    world.fail("old.mp4", "OUTPUTS_MISSING")
    world.clock.advance(2 * 3_600)
    answer = post(world, "replays", {"code": "OUTPUTS_MISSING", "newer_than_hours": 1})
    assert answer.body == {"begun": 0, "left_alone": 0, "is_all": True}


def test_one_request_replays_a_bounded_number(world: ChangingWorld) -> None:
    """The answer says that there are more, and the next request goes on."""
    for number in range(ASSETS_AT_ONCE + 1):
        world.fail(f"{number}.mp4", "OUTPUTS_MISSING")
    body = {"code": "OUTPUTS_MISSING", "newer_than_hours": 1}
    assert post(world, "replays", body).body == {"begun": ASSETS_AT_ONCE, "left_alone": 0, "is_all": False}
    assert post(world, "replays", body).body == {"begun": 1, "left_alone": 0, "is_all": True}


def test_a_useless_replay_needs_force(world: ChangingWorld) -> None:
    """A code that another attempt can't help is refused, and taken with `force`."""
    world.fail("notes.mp4")
    body = {"code": "NOT_A_MEDIA_FILE", "newer_than_hours": 1}
    refused = post(world, "replays", body)
    assert (refused.status, refused.code) == (409, "REPLAY_USELESS")
    assert post(world, "replays", {**body, "force": True}).body["begun"] == 1


def test_an_asset_that_can_not_be_replayed_is_left_alone(world: ChangingWorld) -> None:
    """One whose removal has begun is counted, and the others are replayed."""
    gone = world.fail("gone.mp4", "OUTPUTS_MISSING")
    world.table.records[gone]["removing_since"] = "2026-01-02T03:04:05.678Z"
    world.fail("a.mp4", "OUTPUTS_MISSING")
    answer = post(world, "replays", {"code": "OUTPUTS_MISSING", "newer_than_hours": 1})
    assert answer.body == {"begun": 1, "left_alone": 1, "is_all": True}
