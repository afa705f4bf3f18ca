"""The command line: what it reads, writes and exits with, on plans of the real Terraform too."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sandbox.runtime import prerequisites
from sandbox.runtime.folder import PROJECT_ROOT
from tests.unit.tools.plan_review.review_plans import (
    TABLE,
    plan,
    replaced_table,
    resource,
)
from tools.plan_review.command_line import EXIT_CODES, Exit, main


@pytest.fixture
def losing(tmp_path: Path) -> Path:
    """Return a file with the plan of a table that is replaced."""
    path = tmp_path / "plan.json"
    path.write_text(plan(replaced_table()))
    return path


def test_a_loss_exits_with_three_and_says_so_first(losing: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The code for CI is 3, and the first line names the table."""
    assert main([str(losing)]) == 3
    assert capsys.readouterr().out.splitlines()[0].startswith(f"🔴 **Stop: data would be lost: `{TABLE}`")


def test_an_intended_loss_exits_with_zero(losing: Path) -> None:
    """Addresses are separated by spaces or commas, and keys of a for_each may hold both."""
    assert main([str(losing), f"--intended=aws_sqs_queue.Q {TABLE}"]) == Exit.FINE
    assert main([str(losing), f'--intended=aws_sqs_queue.Q["a, b"],{TABLE}']) == Exit.FINE
    assert main([str(losing), "--intended=aws_dynamodb_table.Assets"]) == Exit.LOSS
    keyed = 'aws_sqs_queue.Q["a, b"]'
    losing.write_text(plan(resource(keyed, "delete", before={})))
    assert main([str(losing), f"--intended={keyed}"]) == Exit.FINE
    assert main([str(losing), "--intended="]) == Exit.LOSS


def test_the_markdown_is_written_whether_it_stops_or_not(
    losing: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file for the pull request holds what is printed."""
    file = tmp_path / "review.md"
    main([str(losing), f"--markdown={file}"])
    assert file.read_text() == capsys.readouterr().out


@pytest.mark.parametrize("content", [b"", b"{}", b"PK\x03\x04 no archive", b"\xff\xfe", b"PK"])
def test_what_is_no_plan_exits_with_one(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that is no plan is never taken for a harmless one, and nothing is printed for a pull request."""
    path = tmp_path / "plan"
    path.write_bytes(content)
    assert main([str(path)], terraform=prerequisites.terraform()) == Exit.FAILED
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err
    assert "Traceback" not in said.err


def test_files_that_are_not_there_exit_with_one(
    losing: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A missing plan, a missing Terraform and a place that can't be written are sentences."""
    assert main([str(tmp_path / "none")]) == Exit.FAILED
    assert main([str(losing), f"--markdown={tmp_path / 'no' / 'review.md'}"]) == Exit.FAILED
    losing.write_bytes(b"PK")
    assert main([str(losing)], terraform=str(tmp_path / "terraform")) == Exit.FAILED
    assert "can't be run" in capsys.readouterr().err


def test_wrong_arguments_exit_with_two() -> None:
    """Usage has a code of its own."""
    with pytest.raises(SystemExit) as ended:
        main(["--no-such-option"])
    assert ended.value.code == Exit.USAGE


def test_help_documents_the_exit_codes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each code is in --help, with its meaning, from which the documentation's table is made."""
    # No line is broken within a word.
    monkeypatch.setenv("COLUMNS", "2000")
    with pytest.raises(SystemExit):
        main(["--help"])
    reported = capsys.readouterr().out
    words = " ".join(reported.split())
    assert set(EXIT_CODES) == set(Exit)
    for code, meaning in EXIT_CODES.items():
        assert f"{code:d} {meaning}" in words


def terraform_folder(folder: Path, **resources: Any) -> Path:
    """Return a folder with a configuration of resources that need no provider but Terraform's own."""
    folder.mkdir(exist_ok=True)
    document = {"resource": {"terraform_data": resources}, "output": {"o": {"value": "x", "sensitive": True}}}
    (folder / "main.tf.json").write_text(json.dumps(document))
    return folder


def terraform(folder: Path, *arguments: str) -> None:
    """Run Terraform in a folder."""
    program = prerequisites.terraform()
    environment = {**os.environ, "CHECKPOINT_DISABLE": "1"}
    subprocess.run(
        [program, f"-chdir={folder}", *arguments], check=True, capture_output=True, env=environment
    )


def test_a_plan_that_terraform_saved_is_reviewed(tmp_path: Path) -> None:
    """The program reads a plan file as Terraform wrote it, from any folder, its name and path odd."""
    folder = terraform_folder(
        tmp_path / "it's a folder", Old={"input": {"a": 1}}, Kept={"input": "x", "triggers_replace": "v1"}
    )
    terraform(folder, "init", "-input=false")
    terraform(folder, "apply", "-input=false", "-auto-approve")
    terraform_folder(
        folder, Old={"input": {"a": 2}}, Kept={"input": "x", "triggers_replace": "v2"}, New={"input": "n"}
    )
    terraform(folder, "plan", "-input=false", "-out=saved plan")
    done = subprocess.run(
        [sys.executable, "-m", "tools.plan_review", str(folder / "saved plan")],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "🟢 **No data is lost: 1 added, 1 changed in place, 1 replaced.**"
    assert "- input.a: 1" in lines
    assert "+ input.a: 2" in lines
    assert '- triggers_replace: "v1"  # forces replacement' in lines
    terraform(folder, "apply", "-input=false", "saved plan")
    terraform(folder, "plan", "-input=false", "-out=saved plan")
    assert main([str(folder / "saved plan")], terraform=prerequisites.terraform()) == Exit.FINE


def test_a_terminal_gets_color_and_the_same_first_line(losing: Path) -> None:
    """On a terminal the verdict is red and comes first, without Markdown's marks."""
    leader, follower = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "tools.plan_review", str(losing)],
        cwd=PROJECT_ROOT,
        stdout=follower,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "300"},
    )
    os.close(follower)
    output = b""
    try:
        while chunk := os.read(leader, 65536):
            output += chunk
    except OSError:  # Linux's end of a terminal
        pass
    finally:
        os.close(leader)
        assert process.wait() == Exit.LOSS
    first = output.decode().splitlines()[0]
    assert first.startswith("\x1b[1;31m🔴 Stop")
    assert TABLE in first
