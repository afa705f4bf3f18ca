"""The two programs that the project can't install for itself: Node.js, and Terraform or OpenTofu.

Standard library only: `make setup` runs this file before anything is installed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys

# Source: cdktf-cli 0.21's package.json (engines) and the jsii kernel of its Python library.
# Tests run on the machine's Node.js, and on 22 what docs/testing.md says; cdktn-cli wants 22.19.
NODE_MINIMUM = (20, 0)
# Source: the release notes of both, S3-native state locking (`use_lockfile`): Terraform 1.10, OpenTofu 1.10:
# https://github.com/opentofu/opentofu/releases/tag/v1.10.0-beta1
TERRAFORM_MINIMUM = (1, 10)


class MissingPrerequisiteError(RuntimeError):
    """A program is missing or too old; the message says how to install it."""


def node() -> str:
    """Return the path of Node.js.

    Raises:
        MissingPrerequisiteError: it is missing or older than 20.
    """
    remedy = (
        "Install it from https://nodejs.org or with a version manager (nvm install 22), "
        "and put it on your PATH."
    )
    path = _which(
        "node", f"Node.js {NODE_MINIMUM[0]} or newer is needed by CDKTF, but `node` was not found.", remedy
    )
    _at_least("Node.js", _output(path, "--version"), NODE_MINIMUM, remedy)
    return path


def terraform() -> str:
    """Return the path of Terraform; the variable TERRAFORM_BINARY_NAME names another program: OpenTofu's.

    Raises:
        MissingPrerequisiteError: it is missing or older than 1.10.
    """
    name = os.environ.get("TERRAFORM_BINARY_NAME", "terraform")
    product, page = "Terraform", "https://developer.hashicorp.com/terraform/install"
    if "tofu" in os.path.basename(name):
        product, page = "OpenTofu", "https://opentofu.org/docs/intro/install"
    remedy = f"Install it from {page} and put it on your PATH."
    wanted = ".".join(map(str, TERRAFORM_MINIMUM))
    path = _which(name, f"{product} {wanted} or newer is needed, but `{name}` was not found.", remedy)
    report = _output(path, "version", "-json")
    start = report.find("{")
    version = str(json.loads(report[start:]).get("terraform_version", "")) if start >= 0 else report
    _at_least(product, version, TERRAFORM_MINIMUM, remedy)
    return path


def errors() -> list[str]:
    """Return a sentence for each program that is missing or too old."""
    found = []
    for check in (node, terraform):
        try:
            check()
        except MissingPrerequisiteError as error:
            found.append(str(error))
    return found


def _which(name: str, problem: str, remedy: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise MissingPrerequisiteError(f"{problem} {remedy}")
    return path


def _output(*command: str) -> str:
    environment = {**os.environ, "CHECKPOINT_DISABLE": "1"}
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=60, env=environment, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MissingPrerequisiteError(f"`{' '.join(command)}` does not run: {error}") from error
    return done.stdout.strip()


def _at_least(program: str, version: str, minimum: tuple[int, int], remedy: str) -> None:
    numbers = re.search(r"(\d+)\.(\d+)", version)
    if numbers is None or (int(numbers[1]), int(numbers[2])) < minimum:
        wanted = ".".join(map(str, minimum))
        found = version or "an unknown version"
        raise MissingPrerequisiteError(
            f"{program} {wanted} or newer is needed, but this machine has {found}. {remedy}"
        )


if __name__ == "__main__":
    problems = errors()
    for problem in problems:
        print(problem, file=sys.stderr)
    sys.exit(1 if problems else 0)
