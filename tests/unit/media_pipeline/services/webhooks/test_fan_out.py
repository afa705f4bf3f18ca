"""Each end of an asset becomes one message for each endpoint that is told of it."""

from typing import Any

import pytest
from boto3.dynamodb.types import TypeSerializer

from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.errors import MalformedEventError, TransientError
from media_pipeline.handlers.fan_out import announce_batch
from media_pipeline.services.webhooks.fan_out import FanOut
from tests.support.fakes import FakeAssetTable, FakeClock
from tests.support.webhook_world import (
    PIPELINE,
    FakeEndpoints,
    FakeWebhookMetrics,
    FakeWebhookQueue,
    ended,
    endpoint,
)

_SERIALIZER = TypeSerializer()


class FanOutWorld:
    """Hold an ended asset and two endpoints, one of which is told of failures alone."""

    def __init__(self, status: AssetStatus = AssetStatus.COMPLETE) -> None:
        table, clock = FakeAssetTable(), FakeClock()
        self.asset = ended(table, clock, status)
        self.record: dict[str, Any] = table.records[self.asset.asset_id]
        self.endpoints = FakeEndpoints(endpoint("shop"), endpoint("desk", AssetStatus.FAILED))
        self.queue, self.metrics = FakeWebhookQueue(), FakeWebhookMetrics()
        self.fan_out = FanOut(
            pipeline=PIPELINE, endpoints=self.endpoints, queue=self.queue, metrics=self.metrics
        )

    @property
    def told(self) -> list[str]:
        """Return the endpoints of the messages."""
        return [message.endpoint_id for message in self.queue.sent]

    def change(self, number: int, **before: Any) -> dict[str, Any]:
        """Return a change as a stream has it, to the record that is there from one that differs."""
        images = {"NewImage": _item(self.record), "SequenceNumber": str(number)}
        if before:
            images["OldImage"] = _item({**self.record, **before})
        return {"eventName": "MODIFY" if before else "INSERT", "dynamodb": images}


def _item(record: dict[str, Any]) -> dict[str, Any]:
    return {name: _SERIALIZER.serialize(value) for name, value in record.items()}


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (AssetStatus.COMPLETE, ["shop"]),
        (AssetStatus.FAILED, ["shop", "desk"]),
        (AssetStatus.CANCELED, ["shop"]),
    ],
)
def test_each_endpoint_is_told_of_what_it_asked_for(status: AssetStatus, told: list[str]) -> None:
    """An endpoint chooses the statuses that it is told of; there is a message of its own for each."""
    world = FanOutWorld(status)
    assert announce_batch({"Records": [world.change(1, status="PROCESSING")]}, world.fan_out) == {
        "batchItemFailures": []
    }
    assert world.told == told
    assert {message.webhook_id for message in world.queue.sent} == {f"{world.asset.asset_id}/1/{status}"}
    assert world.metrics.counted == [("announced", len(told))]


def test_a_record_that_begins_with_its_end_is_told_of() -> None:
    """An upload that is refused has a record that is FAILED from the start."""
    world = FanOutWorld(AssetStatus.FAILED)
    announce_batch({"Records": [world.change(1)]}, world.fan_out)
    assert world.told == ["shop", "desk"]


def test_later_changes_of_an_ended_asset_are_no_end() -> None:
    """Notes of notifications, captions and deliveries are announced to no endpoint."""
    world = FanOutWorld()
    changes = [world.change(1, status="COMPLETE"), world.change(2, status="FAILED")]
    announce_batch({"Records": changes}, world.fan_out)
    assert world.told == []


def test_removed_and_disabled_endpoints_are_told_nothing() -> None:
    """An endpoint that is disabled gets no message, and a pipeline without endpoints sends none."""
    world = FanOutWorld()
    world.endpoints.disable("shop", reason="test")
    announce_batch({"Records": [world.change(1, status="VERIFYING")]}, world.fan_out)
    assert world.told == []
    assert world.metrics.counted == []


def test_items_beside_the_assets_are_passed_over() -> None:
    """Checkpoints and tombstones lie in the same table, and have no status."""
    world = FanOutWorld()
    changes = []
    for number, item in enumerate(({"asset_id": "sweep-cursor"}, {"asset_id": "x", "removed_at": "t"})):
        world.record = item
        changes.append(world.change(number, status="COMPLETE"))
    changes.append({"eventName": "REMOVE", "dynamodb": {"OldImage": {}, "SequenceNumber": "9"}})
    assert announce_batch({"Records": changes}, world.fan_out) == {"batchItemFailures": []}
    assert world.told == []


@pytest.mark.parametrize("error", [TransientError("later"), RuntimeError("oops")])
def test_the_first_change_that_fails_comes_again_with_those_behind_it(error: Exception) -> None:
    """Lambda takes the batch up from the change whose number is returned, so that none is lost."""
    world = FanOutWorld()
    changes = [world.change(number, status="VERIFYING") for number in (1, 2, 3)]
    announce_batch({"Records": changes[:1]}, world.fan_out)
    world.queue.failures = [error]
    answer = announce_batch({"Records": changes[1:]}, world.fan_out)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "2"}]}
    assert world.told == ["shop"]


def test_a_record_that_cannot_be_read_comes_again() -> None:
    """It is retried until its age is over, and then named in the DLQ."""
    world = FanOutWorld()
    del world.record["created_at"]
    answer = announce_batch({"Records": [world.change(7, status="VERIFYING")]}, world.fan_out)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "7"}]}


@pytest.mark.parametrize("event", [{}, {"Records": []}, {"Records": [{"body": "x"}]}])
def test_what_is_no_batch_of_a_stream_is_refused(event: dict[str, Any]) -> None:
    """Invoked by hand with something else, the function says so."""
    with pytest.raises(MalformedEventError):
        announce_batch(event, FanOutWorld().fan_out)
