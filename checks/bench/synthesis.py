"""Synthesis of all environments against a plain import of the AWS bindings, by CDKTF and by its fork."""

import os
import sys
import tempfile
from pathlib import Path

from checks.bench.measuring import Comparison, cost
from tests.infrastructure.successors.lane import copy_app, python_of, rename_bindings

PROJECT_ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 3
ALLOWED_RATIO = 0.4
# The fork's plain import is not much dearer than what is used of it: it loads JavaScript faster.
FORK_ALLOWED_RATIO = 0.75


def measure() -> Comparison:
    """Synthesize everything, and import the bindings, in fresh processes in turn."""
    synthesis, plain_import = [], []
    base = _environment()
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(ROUNDS):
            synthesis.append(
                cost(
                    [sys.executable, "main.py"],
                    cwd=PROJECT_ROOT,
                    environment={**base, "CDKTF_OUTDIR": folder},
                )
            )
            plain_import.append(
                cost([sys.executable, "-c", "import cdktf_cdktf_provider_aws"], cwd=PROJECT_ROOT)
            )
    return Comparison(synthesis, plain_import)


def measure_fork() -> tuple[Comparison, Comparison]:
    """Synthesize everything with the fork, against a plain import of its bindings, and against CDKTF.

    Raises:
        AssertionError: The fork isn't installed; says what installs it.
    """
    python = str(python_of("cdktn"))
    ours, fork, plain_import = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        apps = {name: Path(folder, name) for name in ("ours", "fork")}
        for app in apps.values():
            app.mkdir()
            copy_app(app)
        rename_bindings(apps["fork"])
        for _ in range(ROUNDS):
            # Once it was imported as a whole, jsii has its index of the fork's bindings.
            plain_import.append(cost([python, "-c", "import cdktn_provider_aws"], cwd=PROJECT_ROOT))
            fork.append(cost([python, "main.py"], cwd=apps["fork"], environment=_environment()))
            ours.append(cost([sys.executable, "main.py"], cwd=apps["ours"], environment=_environment()))
    return Comparison(fork, plain_import), Comparison(fork, ours)


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "ENVIRONMENT"}
