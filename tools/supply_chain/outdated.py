"""Compare what is locked with the newest release of each package that is named in Pipfile and package.json.

What those packages need themselves follows when they are locked anew. A source that gave no answer is not
taken for one that has nothing newer.
"""

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Categories of a Pipfile by the name that Pipfile.lock has for them, where that is another.
_LOCKED_AS = {"packages": "default", "dev-packages": "develop"}
_NO_PACKAGES = frozenset({"pipenv", "requires", "scripts", "source"})
# Generous for a source that answers: pip may have to fetch a package to learn its version.
TIMEOUT_SECONDS = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """Packages that a category of the Pipfile, or a package.json, names: the locked version by name."""

    language: str
    name: str
    versions: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What is newer than what is locked, or why that is not known."""

    locked: Locked
    newest: Mapping[str, str]
    unanswered: str | None = None

    @property
    def outdated(self) -> dict[str, tuple[str, str]]:
        """Return the locked and the newest version of each package that has a newer one, by name."""
        return {
            name: (version, self.newest[name])
            for name, version in sorted(self.locked.versions.items())
            if self.newest.get(name, version) != version
        }

    def __str__(self) -> str:
        what = f"{self.locked.language}, {self.locked.name} ({len(self.locked.versions)} named)"
        lines = [f"  {name} {locked} -> {newest}" for name, (locked, newest) in self.outdated.items()]
        if self.unanswered is not None:
            return "\n".join([f"{what}: not all was answered: {self.unanswered}", *lines])
        return "\n".join([f"{what}: {len(lines) or 'nothing'} to update", *lines])


def locked_python(pipfile: Mapping[str, Any], lock: Mapping[str, Any]) -> Iterator[Locked]:
    """Yield the packages of each category of a Pipfile."""
    for category, packages in pipfile.items():
        if category in _NO_PACKAGES or not packages:
            continue
        group = lock[_LOCKED_AS.get(category, category)]
        names = {name.lower().replace("_", "-").replace(".", "-") for name in packages}
        versions = {name: str(group[name]["version"]).removeprefix("==") for name in names}
        yield Locked(language="Python", name=category, versions=versions)


def locked_node(folder: Path, root: Path) -> Locked:
    """Return the packages that a folder's package.json names."""
    named = json.loads((folder / "package.json").read_text("utf-8"))
    packages = json.loads((folder / "package-lock.json").read_text("utf-8"))["packages"]
    names = [*named.get("dependencies", {}), *named.get("devDependencies", {})]
    versions = {name: str(packages[f"node_modules/{name}"]["version"]) for name in names}
    return Locked(language="Node.js", name=str(folder.relative_to(root)), versions=versions)


def compare_python(locked: Locked, *, python: str) -> Comparison:
    """Let pip say which versions it would install without a word about versions, installing nothing."""
    options = ("--dry-run", "--ignore-installed", "--no-deps", "--quiet", "--report", "-")
    command = [python, "-m", "pip", "install", "--disable-pip-version-check", *options, *locked.versions]
    answer, failure = _asked(command)
    entries = answer.get("install", []) if isinstance(answer, dict) else []
    newest = {
        entry["metadata"]["name"].lower().replace("_", "-").replace(".", "-"): entry["metadata"]["version"]
        for entry in entries
    }
    return _comparison(locked, newest, failure)


def compare_node(locked: Locked, *, npm: str) -> Comparison:
    """Ask npm for the latest version of each package."""
    newest: dict[str, str] = {}
    failure = None
    for name in locked.versions:
        answer, failed = _asked([npm, "view", name, "version", "--json"])
        failure = failure or failed
        if isinstance(answer, str):
            newest[name] = answer
    return _comparison(locked, newest, failure)


def _comparison(locked: Locked, newest: Mapping[str, str], failure: str | None) -> Comparison:
    missing = sorted(locked.versions.keys() - newest.keys())
    if missing and failure is None:
        failure = f"nothing about {', '.join(missing)}"
    return Comparison(locked=locked, newest=newest, unanswered=failure)


def _asked(command: Sequence[str]) -> tuple[Any, str | None]:
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return None, str(error)
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    if done.returncode != 0:
        return None, lines[-1] if lines else f"{Path(command[0]).name} ended with {done.returncode}"
    try:
        return json.loads(done.stdout), None
    except ValueError:
        return None, f"{Path(command[0]).name} printed no JSON"
