"""Uploads whose key holds something else by the time they would be processed, or were."""

from dataclasses import replace

import pytest

from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.errors import TransientError
from media_pipeline.domain.events import JobStatus
from tests.support.asset_world import (
    GROUPS,
    UPLOAD,
    AssetWorld,
    change,
)
from tests.support.ingest_world import IngestWorld

NEWER = replace(UPLOAD, version_id="v2", etag="e2")


@pytest.fixture
def ingest() -> IngestWorld:
    """Return an orchestrator to which nothing was uploaded."""
    return IngestWorld()


@pytest.fixture
def submitted() -> AssetWorld:
    """Return a submitted asset whose job has made its outputs."""
    world = AssetWorld()
    world.submit()
    world.produce()
    return world


def test_the_newer_upload_is_processed_instead(ingest: IngestWorld) -> None:
    """An upload that was overwritten before its message was handled ends, and the newer one gets the job."""
    older = ingest.upload(version_id="v1", etag="e1")
    newer = ingest.deliver(version_id="v2", etag="e2")
    ingest.deliver(version_id="v1", etag="e1")
    ended = ingest.asset_of(older.asset_id)
    assert ended.status is AssetStatus.CANCELED
    assert ended.error is not None
    assert (ended.error.code, ended.error.category) == ("SUPERSEDED", "source")
    assert ingest.asset_of(newer.asset_id).status is AssetStatus.SUBMITTED
    assert len(ingest.transcoder.jobs) == 1
    assert ingest.metrics.counted == [("received",), ("submitted",), ("received",), ("canceled",)]
    assert [news["status"] for _, news in ingest.publisher.published] == ["CANCELED"]


def test_the_same_file_again_supersedes_nothing(ingest: IngestWorld) -> None:
    """Where the newer version has the same content, the older one's job makes what it should."""
    older = ingest.upload(version_id="v1", etag="e")
    ingest.upload(version_id="v2", etag="e")
    ingest.deliver(version_id="v1", etag="e")
    assert ingest.asset_of(older.asset_id).status is AssetStatus.SUBMITTED


def test_a_job_that_was_already_submitted_is_recorded(ingest: IngestWorld) -> None:
    """Where a lost answer made a job, it is the attempt's, whatever was uploaded since; its end tells."""
    ingest.transcoder.failures["create_job_after"] = [TransientError("read timeout")]
    with pytest.raises(TransientError):
        ingest.deliver(version_id="v1", etag="e1")
    ingest.clock.advance(1)
    ingest.upload(version_id="v2", etag="e2")
    ingest.deliver(version_id="v1", etag="e1")
    assert (ingest.asset.status, ingest.asset.job_id) == (AssetStatus.SUBMITTED, "job-1")


def test_a_removed_file_fails_with_a_reason(ingest: IngestWorld) -> None:
    """A file that is gone before it is submitted fails in words, and a later upload is another asset."""
    upload = ingest.upload()
    ingest.uploads.delete(upload.key)
    ingest.deliver()
    assert ingest.asset.status is AssetStatus.FAILED
    assert ingest.asset.error is not None
    assert (ingest.asset.error.code, ingest.asset.error.category) == ("SOURCE_MISSING", "source")
    assert ingest.transcoder.jobs == {}


@pytest.mark.parametrize("before", [None, JobStatus.PROGRESSING], ids=["SUBMITTED", "PROCESSING"])
def test_a_job_that_may_have_read_the_newer_file_completes_nothing(
    submitted: AssetWorld, before: JobStatus | None
) -> None:
    """MediaConvert reads keys: a job over which the file was overwritten may show another film."""
    if before:
        submitted.changes.apply(change(before))
    submitted.uploads.put(NEWER, submitted.clock())
    assert submitted.changes.apply(change(JobStatus.COMPLETE, groups=GROUPS))
    assert submitted.asset.status is AssetStatus.CANCELED
    assert submitted.asset.error is not None
    assert submitted.asset.error.code == "SUPERSEDED"
    assert submitted.metrics.counted == [("canceled",)]
    assert len(submitted.publisher.published) == 1


def test_a_job_that_was_done_before_is_verified(submitted: AssetWorld) -> None:
    """What is uploaded while the outputs are verified was not read by the job: the asset is completed."""
    submitted.outputs.failures = [TransientError("S3 is down")]
    with pytest.raises(TransientError):
        submitted.changes.apply(change(JobStatus.COMPLETE, groups=GROUPS))
    halfway = submitted.asset
    submitted.uploads.put(NEWER, submitted.clock())
    submitted.uploads.failures = [AssertionError("looked")]
    submitted.changes.apply(change(JobStatus.COMPLETE, groups=GROUPS))
    assert (halfway.status, submitted.asset.status) == (AssetStatus.VERIFYING, AssetStatus.COMPLETE)


def test_the_same_file_again_completes(submitted: AssetWorld) -> None:
    """A newer version with the same content changes nothing in what the job made."""
    submitted.uploads.put(replace(NEWER, etag=UPLOAD.etag), submitted.clock())
    submitted.changes.apply(change(JobStatus.COMPLETE, groups=GROUPS))
    assert submitted.asset.status is AssetStatus.COMPLETE


def test_a_file_that_was_removed_after_its_job_completes(submitted: AssetWorld) -> None:
    """What the job has read may be deleted: its outputs are there."""
    submitted.uploads.delete(UPLOAD.key)
    submitted.changes.apply(change(JobStatus.COMPLETE, groups=GROUPS))
    assert submitted.asset.status is AssetStatus.COMPLETE


@pytest.mark.parametrize("status", [JobStatus.PROGRESSING, JobStatus.ERROR, JobStatus.CANCELED])
def test_only_success_is_doubted(submitted: AssetWorld, status: JobStatus) -> None:
    """A job that is under way, or ended badly, needs no look at the uploads bucket."""
    submitted.uploads.failures = [AssertionError("looked")]
    assert submitted.changes.apply(change(status))


def test_success_waits_for_s3(submitted: AssetWorld) -> None:
    """Where S3 does not say what the key holds, the news comes again, and completes the asset then."""
    submitted.uploads.failures = [TransientError("S3 is down")]
    with pytest.raises(TransientError):
        submitted.changes.apply(change(JobStatus.COMPLETE, groups=GROUPS))
    before = submitted.asset
    submitted.changes.apply(change(JobStatus.COMPLETE, groups=GROUPS))
    assert (before.status, submitted.asset.status) == (AssetStatus.SUBMITTED, AssetStatus.COMPLETE)
