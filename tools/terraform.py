"""Run Terraform in a folder of synthesized JSON."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


class TerraformError(Exception):
    """Terraform failed or can't be run; the message has what it printed."""


def program_name() -> str:
    """Return the program that cdktf runs too, by cdktf's own variable."""
    return os.environ.get("TERRAFORM_BINARY_NAME", "terraform")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terraform:
    """Terraform in one folder.

    Attributes:
        directory: Holds the synthesized JSON, and the providers once initialized.
        program: Terraform's name or path.
        environment: Of the process; None inherits this one's.
    """

    directory: Path
    program: str = field(default_factory=program_name)
    environment: Mapping[str, str] | None = None

    def command(self, *arguments: str) -> list[str]:
        """Return the command line; the folder in it identifies whose process this is."""
        return [self.program, f"-chdir={self.directory}", *arguments]

    def run(self, *arguments: str) -> str:
        """Run Terraform and return what it printed.

        Raises:
            TerraformError: It failed or can't be run.
        """
        command = self.command(*arguments)
        try:
            done = subprocess.run(
                command,
                env=self.environment,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                check=False,
            )
        except OSError as error:
            raise TerraformError(f"`{self.program}` can't be run: {error.strerror}.") from error
        if done.returncode != 0:
            printed = done.stderr.strip() or done.stdout.strip()
            raise TerraformError(f"`{' '.join(command)}` failed.\n{printed}")
        return done.stdout

    def shown_plan(self, plan: str) -> dict[str, Any]:
        """Return a saved plan, named relative to the folder, as Terraform describes it in JSON.

        Raises:
            TerraformError: It failed or can't be run.
        """
        shown: dict[str, Any] = json.loads(self.run("show", "-json", plan))
        return shown
