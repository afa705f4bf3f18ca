"""The audit of what is locked: clean, vulnerable and unanswered are distinguished, and never mixed up.

The tools here are programs that answer as the real ones do; the answers were taken from those.
"""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tools.supply_chain import audit
from tools.supply_chain.__main__ import NODE_FOLDERS, ROOT, main
from tools.supply_chain.audit import (
    Finding,
    Outcome,
    audit_node,
    audit_python,
    outcome,
)

LOCK: Mapping[str, Any] = {
    "_meta": {"sources": []},
    "default": {
        "six": {
            "version": "==1.17.0",
            "hashes": ["sha256:aa", "sha256:bb"],
            "markers": "python_version > '3'",
        },
        "attrs": {"version": "==26.1.0", "hashes": ["sha256:cc"]},
    },
}
CLEAN = {
    "dependencies": [
        {"name": "attrs", "version": "26.1.0", "vulns": []},
        {"name": "six", "version": "1.17.0", "vulns": []},
    ],
    "fixes": [],
}
VULNERABLE = {
    "dependencies": [
        {"name": "attrs", "version": "26.1.0", "vulns": []},
        {
            "name": "six",
            "version": "1.17.0",
            "vulns": [{"id": "PYSEC-2014-8", "fix_versions": ["1.18.0"], "aliases": [], "description": ""}],
        },
    ],
    "fixes": [],
}
UNKNOWN = {
    "dependencies": [
        {"name": "attrs", "version": "26.1.0", "vulns": []},
        {"name": "six", "skip_reason": "Dependency not found on PyPI and could not be audited: six (1.17.0)"},
    ],
    "fixes": [],
}
NPM_CLEAN = {"auditReportVersion": 2, "vulnerabilities": {}, "metadata": {}}
NPM_VULNERABLE = {
    "auditReportVersion": 2,
    "vulnerabilities": {
        "lodash": {
            "name": "lodash",
            "severity": "high",
            "range": "<4.17.12",
            "via": [{"title": "Prototype Pollution", "severity": "high"}],
        },
        "archiver": {"name": "archiver", "severity": "high", "range": "*", "via": ["lodash"]},
    },
}
NPM_UNREACHABLE = {"message": "request to http://127.0.0.1:9/-/npm failed", "error": {"summary": ""}}

Tool = Callable[..., str]


@pytest.fixture
def tool(tmp_path: Path) -> Tool:
    """Return a maker of programs that print an answer, complain, and end with a code."""

    def make(name: str, answer: object, *, code: int = 0, complaint: str = "") -> str:
        path = tmp_path / name
        text = answer if isinstance(answer, str) else json.dumps(answer)
        path.write_text(
            f"#!{sys.executable}\nimport json, pathlib, sys\n"
            f"pathlib.Path({str(path)!r} + '.arguments').write_text(json.dumps(sys.argv[1:]))\n"
            f"print({text!r})\nprint({complaint!r}, file=sys.stderr)\nsys.exit({code})\n"
        )
        path.chmod(0o755)
        return str(path)

    return make


def _python(program: str, folder: Path) -> Finding:
    (finding,) = audit_python(pip_audit=program, lock=LOCK, folder=folder / "requirements")
    return finding


def _node(program: str, folder: Path) -> Finding:
    (folder / "package-lock.json").write_text(
        json.dumps({"packages": {"": {}, "node_modules/a": {}, "node_modules/b": {}}})
    )
    return audit_node(npm=program, folder=folder, what="page")


@pytest.mark.parametrize(
    ("answer", "code", "complaint", "expected", "says"),
    [
        (CLEAN, 0, "No known vulnerabilities found", Outcome.CLEAN, "nothing known"),
        (VULNERABLE, 1, "Found 1", Outcome.VULNERABLE, "six 1.17.0: PYSEC-2014-8, fixed in 1.18.0"),
        # It ends with 0, and asked no source about six.
        (UNKNOWN, 0, "No known vulnerabilities", Outcome.NOT_ASKED, "it knows nothing of 1 of them (six"),
        ({**CLEAN, "dependencies": []}, 0, "", Outcome.NOT_ASKED, "it left out 2 of them"),
        ("", 1, "ERROR: Failed to connect to PyPI", Outcome.NOT_ASKED, "Failed to connect to PyPI"),
        ("", 1, "", Outcome.NOT_ASKED, "ended with 1 and said nothing"),
        ("[]", 0, "", Outcome.NOT_ASKED, "gave no answer"),
        (CLEAN, 2, "usage: pip-audit", Outcome.NOT_ASKED, "usage: pip-audit"),
    ],
)  # fmt: skip
def test_pip_audit_is_understood(
    tool: Tool, tmp_path: Path, answer: object, code: int, complaint: str, expected: Outcome, says: str
) -> None:
    """Its exit codes say too little; what it prints tells clean, vulnerable and unanswered apart."""
    finding = _python(tool("pip-audit", answer, code=code, complaint=complaint), tmp_path)
    assert outcome([finding]) is expected
    assert says in str(finding)
    assert "2 packages" in str(finding)


@pytest.mark.parametrize(
    ("answer", "code", "complaint", "expected", "says"),
    [
        (NPM_CLEAN, 0, "", Outcome.CLEAN, "nothing known"),
        (NPM_VULNERABLE, 1, "", Outcome.VULNERABLE, "lodash <4.17.12 (high): Prototype Pollution"),
        (NPM_UNREACHABLE, 1, "npm error audit endpoint returned an error", Outcome.NOT_ASKED, "request to"),
        ("", 1, "npm error network", Outcome.NOT_ASKED, "npm error network"),
        (NPM_CLEAN, 7, "npm error", Outcome.NOT_ASKED, "npm error"),
    ],
)
def test_npm_audit_is_understood(
    tool: Tool, tmp_path: Path, answer: object, code: int, complaint: str, expected: Outcome, says: str
) -> None:
    """It ends with 1 both where it found something and where no source answered."""
    finding = _node(tool("npm", answer, code=code, complaint=complaint), tmp_path)
    assert outcome([finding]) is expected
    assert says in str(finding)
    assert "2 packages" in str(finding)


def test_requirements_have_every_hash_and_every_platform(tool: Tool, tmp_path: Path) -> None:
    """All of a group is asked about, also what another platform would install, and nothing is resolved."""
    program = tool("pip-audit", CLEAN)
    _python(program, tmp_path)
    text = (tmp_path / "requirements" / "default.txt").read_text()
    assert text.replace(" \\\n    ", " ").splitlines() == [
        "attrs==26.1.0 --hash=sha256:cc",
        "six==1.17.0 --hash=sha256:aa --hash=sha256:bb",
    ]
    arguments = json.loads(Path(f"{program}.arguments").read_text())
    assert {"--require-hashes", "--disable-pip"} <= set(arguments)


def test_a_tool_that_is_not_there_or_hangs_is_no_clean_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are said in a sentence, as what they are."""
    missing = _python(str(tmp_path / "nowhere"), tmp_path)
    assert "nowhere does not start (No such file or directory)" in str(missing)
    monkeypatch.setattr(audit, "TIMEOUT_SECONDS", 0.2)
    endless = tmp_path / "endless"
    endless.write_text(f"#!{sys.executable}\nimport time\ntime.sleep(60)\n")
    endless.chmod(0o755)
    hanging = _node(str(endless), tmp_path)
    assert "none after 0.2 seconds" in str(hanging)
    assert outcome([missing, hanging]) is Outcome.NOT_ASKED


def test_a_vulnerability_outweighs_a_missing_answer() -> None:
    """What is known to be bad is not hidden by what isn't known; only all clean is clean."""
    clean = Finding(label="a", packages=1)
    unanswered = Finding(label="b", packages=1, unanswered="no answer")
    bad = Finding(label="c", packages=2, advisories=["X"], unanswered="one is unknown")
    assert outcome([clean, clean]) == 0
    assert outcome([clean, unanswered]) == 3
    assert outcome([clean, unanswered, bad]) == 1
    assert "one is unknown" in str(bad)


def test_command_audits_everything_that_is_locked(tool: Tool, capsys: pytest.CaptureFixture[str]) -> None:
    """Without network, each group is named with what its tool said, and the exit code is 3."""
    pip_audit = tool("pip-audit", "", code=1, complaint="ERROR: no route to host")
    npm = tool("npm", NPM_UNREACHABLE, code=1)
    assert main(["audit", "--pip-audit", pip_audit, "--npm", npm]) == 3
    said = capsys.readouterr().out.splitlines()
    lock = json.loads((ROOT / "Pipfile.lock").read_text("utf-8"))
    assert len(said) == len(set(lock) - {"_meta"}) + len(NODE_FOLDERS)
    asked = {line.partition(" (")[0] for line in said}
    assert asked >= {
        "Python, audit",
        "Python, project",
        "Python, development",
        "Python, Lambda zip",
        "Node.js, CDKTF's command line, players",
        "Node.js, page",
        "Node.js, command line of CDKTF's fork",
    }
    assert all("the source of advisories gave no answer" in line for line in said)
