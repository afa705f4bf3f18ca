"""Import of each function's handler against an import of what it uses of boto3 and Powertools.

What a cold start takes beyond Lambda's own start is such an import. Both run in fresh processes that end
there, with the packages that are deployed and with bytecode that an earlier run left behind.
"""

import os
import subprocess
import sys
from pathlib import Path

from checks.bench.measuring import Comparison, Cost, cost

PROJECT_ROOT = Path(__file__).resolve().parents[2]
SOURCES = PROJECT_ROOT / "lambda_src"
FUNCTIONS = (
    "ingest_orchestrator",
    "job_status_processor",
    "reconciler",
    "api",
    "fan_out",
    "webhook_sender",
)
# The median of fewer moves by a twentieth from run to run: as far as the limit is above what is measured.
ROUNDS = 25
ALLOWED_RATIO = 1.15
_LIBRARIES = {"boto3", "botocore", "aws_lambda_powertools"}


def measure(function: str) -> Comparison:
    """Import a function's handler, and the parts of the libraries that it loads, in turn."""
    modules = ([handler_module(function)], ["boto3", "aws_lambda_powertools", *library_parts(function)])
    # Lambda keeps the process: what it would take to clear it away is no part of a start.
    commands = [[sys.executable, "-c", f"import os, {', '.join(names)}; os._exit(0)"] for names in modules]
    for command in commands:
        cost(command, cwd=SOURCES, environment=_environment())
    handlers: list[Cost] = []
    libraries: list[Cost] = []
    for _ in range(ROUNDS):
        for command, costs in zip(commands, (handlers, libraries), strict=True):
            costs.append(cost(command, cwd=SOURCES, environment=_environment()))
    return Comparison(handlers, libraries)


def handler_module(function: str) -> str:
    """Return the module that Lambda imports for a function."""
    return f"media_pipeline.handlers.{function}"


def library_parts(function: str) -> list[str]:
    """Return the modules of boto3 and Powertools that are loaded once the handler was imported."""
    return sorted(name for name in loaded_modules(function) if name.split(".")[0] in _LIBRARIES)


def loaded_modules(function: str) -> list[str]:
    """Return the names of all modules that are loaded once the handler was imported."""
    program = f"import sys, {handler_module(function)}; print(*sys.modules, sep='\\n')"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=SOURCES,
        env=_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def _environment() -> dict[str, str]:
    folders = (SOURCES, PROJECT_ROOT / "build" / "lambda-dependencies")
    return {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(map(str, folders))}
