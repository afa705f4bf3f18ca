"""Kill Terraform at a random point, and bring what it leaves to a clean end."""

import contextlib
import os
import random
import signal
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from sandbox.aws import Endpoints
from sandbox.deploy import Deployer
from sandbox.errors import TerraformError
from sandbox.folder import Folder
from sandbox.terraform import Changes

WAYS = (signal.SIGKILL, signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class Kill:
    """What one kill did."""

    signal_number: signal.Signals
    after_seconds: float
    done: int
    """So many changes of resources had been made."""
    recovery_seconds: float

    def __str__(self) -> str:
        return (
            f"{self.signal_number.name} after {self.after_seconds:.1f} s and {self.done} changes, "
            f"clean again after {self.recovery_seconds:.0f} s"
        )


class Apply:
    """An apply that is killed; `changes` counts from its beginning."""

    def __init__(self, folder: Folder, endpoints: Endpoints, stack: str) -> None:
        self._folder = folder
        self._endpoints = endpoints
        self._stack = stack
        self._begun = threading.Event()
        self.changes = Changes()

    def kill(self, way: signal.Signals, after_seconds: float) -> bool:
        """Begin an apply and kill it so long after its first change; tell whether it was still running."""
        deployer = Deployer(self._folder, self._endpoints, lambda: None)
        ended = threading.Event()
        fault: list[TerraformError] = []

        def apply() -> None:
            try:
                deployer.deploy(self._follow, self._stack)
            except TerraformError as stopped:
                fault.append(stopped)
            finally:
                ended.set()

        thread = threading.Thread(target=apply, daemon=True)
        thread.start()
        while not (self._begun.wait(0.05) or ended.is_set()):
            pass
        ended.wait(after_seconds)
        _kill(self._folder.terraform_pid(self._stack), way)
        thread.join()
        return bool(fault)

    def _follow(self, changes: Changes) -> None:
        self.changes = Changes(changes.total, changes.done, changes.current)
        # A plan names resources as well, before an apply does.
        if changes.total and changes.current:
            self._begun.set()


def _kill(pid_file: Path, way: signal.Signals) -> None:
    """Kill Terraform alone, as the kernel does that runs out of memory."""
    with contextlib.suppress(OSError, ValueError, ProcessLookupError):
        pid = int(pid_file.read_text())
        if pid:
            os.kill(pid, way)


def kill_and_recover(
    folder: Folder,
    endpoints: Endpoints,
    stack: str,
    *,
    dice: random.Random,
    within_seconds: float,
    recover: bool,
) -> Kill:
    """Kill an apply at a random point; then apply and plan, unless the next kill is to find what it left.

    Raises:
        AssertionError: The plan after the recovery wants to change something.
    """
    way, after_seconds = dice.choice(WAYS), dice.uniform(0.0, within_seconds)
    apply = Apply(folder, endpoints, stack)
    apply.kill(way, after_seconds)
    begun = time.monotonic()
    if recover:
        deployer = Deployer(folder, endpoints, lambda: None)
        deployer.deploy(lambda changes: None, stack)
        assert deployer.is_clean(stack), f"not clean after {way.name} and {after_seconds:.1f} s"
    return Kill(way, after_seconds, apply.changes.done, time.monotonic() - begun)
