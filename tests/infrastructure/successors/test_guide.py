"""The guide to CDKTF's fork: its replacements lead to what the tests synthesize with."""

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.infrastructure.successors.lane import LANES, RENAME, RENAMED, ROOT

PAGE = ROOT / "docs" / "moving-to-cdktn.md"
FILES = (
    "Makefile",
    "Pipfile",
    "package.json",
    "pyproject.toml",
    "tests/infrastructure/test_architecture.py",
    "tests/infrastructure/test_lazy_loading.py",
)


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of what the guide replaces names in, with them replaced."""
    folder = tmp_path_factory.mktemp("moved")
    bindings = [str(path.relative_to(ROOT)) for path in ROOT.glob("constructs_lib/bindings/*.py")]
    for name in (*FILES, *bindings):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    replacements = re.findall(r"^\$ (perl .+)$", PAGE.read_text("utf-8"), re.M)
    assert replacements[0] == f"{RENAME} {RENAMED}", "what the lane synthesizes with"
    for command in replacements:
        subprocess.run(["bash", "-c", command], cwd=folder, check=True)
    return folder


def test_every_file_that_is_named_changes(moved: Path) -> None:
    """No replacement of the guide misses a file that it names."""
    copied = [path for path in moved.rglob("*") if path.is_file()]
    same = [path for path in copied if path.read_text() == (ROOT / path.relative_to(moved)).read_text()]
    assert same == []
    assert len(copied) > len(FILES)


def test_the_fork_is_what_is_installed(moved: Path) -> None:
    """Pipfile and package.json name the fork at the versions of the lane, and CDKTF no longer."""
    before = tomllib.loads((ROOT / "Pipfile").read_text("utf-8"))
    after = tomllib.loads((moved / "Pipfile").read_text("utf-8"))
    assert after["packages"].items() >= before["cdktn"].items()
    assert not any(name.startswith("cdktf") for name in after["packages"])
    assert {key: value for key, value in after.items() if key != "packages"} == {
        key: value for key, value in before.items() if key != "packages"
    }
    tools = json.loads((moved / "package.json").read_text("utf-8"))
    assert tools["devDependencies"]["cdktn-cli"] == after["packages"]["cdktn"].removeprefix("==")
    assert "cdktf-cli" not in tools["devDependencies"]


def test_nothing_names_cdktf_any_more(moved: Path) -> None:
    """The bindings import the fork alone, `make` runs its command line, and the contracts are about it."""
    for path in (moved / "constructs_lib" / "bindings").glob("*.py"):
        assert not re.search(r"^\s*(from|import) cdktf", path.read_text(), re.M), path.name
    assert "npx --no-install cdktf" not in (moved / "Makefile").read_text()
    configuration = tomllib.loads((moved / "pyproject.toml").read_text("utf-8"))
    contracts = configuration["tool"]["importlinter"]["contracts"]
    (bindings,) = (c for c in contracts if c["name"].startswith("Only the bindings"))
    assert bindings["forbidden_modules"][:2] == ["cdktn", "cdktn_provider_aws"]


def test_the_page_says_what_differs() -> None:
    """Each value that differs between CDKTF and the fork is on the page."""
    text = PAGE.read_text("utf-8")
    (fork,) = (lane for lane in LANES if lane.is_fork)
    assert fork.differences
    for place, values in fork.differences.items():
        assert f"`{place}`" in text
        assert all(str(value) in text for value in values)
