"""Whatever call a function's process is killed after, what comes out in the end is the same."""

import time
from collections.abc import Iterator, Mapping
from itertools import count, product
from pathlib import Path
from string import ascii_lowercase
from typing import Any

import pytest

from media_pipeline.assets import UploadedObject
from sandbox.clip import Clip, make_clip
from tests.crash.crash_world import CrashWorld, crash_world
from tests.crash.deployment import CLAIM_SECONDS, deploy
from tests.crash.servers import Servers, running_servers

CLIP = Clip(width=320, height=180, seconds=2.0)
CAPTION = b"1\n00:00:00,500 --> 00:00:01,500\nHello\n"
# What every upload must come to, of all that `outcome` tells.
COMPLETE = {
    "status": "COMPLETE",
    "attempt": 1,
    "error": None,
    "missing": [],
    "one job, and it is recorded": True,
    "told": ["COMPLETE"],
    "noted as told": True,
}


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
    uploads = []
    for calls in count():
        uploads.append(world.upload(f"killed-after-{calls}.mp4"))
        invoked = world.ingest(uploads[-1], kill_after=calls)
        if invoked.survived:
            break
    assert calls - 1 == invoked.calls
    time.sleep(CLAIM_SECONDS)
    for upload in uploads[:-1]:
        world.ingest(upload)
    for upload in uploads:
        world.follow(upload)
    outcomes = [outcome(world, upload) for upload in uploads]
    assert outcomes == [outcomes[-1] | COMPLETE] * len(outcomes)


def test_job_status_processor(world: CrashWorld) -> None:
    """A complete job completes its asset, wherever the processor was killed, when its event comes again."""
    outcomes = []
    for calls in count():
        upload = world.upload(f"killed-after-{calls}.mp4")
        world.upload(f"killed-after-{calls}.en.srt", CAPTION)
        world.ingest(upload)
        *earlier, complete = world.events_of_job(upload)
        for event in earlier:
            world.deliver("job_status_processor", event)
        invoked = world.deliver("job_status_processor", complete, kill_after=calls)
        if not invoked.survived:
            world.deliver("job_status_processor", complete)
        outcomes.append(outcome(world, upload))
        if invoked.survived:
            break
    assert calls - 1 == invoked.calls
    assert outcomes == [outcomes[-1] | COMPLETE] * len(outcomes)
    assert outcomes[-1]["outputs"][-1]["language"] == "en"


def test_late_captions(world: CrashWorld) -> None:
    """A caption that takes another's place is published, wherever the orchestrator was killed."""
    upload = world.upload("film.mp4")
    world.ingest(upload)
    world.follow(upload)
    before: UploadedObject | None = None
    for calls, letters in enumerate(product("abcd", ascii_lowercase)):
        language = "".join(letters)
        if before is not None:
            world.remove(before)
        before = world.upload(f"film.{language}.srt", CAPTION)
        invoked = world.ingest(before, kill_after=calls)
        if not invoked.survived:
            world.ingest(before)
        outputs = world.record(upload)["outputs"]
        captions = [entry for entry in outputs if entry["format"] == "CAPTIONS"]
        assert [entry["language"] for entry in captions] == [language]
        assert world.missing([entry["key"] for entry in outputs]) == []
        if invoked.survived:
            break
    assert calls - 1 == invoked.calls


def test_reconciler(world: CrashWorld) -> None:
    """What was lost is made up for, wherever the reconciler was killed, when it runs again."""
    outcomes: list[list[dict[str, Any]]] = []
    for calls in count():
        lost = [
            world.upload(f"killed-after-{calls}-{kind}.mp4")
            for kind in ("events-of-the-job", "claim", "event-of-the-upload")
        ]
        submitted, claimed, unknown = lost
        world.ingest(submitted)
        world.events_of_job(submitted)  # of which nobody hears
        world.claim(claimed)
        invoked = world.invoke("reconciler", kill_after=calls)
        if not invoked.survived:
            world.invoke("reconciler")
        assert world.announcements() >= {claimed.key, unknown.key}
        for upload in (claimed, unknown):
            world.ingest(upload)
        for upload in (claimed, unknown):
            world.follow(upload)
        outcomes.append([outcome(world, upload) for upload in lost])
        if invoked.survived:
            break
    assert calls - 1 == invoked.calls
    assert outcomes == [[outcome | COMPLETE for outcome in outcomes[-1]]] * len(outcomes)


def outcome(world: CrashWorld, upload: UploadedObject) -> dict[str, Any]:
    """Return what became of an upload, without what differs from one to the next."""
    record = world.record(upload)
    outputs = [entry["key"] for entry in record.get("outputs", ())]
    return {
        "status": record["status"],
        "attempt": record["attempt"],
        "error": record.get("error"),
        "history": [entry["status"] for entry in record["history"]],
        "profile": record["profile"],
        "source": record["source_info"],
        "outputs": [_without_ids(entry, upload) for entry in record.get("outputs", ())],
        "missing": world.missing(outputs),
        "one job, and it is recorded": world.jobs(upload) == [record["job_id"]],
        "told": sorted(set(world.statuses_told(upload))),
        "noted as told": "notified_at" in record,
    }


def _without_ids(entry: Mapping[str, Any], upload: UploadedObject) -> dict[str, Any]:
    told = {**entry, "key": entry["key"].removeprefix(upload.asset_id)}
    told.pop("source", None)
    return told
