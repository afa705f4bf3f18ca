"""checkov and parliament, run in their own environment, without network, on what was synthesized."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from checks.policy_lint.documents import Document, hcl_of, identities_in
from checks.policy_lint.findings import Finding
from tests.infrastructure.stack import Stack

ROOT = Path(__file__).resolve().parents[2]
BIN = ROOT / ".venv-lint" / "bin"
_TIMEOUT_SECONDS = 300


class LinterError(Exception):
    """Say that a linter did not do its work, so that its silence means nothing."""


def checkov(stacks: Sequence[Stack], folder: Path) -> list[Finding]:
    """Return checkov's findings in synthesized stacks; `folder` is one that does not exist, for its files.

    Raises LinterError where it could not read a stack, or a policy of a role or for people.
    """
    for stack in stacks:
        (folder / "stacks" / stack.name).mkdir(parents=True)
        # Its reader stumbles over settings of Terraform itself, about which it has no checks.
        blocks = {k: v for k, v in stack.document.items() if k in ("resource", "data", "provider")}
        (folder / "stacks" / stack.name / "cdk.tf.json").write_text(json.dumps(blocks, indent=1))
        (folder / "stacks" / stack.name / "policies.tf").write_text(hcl_of(stack))
    command = [str(BIN / "checkov"), "--directory", str(folder / "stacks")]
    command += ["--framework", "terraform_json", "terraform"]
    # Neither the vendor's guidelines nor the newest version are asked for.
    offline = {"BC_SKIP_MAPPING": "TRUE", "CKV_SKIP_PACKAGE_UPDATE_CHECK": "TRUE", "HOME": str(folder)}
    answer = json.loads(
        _output_of([*command, "--skip-download", "--soft-fail", "--compact", "--output", "json"], offline)
    )
    if not isinstance(answer, list) or {t["check_type"] for t in answer} != {"terraform", "terraform_json"}:
        raise LinterError(f"checkov answered in a form that is not known: {str(answer)[:200]}")
    return findings_of(stacks, [report["results"] for report in answer])


def findings_of(stacks: Sequence[Stack], results: Sequence[Mapping[str, Any]]) -> list[Finding]:
    """Return what failed in checkov's results. Raises LinterError where they don't tell of all stacks."""
    unread = [error for result in results for error in result["parsing_errors"]]
    if unread:
        raise LinterError(f"checkov could not read {unread}")
    passed, failed = (
        {_finding(record) for result in results for record in result[outcome]}
        for outcome in ("passed_checks", "failed_checks")
    )
    for stack in stacks:
        seen = [finding for finding in passed | failed if finding.stack == stack.name]
        # This check asks each policy of an identity; one that is missing could not be taken apart.
        unasked = identities_in(stack) - {f.id for f in seen if f.check == "CKV_AWS_355"}
        if not seen or unasked:
            raise LinterError(f"checkov did not look into {stack.name} {' '.join(sorted(unasked))}")
    return sorted(failed, key=str)


def _finding(record: Mapping[str, Any]) -> Finding:
    return Finding(
        stack=str(record["file_path"]).strip("/").split("/")[0],
        id=record["resource"].rsplit(".", 1)[-1],
        check=record["check_id"],
        detail=record["check_name"],
    )


def parliament(documents: Sequence[Document]) -> list[Finding]:
    """Return parliament's findings in policies, those of its community's auditors among them."""
    asked = [{"name": str(number), "policy": document.body} for number, document in enumerate(documents)]
    script = Path(__file__).with_name("parliament_audit.py")
    # It imports a module of setuptools that warns of its age.
    answer = _output_of([str(BIN / "python"), "-W", "ignore", str(script)], {}, json.dumps(asked))
    return [
        Finding(
            stack=documents[int(found["name"])].stack,
            id=documents[int(found["name"])].id,
            check=found["issue"],
            detail=found["detail"],
        )
        for found in json.loads(answer)
    ]


def _output_of(command: Sequence[str], environment: Mapping[str, str], given: str = "") -> str:
    done = subprocess.run(
        command,
        input=given,
        env={"PATH": f"{BIN}:/usr/bin:/bin", "LC_ALL": "C.UTF-8", **environment},
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise LinterError(f"{command[0]} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done.stdout
