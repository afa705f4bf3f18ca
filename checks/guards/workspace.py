"""A copy of the project in which code is broken and tests are run: the working tree is never touched."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_COPIED = (
    "checks",
    "constructs_lib",
    "docs",
    "lambda_src",
    "sandbox",
    "stacks",
    "tests",
    "tools",
    "README.md",
    "main.py",
    "pyproject.toml",
)
_PLUGINS = ("-p", "no:cacheprovider", "-p", "checks.guards.quick_tests")
_TIMEOUT_SECONDS = 900


class WorkspaceError(Exception):
    """Raised where pytest ran no tests, so that nothing is known of a mutant."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """Hold a copy of the project."""

    root: Path

    @contextmanager
    def changed(self, path: Path, text: str) -> Iterator[None]:
        """Replace a file's text inside of the block; its path is relative to the root."""
        file = self.root / path
        before = file.read_text()
        file.write_text(text)
        try:
            yield
        finally:
            file.write_text(before)

    def passes(self, *arguments: str) -> bool:
        """Run pytest with arguments; return whether all tests pass.

        Raises WorkspaceError where pytest did not run tests.
        """
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-x", *_PLUGINS, *arguments],
            cwd=self.root,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_SECONDS,
            check=False,
        )
        # A broken module may fail as its tests are collected: that counts as seen.
        if done.returncode not in (0, 1, 2):
            raise WorkspaceError(f"pytest did not run:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
        return done.returncode == 0


@contextmanager
def workspace() -> Iterator[Workspace]:
    """Yield a copy of the project that is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="guards-") as folder:
        copy = Path(folder)
        for name in _COPIED:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / name, copy / name)
        yield Workspace(copy)
