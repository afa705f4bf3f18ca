"""A small load test over the deployed pipeline: unreliable events, clients and receivers, and kills."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from sandbox.chaos import report as reports
from sandbox.chaos.load_test import Place, run_load_test
from sandbox.chaos.pipeline import Pipeline as LoadedPipeline
from sandbox.chaos.settings import LoadTestSettings
from sandbox.runtime import servers
from sandbox.runtime.console import Terminal
from tests.e2e.deployed import Sandbox

pytestmark = pytest.mark.phase("load")

UPLOADS, SEED = 150, 4
# So that a small load test has some of each kind.
UNUSUAL_SHARE = 0.02
# As deployed, what is lost is repaired after four minutes, and what is lost twice after eight.
OVERDUE_SECONDS, VISIBILITY_SECONDS, INTERVAL_SECONDS = 25, 40, 8


@contextmanager
def haste(sandbox: Sandbox) -> Iterator[None]:
    """Repair losses within a minute, as an operator in a hurry might; afterwards all is as deployed."""
    sqs, functions = sandbox.client("sqs"), sandbox.client("lambda")
    output = sandbox.deployment.output
    reconciler = output("reconciler_function")
    queues = [output(f"{name}_queue_url") for name in ("processing", "captions", "job_events", "webhooks")]
    usual = {
        url: sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
        for url in queues
    }
    variables = functions.get_function_configuration(FunctionName=reconciler)["Environment"]["Variables"]
    hasty = {**variables, "STUCK_AFTER_SECONDS": str(OVERDUE_SECONDS)}
    stopped = threading.Event()

    def reconcile() -> None:
        while not stopped.wait(INTERVAL_SECONDS):
            try:
                functions.invoke(FunctionName=reconciler, Payload=b"{}")
            except (ClientError, BotoCoreError):
                # It runs already, or the local AWS restarts.
                continue

    runs = threading.Thread(target=reconcile, daemon=True)
    try:
        for url in queues:
            sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": str(VISIBILITY_SECONDS)})
        functions.update_function_configuration(FunctionName=reconciler, Environment={"Variables": hasty})
        runs.start()
        yield
    finally:
        stopped.set()
        runs.join()
        functions.update_function_configuration(FunctionName=reconciler, Environment={"Variables": variables})
        for url, attributes in usual.items():
            sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes)


def test_nothing_is_lost_and_nothing_doubled_in_a_load_test(sandbox: Sandbox) -> None:
    """Every upload ends in one record, every attempt has one job, dead letters are explained; all is tidy."""
    place = Place(sandbox.folder, sandbox.running, sandbox.deployment)
    settings = LoadTestSettings(
        uploads=UPLOADS,
        seed=SEED,
        kill_pause_seconds=(3.0, 8.0),
        endless_seconds=20.0,
        unreadable_share=UNUSUAL_SHARE,
        clutter_share=UNUSUAL_SHARE,
        hollow_share=UNUSUAL_SHARE,
        captioned_share=UNUSUAL_SHARE,
        large_share=UNUSUAL_SHARE,
    )
    with haste(sandbox):
        report = run_load_test(place, settings, Terminal(), reconciler_interval_seconds=INTERVAL_SECONDS)
    assert report.passed, "\n".join(reports.lines(report))
    # What computers leave behind has no record, and each object that was empty at first has two.
    assert sum(report.statuses.values()) == report.versions > 0.85 * UPLOADS
    assert report.completed > 0.35 * UPLOADS
    for name in settings.endpoints:
        assert report.endpoints[name].announced == report.ends == report.versions
    assert report.jobs == report.attempts > 0.75 * UPLOADS
    refused = {"SOURCE_ARCHIVED", "SOURCE_ENCRYPTED_BY_CUSTOMER", "UNSUPPORTED_FILE_TYPE"}
    assert refused <= set(report.errors), report.errors

    # Faults were injected.
    assert len(report.restart_seconds) == 1
    killed = {function.removeprefix("media-pipeline-").removesuffix("-sandbox") for function in report.killed}
    assert killed >= {"api", "fan-out", "webhook-sender", "ingest-orchestrator", "job-status-processor"}
    assert sum(sum(each.outcomes.values()) - each.announced for each in report.endpoints.values()) > 0
    assert {"resumed", "parts cut short", "begun twice", "completed twice"} <= set(report.api_mischief)
    assert min(report.faults["uploads"][kind] for kind in ("drop_events", "duplicate_events")) > 0
    assert min(report.faults["mediaconvert"][kind] for kind in ("drop_events", "throttle")) > 0
    assert sum(report.repairs.values()) > 0

    assert not sandbox.folder.faults.exists()
    assert servers.found_running(sandbox.folder) == sandbox.endpoints
    loaded = LoadedPipeline(sandbox.endpoints, sandbox.deployment)
    for dlq in loaded.dead_letter_queues:
        # Explained, and in the way of other tests.
        loaded.sqs.purge_queue(QueueUrl=dlq)
    for queue in loaded.queues:
        assert loaded.depth(queue).total == 0
