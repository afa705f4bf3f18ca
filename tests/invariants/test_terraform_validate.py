"""Terraform and the real AWS provider accept every stack."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from sandbox.provider_mirror import PROVIDER_VERSION, configuration
from tests.invariants.stack import STACKS


@pytest.fixture(scope="session")
def diagnostics(
    synthesized: Mapping[str, Mapping[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> list[dict[str, Any]]:
    """Validate every stack in one run, each as a module: the provider takes seconds to start."""
    terraform = shutil.which("terraform")
    if terraform is None:
        pytest.fail(
            "Terraform is not installed, and nothing else shows that the stacks are valid. Install 1.11: "
            "https://developer.hashicorp.com/terraform/install"
        )
    directory = tmp_path_factory.mktemp("validate")
    for name, document in synthesized.items():
        (directory / name).mkdir()
        (directory / name / "cdk.tf.json").write_text(json.dumps(_without_backend(document)))
    modules = {name: {"source": f"./{name}"} for name in synthesized}
    (directory / "main.tf.json").write_text(json.dumps({"module": modules}))
    settings = directory / "terraform.rc"
    settings.write_text(configuration(os.environ, Path.home()))
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_"))},
        "TF_CLI_CONFIG_FILE": str(settings),
        "CHECKPOINT_DISABLE": "1",
    }

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(terraform), *arguments],
            cwd=directory,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    initialized = run("init", "-backend=false", "-input=false", "-no-color")
    assert initialized.returncode == 0, initialized.stderr
    assert f"hashicorp/aws v{PROVIDER_VERSION}" in initialized.stdout
    found: list[dict[str, Any]] = json.loads(run("validate", "-json").stdout)["diagnostics"]
    return found


def _without_backend(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stack without its backend, which a module can't have; other tests look at backends."""
    terraform = {key: value for key, value in document["terraform"].items() if key != "backend"}
    return {**document, "terraform": terraform}


@pytest.mark.parametrize("name", STACKS)
def test_stack_is_valid(name: str, diagnostics: list[dict[str, Any]]) -> None:
    """The provider knows every resource and argument, and has neither an error nor a warning to tell."""
    own = [d for d in diagnostics if d.get("range", {}).get("filename", name).startswith(name)]
    assert [f"{d['severity']}: {d['summary']}: {d.get('detail', '')}" for d in own] == []
