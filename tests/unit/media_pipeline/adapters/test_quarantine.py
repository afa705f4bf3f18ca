"""Damaged files are quarantined: tagged before their notification, and released once they are COMPLETE."""

from collections.abc import Mapping
from typing import Any

import pytest

from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.errors import OperatorError, TransientError
from media_pipeline.domain.events import JobStatus
from media_pipeline.domain.transitions import Transition
from media_pipeline.domain.uploads.quarantine import QUARANTINED, REASON_TAG, STATUS_TAG
from tests.support.asset_world import (
    FOLDER,
    GROUPS,
    UPLOAD,
    AssetWorld,
    change,
)

BROKEN = change(JobStatus.ERROR, error_code=1076, error_message="unexpected end of file")
TAGS = {STATUS_TAG: QUARANTINED, REASON_TAG: "MEDIACONVERT_1076"}


class Watched:
    """Record each notification, and which tags the upload has at that moment."""

    def __init__(self, world: AssetWorld) -> None:
        self.seen: list[tuple[Mapping[str, Any], Mapping[str, str]]] = []
        real = world.publisher.publish

        def publish(subject: str, message: Mapping[str, Any], *, attributes: Mapping[str, str]) -> None:
            real(subject, message, attributes=attributes)
            self.seen.append((message, dict(world.uploads.tags_of(UPLOAD))))

        world.publisher.publish = publish  # type: ignore[method-assign]


@pytest.fixture
def world() -> AssetWorld:
    """Return a submitted asset."""
    world = AssetWorld()
    world.submit()
    return world


def test_a_damaged_file_is_tagged_before_its_notification(world: AssetWorld) -> None:
    """When a notification is sent, the tags are there, and it says that the file is quarantined."""
    watched = Watched(world)
    assert world.changes.apply(BROKEN)
    ((news, tags),) = watched.seen
    assert (tags, news["quarantined"]) == (TAGS, True)
    assert news["error"]["replay_helps"] is False


@pytest.mark.parametrize("error", [TransientError("timeout"), OperatorError("403")])
def test_without_its_tags_no_news_is_sent(world: AssetWorld, error: Exception) -> None:
    """Where S3 refuses, the end is recorded, and the next delivery tags and tells of it once."""
    world.uploads.read = lambda *_: b""  # type: ignore[method-assign]
    world.uploads.failures = [error]
    with pytest.raises(TransientError):
        world.changes.apply(BROKEN)
    assert (world.asset.status, world.publisher.published) == (AssetStatus.FAILED, [])
    for _ in range(2):
        world.changes.apply(BROKEN)
    assert world.uploads.tags_of(UPLOAD) == TAGS
    assert len(world.publisher.published) == 1


def test_a_source_that_can_not_be_read_now_is_read_later(world: AssetWorld) -> None:
    """Where S3 can't answer, nothing is judged; the next delivery looks again."""
    world.uploads.failures = [TransientError("timeout")]
    with pytest.raises(TransientError):
        world.changes.apply(BROKEN)
    assert world.asset.status is AssetStatus.SUBMITTED
    assert world.changes.apply(BROKEN)
    assert world.uploads.tags_of(UPLOAD) == TAGS


def test_tags_outlive_a_crash_before_the_news(world: AssetWorld) -> None:
    """Who takes over finds the tags there already, which changes nothing."""
    world.publisher.failures = [TransientError("timeout")]
    with pytest.raises(TransientError):
        world.changes.apply(BROKEN)
    assert (world.uploads.tags_of(UPLOAD), world.publisher.published) == (TAGS, [])
    world.lifecycle.announce(world.asset)
    assert (world.uploads.tags_of(UPLOAD), len(world.publisher.published)) == (TAGS, 1)


def test_a_damaged_file_that_is_gone_is_announced_all_the_same(world: AssetWorld) -> None:
    """There is nothing to tag, and no reason to keep the news back."""
    world.uploads.stored.clear()
    assert world.changes.apply(BROKEN)
    ((_, news),) = world.publisher.published
    assert (news["status"], news["quarantined"]) == ("FAILED", False)


@pytest.mark.parametrize("code", [1030, 1999])
def test_a_file_of_another_kind_is_not_set_apart(world: AssetWorld, code: int) -> None:
    """What failed for an unsupported codec, or for an unknown reason, stays as it is."""
    assert world.changes.apply(change(JobStatus.ERROR, error_code=code))
    assert world.uploads.tags_of(UPLOAD) == {}


@pytest.mark.parametrize("code", [1040, 1401, 1404, 2099])
def test_a_sound_file_is_not_set_apart(world: AssetWorld, code: int) -> None:
    """What failed for settings, permissions or the service costs no call."""
    world.uploads.failures = [AssertionError("no call is expected")]
    assert world.changes.apply(change(JobStatus.ERROR, error_code=code))
    assert world.uploads.tags_of(UPLOAD) == {}


def _replayed(world: AssetWorld) -> None:
    """Begin the asset's second attempt and submit its job."""
    begun = world.table.replay(world.asset, now=world.clock(), detail="replayed")
    assert begun is not None
    planned = [
        {
            **output,
            "key": output["key"].replace(FOLDER, f"{UPLOAD.asset_id}/2"),
            "files": [file.replace(FOLDER, f"{UPLOAD.asset_id}/2") for file in output["files"]],
        }
        for output in _planned()
    ]
    world.table.record_plan(
        begun, profile="default", source_info={}, planned_outputs=planned, preset_versions={}
    )
    job_id = world.transcoder.create_job(begun, {})
    step = Transition(to=AssetStatus.SUBMITTED, attempt=2, at=world.clock(), detail="", job_id=job_id)
    assert world.table.advance(UPLOAD.asset_id, step)


def _planned() -> list[dict[str, Any]]:
    return list(AssetWorld().table.records[UPLOAD.asset_id]["planned_outputs"])


def _complete(world: AssetWorld, attempt: int) -> None:
    world.produce()
    made = {
        key.replace(FOLDER, f"{UPLOAD.asset_id}/{attempt}"): body
        for key, body in world.outputs.objects.items()
    }
    world.outputs.objects |= made
    news = change(JobStatus.COMPLETE, job_id=f"job-{attempt}", attempt=attempt, groups=GROUPS)
    assert world.changes.apply(news)
    assert world.asset.status is AssetStatus.COMPLETE, world.asset.error


def test_a_file_that_comes_through_after_all_is_released(world: AssetWorld) -> None:
    """A replay that succeeds takes the tags off before its news, and leaves the uploader's own."""
    world.uploads.tags[UPLOAD.key, "v1"] = {"team": "x"}
    world.changes.apply(BROKEN)
    assert world.uploads.tags_of(UPLOAD) == {"team": "x", **TAGS}
    _replayed(world)
    assert world.uploads.tags_of(UPLOAD) == {"team": "x", **TAGS}
    watched = Watched(world)
    _complete(world, attempt=2)
    ((news, tags),) = watched.seen
    assert (tags, news["quarantined"]) == ({"team": "x"}, False)


@pytest.mark.parametrize("first_code", [None, 1999])
def test_completing_costs_no_call(
    world: AssetWorld, first_code: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only a file that was once quarantined is looked at again: neither a first attempt, nor others."""
    if first_code is not None:
        world.changes.apply(change(JobStatus.ERROR, error_code=first_code))
        _replayed(world)
    monkeypatch.delattr(type(world.uploads), "quarantine")
    monkeypatch.delattr(type(world.uploads), "release")
    _complete(world, attempt=1 if first_code is None else 2)
    assert world.publisher.published[-1][1]["status"] == "COMPLETE"
