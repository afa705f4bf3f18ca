"""What a command costs, and two commands against each other."""

import resource
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took."""

    wall_seconds: float
    cpu_seconds: float
    """User and system time of the process and all children that it waited for."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two commands, run in turn: first, second, first, second ..."""

    first: Sequence[Cost]
    second: Sequence[Cost]

    def median(self, which: Sequence[Cost], measure: str) -> float:
        """Return the median of `wall_seconds` or `cpu_seconds`."""
        return float(statistics.median(getattr(cost, measure) for cost in which))

    def ratio(self, measure: str) -> float:
        """Return the median of what the first cost in units of the second that ran beside it."""
        return float(
            statistics.median(
                getattr(first, measure) / getattr(second, measure)
                for first, second in zip(self.first, self.second, strict=True)
            )
        )


def cost(command: Sequence[str], *, cwd: Path, environment: Mapping[str, str] | None = None) -> Cost:
    """Run a command to its end and return what it cost.

    Raises:
        RuntimeError: it failed; carries the end of what it said.
    """
    begun = time.perf_counter()
    before = _children_cpu_seconds()
    done = subprocess.run(
        command,
        cwd=cwd,
        env=dict(environment) if environment else None,
        capture_output=True,
        text=True,
        check=False,
    )
    cpu_seconds = _children_cpu_seconds() - before
    if done.returncode != 0:
        said = done.stderr.strip() or done.stdout
        raise RuntimeError(f"{' '.join(command)[:200]} failed:\n{said[-2000:]}")
    return Cost(
        wall_seconds=time.perf_counter() - begun,
        cpu_seconds=cpu_seconds,
    )


def _children_cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
