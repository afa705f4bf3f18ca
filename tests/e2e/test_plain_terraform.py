"""`make terraform` over what CDKTF deployed: Terraform alone finds, and makes, no change."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.runtime.folder import PROJECT_ROOT
from sandbox.runtime.prerequisites import terraform as terraform_path
from tests.e2e.deployed import Sandbox

pytestmark = pytest.mark.phase("changes")

NO_CHANGES = "No changes. Your infrastructure matches the configuration."


@pytest.fixture(scope="module")
def folder(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Write the folder for the deployed sandbox."""
    target = tmp_path_factory.mktemp("plain") / "media-pipeline"
    done = subprocess.run(
        ["make", "terraform", "ENV=sandbox", f"TO={target}"],
        cwd=PROJECT_ROOT,
        env={**os.environ, "SANDBOX_DIR": str(sandbox.folder.path)},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    yield target
    shutil.rmtree(target)


@pytest.fixture(scope="module")
def environment(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return what reaches the sandbox, with Terraform as the only program."""
    programs = tmp_path_factory.mktemp("bin")
    (programs / "terraform").symlink_to(terraform_path())
    ours = sandbox.deployer.environment
    reaching = {name: value for name, value in ours.items() if os.environ.get(name) != value}
    return {**reaching, "PATH": str(programs), "HOME": str(tmp_path_factory.mktemp("home"))}


def run(folder: Path, environment: dict[str, str], *arguments: str) -> str:
    """Run Terraform in a folder and return what it printed."""
    done = subprocess.run(
        [f"{environment['PATH']}/terraform", *arguments, "-input=false", "-no-color"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_applying_the_folder_changes_nothing(
    sandbox: Sandbox, folder: Path, environment: dict[str, str]
) -> None:
    """An apply from the folder has no changes to make, and every resource is the same after it."""
    before = sandbox.deployer.ids()
    run(folder / "pipeline", environment, "init")
    said = run(folder / "pipeline", environment, "apply", "-auto-approve")
    assert NO_CHANGES in said
    assert "Resources: 0 added, 0 changed, 0 destroyed" in said
    assert sandbox.deployer.ids() == before


def test_the_state_bucket_is_taken_over_too(
    sandbox: Sandbox, folder: Path, environment: dict[str, str]
) -> None:
    """With its state copied as the folder's README says, the state bucket has no changes either."""
    bucket = folder / "state-bucket"
    shutil.copy2(sandbox.folder.backend_state, bucket / "terraform.tfstate")
    run(bucket, environment, "init")
    assert NO_CHANGES in run(bucket, environment, "plan")


def test_one_changed_argument_is_planned(folder: Path, environment: dict[str, str]) -> None:
    """Terraform compares this folder: a changed argument in one of its files is a change of that resource."""
    path = folder / "pipeline" / "aws_cloudwatch_log_group.tf.json"
    before = path.read_text()
    changed = before.replace('"retention_in_days": 14', '"retention_in_days": 30', 1)
    assert changed != before
    path.write_text(changed)
    try:
        said = run(folder / "pipeline", environment, "plan", "-refresh=false", "-lock=false")
    finally:
        path.write_text(before)
    assert "Plan: 0 to add, 1 to change, 0 to destroy." in said
