"""An operator at the command line, beside a deployed sandbox."""

import json
import subprocess
import sys
from typing import Any

from sandbox.runtime.folder import PROJECT_ROOT
from tests.e2e.deployed import Sandbox


class Operator:
    """Run the command line with the sandbox's environment, as `sandbox exec` does."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._environment = {
            **sandbox.endpoints.environment(),
            "MEDIA_PIPELINE": sandbox.deployment.output("pipeline_name"),
            "COLUMNS": "80",
        }

    def attempt(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command and return how it went."""
        return subprocess.run(
            [sys.executable, "-m", "tools.ops", *arguments],
            cwd=PROJECT_ROOT,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def run(self, *arguments: str) -> str:
        """Run a command that goes well; return what it printed."""
        done = self.attempt(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def record(self, reference: str) -> Any:
        """Return the one record that `show` finds."""
        [record] = json.loads(self.run("show", reference, "--json"))
        return record
