"""Deploying: initialize only when needed, apply only what a plan shows, respect a lock of another."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.deployment.deploy import (
    BACKEND_STACK,
    STACK,
    Deployer,
    required_programs,
    tool_environment,
)
from sandbox.runtime.endpoints import Endpoints
from sandbox.runtime.errors import SandboxError, TerraformError
from sandbox.runtime.folder import Folder
from sandbox.runtime.prerequisites import MissingPrerequisiteError, terraform

ENDPOINTS = Endpoints.at(1, 2, 3, Folder(Path("sandbox")))
CHANGES = '{"type": "change_summary", "changes": {"add": 3, "change": 0, "remove": 0, "operation": "plan"}}'
# Like Terraform: makes `.terraform` and a lock file; plans changes until it has applied them.
PROGRAM = """#!/bin/sh
case "$1" in version) echo '{"terraform_version": "1.11.4"}'; exit;; esac
folder=${1#-chdir=}
echo "$2 $(basename $folder)" >> CALLS
case "$2" in
  init) mkdir -p $folder/.terraform; touch $folder/.terraform.lock.hcl;;
  plan) test -e $folder/locked && cat $folder/locked && exit 1
        test -e $folder/applied || { echo 'CHANGES'; exit 2; };;
  apply) touch $folder/applied;;
  force-unlock) rm $folder/locked;;
esac
"""
LOCK = """Error acquiring the state lock
Lock Info:
  ID:        10569164-c50b-6656-8d38-6c094bf2833e
  Who:       ann@laptop
  Created:   2026-11-22 23:15:35.52 +0000 UTC
"""


class Deployments:
    """A state folder with synthesized stacks, and Terraform's calls."""

    def __init__(self, path: Path) -> None:
        self.folder = Folder(path)
        self.calls_file = path / "calls"
        for stack in (STACK, BACKEND_STACK):
            (self.stack(stack)).mkdir(parents=True)
            self.synthesize(stack, "5.100.0")

    def stack(self, name: str) -> Path:
        """Return the folder of a stack."""
        return self.folder.synthesized / "stacks" / name

    def synthesize(self, stack: str, provider_version: str) -> None:
        """Write a stack's JSON as synthesis would."""
        document = {"terraform": {"required_providers": {"aws": {"version": provider_version}}}}
        (self.stack(stack) / "cdk.tf.json").write_text(json.dumps(document))

    def deployer(self) -> Deployer:
        """Begin a run."""
        return Deployer(self.folder, ENDPOINTS, lambda: None)

    def calls(self) -> list[str]:
        """Return Terraform's calls since the last look."""
        calls = self.calls_file.read_text().splitlines() if self.calls_file.exists() else []
        self.calls_file.unlink(missing_ok=True)
        return calls


@pytest.fixture
def deployments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Deployments:
    """Provide a folder, and a program in Terraform's place."""
    made = Deployments(tmp_path / "state")
    program = tmp_path / "terraform"
    program.write_text(PROGRAM.replace("CALLS", str(made.calls_file)).replace("CHANGES", CHANGES))
    program.chmod(0o755)
    monkeypatch.setenv("TERRAFORM_BINARY_NAME", str(program))
    return made


def nothing(*arguments: object) -> None:
    """Follow nothing."""


def test_a_first_deployment_initializes_plans_and_applies(deployments: Deployments) -> None:
    """The number of changed resources comes from the plan."""
    assert deployments.deployer().deploy(nothing) == 3
    assert deployments.calls() == ["init sandbox", "plan sandbox", "apply sandbox"]


def test_a_second_deployment_only_plans(deployments: Deployments) -> None:
    """Nothing is initialized or applied again when nothing has changed."""
    deployments.deployer().deploy(nothing)
    deployments.calls()
    assert deployments.deployer().deploy(nothing) == 0
    assert deployments.calls() == ["plan sandbox"]


@pytest.mark.parametrize("lost", [".terraform.lock.hcl", None])
def test_a_folder_is_initialized_again_when_it_must_be(deployments: Deployments, lost: str | None) -> None:
    """Another provider version or a lost lock file asks for it."""
    deployments.deployer().deploy(nothing)
    deployments.calls()
    if lost is None:
        deployments.synthesize(STACK, "5.101.0")
    else:
        (deployments.stack(STACK) / lost).unlink()
    deployments.deployer().deploy(nothing)
    assert deployments.calls() == ["init sandbox", "plan sandbox"]


def test_the_state_bucket_is_planned_again_only_when_it_was_synthesized_otherwise_or_lost(
    deployments: Deployments, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its state is kept in a local file; what is applied already is not looked at again."""
    monkeypatch.setattr(Deployer, "_has_bucket", lambda deployer: True)
    deployments.deployer().ensure_backend(nothing)
    deployments.folder.backend_state.touch()
    assert deployments.calls() == [f"{each} {BACKEND_STACK}" for each in ("init", "plan", "apply")]
    deployments.deployer().ensure_backend(nothing)
    assert deployments.calls() == []
    deployments.synthesize(BACKEND_STACK, "5.101.0")
    deployments.deployer().ensure_backend(nothing)
    assert f"plan {BACKEND_STACK}" in deployments.calls()
    monkeypatch.setattr(Deployer, "_has_bucket", lambda deployer: False)
    deployments.deployer().ensure_backend(nothing)
    assert f"plan {BACKEND_STACK}" in deployments.calls()


def test_a_lock_of_another_is_respected(deployments: Deployments) -> None:
    """The person reads who holds the state and how to take the lock away; nothing is forced."""
    deployments.deployer().deploy(nothing)
    deployments.calls()
    (deployments.stack(STACK) / "locked").write_text(LOCK)
    with pytest.raises(TerraformError, match=r"locked by ann@laptop since .*force-unlock 10569164"):
        deployments.deployer().deploy(nothing)
    assert deployments.calls() == ["plan sandbox"]


def test_a_lock_that_a_killed_run_of_ours_left_is_taken_away(deployments: Deployments) -> None:
    """The trace of a killed run tells that the lock has no living holder."""
    deployments.deployer().deploy(nothing)
    deployments.calls()
    (deployments.stack(STACK) / "locked").write_text(LOCK)
    deployments.folder.terraform_pid(STACK).write_text("0")
    assert deployments.deployer().deploy(nothing) == 0
    assert deployments.calls() == ["plan sandbox", "force-unlock sandbox", "plan sandbox"]
    assert deployments.folder.terraform_pids == []


def test_a_missing_terraform_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is tried, the person reads what to install."""
    monkeypatch.setenv("TERRAFORM_BINARY_NAME", str(tmp_path / "nowhere"))
    with pytest.raises(SandboxError, match="Terraform 1"):
        Deployer(Folder(tmp_path), ENDPOINTS, lambda: None)


def test_opentofu_is_called_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenTofu is taken where TERRAFORM_BINARY_NAME names it; one that is missing or too old is named."""
    tofu = tmp_path / "tofu"
    monkeypatch.setenv("TERRAFORM_BINARY_NAME", str(tofu))
    with pytest.raises(MissingPrerequisiteError, match=r"OpenTofu 1\.10 .*opentofu\.org"):
        terraform()
    for version, is_enough in (("1.10.6", True), ("1.9.4", False)):
        tofu.write_text(f'#!/bin/sh\necho \'{{"terraform_version": "{version}"}}\'\n')
        tofu.chmod(0o755)
        if is_enough:
            assert terraform() == str(tofu)
        else:
            with pytest.raises(MissingPrerequisiteError, match=r"OpenTofu 1\.10 .* has 1\.9\.4"):
                terraform()


def test_everything_that_is_missing_is_named_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All missing programs are named at once."""
    monkeypatch.setenv("TERRAFORM_BINARY_NAME", "terraform")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxError, match=r"(?s)Node\.js 20 .*Terraform 1"):
        required_programs()


def test_a_functions_setting_is_read_from_what_was_synthesized(deployments: Deployments) -> None:
    """It is known before anything is deployed; one that no function has is an error."""
    functions = {"A": {"environment": {"variables": {}}}, "B": {"environment": {"variables": {"X": ".mp4"}}}}
    document = json.dumps({"resource": {"aws_lambda_function": functions}})
    (deployments.stack(STACK) / "cdk.tf.json").write_text(document)
    assert deployments.deployer().function_setting("X") == ".mp4"
    with pytest.raises(SandboxError, match="`Y`"):
        deployments.deployer().function_setting("Y")


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], dict[str, str]]:
    """Build the tools' environment from one that is full of a person's own settings."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CA_BUNDLE", "TF_VAR_x", "TF_WORKSPACE"):
        monkeypatch.setenv(name, "mine")
    monkeypatch.setenv("NO_PROXY", "intranet")
    monkeypatch.setenv("TF_PLUGIN_CACHE_DIR", "/cache")
    monkeypatch.setenv("PROCESSING_CONCURRENCY", "7")
    return lambda: tool_environment(Folder(tmp_path), ENDPOINTS)


def test_tools_reach_the_sandbox_and_nothing_else(environment: Callable[[], dict[str, str]]) -> None:
    """A person's AWS settings can't lead a tool to a real account."""
    found = environment()
    assert found["AWS_ENDPOINT_URL"] == "https://127.0.0.1:1"
    assert found["AWS_ENDPOINT_URL_MEDIACONVERT"] == found["MEDIACONVERT_ENDPOINT"] == "http://127.0.0.1:2"
    assert found["UPLOAD_ENDPOINT"] == found["SIGN_IN_URL"] == "http://127.0.0.1:3"
    assert found["PAGE_ORIGINS"] == "http://localhost:3"
    assert found["AWS_ACCESS_KEY_ID"] == found["AWS_SECRET_ACCESS_KEY"] == "test"
    assert found["AWS_CA_BUNDLE"] == ENDPOINTS.ca_bundle
    assert found["AWS_CONFIG_FILE"] == found["AWS_SHARED_CREDENTIALS_FILE"] == "/dev/null"
    assert "mine" not in found.values()


def test_tools_keep_what_is_a_persons_own_choice(environment: Callable[[], dict[str, str]]) -> None:
    """The provider cache, overridden settings and proxies stay, and loopback is never proxied."""
    found = environment()
    assert found["TF_PLUGIN_CACHE_DIR"] == "/cache"
    assert found["PROCESSING_CONCURRENCY"] == "7"
    assert found["NO_PROXY"] == "intranet,127.0.0.1,localhost"
    assert Path(found["TF_CLI_CONFIG_FILE"]).is_file()
