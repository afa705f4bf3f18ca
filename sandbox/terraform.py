"""Run Terraform, follow what it does through its machine-readable output, and say its errors as sentences."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.errors import TerraformError

# Waits of the provider dominate an apply (25 s for each queue, 55 s for each lifecycle rule): they overlap.
PARALLELISM = 30
_INTERRUPT_SECONDS = 60.0
_DETAIL_CHARACTERS = 600


@dataclass(slots=True)
class Changes:
    """What a plan wants, or how far an apply is."""

    total: int = 0
    done: int = 0
    current: str = ""


Follow = Callable[[Changes], None]


@dataclass(slots=True, kw_only=True)
class Terraform:
    """Terraform in one folder of synthesized JSON."""

    program: str
    directory: Path
    environment: Mapping[str, str]
    log: Path
    follow: Follow = lambda changes: None
    _changes: Changes = field(default_factory=Changes)

    def init(self, *arguments: str) -> None:
        """Make the folder ready: backend and provider."""
        # -reconfigure: the folder is ours, and a moved state file is no reason to ask a question.
        self._checked("init", "-input=false", "-no-color", "-reconfigure", *arguments)

    def plan(self, out: Path) -> int:
        """Plan, save the plan, and return how many resources it would change."""
        at_once = f"-parallelism={PARALLELISM}"
        code = self._run("plan", "-json", "-input=false", "-detailed-exitcode", at_once, f"-out={out}")
        if code == 0:
            return 0
        # Exit code 2 and no resource: outputs alone change.
        return max(self._changes.total, 1)

    def apply(self, *arguments: str) -> None:
        """Apply a saved plan, or whatever the arguments name."""
        self._checked("apply", "-json", "-input=false", f"-parallelism={PARALLELISM}", *arguments)

    def destroy(self) -> None:
        """Destroy everything in the state."""
        self._checked("destroy", "-json", "-input=false", "-auto-approve", f"-parallelism={PARALLELISM}")

    def force_unlock(self, lock_id: str) -> None:
        """Take away a lock whose holder is known to be dead."""
        self._checked("force-unlock", "-force", lock_id)

    def _checked(self, *arguments: str) -> None:
        self._run(*arguments)

    def _run(self, *arguments: str) -> int:
        self._changes = Changes()
        said: list[str] = []
        errors: list[str] = []
        for line in self._lines(*arguments):
            event = _event(line)
            if event is None:
                said.append(line)
            else:
                self._note(event, errors)
        code = self._code
        if code == 0 or (code == 2 and "-detailed-exitcode" in arguments and not errors):
            return code
        raise TerraformError(self._sentence(arguments[0], errors or [_plain("\n".join(said[-25:]))]))

    _code: int = 0

    def _lines(self, *arguments: str) -> Iterator[str]:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("a") as log:
            log.write(f"--- {time.strftime('%Y-%m-%d %H:%M:%S')} terraform {' '.join(arguments)}\n")
            process = subprocess.Popen(
                [self.program, *arguments],
                cwd=self.directory,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                # Ctrl-C reaches us, and Terraform once through us: twice would make it give up its state.
                start_new_session=True,
            )
            assert process.stdout is not None
            try:
                for line in process.stdout:
                    log.write(line)
                    log.flush()
                    yield line.rstrip("\n")
                self._code = process.wait()
            finally:
                _interrupt(process)

    def _note(self, event: Mapping[str, Any], errors: list[str]) -> None:
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
            errors.append(_diagnostic(event["diagnostic"]))
        self.follow(self._changes)

    def _sentence(self, command: str, errors: list[str]) -> str:
        return "\n".join([f"`terraform {command}` failed.", *errors, f"Its log: {self.log}"])


def lock_id(message: str) -> str | None:
    """Return the id of the state lock that stopped Terraform, from its error."""
    if "acquiring the state lock" not in message:
        return None
    found = re.search(r"ID:\s*([0-9a-f-]{36})", message)
    return found[1] if found else None


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
    lines = [re.sub(r"\x1b\[[0-9;]*m|^[╷│╵]\s?", "", line).strip() for line in text.splitlines()]
    plain = " ".join(line for line in lines if line)
    return plain if len(plain) <= _DETAIL_CHARACTERS else plain[:_DETAIL_CHARACTERS] + " …"


def _interrupt(process: subprocess.Popen[str]) -> None:
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGINT)
    try:
        # It finishes what it began with AWS, saves its state and gives its lock back. Nobody reads its output
        # any more, which must not make it wait.
        process.communicate(timeout=_INTERRUPT_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=5)
