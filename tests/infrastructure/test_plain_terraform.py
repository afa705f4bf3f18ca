"""Plain Terraform folders say what the stacks say."""

from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.infrastructure.stack import PLAIN, STACKS
from tests.infrastructure.successors.comparison import differences
from tools.plain_terraform.configuration import configuration


@pytest.mark.parametrize("name", STACKS)
def test_the_files_together_are_the_stack(
    name: str, synthesized: Mapping[str, Mapping[str, Any]], synthesis_directory: Path, plain_directory: Path
) -> None:
    """Everything is in one of the files, and nothing but the code's hash and the local state differs."""
    folder = (plain_directory if name == PLAIN else synthesis_directory) / "stacks" / name
    merged: dict[str, Any] = {}
    for document in configuration(synthesized[name], lambda asset: (folder / asset).read_bytes()).values():
        for section, content in document.items():
            assert set(merged.get(section, ())).isdisjoint(content)
            merged.setdefault(section, {}).update(content)
    found = differences(_without_comments(synthesized[name]), _without_comments(merged))
    functions = synthesized[name]["resource"].get("aws_lambda_function", {})
    expected = {f"resource.aws_lambda_function.{id_}.source_code_hash" for id_ in functions}
    if "local" in synthesized[name]["terraform"]["backend"]:
        expected.add("terraform.backend.local.path")
    assert found.keys() == expected
    assert all(
        theirs.startswith("${filebase64sha256(") for path, (_, theirs) in found.items() if "hash" in path
    )


def _without_comments(stack: Mapping[str, Any]) -> dict[str, Any]:
    kept = deepcopy({name: value for name, value in stack.items() if name != "//"})
    for resources in kept["resource"].values():
        for body in resources.values():
            body.pop("//", None)
    return kept
