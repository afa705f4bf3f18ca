"""`make smoke` on the deployed pipeline: all is proven, what is broken is named, nothing is left behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from sandbox.runtime.folder import PROJECT_ROOT
from tests.e2e.deployed import Sandbox
from tests.e2e.pipeline import Pipeline

pytestmark = pytest.mark.phase("operations")

CLAIMS = (
    "a clip becomes files that play",
    "files are named as expected",
    "every output is in the Basic tier",
    "the bill tells environments apart",
    "the topic tells of the video",
    "an alarm reaches the topic",
    "the schedule runs the reconciler",
    "nothing is left behind",
)


def started(sandbox: Sandbox, pipeline: str | None = None) -> subprocess.Popen[str]:
    """Start the program as `make smoke ENV=dev` does, with the sandbox's environment."""
    name = pipeline or sandbox.deployment.output("pipeline_name")
    return subprocess.Popen(
        [sys.executable, "-m", "checks.smoke", "--pipeline", name],
        cwd=PROJECT_ROOT,
        env={
            **os.environ,
            **sandbox.endpoints.environment(),
            "COLUMNS": "200",
            "PYTHONPATH": "lambda_src",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def smoke(sandbox: Sandbox, pipeline: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run the program to its end."""
    with started(sandbox, pipeline) as process:
        try:
            out, err = process.communicate(timeout=600)
        finally:
            process.kill()
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


@contextmanager
def stopped_schedule(sandbox: Sandbox) -> Iterator[None]:
    """Disable the reconciler's rule for the length of a block."""
    events = sandbox.client("events")
    [rule] = events.list_rules(NamePrefix="media-pipeline-reconciler-schedule-")["Rules"]
    events.disable_rule(Name=rule["Name"])
    try:
        yield
    finally:
        events.enable_rule(Name=rule["Name"])


@pytest.fixture
def nothing_stays(sandbox: Sandbox, pipeline: Pipeline) -> Iterator[None]:
    """Hold afterwards that of a run there is no object, record, queue, subscription, and no alarm on."""
    yield
    jobs = pipeline.mediaconvert.get_paginator("list_jobs").paginate(Queue=pipeline.job_queue)
    ids = {
        job["UserMetadata"]["asset_id"]
        for page in jobs
        for job in page["Jobs"]
        if "/smoke-" in job["Settings"]["Inputs"][0]["FileInput"]
    }
    assert ids
    for asset_id in ids:
        assert pipeline.versions(pipeline.outputs, f"{asset_id}/") == []
        assert pipeline.record(asset_id) is None
    assert pipeline.versions(pipeline.uploads, "smoke-") == []
    assert "-smoke-" not in str(pipeline.sqs.list_queues().get("QueueUrls"))
    assert "-smoke-" not in str(sandbox.client("sns").list_subscriptions()["Subscriptions"])
    alarms = sandbox.client("cloudwatch").get_paginator("describe_alarms").paginate()
    by_hand = [
        alarm for page in alarms for alarm in page["MetricAlarms"] if "smoke test" in alarm["StateReason"]
    ]
    assert by_hand
    assert all(alarm["StateValue"] != "ALARM" for alarm in by_hand)


@pytest.mark.usefixtures("nothing_stays")
def test_all_is_proven_and_nothing_stays(sandbox: Sandbox) -> None:
    """Each claim is a row with what was seen; nothing of the run is there any more."""
    done = smoke(sandbox)
    assert done.returncode == 0, done.stdout + done.stderr
    for claim in CLAIMS:
        assert f"✓  {claim}" in done.stdout
    assert f"All {len(CLAIMS)} are proven." in done.stdout
    assert "files, tiles and playlists too." in done.stdout
    assert "all Basic" in done.stdout


@pytest.mark.usefixtures("nothing_stays")
def test_what_does_not_work_is_named_with_what_to_do(sandbox: Sandbox) -> None:
    """Of a disabled schedule a sentence tells which rule it is; the rest is proven all the same."""
    with stopped_schedule(sandbox):
        done = smoke(sandbox)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "✗  the schedule runs the reconciler" in done.stdout
    assert "is DISABLED: enable it (aws events enable-rule --name media-pipeline-" in done.stderr
    for claim in set(CLAIMS) - {"the schedule runs the reconciler"}:
        assert f"✓  {claim}" in done.stdout


@pytest.mark.usefixtures("nothing_stays")
def test_an_interrupted_run_leaves_nothing(sandbox: Sandbox) -> None:
    """Ctrl-C while the video is under way cancels its job and removes all that was begun."""
    with started(sandbox) as process:
        try:
            assert process.stdout is not None
            assert any(line.startswith("Waiting for the pipeline") for line in process.stdout)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=200)
        finally:
            process.kill()
    assert process.returncode == 130, out + err
    assert "Interrupted; what it had made has been removed." in err


def test_an_unknown_pipeline_is_refused_in_words(sandbox: Sandbox) -> None:
    """Before anything is made, a sentence says that there is no such pipeline."""
    done = smoke(sandbox, "media-pipeline-nowhere")
    assert done.returncode == 2, done.stdout + done.stderr
    assert "There is no pipeline 'media-pipeline-nowhere'" in done.stderr
