"""Ask the advisories' sources about every locked package: pip-audit for Python, npm for Node.js.

A tool that could not ask is not taken for a clean answer. Both tools end with 1 where they found something
and where they failed alike, and pip-audit with 0 where its source knows none of the packages: what they print
tells these apart.
"""

import json
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Any

# Generous for a source that answers, and an end for one that does not.
TIMEOUT_SECONDS = 300
_GROUPS: Mapping[str, str] = {
    "default": "project",
    "develop": "development",
    "lambda": "Lambda zip",
    "audit": "audit",
    "lint": "linters of policies",
    "mutation": "mutation tester",
    "cdktn": "CDKTF's fork, and its bindings",
    "provider6": "bindings of provider 6",
}


class Outcome(IntEnum):
    """Say how an audit ended, as its exit code."""

    CLEAN = 0
    VULNERABLE = 1
    NOT_ASKED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Hold what was found out of one set of packages: advisories, or why there was no answer."""

    label: str
    packages: int
    advisories: Sequence[str] = field(default_factory=tuple)
    unanswered: str | None = None

    def __str__(self) -> str:
        what = f"{self.label} ({self.packages:,} packages)"
        if self.advisories:
            text = f"{what}: {len(self.advisories)} known vulnerabilities\n"
            text += "\n".join(f"  {advisory}" for advisory in self.advisories)
            return text if self.unanswered is None else f"{text}\n  Not all was answered: {self.unanswered}"
        if self.unanswered is not None:
            return f"{what}: the source of advisories gave no answer: {self.unanswered}"
        return f"{what}: nothing known"


def outcome(findings: Iterable[Finding]) -> Outcome:
    """Return how all ended together: one vulnerability outweighs everything, no answer outweighs clean."""
    found = list(findings)
    if any(finding.advisories for finding in found):
        return Outcome.VULNERABLE
    return Outcome.NOT_ASKED if any(f.unanswered is not None for f in found) else Outcome.CLEAN


def audit_python(*, pip_audit: str, lock: Mapping[str, Any], folder: Path) -> Iterator[Finding]:
    """Ask about each group of a Pipfile.lock, from requirements with hashes, written into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for group, packages in lock.items():
        if group == "_meta" or not packages:
            continue
        requirements = folder / f"{group}.txt"
        requirements.write_text("".join(_requirement(name, packages[name]) for name in sorted(packages)))
        yield _ask_pip_audit(pip_audit, requirements, f"Python, {_GROUPS.get(group, group)}", len(packages))


def audit_node(*, npm: str, folder: Path, what: str) -> Finding:
    """Ask about everything in a folder's package-lock.json; `what` says what is installed from it."""
    label = f"Node.js, {what}"
    lock = json.loads((folder / "package-lock.json").read_text("utf-8"))
    # The folder itself is the entry without a name.
    count = len([name for name in lock["packages"] if name])
    ran = _run([npm, "audit", "--json", "--package-lock-only"], folder)
    answer = _json(ran.stdout)
    if ran.failure or not isinstance(answer.get("vulnerabilities"), dict):
        why = ran.failure or str(answer.get("message") or ran.last_words)
        return Finding(label=label, packages=count, unanswered=why)
    return Finding(
        label=label,
        packages=count,
        advisories=[
            f"{name} {entry.get('range', '')} ({entry.get('severity', 'unknown')}): {_via(entry)}"
            for name, entry in sorted(answer["vulnerabilities"].items())
        ],
    )


def _requirement(name: str, package: Mapping[str, Any]) -> str:
    hashes = "".join(f" \\\n    --hash={digest}" for digest in package["hashes"])
    return f"{name}{package['version']}{hashes}\n"


def _ask_pip_audit(program: str, requirements: Path, label: str, count: int) -> Finding:
    command = [program, "--requirement", str(requirements), "--require-hashes", "--disable-pip"]
    ran = _run([*command, "--format", "json", "--progress-spinner", "off"], requirements.parent)
    answer = _json(ran.stdout)
    if ran.failure or not isinstance(answer.get("dependencies"), list):
        return Finding(label=label, packages=count, unanswered=ran.failure or ran.last_words)
    audited = answer["dependencies"]
    skipped = [entry["name"] for entry in audited if "skip_reason" in entry]
    missing = count - len(audited)
    reasons = []
    if skipped:
        reasons.append(f"it knows nothing of {len(skipped)} of them ({', '.join(skipped[:3])}, ...)")
    if missing > 0:
        reasons.append(f"it left out {missing} of them")
    return Finding(
        label=label,
        packages=count,
        advisories=[
            f"{entry['name']} {entry['version']}: {found['id']}, fixed in {_versions(found)}"
            for entry in audited
            for found in entry.get("vulns", [])
        ],
        unanswered="; ".join(reasons) or None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ran:
    stdout: str = ""
    last_words: str = ""
    failure: str | None = None


def _run(command: Sequence[str], folder: Path) -> _Ran:
    name = Path(command[0]).name
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return _Ran(failure=f"{name} had none after {TIMEOUT_SECONDS} seconds.")
    except OSError as error:
        return _Ran(failure=f"{name} does not start ({error.strerror}).")
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    said = lines[-1].strip() if lines else f"{name} ended with {done.returncode} and said nothing."
    # Found something, or nothing: any other code is a failure of the tool, whatever it printed.
    return _Ran(stdout=done.stdout, last_words=said, failure=said if done.returncode not in (0, 1) else None)


def _json(text: str) -> Mapping[str, Any]:
    try:
        read = json.loads(text)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _via(entry: Mapping[str, Any]) -> str:
    causes = entry.get("via", [])
    return ", ".join(cause if isinstance(cause, str) else str(cause.get("title")) for cause in causes)


def _versions(found: Mapping[str, Any]) -> str:
    return ", ".join(found.get("fix_versions") or []) or "no version yet"
