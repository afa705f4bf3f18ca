"""`python -m tools.state_recovery STACK_DIRECTORY`: import what a plan would make although it exists.

It changes Terraform's state and nothing else. The directory must be synthesized; AWS is configured as usual.
"""

from __future__ import annotations

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
from tools.terraform import Terraform, TerraformError

# How Terraform says that there is nothing under an id.
_ABSENT = ("Cannot import non-existent remote object", "couldn't find resource", "NotFound", "not found")
# What a resource needs must be known before its own id is: mappings come after functions.
_ROUNDS = 3
_PLAN = "adoption.tfplan"


def main(directory: Path) -> int:
    """Import round by round; return how many resources were imported."""
    client: Any = boto3.client  # typed for literal names alone
    terraform = Terraform(directory=directory)
    terraform.run("init", "-no-color", "-input=false")
    imported = 0
    absent: set[str] = set()
    for _ in range(_ROUNDS):
        before = imported
        for address, type_, planned in created(planned_changes(terraform)):
            id_ = None if address in absent else import_id(type_, planned, client)
            if id_ is None:
                continue
            if import_one(terraform, address, id_):
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


def planned_changes(terraform: Terraform) -> dict[str, Any]:
    """Plan, and return the plan's description."""
    terraform.run("plan", "-no-color", "-input=false", f"-out={_PLAN}")
    try:
        return terraform.shown_plan(_PLAN)
    finally:
        (terraform.directory / _PLAN).unlink(missing_ok=True)


def import_one(terraform: Terraform, address: str, id_: str) -> bool:
    """Import one resource; return whether it exists."""
    try:
        terraform.run("import", "-no-color", "-input=false", address, id_)
    except TerraformError as error:
        if any(words in str(error) for words in _ABSENT):
            return False
        raise
    return True


if __name__ == "__main__":
    try:
        print(f"{main(Path(sys.argv[1]))} imported; nothing in AWS was changed.")
    except TerraformError as error:
        sys.exit(str(error))
