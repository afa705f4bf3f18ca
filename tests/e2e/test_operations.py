"""What an operator repairs with one command, on the deployed pipeline, as a program among programs."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from media_pipeline.domain.events import upload_event
from media_pipeline.domain.uploads.upload import UploadedObject
from tests.e2e.deployed import Sandbox
from tests.e2e.operators import Operator
from tests.e2e.pipeline import Pipeline, Record, paused_jobs, wait_for

pytestmark = pytest.mark.phase("operations")


def event_of(record: Record) -> str:
    """Return the event that announced an upload."""
    return upload_event(
        UploadedObject(
            bucket=record["bucket"],
            key=record["key"],
            version_id=record["version_id"],
            etag=record["etag"],
            size_bytes=int(record["size_bytes"]),
            sequencer="",
        )
    )


@contextmanager
def closed_to_rules(pipeline: Pipeline) -> Iterator[None]:
    """Let no rule put events on the processing queue; afterwards its policy is as deployed."""
    url, names = pipeline.processing_queue, ["Policy"]
    deployed = pipeline.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]["Policy"]
    document = json.loads(deployed)
    kept = [statement for statement in document["Statement"] if statement["Effect"] == "Deny"]
    assert kept != document["Statement"], "the queue's policy allows nothing that could be taken away"

    def put(policy: str) -> None:
        pipeline.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})

    put(json.dumps({**document, "Statement": kept}))
    try:
        yield
    finally:
        put(deployed)


@contextmanager
def unannounced_uploads(sandbox: Sandbox) -> Iterator[None]:
    """Let S3's events get lost."""
    events = sandbox.client("events")
    [rule] = events.list_rules(NamePrefix="media-pipeline-uploads-created-")["Rules"]
    events.disable_rule(Name=rule["Name"])
    try:
        yield
    finally:
        events.enable_rule(Name=rule["Name"])


def test_a_failed_asset_is_found_and_replayed(pipeline: Pipeline, operator: Operator) -> None:
    """What is no video is replayed by force alone, fails again, and the record keeps both attempts."""
    record = pipeline.ended("replayed.mp4", pipeline.put("replayed.mp4", b"This is no video.\n" * 40))
    asset_id, code = record["asset_id"], record["error"]["code"]
    listed = json.loads(operator.run("list", "--status", "FAILED", "--newer-than", "1h", "--json"))
    assert asset_id in [entry["asset_id"] for entry in listed]
    assert asset_id in operator.run("list", "--status", "FAILED", "--code", code)

    wait_for(lambda: "notified_at" in operator.record("replayed.mp4"), "the notification")
    tagged = pipeline.s3.get_object_tagging(
        Bucket=pipeline.uploads, Key="replayed.mp4", VersionId=record["version_id"]
    )
    assert {tag["Key"]: tag["Value"] for tag in tagged["TagSet"]} == {
        "media-pipeline:status": "quarantined",
        "media-pipeline:reason": code,
    }

    assert "0 assets to replay, 1 to leave alone" in operator.run("replay", asset_id, "--yes")
    assert "Dry run" in operator.run("replay", asset_id, "--dry-run", "--force")
    assert operator.record(asset_id)["attempt"] == 1
    assert "attempt 2 has begun" in operator.run("replay", asset_id, "--yes", "--force")

    def ended_again() -> Any:
        found = operator.record("replayed.mp4")
        return found if found["attempt"] == 2 and found["status"] == "FAILED" else None

    again = wait_for(ended_again, "attempt 2 to fail", lambda: pipeline.records("replayed.mp4"))
    assert again["error"]["code"] == code
    [past] = again["past_attempts"]
    assert (past["attempt"], past["status"], past["error"]["code"]) == (1, "FAILED", code)
    assert [entry["attempt"] for entry in again["history"] if entry["status"] == "FAILED"] == [1, 2]
    assert len(pipeline.jobs(asset_id)) == 2
    assert f"{code} (source)" in operator.run("show", "replayed.mp4")


def test_a_video_is_replayed_into_a_folder_of_its_own(
    pipeline: Pipeline, operator: Operator, tiny_clip: Path
) -> None:
    """A second attempt of a complete asset makes new outputs and leaves those of the first."""
    record = pipeline.ended("complete-twice.mp4", pipeline.put("complete-twice.mp4", tiny_clip.read_bytes()))
    operator.run("replay", record["asset_id"], "--yes")
    again = wait_for(
        lambda: (found := operator.record("complete-twice.mp4"))["status"] == "COMPLETE" and found,
        "attempt 2 to complete",
    )
    assert (again["attempt"], len(again["outputs"])) == (2, len(record["outputs"]))
    for number, outputs in ((1, record["outputs"]), (2, again["outputs"])):
        for output in outputs:
            assert output["key"].startswith(f"{record['asset_id']}/{number}/")
            pipeline.s3.head_object(Bucket=pipeline.outputs, Key=output["key"])


def test_a_waiting_job_is_cancelled(
    sandbox: Sandbox, pipeline: Pipeline, operator: Operator, tiny_clip: Path
) -> None:
    """MediaConvert sends no event for it, yet the record is CANCELED, and stays so when the queue goes on."""
    queue = sandbox.deployment.output("mediaconvert_queue_arn").rpartition("/")[2]
    with paused_jobs(pipeline, queue):
        pipeline.put("cancelled.mp4", tiny_clip.read_bytes())
        record = wait_for(
            lambda: [one for one in pipeline.records("cancelled.mp4") if one["status"] == "SUBMITTED"],
            "the job to be submitted",
            lambda: pipeline.records("cancelled.mp4"),
        )[0]
        asset_id = record["asset_id"]
        assert record["job_id"] in operator.run("cancel", asset_id, "--dry-run")
        assert [job["Status"] for job in pipeline.jobs(asset_id)] == ["SUBMITTED"]
        assert "1 done" in operator.run("cancel", asset_id, "--yes")
        assert "0 assets to cancel" in operator.run("cancel", asset_id, "--yes")
    assert [job["Status"] for job in pipeline.jobs(asset_id)] == ["CANCELED"]
    assert operator.record(asset_id)["status"] == "CANCELED"


def test_a_dead_letter_is_looked_at_and_redriven(
    pipeline: Pipeline, operator: Operator, tiny_clip: Path, sandbox: Sandbox
) -> None:
    """An upload's event that ended in the DLQ is shown, left there by a dry run, then moved and processed."""
    with unannounced_uploads(sandbox):
        version_id = pipeline.put("dead.mp4", tiny_clip.read_bytes())
    head = pipeline.s3.head_object(Bucket=pipeline.uploads, Key="dead.mp4")
    upload = {
        "bucket": pipeline.uploads,
        "key": "dead.mp4",
        "version_id": version_id,
        "etag": head["ETag"].strip('"'),
        "size_bytes": head["ContentLength"],
    }
    pipeline.sqs.send_message(QueueUrl=pipeline.processing_dlq, MessageBody=event_of(upload))
    assert "dead.mp4" in operator.run("redrive", "processing", "--dry-run")
    assert pipeline.depth(pipeline.processing_dlq) == 1
    assert "Moved 1 message" in operator.run("redrive", "processing", "--yes")
    assert pipeline.depth(pipeline.processing_dlq) == 0
    assert pipeline.ended("dead.mp4", version_id)["status"] == "COMPLETE"
    assert "There are no dead letters" in operator.run("redrive", "job-events", "--yes")


def test_an_upload_that_the_rule_might_not_deliver_is_redriven(
    sandbox: Sandbox, pipeline: Pipeline, operator: Operator, tiny_clip: Path
) -> None:
    """Its event lies in the DLQ with the reason, and is processed once the queue's policy is as deployed."""
    with closed_to_rules(pipeline):
        version_id = pipeline.put("forbidden.mp4", tiny_clip.read_bytes())
        wait_for(lambda: pipeline.depth(pipeline.processing_dlq) == 1, "the event to lie in the DLQ")
        [message] = pipeline.sqs.receive_message(
            QueueUrl=pipeline.processing_dlq, MessageAttributeNames=["All"], VisibilityTimeout=0
        )["Messages"]
    attributes = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
    assert attributes["ERROR_CODE"] == "NO_PERMISSIONS"
    assert attributes["RULE_ARN"].endswith("rule/media-pipeline-uploads-created-sandbox")
    assert "forbidden.mp4" in operator.run("redrive", "processing", "--dry-run")
    assert "Moved 1 message" in operator.run("redrive", "processing", "--yes")
    assert pipeline.ended("forbidden.mp4", version_id)["status"] == "COMPLETE"


def test_the_schedule_runs_the_reconciler(sandbox: Sandbox) -> None:
    """EventBridge may invoke it as deployed: its runs come to their end, and none is undelivered."""
    logs, sqs = sandbox.client("logs"), sandbox.client("sqs")
    group = f"/aws/lambda/{sandbox.deployment.output('reconciler_function')}"

    def finished() -> bool:
        found = logs.filter_log_events(logGroupName=group)["events"]
        return any("ReconcilerRunsFinished" in event["message"] for event in found)

    wait_for(finished, "a run of the reconciler to come to its end")
    url = sqs.get_queue_url(QueueName="media-pipeline-reconciler-schedule-dlq-sandbox")["QueueUrl"]
    assert "Messages" not in sqs.receive_message(QueueUrl=url)


def test_an_upload_whose_event_was_lost_is_backfilled(
    sandbox: Sandbox, pipeline: Pipeline, operator: Operator, tiny_clip: Path
) -> None:
    """It has no asset until backfill gives it one; running it again finds nothing to do."""
    with unannounced_uploads(sandbox):
        version_id = pipeline.put("lost/video.mp4", tiny_clip.read_bytes())
        pipeline.put("lost/notes.txt", b"to do")
    assert "2 uploads without an asset" in operator.run("backfill", "--prefix", "lost/", "--dry-run")
    assert pipeline.records("lost/video.mp4") == []
    assert "Announced 1 upload. 1 are of a type" in operator.run("backfill", "--prefix", "lost/", "--yes")
    assert "0 uploads without an asset" in operator.run("backfill", "--prefix", "lost/", "--yes")
    record = pipeline.ended("lost/video.mp4", version_id)
    assert record["status"] == "COMPLETE"
    assert len(pipeline.jobs(record["asset_id"])) == 1
