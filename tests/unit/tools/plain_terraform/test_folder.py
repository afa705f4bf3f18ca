"""Plain folders: what is written, what stays, and what is refused."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tools.plain_terraform.__main__ import main
from tools.plain_terraform.configuration import configuration

ZIP = b"code"
HASH = base64.b64encode(hashlib.sha256(ZIP).digest()).decode()
FUNCTION = {
    "//": {"metadata": {"path": "dev/F"}, "lint_exceptions": {"CKV_1": {"reason": "small"}}},
    "filename": "assets/code/lambda.zip",
    "source_code_hash": HASH,
}
STACK = {
    "//": {"metadata": {"version": "0.21.0"}},
    "terraform": {"backend": {"s3": {"bucket": "state"}}, "required_version": ">= 1.10"},
    "provider": {"aws": [{"region": "us-east-1"}]},
    "resource": {
        "aws_lambda_function": {"F": FUNCTION},
        "aws_sqs_queue": {"Q": {"//": {"metadata": {}}, "name": "q"}},
    },
    "output": {"name": {"value": "q"}},
}
STATE_STACK = {**STACK, "terraform": {"backend": {"local": {"path": "../../../elsewhere.tfstate"}}}}


@pytest.fixture
def synthesized(tmp_path: Path) -> Path:
    """Return a folder with two synthesized stacks."""
    for name, stack in (("dev", STACK), ("state-backend", STATE_STACK)):
        (tmp_path / name / "assets" / "code").mkdir(parents=True)
        (tmp_path / name / "assets" / "code" / "lambda.zip").write_bytes(ZIP)
        (tmp_path / name / "cdk.tf.json").write_text(json.dumps(stack))
    return tmp_path


def run(synthesized: Path, target: Path) -> int:
    """Write the plain folders of the stacks."""
    return main([str(synthesized / "dev"), str(synthesized / "state-backend"), f"--to={target}"])


def read(path: Path) -> Any:
    """Return the content of a JSON file."""
    return json.loads(path.read_text())


def test_each_kind_of_resource_has_a_file(synthesized: Path) -> None:
    """Settings, provider, outputs and each kind are apart, and the assets are beside them."""
    assert run(synthesized, synthesized / "out") == 0
    pipeline = synthesized / "out" / "pipeline"
    assert {path.name for path in pipeline.glob("*.tf.json")} == {
        "terraform.tf.json",
        "provider.tf.json",
        "outputs.tf.json",
        "aws_lambda_function.tf.json",
        "aws_sqs_queue.tf.json",
    }
    assert (pipeline / "assets" / "code" / "lambda.zip").read_bytes() == ZIP
    assert read(pipeline / "aws_sqs_queue.tf.json") == {"resource": {"aws_sqs_queue": {"Q": {"name": "q"}}}}


def test_the_hash_of_code_follows_its_file() -> None:
    """A hash is computed from the archive, where it is that of the archive; reasons stay as comments."""
    files = configuration(STACK, lambda name: ZIP)
    assert files["aws_lambda_function.tf.json"]["resource"]["aws_lambda_function"]["F"] == {
        "//": {"lint_exceptions": {"CKV_1": {"reason": "small"}}},
        "filename": "assets/code/lambda.zip",
        "source_code_hash": '${filebase64sha256("assets/code/lambda.zip")}',
    }
    other = configuration(STACK, lambda name: b"other")
    function = other["aws_lambda_function.tf.json"]["resource"]["aws_lambda_function"]["F"]
    assert function["source_code_hash"] == HASH


def test_state_is_where_it_was(synthesized: Path) -> None:
    """The S3 backend is CDKTF's; the state of the state bucket is a file in the folder itself."""
    run(synthesized, synthesized / "out")
    settings = read(synthesized / "out" / "pipeline" / "terraform.tf.json")
    assert settings == {"terraform": STACK["terraform"]}
    local = read(synthesized / "out" / "state-bucket" / "terraform.tf.json")
    assert local["terraform"]["backend"] == {"local": {"path": "terraform.tfstate"}}


def test_writing_again_replaces_the_configuration_alone(synthesized: Path) -> None:
    """Files of resources that are gone go; what Terraform wrote, and what people added in HCL, stays."""
    target = synthesized / "out"
    run(synthesized, target)
    kept = [target / "pipeline" / name for name in (".terraform.lock.hcl", "more.tf")]
    for path in kept:
        path.write_text("kept")
    (target / "pipeline" / "aws_gone.tf.json").write_text("{}")
    assert run(synthesized, target) == 0
    assert [path.read_text() for path in kept] == ["kept", "kept"]
    assert not (target / "pipeline" / "aws_gone.tf.json").exists()


def test_a_folder_of_somebody_else_is_left_alone(
    synthesized: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the target holds other files, nothing is written, and the exit code is 1."""
    (synthesized / "out").mkdir()
    (synthesized / "out" / "README.md").write_text("# Mine\n")
    assert run(synthesized, synthesized / "out") == 1
    assert "did not write" in capsys.readouterr().err
    assert [path.name for path in (synthesized / "out").iterdir()] == ["README.md"]


def test_a_stack_that_is_not_synthesized_is_said(
    synthesized: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the JSON of a stack nothing is written."""
    (synthesized / "state-backend" / "cdk.tf.json").unlink()
    assert run(synthesized, synthesized / "out") == 1
    assert "Run `make synth` first" in capsys.readouterr().err
    assert not (synthesized / "out").exists()
