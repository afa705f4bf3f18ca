"""Times that must fit together: of functions, claims, messages, and of what MediaConvert and S3 may take."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from media_pipeline.domain.errors import TransientError
from media_pipeline.domain.uploads.listing import LONGEST_UPLOAD
from media_pipeline.handlers.config import OrchestratorConfig, ReconcilerConfig, read_config
from media_pipeline.handlers.ingest_orchestrator import (
    ASK_TIMEOUT_SECONDS,
    CONNECT_TIMEOUT_SECONDS,
    PROBE_TIMEOUT_SECONDS,
    SUBMIT_TIMEOUT_SECONDS,
)
from media_pipeline.services.job_limit import JobLimit
from media_pipeline.services.redelivery import FIRST_DELAY_SECONDS, MAX_DELAY_SECONDS
from stacks.functions import CLAIM_GRACE_SECONDS
from tests.infrastructure.functions import function_of, variables_of
from tests.infrastructure.stack import Stack
from tests.support.fakes import FakeTranscoder
from tests.support.ingest_world import MAX_JOBS_IN_FLIGHT, IngestWorld


def test_claim_outlives_the_function(pipeline: Stack) -> None:
    """No second invocation takes an asset over while the first, or a request that it sent, is at work."""
    function = function_of(pipeline, "ingest-orchestrator")
    config = read_config(OrchestratorConfig, variables_of(pipeline, "ingest-orchestrator"))
    assert config.claim_seconds == function["timeout"] + CLAIM_GRACE_SECONDS
    assert CLAIM_GRACE_SECONDS > CONNECT_TIMEOUT_SECONDS + SUBMIT_TIMEOUT_SECONDS


class _Called:
    """Be MediaConvert, and note what it is asked."""

    def __init__(self, real: FakeTranscoder) -> None:
        self._real = real
        self.calls: list[str] = []

    def __getattr__(self, call: str) -> Any:
        self.calls.append(call)
        return getattr(self._real, call)


def _slowest_seconds(world: IngestWorld) -> int:
    """Return how long an upload takes where MediaConvert takes as long for each answer as it may."""
    called: Any = _Called(world.transcoder)
    slots = JobLimit(called.jobs_in_flight, limit=MAX_JOBS_IN_FLIGHT)
    world.ingest = replace(world.ingest, transcoder=called, slots=slots)
    world.deliver()
    timeouts = {"create_job": SUBMIT_TIMEOUT_SECONDS, "probe": PROBE_TIMEOUT_SECONDS}
    return sum(CONNECT_TIMEOUT_SECONDS + timeouts.get(call, ASK_TIMEOUT_SECONDS) for call in called.calls)


def test_a_batch_of_uploads_is_done_in_time(pipeline: Stack) -> None:
    """Where MediaConvert takes as long as it may for each answer, the whole batch still ends in time."""
    function = function_of(pipeline, "ingest-orchestrator")
    batches = [
        mapping["batch_size"]
        for mapping in pipeline.of("aws_lambda_event_source_mapping")
        if mapping["function_name"] == pipeline.arn(function)
    ]
    new, taken_over = IngestWorld(), IngestWorld()
    taken_over.transcoder.failures["create_job"] = [TransientError("the answer was lost")]
    with pytest.raises(TransientError):
        taken_over.deliver()
    taken_over.clock.advance(1)
    for world in (new, taken_over):
        # Each queue may bring uploads: an earlier release left captions and videos in one.
        assert max(batches) * _slowest_seconds(world) < function["timeout"]


@pytest.mark.parametrize("component", ["ingest-orchestrator", "job-status-processor"])
def test_a_message_that_waits_keeps_its_asset_alive(pipeline: Stack, component: str) -> None:
    """A postponed message comes back well before its asset counts as overdue, and within what SQS takes."""
    reconciler = read_config(ReconcilerConfig, variables_of(pipeline, "reconciler"))
    longest = int(variables_of(pipeline, component)["MAX_DELAY_SECONDS"])
    assert FIRST_DELAY_SECONDS <= longest <= MAX_DELAY_SECONDS
    assert 2 * longest <= reconciler.stuck_after_seconds


def test_the_sweep_knows_how_long_an_upload_may_take(pipeline: Stack) -> None:
    """An upload in parts that is given up by the bucket can't come to light after the sweep's look back.

    S3 acts on such a rule at the end of the day. Source:
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpu-abort-incomplete-mpu-lifecycle-config.html
    """
    uploads = next(b for b in pipeline.of("aws_s3_bucket") if "-uploads-" in b["bucket"])
    (days,) = (
        rule["abort_incomplete_multipart_upload"][0]["days_after_initiation"]
        for lifecycle in pipeline.of("aws_s3_bucket_lifecycle_configuration")
        if lifecycle["bucket"] == uploads["bucket"]
        for rule in lifecycle["rule"]
        if "abort_incomplete_multipart_upload" in rule
    )
    assert timedelta(days=days + 1) <= LONGEST_UPLOAD
