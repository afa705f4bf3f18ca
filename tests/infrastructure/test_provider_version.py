"""The AWS provider's version is that of the bindings, unless a synthesis names another."""

import json
from pathlib import Path
from typing import Any

from main import build_app
from tests.infrastructure.stack import Stack


def _version(stack: dict[str, Any]) -> str:
    version: str = stack["terraform"]["required_providers"]["aws"]["version"]
    return version


def test_all_stacks_have_one_version(any_stack: Stack) -> None:
    """Without a word, every stack wants the version that the bindings were made for."""
    assert _version(dict(any_stack.document)) == "5.100.0"


def test_another_version_reaches_both_stacks(tmp_path: Path) -> None:
    """PROVIDER_VERSION holds an environment and its state bucket at a version."""
    build_app({"ENVIRONMENT": "sandbox", "PROVIDER_VERSION": "6.25.0"}, outdir=tmp_path).synth()
    versions = {
        path.parent.name: _version(json.loads(path.read_text())) for path in tmp_path.glob("stacks/*/*.json")
    }
    assert versions == {"sandbox": "6.25.0", "state-backend-sandbox": "6.25.0"}
