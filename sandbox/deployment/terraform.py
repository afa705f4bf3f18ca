"""Run Terraform, follow its machine-readable output, and report its errors as sentences."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from sandbox.runtime import processes
from sandbox.runtime.errors import TerraformError
from tools import terraform

# Waits of the provider dominate an apply (25 s for each queue, 55 s for each lifecycle rule): they overlap.
PARALLELISM = 30
_POLL_SECONDS = 0.05
_DETAIL_CHARACTERS = 1200


@dataclass(slots=True)
class Changes:
    """What a plan wants, or how far an apply is."""

    total: int = 0
    done: int = 0
    current: str = ""


Follow = Callable[[Changes], None]


class Terraform:
    """Terraform in one folder of synthesized JSON."""

    def __init__(
        self,
        *,
        program: str,
        directory: Path,
        environment: Mapping[str, str],
        log: Path,
        pid_file: Path,
        watch: Callable[[], None],
        follow: Follow = lambda changes: None,
    ) -> None:
        """Describe where and how to run it.

        Args:
            program: Terraform's path.
            directory: Holds the synthesized JSON.
            environment: Of the process.
            log: Terraform's output goes there, and is followed from there.
            pid_file: Holds the process id while Terraform runs. Left behind by a killed or failed run: a lock
                found later may be that run's own.
            watch: Called all the time while Terraform runs; what it raises stops Terraform.
            follow: Called with the changes so far, after each event.
        """
        self.directory = directory
        self._runner = terraform.Terraform(directory=directory, program=program, environment=environment)
        self._log = log
        self._pid_file = pid_file
        self._watch = watch
        self._follow = follow
        self._changes = Changes()

    def init(self, *arguments: str) -> None:
        """Make the folder ready: backend and provider."""
        # -reconfigure: the folder is ours, and a moved state file is no reason to ask a question.
        self._run("init", "-input=false", "-no-color", "-reconfigure", *arguments)

    def plan(self, out: Path) -> int:
        """Plan, save the plan, and return how many resources it would change."""
        at_once = f"-parallelism={PARALLELISM}"
        code = self._run("plan", "-json", "-input=false", "-detailed-exitcode", at_once, f"-out={out}")
        if code == 0:
            return 0
        # Exit code 2 and no resource: outputs alone change.
        return max(self._changes.total, 1)

    def apply(self, plan: Path) -> None:
        """Apply a saved plan."""
        at_once = f"-parallelism={PARALLELISM}"
        self._run("apply", "-json", "-input=false", at_once, str(plan), expected=self._changes.total)

    def destroy(self) -> None:
        """Destroy everything in the state."""
        self._run("destroy", "-json", "-input=false", "-auto-approve", f"-parallelism={PARALLELISM}")

    def shown(self, plan: Path) -> dict[str, Any]:
        """Return a saved plan as Terraform describes it in JSON."""
        try:
            return self._runner.shown_plan(str(plan))
        except terraform.TerraformError as error:
            raise TerraformError(_plain(str(error))) from error

    def force_unlock(self, lock_id: str) -> None:
        """Take away a lock whose holder is known to be dead."""
        self._run("force-unlock", "-force", lock_id)

    def _run(self, *arguments: str, expected: int = 0) -> int:
        # Applying a saved plan, Terraform does not repeat how much that is.
        self._changes = Changes(total=expected)
        said: list[str] = []
        errors: list[str] = []
        refused: dict[str, str] = {}
        with self._started(self._runner.command(*arguments)) as (process, output):
            for line in _lines(process, output, self._watch):
                event = _event(line)
                if event is None:
                    said.append(line)
                else:
                    self._note(event, errors, refused)
        code = process.returncode
        if code == 0 or (code == 2 and "-detailed-exitcode" in arguments and not errors):
            return code
        reasons = errors or [_plain("\n".join(said[-25:]))]
        lines = [f"`terraform {arguments[0]}` failed.", *reasons, f"Its log: {self._log}"]
        message = "\n".join(lines)
        if HeldLock.of(message) is None:
            # It may have failed to give its own lock back.
            self._pid_file.write_text("0")
        raise TerraformError(message, refused)

    @contextlib.contextmanager
    def _started(self, command: list[str]) -> Iterator[tuple[subprocess.Popen[str], IO[str]]]:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("a") as log, self._log.open(errors="replace") as output:
            log.write(f"--- {time.strftime('%Y-%m-%d %H:%M:%S')} {' '.join(command)}\n")
            log.flush()
            output.seek(0, os.SEEK_END)
            process = subprocess.Popen(
                command,
                env=self._runner.environment,
                stdin=subprocess.DEVNULL,
                # No pipe: were we killed, it would break, and Terraform would end without saving its state.
                stdout=log,
                stderr=subprocess.STDOUT,
                text=True,
                # Ctrl-C reaches us, and Terraform once through us: twice would make it give up its state.
                start_new_session=True,
            )
            self._pid_file.write_text(str(process.pid))
            try:
                yield process, output
            finally:
                if process.poll() is None:
                    processes.end(process.pid, signal.SIGINT, processes.TERRAFORM_INTERRUPT_SECONDS)
                    process.wait()
                self._pid_file.unlink(missing_ok=True)

    def _note(self, event: Mapping[str, Any], errors: list[str], refused: dict[str, str]) -> None:
        kind = event.get("type")
        address = event.get("hook", {}).get("resource", {}).get("addr", "")
        if kind == "change_summary" and event["changes"].get("operation") == "plan":
            changes = event["changes"]
            self._changes.total = changes["add"] + changes["change"] + changes["remove"]
        elif kind in ("apply_start", "apply_progress", "refresh_start"):
            self._changes.current = address
        elif kind == "apply_complete":
            self._changes.done += 1
            self._changes.current = address
        elif kind == "diagnostic" and event["diagnostic"]["severity"] == "error":
            said = _diagnostic(event["diagnostic"])
            errors.append(said)
            refused[event["diagnostic"].get("address", "")] = said
        self._follow(self._changes)


@dataclass(frozen=True, slots=True)
class HeldLock:
    """The state lock that stopped Terraform, as its error tells."""

    id: str
    who: str
    created: str

    @classmethod
    def of(cls, message: str) -> HeldLock | None:
        """Read the lock from an error; None where the error is another one."""
        # Before it there may be the ids of S3's answer.
        found = re.search(
            r"Lock Info:\s+ID:\s+(\S+).*?Who:\s+(\S+).*?Created:\s+(\S+ \S+)", message, re.DOTALL
        )
        return cls(*found.groups()) if found else None


def _lines(process: subprocess.Popen[str], output: IO[str], watch: Callable[[], None]) -> Iterator[str]:
    """Yield the lines that a process writes to a file, until it has ended."""
    part = ""
    while True:
        ended = process.poll() is not None
        read = output.read()
        *lines, part = (part + read).split("\n")
        yield from lines
        if ended:
            if part:
                yield part
            return
        if not read:
            watch()
            time.sleep(_POLL_SECONDS)


def _event(line: str) -> dict[str, Any] | None:
    if not line.startswith("{"):
        return None
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) else None


def _diagnostic(diagnostic: Mapping[str, Any]) -> str:
    where = f"{diagnostic['address']}: " if diagnostic.get("address") else ""
    detail = _plain(diagnostic.get("detail", ""))
    return f"{where}{diagnostic['summary']}{': ' if detail else ''}{detail}"


def _plain(text: str) -> str:
    uncolored = re.sub(r"\x1b\[[0-9;]*m", "", text)
    lines = [line.strip("╷│╵ \t") for line in uncolored.splitlines()]
    plain = " ".join(line for line in lines if line)
    return plain if len(plain) <= _DETAIL_CHARACTERS else plain[:_DETAIL_CHARACTERS] + " …"
