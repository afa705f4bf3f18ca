"""What becomes of a webhook by the answer of its endpoint, and what the asset's record says of it."""

from dataclasses import replace

import pytest

from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.asset_record import RecordWrite
from media_pipeline.domain.errors import EndpointForbiddenError, EndpointUnavailableError
from media_pipeline.domain.webhooks.deliveries import MAX_NOTES
from media_pipeline.domain.webhooks.endpoint import MAX_ENDPOINTS
from media_pipeline.domain.webhooks.message import message_for
from media_pipeline.services.webhooks.delivery import (
    FAILURES_BEFORE_REST,
    FIRST_REST_SECONDS,
    MAX_REST_SECONDS,
    Rests,
)
from tests.support.asset_steps import read
from tests.support.fakes import FakeClock
from tests.support.webhook_world import PIPELINE, SECRET, DeliveryWorld, endpoint

NOTE = {"endpoint": "shop", "status": "COMPLETE", "at": "2026-01-02T03:04:07.678Z", "answer": 204}


def test_a_webhook_that_is_taken_is_noted_in_the_record() -> None:
    """The record says which endpoint took it when; the payload is posted as it was announced, and signed."""
    world = DeliveryWorld(204)
    world.clock.advance(2)
    assert world.deliver()
    ((url, webhook_id, payload, secrets),) = world.post.posted
    assert (url, webhook_id) == ("https://shop.example/hook", world.message.webhook_id)
    assert '"type":"asset.completed"' in payload
    assert secrets == (SECRET,)
    assert world.notes == [NOTE]
    assert world.metrics.counted == [("delivered", 2.0)]


def test_a_webhook_that_comes_twice_is_sent_once() -> None:
    """SQS delivers at least once: what the record says was taken is not sent again."""
    world = DeliveryWorld()
    assert world.deliver()
    assert world.deliver()
    assert len(world.post.posted) == 1


@pytest.mark.parametrize("answer", [199, 301, 302, 307, 400, 401, 404, 429, 500, 503])
def test_any_other_answer_is_tried_again(answer: int) -> None:
    """Redirects too: none is followed, and what is not taken is not noted."""
    world = DeliveryWorld(answer)
    assert not world.deliver()
    assert world.notes == ()
    assert world.metrics.counted == [("failed", 1)]
    assert world.deliver()


def test_gone_disables_the_endpoint_and_is_counted() -> None:
    """An endpoint that answers 410 is sent nothing more: the webhook is done, the next one is dropped."""
    world = DeliveryWorld(410)
    assert world.deliver()
    assert not world.endpoints.known["shop"].is_enabled
    assert world.endpoints.known["shop"].disabled_for == "It answered 410 Gone"
    assert world.deliver()
    assert len(world.post.posted) == 1
    assert [name for name, _ in world.metrics.counted] == ["disabled", "dropped"]
    assert world.notes == ()


def test_a_webhook_of_a_removed_endpoint_is_dropped() -> None:
    """There is nobody to tell any more."""
    world = DeliveryWorld()
    world.endpoints.known.clear()
    assert world.deliver()
    assert world.post.posted == []
    assert world.metrics.counted == [("dropped", 1)]


def test_a_forbidden_address_is_not_tried_for_a_day() -> None:
    """The error is not one that waits: after its receives the message is in the DLQ, with an alarm."""
    world = DeliveryWorld(EndpointForbiddenError("is at the loopback address 127.0.0.1"))
    with pytest.raises(EndpointForbiddenError):
        world.delivery.deliver(world.message)
    assert world.metrics.counted == [("failed", 1)]


def test_an_endpoint_that_keeps_failing_rests() -> None:
    """After several failures nothing is tried for a while, each time longer, and a success ends it."""
    world = DeliveryWorld(*[EndpointUnavailableError("timed out")] * (FAILURES_BEFORE_REST + 1))
    for _ in range(FAILURES_BEFORE_REST + 3):
        assert not world.deliver()
    assert len(world.post.posted) == FAILURES_BEFORE_REST
    world.clock.advance(FIRST_REST_SECONDS)
    assert not world.deliver()
    assert len(world.post.posted) == FAILURES_BEFORE_REST + 1
    world.clock.advance(FIRST_REST_SECONDS)
    assert not world.deliver()
    assert len(world.post.posted) == FAILURES_BEFORE_REST + 1
    world.clock.advance(MAX_REST_SECONDS)
    assert world.deliver()


def test_each_rest_is_twice_as_long_up_to_a_longest() -> None:
    """From the third failure in a row an endpoint rests 15 s, 30 s, 60 s ... 5 minutes; a success ends it."""
    clock = FakeClock()
    rests = Rests(clock)
    rests.check("shop")
    seconds: list[int] = []
    for _ in range(9):
        rests.note_failure("shop")
        rests.check("desk")
        waited = 0
        while _rests(rests):
            clock.advance(1)
            waited += 1
        seconds.append(waited)
    assert seconds == [0, 0, 15, 30, 60, 120, 240, 300, 300]
    rests.note_failure("shop")
    rests.note_success("shop")
    rests.note_success("desk")
    rests.check("shop")
    for rested in (False, False, True):
        rests.note_failure("shop")
        assert _rests(rests) is rested


def _rests(rests: Rests) -> bool:
    try:
        rests.check("shop")
    except EndpointUnavailableError:
        return True
    return False


@pytest.mark.parametrize("timestamp", [None, "soon", 5, "2026-01-02T03:04:06.678Z", "2026-01-02"])
def test_a_webhook_whose_time_is_unknown_took_none(timestamp: object) -> None:
    """Where a payload has no time, or one that is yet to come, the seconds that are counted are 0."""
    world = DeliveryWorld()
    message = replace(world.message, payload={**world.message.payload, "timestamp": timestamp})
    assert world.deliver(message)
    assert world.metrics.counted == [("delivered", 0.0)]


def test_one_endpoint_that_rests_holds_up_no_other() -> None:
    """The others are told meanwhile."""
    world = DeliveryWorld(*[EndpointUnavailableError("timed out")] * FAILURES_BEFORE_REST)
    world.endpoints.known["desk"] = endpoint("desk", url="https://desk.example/")
    for _ in range(FAILURES_BEFORE_REST):
        world.deliver()
    assert world.deliver(replace(world.message, endpoint_id="desk"))
    assert world.post.posted[-1][0] == "https://desk.example/"


def test_two_senders_note_their_deliveries_beside_each_other() -> None:
    """Where another endpoint's note came in between, the record keeps both."""
    world = DeliveryWorld()
    other = {**NOTE, "endpoint": "desk"}
    update = world.table.update_record

    def update_record(asset_id: str, write: RecordWrite) -> object:
        """Let another sender be faster, once."""
        world.table.update_record = update  # type: ignore[method-assign]
        world.table.records[asset_id]["webhooks"] = [other]
        return update(asset_id, write)

    world.table.update_record = update_record  # type: ignore[method-assign, assignment]
    world.clock.advance(2)
    assert world.deliver()
    assert world.notes == [other, NOTE]


def test_a_replayed_asset_keeps_no_note_of_its_former_end() -> None:
    """The webhook of the former attempt is still sent; the record is about the present one."""
    world = DeliveryWorld(status=AssetStatus.FAILED)
    assert world.table.replay(world.asset, now=world.clock(), detail="again") is not None
    assert world.deliver()
    assert len(world.post.posted) == 1
    assert world.notes == ()


def test_a_webhook_of_a_removed_record_is_sent() -> None:
    """What has ended has ended, though an operator removed its record since."""
    world = DeliveryWorld()
    world.table.records.clear()
    assert world.deliver()
    assert len(world.post.posted) == 1


def test_the_notes_of_a_record_are_bounded() -> None:
    """However many endpoints came and went, a record keeps the newest notes."""
    world = DeliveryWorld()
    for number in range(MAX_NOTES + 3):
        name = f"endpoint-{number}"
        world.endpoints.known[name] = endpoint(name)
        assert world.deliver(message_for(read(world.table, world.asset.asset_id), name, pipeline=PIPELINE))
    assert len(world.notes) == MAX_NOTES >= MAX_ENDPOINTS
