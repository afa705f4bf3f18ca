"""The addresses of what holds data are permanent: `stateful_addresses.json` lists them for good.

A snapshot follows every change that somebody accepts; Terraform destroys what has lost its address anyhow.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.infrastructure.pipelines import SETTINGS
from tests.infrastructure.stack import STACKS, STATE_BACKENDS
from tools.plan_review.losses.stateful import STATEFUL

PERMANENT = Path(__file__).parent / "stateful_addresses.json"


def stateful_addresses(document: Mapping[str, Any]) -> set[str]:
    """Return the addresses of a synthesized stack's stateful resources."""
    return {
        f"{type_}.{name}"
        for type_, resources in document.get("resource", {}).items()
        if type_ in STATEFUL
        for name in resources
    }


def _permanent(stack: str) -> list[str]:
    """Return the listed addresses of a stack; delivery adds its own to those of a pipeline."""
    listed: dict[str, list[str]] = json.loads(PERMANENT.read_text())
    if stack in STATE_BACKENDS:
        return listed["state-backend"]
    return [*listed["pipeline"], *(listed["delivery"] if SETTINGS[stack].delivers else ())]


def faults(permanent: Iterable[str], found: Iterable[str]) -> list[str]:
    """Return a sentence for each address that is gone, and for each that is not listed yet."""
    gone, new = sorted(set(permanent) - set(found)), sorted(set(found) - set(permanent))
    said = []
    for address in gone:
        type_ = address.split(".")[0]
        successors = [each for each in new if each.startswith(f"{type_}.")]
        renamed = (
            f" If it is {' or '.join(successors)} now, its construct id was renamed." if successors else ""
        )
        said.append(
            f"{address} is gone: the next deployment destroys it, and with it {STATEFUL[type_]}.{renamed} "
            "Keep its construct id, or say where it went with `move_from_id`; "
            f"only then change {PERMANENT.name}."
        )
    said += [
        f"{address} is new: add it to {PERMANENT.name}, and its address is permanent." for address in new
    ]
    return said


@pytest.mark.parametrize("stack", STACKS)
def test_no_stateful_address_changes(stack: str, synthesized: Mapping[str, Mapping[str, Any]]) -> None:
    """Every stack has exactly the stateful resources that are listed, each under its permanent address."""
    assert faults(_permanent(stack), stateful_addresses(synthesized[stack])) == []


def test_the_snapshots_hold_the_same_addresses() -> None:
    """The reviewed snapshots and the list agree: neither can be changed without the other."""
    for stack in STACKS:
        snapshot = PERMANENT.parent / "__snapshots__" / "test_synthesized" / f"test_stack[{stack}].json"
        assert faults(_permanent(stack), stateful_addresses(json.loads(snapshot.read_text()))) == []


def test_a_rename_is_a_sentence() -> None:
    """A renamed construct id is reported as a loss of its resource, and as a probable renaming."""
    (gone, new) = faults(["aws_s3_bucket.Uploads_1"], ["aws_s3_bucket.Sources_1"])
    assert gone.startswith(
        "aws_s3_bucket.Uploads_1 is gone: the next deployment destroys it, and with it every object"
    )
    assert "aws_s3_bucket.Sources_1 now, its construct id was renamed" in gone
    assert new.startswith("aws_s3_bucket.Sources_1 is new")
    assert faults(["aws_s3_bucket.A"], ["aws_s3_bucket.A"]) == []
