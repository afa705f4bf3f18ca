"""The signing key of the deployed distribution is rotated, step by step as documented, by real Terraform."""

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from sandbox.deployment.deploy import Deployer
from sandbox.runtime.folder import PROJECT_ROOT
from sandbox.runtime.prerequisites import terraform
from tests.e2e.deployed import Sandbox
from tests.e2e.people import People
from tests.e2e.pipeline import Pipeline, Record
from tests.resilience.upgrade.upgrading import Upgrade
from tools.plan_review.command_line import Exit

# The deployment is that of other settings from here on.
pytestmark = pytest.mark.phase("destroy")

KEY_PAIR = "CloudFront-Key-Pair-Id"


def synthesize(sandbox: Sandbox, step: str) -> Deployer:
    """Synthesize the stack with the settings of a step, and return what deploys it."""
    deployer = Deployer(sandbox.folder, sandbox.endpoints, sandbox.running.check)
    done = subprocess.run(
        [sys.executable, "-m", "tests.e2e.upgraded.altered_app", step],
        cwd=PROJECT_ROOT,
        env={**deployer.environment, "CDKTF_OUTDIR": str(sandbox.folder.synthesized)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    # Nothing has changed but by these steps.
    deployer.environment["TF_CLI_ARGS_plan"] = "-refresh=false"
    return deployer


def planned(sandbox: Sandbox) -> Path:
    """Plan what is synthesized; return the file."""
    directory = sandbox.folder.synthesized / "stacks" / "sandbox"
    plan = ("plan", "-refresh=false", "-input=false", "-out=plan")
    done = sandbox.command("exec", "--", terraform(), f"-chdir={directory}", *plan)
    assert done.returncode == 0, done.stdout + done.stderr
    return directory / "plan"


def reviewed(sandbox: Sandbox, plan: Path, intended: str = "") -> tuple[int, str]:
    """Return how a review of a plan ends, and the first line of it."""
    review = ("-m", "tools.plan_review", str(plan), f"--intended={intended}")
    done = sandbox.command("exec", "--", sys.executable, *review)
    return done.returncode, done.stdout.splitlines()[0]


def test_a_rotation_locks_out_nobody_before_its_end(
    sandbox: Sandbox, upgrade_seen: Upgrade, pipeline: Pipeline, people: People
) -> None:
    """What the first key signed opens until that key is out, which a review of the plan stops at."""
    found: list[Record] = pipeline.records(upgrade_seen.submitted["key"])
    asset_id = found[0]["asset_id"]
    answer = people.call("viewer", "POST", f"/api/assets/{asset_id}/playback")
    path = answer.json()["outputs"][0]["path"]
    first = answer.cookies()

    def opens(cookies: Mapping[str, str]) -> int:
        return people.open(path, cookies).status

    synthesize(sandbox, "second-key-in").deploy(lambda changes: None)
    assert opens(first) == 200
    assert people.cookies(asset_id)[KEY_PAIR] == first[KEY_PAIR]

    synthesize(sandbox, "second-key-signs").deploy(lambda changes: None)
    second = people.cookies(asset_id)
    assert second[KEY_PAIR] != first[KEY_PAIR]
    assert (opens(first), opens(second)) == (200, 200)

    deployer = synthesize(sandbox, "first-key-out")
    plan = planned(sandbox)
    code, verdict = reviewed(sandbox, plan)
    assert code == Exit.LOSS, verdict
    key = re.fullmatch(r"🔴 \*\*Stop: .*`(aws_kms_key\.SigningKey1_\w+)` destroyed\.\*\*", verdict)
    assert key, verdict
    assert reviewed(sandbox, plan, key[1])[0] == Exit.FINE
    deployer.deploy(lambda changes: None)
    assert (opens(first), opens(second)) == (403, 200)
    assert deployer.is_clean()
