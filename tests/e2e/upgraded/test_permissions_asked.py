"""What the functions and jobs of this sandbox asked for, beside what their roles are granted."""

import json

import pytest

from checks.iam.grants import grants_of, in_the_stacks_account
from checks.iam.report import compare, lines
from sandbox.local_aws.iam_calls import read_calls
from tests.e2e.deployed import Sandbox
from tests.infrastructure.stack import Stack

pytestmark = pytest.mark.phase("audit")


def test_no_role_asked_for_anything_beyond_its_grants(sandbox: Sandbox) -> None:
    """Every kind of source, and an upgrade with assets in flight, is done with what is granted."""
    text = (sandbox.folder.synthesized / "stacks" / "sandbox" / "cdk.tf.json").read_text()
    calls = in_the_stacks_account(read_calls(sandbox.folder.aws / "iam-calls.jsonl"))
    report = compare(grants_of(Stack("sandbox", json.loads(text))), calls)
    assert report.used
    assert report.ungranted == [], "\n".join(lines(report))
