"""Kill the processes that run Lambda functions, as a machine of AWS may die under them."""

from __future__ import annotations

import collections
import contextlib
import random
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import psutil

# Machines die at a rate of their own: with fewer processes than this, kills are rarer in proportion. Else the
# last repairs of a load test, which one process makes, would be killed again and again on a slow machine.
_USUAL_WORKERS = 4

# MiniStack runs a function's process from a folder of its own: its name, then what `mkdtemp` adds.
_SCRIPT = re.compile(r"/ministack-lambda-(?P<function>.+)-[a-z0-9_]{8}/_worker\.py")


@dataclass(frozen=True, slots=True)
class Worker:
    """A process that runs a function, waiting for its next event or at work."""

    function: str
    process: psutil.Process


def function_of(command: Sequence[str]) -> str | None:
    """Return the name of the function that a command line runs; None if it runs none."""
    found = (_SCRIPT.search(argument) for argument in command)
    return next((match["function"] for match in found if match), None)


def workers_of(local_aws: int) -> list[Worker]:
    """Return the functions' processes that a local AWS, known by its process id, has started."""
    workers: list[Worker] = []
    # Processes come and go while they are looked at.
    with contextlib.suppress(psutil.Error):
        for child in psutil.Process(local_aws).children():
            with contextlib.suppress(psutil.Error):
                function = function_of(child.cmdline())
                if function is not None:
                    workers.append(Worker(function, child))
    return sorted(workers, key=lambda worker: worker.process.pid)


class WorkerKiller:
    """Kill one function's process after another, at random, more rarely where few of them run."""

    def __init__(
        self, local_aws: Callable[[], int | None], pause_seconds: tuple[float, float], seed: int
    ) -> None:
        """Prepare.

        Args:
            local_aws: Gives the process id of the local AWS; None while there is none.
            pause_seconds: The shortest and the longest time between two kills while many processes run.
            seed: Decides when, and whom.
        """
        self._local_aws = local_aws
        self._pause_seconds = pause_seconds
        self._chance = random.Random(f"kills {seed}")
        self._stopped = threading.Event()
        self._killed: collections.Counter[str] = collections.Counter()
        # One that is dying is still to be seen for a moment.
        self._victims: set[psutil.Process] = set()
        self._thread = threading.Thread(target=self._run, name="killer", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Kill no more."""
        self._stopped.set()
        if self._thread.ident is not None:
            self._thread.join()

    @property
    def killed(self) -> dict[str, int]:
        """How many processes were killed, by function."""
        return dict(sorted(self._killed.items()))

    def kill_one(self) -> str | None:
        """Kill one of the functions' processes; return the function's name, None where none runs."""
        workers = self._workers()
        if not workers:
            return None
        # Each function as often as the others, however many processes it has.
        functions = sorted({worker.function for worker in workers})
        fewest = min(self._killed[function] for function in functions)
        function = self._chance.choice([each for each in functions if self._killed[each] == fewest])
        victim = self._chance.choice([worker for worker in workers if worker.function == function])
        try:
            victim.process.kill()
        except psutil.Error:
            return None
        self._victims.add(victim.process)
        self._killed[victim.function] += 1
        return victim.function

    def strikes(self) -> bool:
        """Return whether a machine dies now: with few of them that is rarer."""
        return self._chance.random() * _USUAL_WORKERS < len(self._workers())

    def _workers(self) -> list[Worker]:
        pid = self._local_aws()
        found = workers_of(pid) if pid is not None else []
        return [worker for worker in found if worker.process not in self._victims]

    def _run(self) -> None:
        while not self._stopped.wait(self._chance.uniform(*self._pause_seconds)):
            if self.strikes():
                self.kill_one()
