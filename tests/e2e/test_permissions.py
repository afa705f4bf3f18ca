"""Nothing works with less: a grant is missed as soon as it is taken away, and no upload is lost."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sandbox.local_aws.iam_calls import read_calls
from tests.e2e.deployed import Sandbox
from tests.e2e.pipeline import Pipeline, wait_for
from tests.infrastructure.policies import listed

pytestmark = pytest.mark.phase("operations")

POLICY = "permissions"
# As deployed, a refused message comes back after minutes.
VISIBILITY_SECONDS = "3"


@contextmanager
def without(sandbox: Sandbox, role: str, action: str) -> Iterator[None]:
    """Take an action out of every statement of a role; afterwards its policy is as deployed."""
    iam = sandbox.client("iam")
    deployed = iam.get_role_policy(RoleName=role, PolicyName=POLICY)["PolicyDocument"]
    less = [
        {**statement, "Action": kept}
        for statement in deployed["Statement"]
        if (kept := [each for each in listed(statement["Action"]) if each != action])
    ]
    assert less != deployed["Statement"], f"{role} has no {action} to take away"

    def put(statements: object) -> None:
        document = json.dumps({**deployed, "Statement": statements})
        iam.put_role_policy(RoleName=role, PolicyName=POLICY, PolicyDocument=document)

    put(less)
    try:
        yield
    finally:
        put(deployed["Statement"])


@contextmanager
def impatient(pipeline: Pipeline, *queues: str) -> Iterator[None]:
    """Let messages that failed come back at once."""
    names = ["VisibilityTimeout"]
    usual = {
        queue: pipeline.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
        for queue in queues
    }
    try:
        for queue in queues:
            pipeline.sqs.set_queue_attributes(
                QueueUrl=queue, Attributes={"VisibilityTimeout": VISIBILITY_SECONDS}
            )
        yield
    finally:
        for queue, attributes in usual.items():
            pipeline.sqs.set_queue_attributes(QueueUrl=queue, Attributes=attributes)


def was_refused(sandbox: Sandbox, role: str, action: str) -> bool:
    """Tell whether the local AWS refused a role an action."""
    calls = read_calls(sandbox.folder.aws / "iam-calls.jsonl")
    return any((call.role, call.action, call.allowed) == (role, action, False) for call in calls)


@pytest.mark.parametrize(
    ("component", "action"),
    [
        ("ingest-orchestrator", "dynamodb:PutItem"),
        ("ingest-orchestrator", "mediaconvert:CreateJob"),
        ("ingest-orchestrator", "iam:PassRole"),
        ("job-status-processor", "dynamodb:UpdateItem"),
        ("job-status-processor", "s3:GetObject"),
    ],
)
def test_a_function_misses_what_is_taken_from_it(
    sandbox: Sandbox, pipeline: Pipeline, tiny_clip: Path, component: str, action: str
) -> None:
    """Without the grant the call is refused and the upload waits; with it again, the upload is completed."""
    role = f"media-pipeline-{component}-sandbox"
    key = f"less {component} {action.replace(':', ' ')}.mp4"
    job_events = sandbox.deployment.output("job_events_queue_url")
    assert not was_refused(sandbox, role, action)
    with impatient(pipeline, pipeline.processing_queue, job_events):
        with without(sandbox, role, action):
            version_id = pipeline.put(key, tiny_clip.read_bytes())
            wait_for(lambda: was_refused(sandbox, role, action), f"{role} to be refused {action}")
            assert all(record["status"] != "COMPLETE" for record in pipeline.records(key))
        assert pipeline.ended(key, version_id)["status"] == "COMPLETE"


@pytest.mark.parametrize("action", ["s3:GetObject", "s3:PutObject"])
def test_a_job_misses_what_is_taken_from_its_role(
    sandbox: Sandbox, pipeline: Pipeline, tiny_clip: Path, action: str
) -> None:
    """MediaConvert reads and writes with its role's rights alone: without one, the job fails and says so."""
    key = f"less mediaconvert {action.replace(':', ' ')}.mp4"
    with without(sandbox, "media-pipeline-mediaconvert-sandbox", action):
        record = pipeline.ended(key, pipeline.put(key, tiny_clip.read_bytes()))
    assert record["status"] == "FAILED"
    assert was_refused(sandbox, "media-pipeline-mediaconvert-sandbox", action)
    assert "denied" in record["error"]["message"].lower(), record["error"]
