"""Reviewing and locking changes, through the programs that a team uses."""

import json
import os
import re
import subprocess
import uuid

import pytest

from sandbox.errors import TerraformError
from sandbox.folder import PROJECT_ROOT
from tests.e2e.deployed import Sandbox

STATE_BUCKET = "media-pipeline-tfstate-sandbox"
STATE_KEY = "media-pipeline/sandbox/terraform.tfstate"


def test_a_plan_is_clean_after_everything_that_was_done(sandbox: Sandbox) -> None:
    """Videos, failures and poison messages leave nothing that Terraform would change."""
    assert sandbox.deployer.is_clean()


def test_cdktf_diff_reports_no_changes(sandbox: Sandbox) -> None:
    """cdktf-cli, on the state that the sandbox's own Terraform wrote, finds nothing to change."""
    done = subprocess.run(
        ["make", "diff", "ENV=sandbox"],
        cwd=PROJECT_ROOT,
        env={**os.environ, "SANDBOX_DIR": str(sandbox.folder.path)},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    # cdktf's live display colours words and repaints lines.
    said = " ".join(re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", done.stdout + done.stderr).split())
    assert done.returncode == 0, said
    assert re.search(r"No changes\. .* found no differences", said), said


def test_a_lock_held_by_another_is_respected(sandbox: Sandbox) -> None:
    """While somebody else applies, Terraform refuses, names the holder, and leaves their lock alone."""
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
