"""`make lint`, its last part: checkov and parliament on every synthesized stack, without a finding left."""

import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from checks.policy_lint.documents import documents_of
from checks.policy_lint.findings import accepted_in, complaints
from checks.policy_lint.linters import LinterError, checkov, parliament
from main import build_app
from stacks.delivery.site import read_site
from tests.infrastructure.pipelines import PLAIN_ENVIRONMENT
from tests.infrastructure.stack import PLAIN, STACKS, Stack
from tests.support.made_site import write_site

# What is plainly wrong, for each linter: what they find in it shows that they find errors.
_WRONG = "faulty"
_TOO_WIDE = {"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": "*"}
_FAULTY_STACK = {
    "resource": {
        "aws_sqs_queue": {"unencrypted": {"name": "q"}},
        "aws_iam_role_policy": {
            "too_wide": {
                "name": "p",
                "role": "r",
                "policy": json.dumps({"Version": "2012-10-17", "Statement": [_TOO_WIDE]}),
            }
        },
    }
}
_KNOWN_ERRORS = {("unencrypted", "CKV_AWS_27"), ("too_wide", "CKV_AWS_355"), ("too_wide", "RESOURCE_STAR")}


def main() -> int:
    """Lint all stacks; print what is wrong, or in one line what was looked at."""
    with tempfile.TemporaryDirectory(prefix="policy-lint-") as name:
        folder = Path(name)
        stacks = _synthesized({}, folder / "cdktf.out")
        stacks |= {PLAIN: _synthesized(PLAIN_ENVIRONMENT, folder / "plain.out")[PLAIN]}
        if set(stacks) != set(STACKS):
            print(f"These stacks were synthesized, not all: {sorted(stacks)}", file=sys.stderr)
            return 2
        resolved = [Stack(stack, body) for stack, body in stacks.items()]
        faulty = Stack(_WRONG, _FAULTY_STACK)
        documents = [document for stack in resolved for document in documents_of(stack)]
        try:
            findings = [
                *checkov([*resolved, faulty], folder / "checkov"),
                *parliament([*documents, *documents_of(faulty)]),
            ]
        except LinterError as error:
            print(error, file=sys.stderr)
            return 2
    missed = _KNOWN_ERRORS - {(f.id, f.check) for f in findings if f.stack == _WRONG}
    if missed:
        print(f"The linters don't see what is plainly wrong: {sorted(missed)}", file=sys.stderr)
        return 2
    accepted = [a for stack, body in stacks.items() for a in accepted_in(stack, body)]
    wrong = complaints([f for f in findings if f.stack != _WRONG], accepted)
    for line in wrong:
        print(line, file=sys.stderr)
    resources = sum(len(bodies) for body in stacks.values() for bodies in body["resource"].values())
    reasons = len({(a.check, a.reason) for a in accepted})
    print(
        f"Policy lint: {len(documents)} policies and {resources} resources in {len(stacks)} stacks; "
        f"{len(accepted)} exceptions for {reasons} reasons; {len(wrong)} errors"
    )
    return 1 if wrong else 0


def _synthesized(environment: Mapping[str, str], folder: Path) -> dict[str, Any]:
    build_app(environment, outdir=folder, site=read_site(write_site(folder.with_suffix(".site")))).synth()
    return {path.parent.name: json.loads(path.read_text()) for path in folder.glob("stacks/*/cdk.tf.json")}


if __name__ == "__main__":
    sys.exit(main())
