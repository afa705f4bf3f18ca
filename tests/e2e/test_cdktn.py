"""The command line of CDKTF's fork, over what CDKTF deployed: on Node.js 22, it plans no change.

With Terraform, and with OpenTofu where it is installed; `make cli-lane TOOL=tofu` fails where it isn't.
"""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from sandbox.deployment import provider_mirror
from sandbox.runtime import prerequisites
from sandbox.runtime.folder import PROJECT_ROOT
from tests.e2e.deployed import Sandbox
from tests.infrastructure.successors.lane import (
    ALTERED_FILE,
    ALTERED_VALUES,
    LANES,
    alter_argument,
    copy_app,
    node_environment,
    python_of,
    rename_bindings,
)

pytestmark = pytest.mark.phase("changes")

STACK = "sandbox"
(FORK,) = (lane for lane in LANES if lane.is_fork)


def tools() -> list[str]:
    """Return the programs to plan with: the one that is asked for, or all that are installed."""
    asked = os.environ.get("CLI_LANE_TOOL")
    usual = os.environ.get("TERRAFORM_BINARY_NAME", "terraform")
    installed = [name for name in ("terraform", "tofu") if name != usual and shutil.which(name)]
    return [asked] if asked else [usual, *installed]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the App as it is deployed, with the names in its bindings replaced by the fork's."""
    folder = tmp_path_factory.mktemp("cdktn")
    copy_app(folder, site=PROJECT_ROOT / "build" / "site")
    rename_bindings(folder)
    return folder


@pytest.fixture(scope="module", params=tools(), ids=lambda tool: Path(tool).name)
def environment(request: pytest.FixtureRequest, sandbox: Sandbox, app: Path) -> dict[str, str]:
    """Return what reaches the sandbox, with Node.js 22 and each tool, and the provider that deployed it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TERRAFORM_BINARY_NAME", request.param)
        tool = prerequisites.terraform()
        configuration = app / "terraform.rc"
        configuration.write_text(provider_mirror.configuration(os.environ, Path.home()))
    return {
        **node_environment(sandbox.deployer.environment),
        "TERRAFORM_BINARY_NAME": tool,
        "TF_CLI_CONFIG_FILE": str(configuration),
        "PROVIDER_VERSION": provider_mirror.PROVIDER_VERSION,
    }


def diff(app: Path, environment: dict[str, str]) -> str:
    """Run the fork's `diff` and return what it printed, on one line and without colors."""
    done = subprocess.run(
        ["cdktn", "diff", STACK, "--skip-provider-lock", f"--app={python_of(FORK.name)} main.py"],
        cwd=app,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
        check=False,
    )
    said = " ".join(re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", done.stdout).split())
    assert done.returncode == 0, said
    return said


def test_the_fork_plans_no_change(app: Path, environment: dict[str, str]) -> None:
    """What CDKTF deployed is what the fork would deploy, by the same version of the provider."""
    said = diff(app, environment)
    assert re.search(r"No changes\. .* found no differences", said), said
    planned = app / "cdktf.out" / "stacks" / STACK
    document = json.loads((planned / "cdk.tf.json").read_text())
    assert document["//"]["metadata"]["version"] == FORK.differences["//.metadata.version"][1]
    locked = (planned / ".terraform.lock.hcl").read_text()
    assert re.findall(r'version +=? *"(.+?)"', locked)[0] == provider_mirror.PROVIDER_VERSION


def test_one_changed_argument_is_planned(app: Path, environment: dict[str, str]) -> None:
    """Where one argument of one resource is another in the source, the lane fails: that change is planned."""
    source = app / ALTERED_FILE
    before = source.read_text()
    alter_argument(app)
    try:
        said = diff(app, {**environment, "TF_CLI_ARGS_plan": "-refresh=false -lock=false"})
    finally:
        source.write_text(before)
    assert "Plan: 0 to add, 1 to change, 0 to destroy." in said
    assert 'description = "{}" -> "{}"'.format(*ALTERED_VALUES) in said
