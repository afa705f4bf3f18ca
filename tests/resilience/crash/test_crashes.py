"""Whatever call a function's process is killed after, what comes out in the end is the same."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from media_pipeline.domain.events import upload_event
from media_pipeline.domain.languages.codes import SHORTEST
from media_pipeline.domain.status_index import SHARD_ATTRIBUTE
from media_pipeline.domain.uploads.upload import UploadedObject
from media_pipeline.services.late_captions import PUBLISHING
from sandbox.demo.clip import Clip, make_clip
from tests.resilience.crash.crash_world import (
    CrashWorld,
    Invoked,
    crash_world,
    is_write,
    kill_points,
)
from tests.resilience.crash.deployment import CLAIM_SECONDS, deploy
from tests.resilience.crash.handler_process import NEVER
from tests.resilience.crash.servers import Servers, running_servers

CLIP = Clip(width=320, height=180, seconds=2.0)
CAPTION = b"1\n00:00:00,500 --> 00:00:01,500\nHello\n"
# What every upload must come to, of all that `outcome` tells.
COMPLETE = {
    "status": "COMPLETE",
    "attempt": 1,
    "error": None,
    "missing": [],
    "one job, and it is recorded": True,
    "notified": ["COMPLETE"],
    "noted as notified": True,
}
# Of an asset that had failed without a notification.
UNANNOUNCED = {
    "status": "FAILED",
    "error": "JOB_NOT_FOUND",
    "notified": ["FAILED"],
    "noted as notified": True,
}
LOST = ("events-of-the-job", "claim", "event-of-the-upload")


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Run the local AWS and MediaConvert."""
    with running_servers(tmp_path_factory.mktemp("servers")) as servers:
        yield servers


@pytest.fixture
def world(
    servers: Servers, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[CrashWorld]:
    """Return a pipeline of the test's own."""
    clip = make_clip(tmp_path_factory.getbasetemp() / "clips", CLIP).read_bytes()
    name = request.node.name.removeprefix("test_").replace("_", "-")
    with crash_world(deploy(servers, name), clip, tmp_path / "log") as world:
        yield world


def test_ingest_orchestrator(world: CrashWorld) -> None:
    """An upload gets one job, wherever the orchestrator was killed, when its event is delivered again."""
    uploads = [world.upload("survived.mp4")]
    whole = world.ingest(uploads[0])
    for point in kill_points(whole.calls):
        uploads.append(world.upload(f"killed-after-{point}.mp4"))
        assert world.ingest(uploads[-1], kill_after=point).calls == whole.calls[:point]
    time.sleep(CLAIM_SECONDS)
    for upload in uploads[1:]:
        world.ingest(upload)
    for upload in uploads:
        world.follow(upload)
    outcomes = [outcome(world, upload) for upload in uploads]
    assert outcomes == [outcomes[0] | COMPLETE] * len(outcomes)


def test_job_status_processor(world: CrashWorld) -> None:
    """A complete job completes its asset, wherever the processor was killed, when its event comes again."""

    def complete(name: str, *, kill_after: int = NEVER) -> tuple[Invoked, dict[str, Any]]:
        upload = world.upload(f"{name}.mp4")
        world.upload(f"{name}.en.srt", CAPTION)
        world.ingest(upload)
        *earlier, last = world.events_of_job(upload)
        for event in earlier:
            world.deliver("job_status_processor", event)
        invoked = world.deliver("job_status_processor", last, kill_after=kill_after)
        if not invoked.survived:
            world.deliver("job_status_processor", last)
        return invoked, outcome(world, upload)

    whole, expected = complete("survived")
    assert expected == expected | COMPLETE
    assert expected["outputs"][-1]["language"] == "en"
    for point in kill_points(whole.calls):
        invoked, found = complete(f"killed-after-{point}", kill_after=point)
        assert invoked.calls == whole.calls[:point]
        assert found == expected


def test_late_captions(world: CrashWorld) -> None:
    """A caption that takes another's place is published, wherever the orchestrator was killed.

    A publication that began belongs to its invocation for a while: until then the message is handed back.
    """
    upload = world.upload("film.mp4")
    world.ingest(upload)
    world.follow(upload)
    # The first one is published where there was none, which takes fewer calls.
    first = world.upload("film.de.srt", CAPTION)
    world.ingest(first)
    before = world.upload("film.en.srt", CAPTION)
    world.remove(first)
    whole = world.ingest(before)
    languages = iter(sorted(set(SHORTEST.values()) - {"de", "en"}))
    handed_back = []
    for point in kill_points(whole.calls):
        world.remove(before)
        language = next(languages)
        before = world.upload(f"film.{language}.srt", CAPTION)
        assert world.ingest(before, kill_after=point).calls == whole.calls[:point]
        again = world.try_to_deliver("ingest_orchestrator", upload_event(before))
        handed_back.append(not again.is_done)
        if not again.is_done:
            assert again.calls[-1] == "sqs.ChangeMessageVisibility"
            world.try_to_deliver(
                "ingest_orchestrator", upload_event(before), seconds_later=PUBLISHING.total_seconds() + 1
            )
        record = world.record(upload)
        captions = [entry for entry in record["outputs"] if entry["format"] == "CAPTIONS"]
        assert [entry["language"] for entry in captions] == [language]
        assert {entry["key"] for entry in record["outputs"]} <= set(world.outputs(upload))
        assert "captions_until" not in record
    # Done at once where nothing was begun, and where all was done.
    assert [is_back for is_back, _ in groupby(handed_back)] == [False, True, False]


def test_reconciler(world: CrashWorld) -> None:
    """What was lost is made up for, wherever the reconciler was killed, when it runs again."""
    ended = world.upload("ended.mp4")
    world.ingest(ended)
    world.follow(ended)
    whole, reported, announced = _reconciled(world, ended, "survived")
    assert reported == [reported[0] | COMPLETE, reported[1] | UNANNOUNCED]
    received = [_received(world, upload) for upload in announced]
    processed = _processed(world, announced)
    assert [each | COMPLETE for each in processed] == processed
    points = kill_points(whole.calls)
    for point in points:
        name = f"killed-after-{point}"
        invoked, reported_then, announced = _reconciled(world, ended, name, kill_after=point)
        assert invoked.calls == whole.calls[:point]
        assert reported_then == reported
        assert [_received(world, upload) for upload in announced] == received
        if point == 0 or is_write(whole.calls[point - 1]):
            assert _processed(world, announced) == processed
        # Reads leave nothing else behind than the write before them.
        world.discard(*announced)
    assert {whole.calls[point - 1] for point in points[1:]} == set(whole.calls)


def _reconciled(
    world: CrashWorld, ended: UploadedObject, name: str, *, kill_after: int = NEVER
) -> tuple[Invoked, list[dict[str, Any]], list[UploadedObject]]:
    """Run the reconciler, once more if it is killed, over one asset of each kind that it looks after.

    Return the outcomes of those that have ended, and the uploads that were announced.
    """
    # All passes are due.
    world.forget("reindexing-cursor", "leftovers-cursor")
    world.take_out_of_index(ended)
    submitted, claimed, unknown = (world.upload(f"{name}-{kind}.mp4") for kind in LOST)
    untold = replace(submitted, key=f"{name}-untold.mp4")
    world.ingest(submitted)
    world.events_of_job(submitted)  # which are lost
    world.claim(claimed)
    world.fail(untold)
    invoked = world.invoke("reconciler", kill_after=kill_after)
    if not invoked.survived:
        world.invoke("reconciler")
    assert world.announcements() >= {claimed.key, unknown.key}
    assert SHARD_ATTRIBUTE in world.record(ended)
    assert world.outputs(untold) == []
    outcomes = [outcome(world, upload) for upload in (submitted, untold)]
    # Otherwise each run would look for its leftovers again, since that pass is always due here.
    world.forget(untold.asset_id)
    return invoked, outcomes, [claimed, unknown]


def _received(world: CrashWorld, upload: UploadedObject) -> tuple[str, int, set[str]]:
    """Return what an announced upload's record says, by which its event is handled."""
    record = world.record(upload)
    return record["status"], record["attempt"], set(record) - {"redeliveries"}


def _processed(world: CrashWorld, uploads: list[UploadedObject]) -> list[dict[str, Any]]:
    """Process announced uploads to their ends."""
    for upload in uploads:
        world.ingest(upload)
    for upload in uploads:
        world.follow(upload)
    return [outcome(world, upload) for upload in uploads]


def outcome(world: CrashWorld, upload: UploadedObject) -> dict[str, Any]:
    """Return what became of an upload, without what differs from one to the next."""
    record = world.record(upload)
    outputs = {entry["key"] for entry in record.get("outputs", ())}
    return {
        "status": record["status"],
        "attempt": record["attempt"],
        "error": (record.get("error") or {}).get("code"),
        "history": [entry["status"] for entry in record["history"]],
        "profile": record.get("profile"),
        "source": record.get("source_info"),
        "outputs": [_without_ids(entry, upload) for entry in record.get("outputs", ())],
        "missing": sorted(outputs - set(world.outputs(upload))),
        "one job, and it is recorded": world.jobs(upload) == [record.get("job_id")],
        "notified": sorted(set(world.notified_statuses(upload))),
        "noted as notified": "notified_at" in record,
    }


def _without_ids(entry: Mapping[str, Any], upload: UploadedObject) -> dict[str, Any]:
    reported = {**entry, "key": entry["key"].removeprefix(upload.asset_id)}
    reported.pop("source", None)
    return reported
