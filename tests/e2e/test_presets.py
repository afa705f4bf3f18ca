"""A bad preset on the deployed pipeline: uploads wait until it is fixed; nothing else happens to them."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sandbox.chaos.workers import workers_of
from sandbox.runtime import servers
from sandbox.runtime.folder import PROJECT_ROOT
from tests.e2e.deployed import Sandbox
from tests.e2e.pipeline import Pipeline, wait_for

pytestmark = pytest.mark.phase("operations")

_MOST_PROCESSES = 10


@contextmanager
def spoiled(sandbox: Sandbox, preset: str) -> Iterator[None]:
    """Give a preset a fault for the length of a block."""
    ssm = sandbox.client("ssm")
    name = f"{sandbox.deployment.output('presets_path')}/{preset}"
    good = ssm.get_parameter(Name=name)["Parameter"]["Value"]
    bad = json.dumps({**json.loads(good), "gop_seconds": 0})
    ssm.put_parameter(Name=name, Value=bad, Overwrite=True)
    try:
        yield
    finally:
        ssm.put_parameter(Name=name, Value=good, Overwrite=True)


def forget_what_was_read(sandbox: Sandbox) -> None:
    """Let the orchestrator's next invocation begin in a new process, which has read no presets yet."""
    name = sandbox.deployment.output("ingest_orchestrator_function")
    for worker in workers_of(servers.local_aws_pid(sandbox.folder)):
        if worker.function == name:
            worker.process.kill()
    # The local AWS notices a dead process by handing it an event; a living one refuses this one. The upload's
    # own message would come back after the visibility timeout only.
    for _ in range(_MOST_PROCESSES):
        answer = sandbox.client("lambda").invoke(FunctionName=name, Payload=json.dumps({"Records": []}))
        if "something else than SQS messages" in json.load(answer["Payload"]).get("errorMessage", ""):
            return
    pytest.fail(f"{name} does not start anew")


def checked(sandbox: Sandbox) -> subprocess.CompletedProcess[str]:
    """Check the presets in force, as an operator does."""
    return subprocess.run(
        [sys.executable, "-m", "tools.ops", "presets"],
        cwd=PROJECT_ROOT,
        env={
            **sandbox.endpoints.environment(),
            "MEDIA_PIPELINE": sandbox.deployment.output("pipeline_name"),
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_uploads_wait_until_a_preset_is_mended(sandbox: Sandbox, pipeline: Pipeline, tiny_clip: Path) -> None:
    """Tried in vain, an upload stays RECEIVED; once the preset is fixed, it completes by itself."""
    assert checked(sandbox).returncode == 0
    with spoiled(sandbox, "mp4"):
        found = checked(sandbox)
        assert (found.returncode, "mp4 gop_seconds is 0" in found.stderr) == (1, True), found
        forget_what_was_read(sandbox)
        version_id = pipeline.put("waits.mp4", tiny_clip.read_bytes())

        def tried_again() -> bool:
            records = pipeline.records("waits.mp4")
            return bool(records) and records[0]["updated_at"] > records[0]["created_at"]

        # A message that a process gets in the moment of its death comes back after the visibility timeout.
        wait_for(
            tried_again, "the upload to be tried", lambda: pipeline.records("waits.mp4"), patience_seconds=300
        )
        [record] = pipeline.records("waits.mp4")
        assert (record["status"], "job_id" in record) == ("RECEIVED", False)
    assert checked(sandbox).returncode == 0
    record = pipeline.ended("waits.mp4", version_id)
    assert (record["status"], record["attempt"]) == ("COMPLETE", 1)
    assert len(pipeline.jobs(record["asset_id"])) == 1
    assert pipeline.depth(pipeline.processing_dlq) == 0
