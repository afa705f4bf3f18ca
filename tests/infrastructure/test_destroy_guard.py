"""Who may be destroyed, and what is said to those who try with the others."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from stacks.destroy_guard import refusal
from stacks.settings import ENVIRONMENTS

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("environment", ["dev", "staging", "sandbox"])
def test_what_is_not_protected_may_be_destroyed(environment: str) -> None:
    """No sentence, no refusal."""
    assert refusal(ENVIRONMENTS[environment]) is None


@pytest.mark.parametrize(
    "change", [{"prevent_destroy": True}, {"deletion_protection": True}, {"force_destroy": False}]
)
def test_one_protection_is_enough(change: dict[str, bool]) -> None:
    """Each of the three would stop a destroy half-way."""
    assert refusal(replace(ENVIRONMENTS["dev"], **change)) is not None  # type: ignore[arg-type]


def test_prod_says_how_to_let_go_of_it() -> None:
    """The command ends with an error and a sentence that names each setting and both commands."""
    done = subprocess.run(
        [sys.executable, "-m", "stacks.destroy_guard", "prod"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    for word in (
        "prod is protected",
        "prevent_destroy=False",
        "deletion_protection=False",
        "force_destroy=True",
        "make deploy ENV=prod",
        "make destroy ENV=prod",
    ):
        assert word in done.stderr


def test_make_destroy_asks_before_anything_is_done() -> None:
    """The target's first command is the refusal."""
    lines = (ROOT / "Makefile").read_text().split("\ndestroy: ", 1)[1].splitlines()
    assert lines[1].strip() == "@$(RUN) -m stacks.destroy_guard $(ENV)"
