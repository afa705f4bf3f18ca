"""What a load test without a fault leaves: a video and a text, ended as they should."""

import json

from sandbox.chaos.evidence import AssetRecord, DeadLetter, Evidence, Job
from sandbox.chaos.kinds import Kind
from sandbox.chaos.uploads import Acknowledged

QUEUE = "http://127.0.0.1:4566/000000000000/processing-dlq"
FIRST = Acknowledged(key="a.mp4", version_id="1", kind=Kind.SOUND, at=100.0)
TEXT = Acknowledged(key="t.mp4", version_id="2", kind=Kind.TEXT, at=100.0)
COMPLETE = AssetRecord(
    asset_id="asset-1",
    key="a.mp4",
    version_id="1",
    status="COMPLETE",
    job_id="job-1",
    completed_at=104.0,
    outputs=("asset-1/1/a.m3u8", "asset-1/1/a.mp4"),
)
FAILED = AssetRecord(
    asset_id="asset-2", key="t.mp4", version_id="2", status="FAILED", completed_at=101.0, error_code="1010"
)
JOB = Job(job_id="job-1", asset_id="asset-1", attempt="1", status="COMPLETE")

SOUND = Evidence(
    acknowledged=[FIRST, TEXT],
    stored=frozenset({("a.mp4", "1"), ("t.mp4", "2")}),
    records=[COMPLETE, FAILED],
    jobs=[JOB],
    outputs=frozenset(COMPLETE.outputs),
)


def upload_event(key: str, version_id: str) -> str:
    """Write what S3 says of an upload."""
    return json.dumps({"detail": {"bucket": {"name": "b"}, "object": {"key": key, "version-id": version_id}}})


def job_event(asset_id: str) -> str:
    """Write what MediaConvert says of a job."""
    return json.dumps({"detail": {"jobId": "job-1", "userMetadata": {"asset_id": asset_id, "attempt": "1"}}})


def letter(body: str) -> DeadLetter:
    """Make a dead letter."""
    return DeadLetter(queue_url=QUEUE, body=body)
