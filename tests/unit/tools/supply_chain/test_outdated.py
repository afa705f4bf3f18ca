"""What is newer than what is locked: named packages alone, and no answer is no good news."""

import json
from pathlib import Path

import pytest

from tools.supply_chain.outdated import (
    Locked,
    compare_node,
    compare_python,
    locked_node,
    locked_python,
)

LOCKED = Locked(language="Python", name="packages", versions={"boto3": "1.0", "typing-extensions": "4.0"})


def program(path: Path, prints: str, code: int = 0, error: str = "") -> str:
    """Write a program that prints something, and return its path."""
    path.write_text(f"#!/bin/sh\necho '{error}' >&2\ncat <<'EOF'\n{prints}\nEOF\nexit {code}\n")
    path.chmod(0o755)
    return str(path)


def report(**versions: str) -> str:
    """Return what pip would install, as its report has it."""
    return json.dumps(
        {"install": [{"metadata": {"name": name, "version": v}} for name, v in versions.items()]}
    )


def test_named_packages_are_compared(tmp_path: Path) -> None:
    """Each package of a category is compared with its newest release, however its name is spelled."""
    python = program(tmp_path / "python", report(boto3="1.1", Typing_Extensions="4.0"))
    found = compare_python(LOCKED, python=python)
    assert found.outdated == {"boto3": ("1.0", "1.1")}
    assert str(found) == "Python, packages (2 named): 1 to update\n  boto3 1.0 -> 1.1"


@pytest.mark.parametrize(
    ("prints", "code", "error", "why"),
    [
        ("", 1, "ERROR: No matching distribution", "No matching distribution"),
        ("no json", 0, "", "printed no JSON"),
        (report(boto3="1.0"), 0, "", "nothing about typing-extensions"),
    ],
    ids=["failed", "unreadable", "incomplete"],
)
def test_no_answer_is_said(tmp_path: Path, prints: str, code: int, error: str, why: str) -> None:
    """A source that fails, or leaves a package out, does not make a list that says nothing is newer."""
    found = compare_python(LOCKED, python=program(tmp_path / "python", prints, code, error))
    assert found.unanswered is not None
    assert why in found.unanswered
    assert "not all was answered" in str(found)


def test_a_program_that_is_missing_is_said(tmp_path: Path) -> None:
    """Without npm there is no answer, and no exception."""
    found = compare_node(LOCKED, npm=str(tmp_path / "npm"))
    assert found.unanswered is not None
    assert found.outdated == {}


def test_npm_is_asked_for_the_latest_version(tmp_path: Path) -> None:
    """The latest release is compared with the version in the lock file."""
    folder = tmp_path / "web"
    folder.mkdir()
    (folder / "package.json").write_text(
        '{"devDependencies": {"vite": "8.0.0"}, "dependencies": {"lit": "3"}}'
    )
    locked = {"": {}, "node_modules/vite": {"version": "8.0.0"}, "node_modules/lit": {"version": "8.1.0"}}
    (folder / "package-lock.json").write_text(json.dumps({"packages": locked}))
    found = compare_node(locked_node(folder, tmp_path), npm=program(tmp_path / "npm", '"8.1.0"'))
    assert found.locked.name == "web"
    assert found.unanswered is None
    assert found.outdated == {"vite": ("8.0.0", "8.1.0")}


def test_every_category_is_read() -> None:
    """Each category of the Pipfile is a list of its own; what is named there is looked up in the lock."""
    pipfile = {"packages": {"Typing_Extensions": "*"}, "lint": {"a": "==1"}, "pipenv": {"x": True}}
    lock = {"default": {"typing-extensions": {"version": "==4.0"}}, "lint": {"a": {"version": "==1"}}}
    assert list(locked_python(pipfile, lock)) == [
        Locked(language="Python", name="packages", versions={"typing-extensions": "4.0"}),
        Locked(language="Python", name="lint", versions={"a": "1"}),
    ]
