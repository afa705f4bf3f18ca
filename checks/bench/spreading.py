"""`make bench-tests`: what `make test-fast` takes on every core, as a share of what one process takes.

On one core there is nothing to share: the ratio is then about 1, and above what is allowed.
"""

import sys

from checks.bench.measuring import Comparison, cost
from sandbox.runtime.folder import PROJECT_ROOT

ALLOWED_RATIO = 0.60
_TESTS = [sys.executable, "-m", "pytest", "-q", "-m", "not e2e"]


def measure() -> Comparison:
    """Run the tests on every core, then in one process.

    Raises:
        RuntimeError: a test failed.
    """
    spread, alone = (
        cost([*_TESTS, f"--numprocesses={workers}"], cwd=PROJECT_ROOT) for workers in ("auto", "1")
    )
    return Comparison([spread], [alone])


def main() -> int:
    """Print both times and their ratio; return 1 where it is above what is allowed."""
    found = measure()
    ratio = found.ratio("wall_seconds")
    (every,), (alone,) = found.first, found.second
    print(
        f"make test-fast: {every.wall_seconds:.0f} s on every core ({every.cpu_seconds:.0f} s of CPU time), "
        f"{alone.wall_seconds:.0f} s in one process ({alone.cpu_seconds:.0f} s of CPU time): "
        f"{ratio:.2f}, allowed {ALLOWED_RATIO:.2f}"
    )
    return 1 if ratio > ALLOWED_RATIO else 0


if __name__ == "__main__":
    sys.exit(main())
