"""What the tests of this folder, the load test included, used of what is granted."""

import json

import pytest

from checks.iam.grants import component, grants_of, in_the_stacks_account
from checks.iam.report import compare, lines
from sandbox.local_aws.iam_calls import read_calls
from tests.e2e.deployed import Sandbox
from tests.infrastructure.stack import Stack

pytestmark = pytest.mark.phase("audit")

WORKING = {
    "api",
    "fan-out",
    "ingest-orchestrator",
    "job-status-processor",
    "mediaconvert",
    "reconciler",
    "webhook-sender",
}


def test_every_grant_is_used_or_explained_and_none_is_missing(sandbox: Sandbox) -> None:
    """No role asked for anything beyond its grants, and each grant was used or has a stated reason."""
    text = (sandbox.folder.synthesized / "stacks" / "sandbox" / "cdk.tf.json").read_text()
    calls = in_the_stacks_account(read_calls(sandbox.folder.aws / "iam-calls.jsonl"))
    report = compare(grants_of(Stack("sandbox", json.loads(text))), calls)
    assert report.passed, "\n".join(lines(report))
    idle = WORKING - {component(grant.role) for grant in report.used}
    assert not idle, "a role that never did anything proves nothing"
