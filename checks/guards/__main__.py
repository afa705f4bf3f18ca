"""`make guards`: break each guard in a copy of the project, and tell what catches it, or fail.

The property comes first, with few examples. Where it seldom meets what a guard is for, the tests that
hold the guard too come next; else the property with all its examples.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from checks.guards.guard import Guard
from checks.guards.listed import GUARDS

ROOT = Path(__file__).resolve().parents[2]
PROPERTIES = (
    "tests/property/test_late_news.py",
    "tests/property/test_one_job_an_attempt.py",
    "tests/property/test_no_upload_lost.py",
)
_EXAMPLES = (400, 2000)
_COPIED = (
    "lambda_src",
    "tools.ops",
    "sandbox",
    "stacks",
    "constructs_lib",
    "tests",
    "main.py",
    "pyproject.toml",
)
_TIMEOUT_SECONDS = 900


def main() -> int:
    """Break the guards whose names hold the given text, all where there is none."""
    parser = argparse.ArgumentParser(prog="python -m checks.guards", description=__doc__)
    parser.add_argument("text", nargs="?", default="", help="only guards whose name holds this")
    chosen = [guard for guard in GUARDS if parser.parse_args().text.lower() in guard.name.lower()]
    console = Console()
    faults = [fault for guard in chosen for fault in guard.faults(ROOT)]
    for fault in faults:
        console.print(fault, style="red", markup=False)
    if faults:
        return 2
    table = Table("guard that was broken", "caught by", "after")
    uncaught = 0
    for number, guard in enumerate([None, *chosen]):
        name = guard.name if guard else "(none)"
        began = time.monotonic()
        with console.status(f"{number} of {len(chosen)}: {name}"):
            caught_by = _caught_by(guard)
        uncaught += (caught_by is None) == (guard is not None)
        seconds = f"{time.monotonic() - began:.0f} s"
        console.print(f"{name}: {caught_by or 'NOTHING'} ({seconds})", markup=False, highlight=False)
        table.add_row(name, caught_by or "NOTHING", seconds)
    console.print(table)
    return 1 if uncaught else 0


def _caught_by(guard: Guard | None) -> str | None:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in _COPIED:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / name, copy / name)
        if guard is not None:
            guard.break_in(copy)
        few, many = _EXAMPLES
        if not _passes(copy, *PROPERTIES, "--hypothesis-profile=unshrunk", examples=few):
            return f"the property ({few:,} examples)"
        if guard is not None and guard.tests:
            return None if _passes(copy, guard.tests) else guard.tests
        if not _passes(copy, *PROPERTIES, "--hypothesis-profile=unshrunk", examples=many):
            return f"the property ({many:,} examples)"
    return None


def _passes(copy: Path, *arguments: str, examples: int = 0) -> bool:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *arguments],
        cwd=copy,
        env={**os.environ, "PROPERTY_EXAMPLES": str(examples), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_SECONDS,
        check=False,
    )
    if done.returncode not in (0, 1):
        raise RuntimeError(f"pytest did not run:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
