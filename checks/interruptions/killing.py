"""Kill Terraform at a random point, and bring what it leaves to a clean end."""

import contextlib
import os
import random
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from sandbox.deployment.deploy import Deployer
from sandbox.deployment.terraform import Changes
from sandbox.runtime import processes
from sandbox.runtime.endpoints import Endpoints
from sandbox.runtime.errors import TerraformError
from sandbox.runtime.folder import Folder

WAYS = (signal.SIGKILL, signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class Kill:
    """What one kill did; `recovery_seconds` is None where nothing was recovered yet."""

    way: signal.Signals
    done: int
    total: int
    recovery_seconds: float | None

    def __str__(self) -> str:
        clean = "" if self.recovery_seconds is None else f", clean again after {self.recovery_seconds:.0f} s"
        return f"{self.way.name} after {self.done} of {self.total} changes{clean}"


class KilledApply:
    """An apply that is killed when a part of its changes is done."""

    def __init__(self, pid_file: Path, way: signal.Signals, part: float, pause_seconds: float) -> None:
        self._pid_file = pid_file
        self._way = way
        self._part = part
        self._pause_seconds = pause_seconds
        self.changes = Changes()
        self.killed = False

    def follow(self, changes: Changes) -> None:
        """Look how far it is, and kill it once: Terraform alone, as where memory runs out."""
        self.changes = Changes(changes.total, changes.done, changes.current)
        if self.killed or not self._applies() or changes.done < self._part * changes.total:
            return
        time.sleep(self._pause_seconds)
        self.killed = True
        os.kill(int(self._pid_file.read_text()), self._way)

    def _applies(self) -> bool:
        return " apply " in (processes.command_line(int(self._pid_file.read_text())) or "")


def kill_and_recover(
    folder: Folder, endpoints: Endpoints, stack: str, *, dice: random.Random, recover: bool
) -> Kill:
    """Kill an apply at a random point; then apply and plan, unless the next kill is to find what it left.

    Raises:
        AssertionError: It was not killed, or the plan after the recovery wants to change something.
    """
    way, part, pause_seconds = dice.choice(WAYS), dice.random(), dice.uniform(0.0, 0.5)
    apply = KilledApply(folder.terraform_pid(stack), way, part, pause_seconds)
    with contextlib.suppress(TerraformError):
        Deployer(folder, endpoints, lambda: None).deploy(apply.follow, stack)
    assert apply.killed, f"it ended before {part:.0%} of its changes were done"
    begun = time.monotonic()
    if recover:
        deployer = Deployer(folder, endpoints, lambda: None)
        deployer.deploy(lambda changes: None, stack)
        assert deployer.is_clean(stack), f"not clean after {way.name} at {part:.0%}"
    return Kill(way, apply.changes.done, apply.changes.total, time.monotonic() - begun if recover else None)
