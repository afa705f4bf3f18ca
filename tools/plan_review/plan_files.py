"""A plan from a file: JSON as it is, or a plan that Terraform saved, which only Terraform can read."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tools.plan_review.plans import Plan, PlanFault, parse

# A saved plan is a zip archive.
_SAVED_PLAN = b"PK"


def read(path: Path, terraform: str) -> Plan:
    """Return the plan in a file.

    Args:
        path: JSON from `terraform show -json`, or what `terraform plan -out` wrote. The latter is shown in
            its own folder, where the providers were installed.
        terraform: Terraform's program.

    Raises:
        PlanFault: It can't be read, or Terraform can't show it.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise PlanFault(f"{path} can't be read: {error.strerror}.") from error
    return parse(_shown(path, terraform) if content.startswith(_SAVED_PLAN) else content)


def _shown(path: Path, terraform: str) -> bytes:
    command = [terraform, f"-chdir={path.parent}", "show", "-json", path.name]
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except OSError as error:
        raise PlanFault(
            f"`{terraform}` can't be run: {error.strerror}. Reading a saved plan needs it."
        ) from error
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip()
        raise PlanFault(f"`{' '.join(command)}` failed.\n{said}")
    return done.stdout
