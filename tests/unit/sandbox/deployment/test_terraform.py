"""Terraform as a process: its events become progress, its errors sentences."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.deployment.terraform import (
    Changes,
    HeldLock,
    Terraform,
)
from sandbox.runtime import processes
from sandbox.runtime.errors import ServerError, TerraformError
from sandbox.runtime.processes import end_terraform

Script = Callable[..., Path]

LOCKED = """Error acquiring the state lock: operation error S3: PutObject, RequestID: 6807ac88-e1c5, api error
Lock Info:
  ID:        10569164-c50b-6656-8d38-6c094bf2833e
  Path:      bucket/terraform.tfstate
  Operation: OperationTypeApply
  Who:       ann@laptop
  Version:   1.11.4
  Created:   2026-11-22 23:15:35.521562655 +0000 UTC
"""


def hook(kind: str, address: str) -> dict[str, object]:
    """Make an event about a resource."""
    return {"type": kind, "hook": {"resource": {"addr": address}}}


def summary(add: int, change: int, remove: int) -> dict[str, object]:
    """Make a plan's summary."""
    counts = {"add": add, "change": change, "remove": remove, "operation": "plan"}
    return {"type": "change_summary", "changes": counts}


def terraform(tmp_path: Path, program: Path, **settings: object) -> Terraform:
    """Describe Terraform in a folder."""
    watch = settings.get("watch", lambda: None)
    follow = settings.get("follow", lambda changes: None)
    return Terraform(
        program=str(program),
        directory=tmp_path,
        environment={"PATH": "/usr/bin:/bin"},
        log=tmp_path / "logs" / "terraform.log",
        pid_file=tmp_path / "terraform.pid",
        watch=watch,  # type: ignore[arg-type]
        follow=follow,  # type: ignore[arg-type]
    )


def test_a_plan_tells_how_many_resources_would_change(tmp_path: Path, terraform_script: Script) -> None:
    """Exit code 2 is no error but the answer that something would change."""
    program = terraform_script(summary(2, 1, 3), code=2)
    assert terraform(tmp_path, program).plan(tmp_path / "plan") == 6


def test_a_plan_that_changes_outputs_alone_is_not_clean(tmp_path: Path, terraform_script: Script) -> None:
    """A plan with changes but no changed resource is applied as well."""
    program = terraform_script(summary(0, 0, 0), code=2)
    assert terraform(tmp_path, program).plan(tmp_path / "plan") == 1


def test_a_clean_plan_changes_nothing(tmp_path: Path, terraform_script: Script) -> None:
    """Exit code 0 means no changes."""
    assert terraform(tmp_path, terraform_script(summary(0, 0, 0))).plan(tmp_path / "plan") == 0


def test_events_become_progress(tmp_path: Path, terraform_script: Script) -> None:
    """Each created resource counts, against the total of the plan; noise is passed over."""
    seen: list[Changes] = []
    follow = lambda changes: seen.append(Changes(changes.total, changes.done, changes.current))  # noqa: E731
    stack = terraform(tmp_path, terraform_script(summary(2, 0, 0), code=2), follow=follow)
    stack.plan(tmp_path / "plan")
    terraform_script(
        "not json",
        "{not json either",
        hook("apply_start", "aws_kms_key.a"),
        hook("apply_complete", "aws_kms_key.a"),
        hook("apply_complete", "aws_sqs_queue.b"),
    )
    stack.apply(tmp_path / "plan")
    assert seen[-1] == Changes(total=2, done=2, current="aws_sqs_queue.b")
    assert not (tmp_path / "terraform.pid").exists()


def test_an_error_is_a_sentence_with_the_resource_and_the_log(
    tmp_path: Path, terraform_script: Script
) -> None:
    """The person reads what failed, where, why, and in which file the rest is."""
    error = {
        "type": "diagnostic",
        "diagnostic": {
            "severity": "error",
            "summary": "creating queue",
            "detail": "╷\n│ AccessDenied\n╵",
            "address": "aws_sqs_queue.b",
        },
    }
    warning = {"type": "diagnostic", "diagnostic": {"severity": "warning", "summary": "old", "detail": ""}}
    with pytest.raises(TerraformError) as raised:
        terraform(tmp_path, terraform_script(warning, error, code=1)).apply(tmp_path / "plan")
    assert str(raised.value).splitlines() == [
        "`terraform apply` failed.",
        "aws_sqs_queue.b: creating queue: AccessDenied",
        f"Its log: {tmp_path}/logs/terraform.log",
    ]


def test_an_error_without_events_shows_what_was_said(tmp_path: Path, terraform_script: Script) -> None:
    """`init` speaks no JSON; its words are shown without frames and colors."""
    program = terraform_script("\x1b[31m╷\x1b[0m", "\x1b[31m│\x1b[0m Error: no registry", code=1)
    with pytest.raises(TerraformError, match=r"failed\.\nError: no registry\n"):
        terraform(tmp_path, program).init()


def test_the_holder_of_a_state_lock_is_read_from_the_error() -> None:
    """The lock's own id is taken, not the id of the S3 request that failed."""
    held = HeldLock.of(LOCKED)
    assert held == HeldLock(
        "10569164-c50b-6656-8d38-6c094bf2833e", "ann@laptop", "2026-11-22 23:15:35.521562655"
    )
    assert HeldLock.of("some other error, ID: 1") is None


def test_a_lock_of_another_leaves_no_trace_but_a_failure_does(
    tmp_path: Path, terraform_script: Script
) -> None:
    """After a failure a lock may be our own; after meeting another's lock it is not."""
    trace = tmp_path / "terraform.pid"
    with pytest.raises(TerraformError):
        terraform(tmp_path, terraform_script(LOCKED, code=1)).init()
    assert not trace.exists()
    with pytest.raises(TerraformError):
        terraform(tmp_path, terraform_script("connection refused", code=1)).init()
    assert trace.exists()


def test_terraform_is_interrupted_when_a_server_has_ended(tmp_path: Path) -> None:
    """What the watch raises reaches the caller, after Terraform was asked once to stop."""

    def watch() -> None:
        if (tmp_path / "ready").exists():
            raise ServerError("The local AWS ended by itself.")

    # Not a shell script: where SIGINT was ignored from the start, as in background jobs, a shell ignores it.
    program = tmp_path / "terraform"
    program.write_text(
        f"#!{sys.executable}\n"
        "import pathlib, signal, sys, time\n"
        f"folder = pathlib.Path({str(tmp_path)!r})\n"
        "def note(*_):\n"
        "    (folder / 'signals').open('a').write('INT\\n')\n"
        "    sys.exit(1)\n"
        "signal.signal(signal.SIGINT, note)\n"
        "(folder / 'ready').touch()\n"
        "time.sleep(60)\n"
    )
    program.chmod(0o755)
    with pytest.raises(ServerError, match="ended by itself"):
        terraform(tmp_path, program, watch=watch).apply(tmp_path / "plan")
    assert (tmp_path / "signals").read_text() == "INT\n"


def test_a_terraform_that_a_killed_run_left_is_ended(tmp_path: Path) -> None:
    """Only a process that the trace names and that works in our folder is ended; the trace stays."""
    trace = tmp_path / "terraform.pid"
    code = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_DFL); time.sleep(60)"
    other = subprocess.Popen([sys.executable, "-c", code, "terraform", "-chdir=/elsewhere/stack"])
    ours = subprocess.Popen([sys.executable, "-c", code, "terraform", f"-chdir={tmp_path}/stack"])
    try:
        for process in (other, ours):
            # Right after its start a process has no command line yet.
            while processes.command_line(process.pid) is None:
                assert process.poll() is None
        trace.write_text(str(other.pid))
        assert not end_terraform(trace, tmp_path)
        assert other.poll() is None
        trace.write_text(str(ours.pid))
        assert end_terraform(trace, tmp_path)
        assert processes.command_line(ours.pid) is None
        assert trace.exists()
    finally:
        for process in (other, ours):
            process.send_signal(signal.SIGKILL)
            process.wait()
