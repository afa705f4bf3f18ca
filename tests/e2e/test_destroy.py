"""Last of all: goodbye leaves nothing."""

from pathlib import Path

import pytest

from tests.e2e.deployed import Sandbox
from tests.e2e.pipeline import Pipeline, wait_for
from tests.e2e.remains import remains

pytestmark = pytest.mark.phase("destroy")

STRANGE_KEYS = (
    "with space/and  two.mp4",
    "a+b%20c%.txt",
    "'quotes\"&<angles>.txt",
    "ünï/日本語/🎬.txt",
    "back\\slash|pipe:colon*star?.txt",
    "folder//empty/./dots.txt",
    "é" * 62 + "/" + "x" * 200 + "/" + "y" * 200 + "/" + "z" * 200 + "/" + "w" * 200 + "/" + "v" * 95,
)


def test_destroy_leaves_nothing(sandbox: Sandbox, pipeline: Pipeline, tiny_clip: Path) -> None:
    """Strange keys, old versions, markers, unfinished uploads and jobs go; the key waits for deletion."""
    assert len(STRANGE_KEYS[-1].encode()) == 1024
    for bucket in (pipeline.uploads, pipeline.outputs):
        for key in STRANGE_KEYS:
            pipeline.s3.put_object(Bucket=bucket, Key=key, Body=b"1")
            pipeline.s3.put_object(Bucket=bucket, Key=key, Body=b"2")
            pipeline.s3.delete_object(Bucket=bucket, Key=key)
        upload = pipeline.s3.create_multipart_upload(Bucket=bucket, Key="never/completed.mp4")
        pipeline.s3.upload_part(
            Bucket=bucket, Key="never/completed.mp4", UploadId=upload["UploadId"], PartNumber=1, Body=b"part"
        )
    leave_a_job_waiting(sandbox, pipeline, tiny_clip.read_bytes())
    before = sorted(remains(sandbox.endpoints))
    assert len(before) > 30, before
    sandbox.deployer.destroy(lambda changes: None)
    assert sorted(remains(sandbox.endpoints)) == []


def leave_a_job_waiting(sandbox: Sandbox, pipeline: Pipeline, video: bytes) -> None:
    """Submit a job that MediaConvert does not begin."""
    queue = sandbox.deployment.output("mediaconvert_queue_arn").rpartition("/")[2]
    pipeline.mediaconvert.update_queue(Name=queue, Status="PAUSED")
    version = pipeline.put("goodbye.mp4", video)

    def submitted() -> bool:
        records = [each for each in pipeline.records("goodbye.mp4") if each["version_id"] == version]
        return bool(records) and records[0]["status"] == "SUBMITTED"

    wait_for(submitted, "a job that waits", lambda: pipeline.records("goodbye.mp4"))
