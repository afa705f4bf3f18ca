"""The end of an asset: recorded, counted and announced, each exactly once."""

from dataclasses import replace

from media_pipeline.adapters.dynamodb import update_request
from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.asset_record import RecordWrite
from media_pipeline.domain.failures.failure import AssetError
from media_pipeline.domain.transitions import Transition
from tests.support.asset_world import AssetWorld


def _failing(world: AssetWorld, *, attempt: int = 1) -> Transition:
    error = AssetError(code="BROKEN", category="source", message="It is broken.")
    return Transition(
        to=AssetStatus.FAILED, attempt=attempt, at=world.clock(), detail="", job_id="job-1", error=error
    )


def test_an_end_that_is_refused_is_neither_counted_nor_announced() -> None:
    """Where the record forbids the step, nothing has ended, so nothing is announced."""
    world = AssetWorld()
    world.submit()
    assert not world.lifecycle.finish(world.asset, _failing(world, attempt=2))
    assert (world.metrics.counted, world.publisher.published) == ([], [])
    assert world.asset.status is AssetStatus.SUBMITTED


def test_an_end_is_announced_once() -> None:
    """An end that is announced repeatedly is published once."""
    world = AssetWorld()
    world.submit()
    assert world.lifecycle.finish(world.asset, _failing(world))
    for _ in range(2):
        world.lifecycle.announce(world.asset)
    assert len(world.publisher.published) == 1
    assert world.metrics.counted == [("failed", "BROKEN", 0.0)]


def test_what_has_not_ended_is_not_announced() -> None:
    """A delivery that finds its asset under way announces nothing, and leaves the record as it is."""
    world = AssetWorld()
    world.submit()
    before = world.asset
    world.lifecycle.announce(before)
    assert (world.publisher.published, world.asset) == ([], before)


def test_subscribers_can_choose_by_status_profile_and_code() -> None:
    """The news carries as attributes what filter policies ask for; what is not known is left out."""
    world = AssetWorld()
    world.submit()
    assert world.lifecycle.finish(world.asset, _failing(world))
    (attributes,) = world.publisher.attributes
    assert attributes == {"status": "FAILED", "profile": world.asset.profile, "code": "BROKEN"}
    ((_, news),) = world.publisher.published
    assert (news["status"], news["profile"]) == ("FAILED", world.asset.profile)
    early = replace(world.asset, profile=None, error=None, notified_at=None, status=AssetStatus.CANCELED)
    world.lifecycle.announce(early)
    assert world.publisher.attributes[-1] == {"status": "CANCELED"}


def test_a_write_needs_a_record() -> None:
    """Whatever else it requires, no update brings a record into being."""
    request = update_request(RecordWrite(conditions=[], assigned={"status": "FAILED"}))
    assert request["ConditionExpression"] == "attribute_exists(asset_id)"
