"""What is installed is locked to a hash, by every lock file, and the Makefile installs nothing else."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tools.supply_chain.__main__ import NODE_FOLDERS

ROOT = Path(__file__).resolve().parents[4]
PIPFILE: dict[str, Any] = tomllib.loads((ROOT / "Pipfile").read_text("utf-8"))
PIPFILE_LOCK: dict[str, Any] = json.loads((ROOT / "Pipfile.lock").read_text("utf-8"))
# Two groups are called otherwise in the lock, and `pipenv` holds settings.
_LOCKED_AS = {"packages": "default", "dev-packages": "develop"}
GROUPS = {group: _LOCKED_AS.get(group, group) for group in PIPFILE if group != "pipenv"}


def test_every_group_of_the_pipfile_is_locked() -> None:
    """No group of packages is without a lock, and none is locked that no Pipfile asks for."""
    assert {"packages", "dev-packages", "lambda", "audit", "lint"} <= set(GROUPS)
    assert set(PIPFILE_LOCK) == {"_meta", *GROUPS.values()}
    for asked, locked in GROUPS.items():
        assert {name.lower() for name in PIPFILE[asked]} <= set(PIPFILE_LOCK[locked])


@pytest.mark.parametrize("group", GROUPS.values())
def test_python_packages_have_a_version_and_hashes(group: str) -> None:
    """Each is one version with the hashes of its files, from the configured index."""
    assert PIPFILE_LOCK[group]
    for name, package in PIPFILE_LOCK[group].items():
        assert set(package) <= {"extras", "hashes", "markers", "version"}, name
        assert re.fullmatch(r"==[0-9][0-9a-z.+!]*", package["version"]), name
        assert package["hashes"], name
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", digest) for digest in package["hashes"]), name


def test_lock_names_no_index_and_fits_the_pipfile() -> None:
    """The lock is of this Pipfile, says pipenv itself, and of no machine's package index."""
    assert PIPFILE_LOCK["_meta"]["sources"] == []
    assert "source" not in PIPFILE
    run = subprocess.run(
        [sys.executable, "-m", "pipenv", "verify"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_zip_has_the_versions_that_tests_run_with() -> None:
    """A package that the zip shares with the project's environment is of one version in both."""
    for name, package in PIPFILE_LOCK["lambda"].items():
        for group in ("default", "develop"):
            assert PIPFILE_LOCK[group].get(name, package)["version"] == package["version"], name


def test_the_projects_environment_has_one_version_of_each_package() -> None:
    """What tests and stacks both need is one version, though their groups are locked apart."""
    for name in PIPFILE_LOCK["default"].keys() & PIPFILE_LOCK["develop"].keys():
        assert PIPFILE_LOCK["default"][name]["version"] == PIPFILE_LOCK["develop"][name]["version"], name


def _node_lock(folder: str) -> dict[str, Any]:
    lock: dict[str, Any] = json.loads((ROOT / folder / "package-lock.json").read_text("utf-8"))
    return lock


def test_every_lock_of_npm_is_known() -> None:
    """What is audited and compared with newest releases are all folders that have a lock."""
    found = set()
    for folder, inner, files in os.walk(ROOT):
        inner[:] = [name for name in inner if name not in {"node_modules", "build"} and name[0] != "."]
        if "package-lock.json" in files:
            found.add(Path(folder))
    assert found == {ROOT / folder for folder in NODE_FOLDERS}


@pytest.mark.parametrize("folder", NODE_FOLDERS)
def test_node_packages_have_a_hash(folder: str) -> None:
    """Each has a SHA-512 of its own, or is bundled in the archive of one that has; none names a host."""
    packages = _node_lock(folder)["packages"]
    assert len(packages) > 1
    for path, package in packages.items():
        assert "resolved" not in package, path
        if not path:
            continue
        if package.get("inBundle"):
            bundles = [outer for outer in packages if outer and path.startswith(f"{outer}/node_modules/")]
            path = next(outer for outer in bundles if not packages[outer].get("inBundle"))
        assert packages[path]["integrity"].startswith("sha512-"), path


@pytest.mark.parametrize("folder", NODE_FOLDERS)
def test_node_lock_fits_the_package(folder: str) -> None:
    """What package.json asks for, exactly, is what is locked."""
    package = json.loads((ROOT / folder / "package.json").read_text("utf-8"))
    packages = _node_lock(folder)["packages"]
    for kind in ("dependencies", "devDependencies", "optionalDependencies"):
        asked = package.get(kind, {})
        assert packages[""].get(kind, {}) == asked
        for name, version in asked.items():
            assert packages[f"node_modules/{name}"]["version"] == version
    assert package["devDependencies"]


def test_makefile_installs_with_hashes() -> None:
    """pip wants every hash and no dependency beside; npm keeps to the lock; pipenv is of one version."""
    recipes = re.sub(r"\\\n\s*", " ", (ROOT / "Makefile").read_text("utf-8"))
    installing = re.compile(r"\bpip install\b|\bnpm (ci|i|install)\b")
    installs = [line for line in recipes.splitlines() if installing.search(line)]
    assert len(installs) >= 5
    for line in installs:
        if "pipenv==$(PIPENV_VERSION)" in line:
            continue
        locked_python = "--require-hashes" in line and "--no-deps" in line
        # What writes the lock installs nothing.
        locked_node = "npm ci" in line or ("npm install" in line and "--package-lock-only" in line)
        assert locked_python or locked_node, line
    assert re.search(r"^PIPENV_VERSION := [0-9.]+$", recipes, re.MULTILINE)
    assert "pipenv sync --dev" in recipes
    assert not re.search(r"pipenv (install|update)\b", recipes)
