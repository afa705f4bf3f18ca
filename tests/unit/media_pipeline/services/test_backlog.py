"""A long queue is no lost event: what waits in it is not announced once more."""

from datetime import timedelta

import pytest

from media_pipeline.domain.errors import TransientError
from media_pipeline.services.backlog import MAX_WAITING
from tests.support.asset_world import AssetWorld
from tests.support.fakes import FakeQueue
from tests.support.swept_world import SweptWorld


def _filled(queue: FakeQueue, count: int) -> None:
    for number in range(count):
        queue.send(str(number))


@pytest.mark.parametrize(("waiting", "announces"), [(MAX_WAITING, True), (MAX_WAITING + 1, False)])
def test_repairs_announce_nothing_while_many_wait(waiting: int, announces: bool) -> None:
    """An overdue upload may be one of those in a long queue: it waits, and is not stuck."""
    world = AssetWorld()
    _filled(world.queue, waiting)
    world.clock.advance(601)
    found = world.reconcile()
    assert (found["repaired"], found["waiting"], found["stuck"]) == (announces, not announces, 0)
    assert len(world.queue.bodies) == waiting + announces


@pytest.mark.parametrize(("waiting", "registers"), [(MAX_WAITING, True), (MAX_WAITING + 1, False)])
def test_a_sweep_finds_nothing_while_many_wait(waiting: int, registers: bool) -> None:
    """An upload without an asset may be one of those in a long queue; the sweep goes on when it is short."""
    world = SweptWorld()
    world.upload()
    world.until_overdue()
    _filled(world.queue, waiting)
    assert world.run() == {"listed": registers, "registered": registers}
    world.queue.messages.clear()
    world.run()
    assert len(world.table.records) == 1


def test_messages_that_are_hidden_or_delayed_dont_wait() -> None:
    """A message that comes back later, or that a function has, is not one that waits its turn."""
    world = AssetWorld()
    _filled(world.queue, 2)
    assert world.queue.receive() is not None
    world.queue.renew("later", attributes={"Renewals": 1}, delay_seconds=60)
    assert world.queue.waiting() == 1
    world.clock.now += timedelta(seconds=61)
    assert world.queue.waiting() == 2


def test_a_queue_that_cant_be_measured_stops_announcements_alone() -> None:
    """Where SQS doesn't tell how long the queue is, jobs are still asked for, and nothing is announced."""
    world = AssetWorld()
    world.queue.failures["waiting"] = [TransientError("SQS is down")]
    world.clock.advance(601)
    assert world.reconcile()["waiting"] == 1
    assert world.queue.bodies == []
    world.submit()
    world.transcoder.jobs["job-1"] |= {"Status": "CANCELED"}
    world.queue.failures["waiting"] = [TransientError("SQS is down")]
    world.clock.advance(601)
    assert world.reconcile()["repaired"] == 1
