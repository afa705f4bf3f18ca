"""A plan from a file: JSON as it is, or a plan that Terraform saved, which only Terraform can read."""

from __future__ import annotations

from pathlib import Path

from tools.plan_review.plans import Plan, PlanError, parse
from tools.terraform import Terraform, TerraformError

# A saved plan is a zip archive.
_SAVED_PLAN = b"PK"


def read(path: Path, terraform: str) -> Plan:
    """Return the plan in a file.

    Args:
        path: JSON from `terraform show -json`, or what `terraform plan -out` wrote. The latter is shown in
            its own folder, where the providers were installed.
        terraform: Terraform's program.

    Raises:
        PlanError: It can't be read, or Terraform can't show it.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise PlanError(f"{path} can't be read: {error.strerror}.") from error
    if not content.startswith(_SAVED_PLAN):
        return parse(content)
    try:
        return parse(
            Terraform(directory=path.parent, program=terraform).run("show", "-json", path.name).encode()
        )
    except TerraformError as error:
        raise PlanError(f"{error}\nReading a saved plan needs Terraform.") from error
