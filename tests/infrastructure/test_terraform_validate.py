"""Terraform and the real AWS provider accept every stack."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from sandbox.deployment.provider_mirror import PROVIDER_VERSION, configuration
from tests.infrastructure.stack import STACKS

# A stack with an argument that the provider does not know: what is found in it shows that faults are found.
BROKEN = "broken"


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
    documents = {name: _without_backend(document) for name, document in synthesized.items()}
    documents[BROKEN] = {"resource": {"aws_sqs_queue": {"q": {"name": "q", "visibility": 30}}}}
    for name, document in documents.items():
        (directory / name).mkdir()
        (directory / name / "cdk.tf.json").write_text(json.dumps(document))
    modules = {name: {"source": f"./{name}"} for name in documents}
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


def _sentences(diagnostics: list[dict[str, Any]], stack: str) -> list[str]:
    """Return what was said about a stack; what is about no file in particular is about every stack."""
    return [
        f"{d['severity']}: {d['summary']}: {d.get('detail', '')}"
        for d in diagnostics
        if d.get("range", {}).get("filename", f"{stack}/").startswith(f"{stack}/")
    ]


@pytest.mark.parametrize("name", STACKS)
def test_stack_is_valid(name: str, diagnostics: list[dict[str, Any]]) -> None:
    """The provider knows every resource and argument, and has neither an error nor a warning to tell."""
    assert _sentences(diagnostics, name) == []


def test_faults_are_found(diagnostics: list[dict[str, Any]]) -> None:
    """An argument that the provider does not know is an error: the validation is that of the real schema."""
    (fault,) = _sentences(diagnostics, BROKEN)
    assert fault.startswith("error: ")
    assert "visibility" in fault
