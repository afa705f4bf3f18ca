"""Reviewing and locking changes, through the programs that a team uses."""

import json
import os
import re
import subprocess
import sys
import uuid
from collections.abc import Mapping

import pytest

from sandbox.runtime.errors import TerraformError
from sandbox.runtime.folder import PROJECT_ROOT
from sandbox.runtime.prerequisites import terraform
from tests.e2e.deployed import Sandbox
from tests.infrastructure.successors.lane import node_environment
from tools.plan_review.command_line import Exit

pytestmark = pytest.mark.phase("changes")

STATE_BUCKET = "media-pipeline-tfstate-sandbox"
STATE_KEY = "media-pipeline/sandbox/terraform.tfstate"


PLAN = PROJECT_ROOT / "cdktf.out" / "stacks" / "sandbox" / "plan"
REVIEW = PLAN.with_name("review.md")
# Whatever fails, `make` itself answers with this.
MAKE_FAILED = 2


def diff(sandbox: Sandbox, change: str = "", environment: Mapping[str, str] = os.environ) -> tuple[int, str]:
    """Run `make diff` with the App, or with one of `altered_app`'s, and return exit code and output."""
    app = f"--app='{sys.executable} -m tests.e2e.upgraded.altered_app {change}'" if change else ""
    done = subprocess.run(
        ["make", "diff", "ENV=sandbox", f"ARGS={app}"],
        cwd=PROJECT_ROOT,
        env={**environment, "SANDBOX_DIR": str(sandbox.folder.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
        check=False,
    )
    # cdktf's live display colors words and repaints lines.
    return done.returncode, re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", done.stdout)


def test_cdktf_diff_reports_no_changes(sandbox: Sandbox) -> None:
    """cdktf-cli, on the state that the sandbox's own Terraform wrote, finds nothing to change."""
    code, said = diff(sandbox)
    assert code == 0, said
    assert re.search(r"No changes\. .* found no differences", " ".join(said.split())), said
    assert REVIEW.read_text().splitlines()[0].startswith("🟢 **Nothing changes.")


def test_a_plan_that_replaces_the_table_stops(sandbox: Sandbox) -> None:
    """`make diff` fails, and the first line of its review says which table; named as intended, it passes."""
    code, said = diff(sandbox, "another-partition-key")
    assert code == MAKE_FAILED, said
    assert "Error 3" in said
    first = REVIEW.read_text().splitlines()[0]
    table = re.fullmatch(r"🔴 \*\*Stop: .*: `(aws_dynamodb_table\.\w+)` replaced\.\*\*", first)
    assert table, first
    assert REVIEW.read_text() in said, "the review ends what is printed"
    assert '`hash_key: "asset_id" → "other_id"`' in said
    allowed = sandbox.command(
        "exec", "--", sys.executable, "-m", "tools.plan_review", str(PLAN), f"--intended={table[1]}"
    )
    assert allowed.returncode == 0, allowed.stderr
    assert allowed.stdout.startswith("🟠 **Data would be lost, as intended")


def test_a_renamed_construct_id_stops(sandbox: Sandbox) -> None:
    """A table under a new construct id is destroyed by Terraform; the review stops it and says why."""
    for command in (
        (sys.executable, "-m", "tests.e2e.upgraded.altered_app", "another-construct-id"),
        (terraform(), f"-chdir={PLAN.parent}", "plan", "-refresh=false", "-input=false", f"-out={PLAN.name}"),
    ):
        done = sandbox.command("exec", "--", *command)
        assert done.returncode == 0, done.stdout + done.stderr
    done = sandbox.command("exec", "--", sys.executable, "-m", "tools.plan_review", str(PLAN))
    assert done.returncode == Exit.LOSS
    first = done.stdout.splitlines()[0]
    assert re.fullmatch(
        r"🔴 .*`aws_dynamodb_table\.Assets_\w+` destroyed\. This looks like a renamed .*", first
    )


def test_a_harmless_change_passes(sandbox: Sandbox) -> None:
    """A tag and a longer log retention are shown by attribute below a green verdict, also on Node.js 22."""
    code, said = diff(sandbox, "harmless", node_environment(os.environ))
    assert code == 0, said
    review = REVIEW.read_text()
    assert review.splitlines()[0] == "🟢 **No data is lost: 1 changed in place.**"
    assert "- retention_in_days: 14\n+ retention_in_days: 30" in review
    assert '+ tags.Team: "media"' in review


def test_a_failed_plan_is_no_empty_plan(sandbox: Sandbox) -> None:
    """Where planning fails, `make diff` has a code of its own, and leaves no review of an older plan."""
    code, said = diff(sandbox, "impossible")
    assert code == MAKE_FAILED, said
    assert "Error 4" in said
    assert "there is nothing to review" in said
    assert not REVIEW.exists()


def test_a_lock_held_by_another_is_respected(sandbox: Sandbox) -> None:
    """During another apply, Terraform refuses, names the holder of the lock, and leaves the lock alone."""
    s3 = sandbox.client("s3")
    lock = {
        "ID": str(uuid.uuid4()),
        "Operation": "OperationTypeApply",
        "Info": "",
        "Who": "colleague@elsewhere",
        "Version": "1.11.4",
        "Created": "2026-01-02T03:04:05Z",
        "Path": f"{STATE_BUCKET}/{STATE_KEY}",
    }
    place = {"Bucket": STATE_BUCKET, "Key": f"{STATE_KEY}.tflock"}
    s3.put_object(**place, Body=json.dumps(lock).encode())
    try:
        with pytest.raises(TerraformError, match=r"(?s)state lock.*colleague@elsewhere"):
            sandbox.deployer.is_clean()
        assert json.loads(s3.get_object(**place)["Body"].read())["ID"] == lock["ID"]
    finally:
        s3.delete_object(**place)
    assert sandbox.deployer.is_clean()


def test_the_state_is_versioned_encrypted_and_keyed_by_environment(sandbox: Sandbox) -> None:
    """The state lies in the versioned bucket under this environment's key, and unlocked."""
    s3 = sandbox.client("s3")
    assert s3.get_bucket_versioning(Bucket=STATE_BUCKET)["Status"] == "Enabled"
    keys = [each["Key"] for each in s3.list_objects_v2(Bucket=STATE_BUCKET)["Contents"]]
    assert keys == [STATE_KEY]
    assert s3.head_object(Bucket=STATE_BUCKET, Key=STATE_KEY)["ServerSideEncryption"] in ("AES256", "aws:kms")
