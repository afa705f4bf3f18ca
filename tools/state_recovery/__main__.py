"""`python -m tools.state_recovery STACK_DIRECTORY`: import what a plan would make although it exists.

It changes Terraform's state and nothing else. The directory must be synthesized; AWS is configured as usual.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3

from tools.state_recovery.rules import (
    LOOKED_UP,
    NAMED,
    Client,
    Planned,
    created,
)

# How Terraform says that there is nothing under an id.
_ABSENT = ("Cannot import non-existent remote object", "couldn't find resource", "NotFound", "not found")
# What a resource needs must be known before its own id is: mappings come after functions.
_ROUNDS = 3


class AdoptionError(Exception):
    """Terraform failed; carries what it said."""


def main(directory: Path) -> int:
    """Import round by round; return how many resources were imported."""
    client: Any = boto3.client  # typed for literal names alone
    terraform("init", "-input=false", directory=directory)
    imported = 0
    absent: set[str] = set()
    for _ in range(_ROUNDS):
        before = imported
        for address, type_, planned in created(planned_changes(directory)):
            id_ = None if address in absent else import_id(type_, planned, client)
            if id_ is None:
                continue
            if import_one(directory, address, id_):
                print(f"Imported {address} ({id_}).", flush=True)
                imported += 1
            else:
                absent.add(address)
        if imported == before:
            break
    return imported


def import_id(type_: str, planned: Planned, client: Client) -> str | None:
    """Return the id under which a planned resource may exist."""
    if type_ in LOOKED_UP:
        return LOOKED_UP[type_](planned, client)
    try:
        return NAMED[type_](planned) if type_ in NAMED else None
    except KeyError:
        # Its name is known only after something else is made.
        return None


def planned_changes(directory: Path) -> dict[str, Any]:
    """Plan, and return the plan's description."""
    terraform("plan", "-input=false", "-out=adoption.tfplan", directory=directory)
    try:
        found: dict[str, Any] = json.loads(terraform("show", "-json", "adoption.tfplan", directory=directory))
    finally:
        (directory / "adoption.tfplan").unlink(missing_ok=True)
    return found


def import_one(directory: Path, address: str, id_: str) -> bool:
    """Import one resource; tell whether there was one."""
    try:
        terraform("import", "-input=false", address, id_, directory=directory)
    except AdoptionError as fault:
        if any(words in str(fault) for words in _ABSENT):
            return False
        raise
    return True


def terraform(*arguments: str, directory: Path) -> str:
    """Run Terraform and return what it printed.

    Raises:
        AdoptionError: It failed.
    """
    program = os.environ.get("TERRAFORM_BINARY_NAME", "terraform")
    command = [program, f"-chdir={directory}", *arguments]
    if arguments[0] != "show":
        command.insert(3, "-no-color")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AdoptionError(
            f"`terraform {arguments[0]}` failed.\n{done.stderr.strip() or done.stdout.strip()}"
        )
    return done.stdout


if __name__ == "__main__":
    try:
        print(f"{main(Path(sys.argv[1]))} imported; nothing in AWS was changed.")
    except AdoptionError as fault:
        sys.exit(str(fault))
